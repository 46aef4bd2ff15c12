from __future__ import annotations

import math
import random

import pytest

from matchers.calibration import FEWEST_LETTERS, LEAST_THRESHOLD, Answer, Calibration, calibrated
from matchers.thresholds import DEFAULT_THRESHOLDS, MILLION, Level
from matchers.trials import Near, Scale

FALL = 3.0


def others(count: int, seed: int = 1, share: float = 0.2, offset: float = 0.0) -> list[Near]:
    """Letters whose contacts fall off by 1/e in 3 nats, and of which a share might be known by the rule `alone`."""
    generator = random.Random(seed)  # noqa: S311 - the same in every run
    made = []
    for number in range(count):
        strength = offset + generator.expovariate(1 / FALL)
        claims = {Level.ALONE: strength} if generator.random() < share else {}
        made.append(Near(f"O{number}", {Scale.STRENGTH: strength, Scale.BEST: strength}, claims))
    return made


def found(letters: list[Near], per_million: float = 1.0, growth: float = 1.0) -> Calibration:
    return calibrated(letters, DEFAULT_THRESHOLDS, per_million, growth)


def true_rate(strength: float, share: float = 0.2) -> float:
    """False matches in a million by `alone`, as `others` draws them."""
    return MILLION * share * math.exp(-strength / FALL)


def test_a_known_exponential_gives_its_threshold() -> None:
    level = found(others(5_000)).levels[Level.ALONE]
    assert level.answer is Answer.CALIBRATED
    assert level.tail.fall == pytest.approx(FALL, rel=0.3)
    exact = FALL * math.log(0.2 * MILLION * len(Level))  # each level gets its fifth of one in a million
    assert exact <= level.threshold <= 1.35 * exact
    assert level.expected <= 1 / len(Level)


def test_the_bound_holds() -> None:
    """In 200 worlds of 400 letters the true rate at the threshold is what was asked for, in 95 % of them and more."""
    kept = sum(
        true_rate(found(others(400, seed), per_million=10).levels[Level.ALONE].threshold) <= 10 / len(Level)
        for seed in range(200)
    )
    assert kept >= 187  # 190 less one standard error: heavy-looking samples are not calibrated and keep a threshold


def test_a_smaller_expectation_asks_for_more_and_a_larger_pack_too() -> None:
    letters = others(1_000)
    thresholds = [found(letters, per_million).thresholds.alone for per_million in (100, 1, 0.1)]
    assert thresholds == sorted(thresholds)
    assert len(set(thresholds)) == 3
    assert found(letters, growth=10).thresholds.alone > found(letters).thresholds.alone
    assert found(letters, 100).thresholds == found(letters).thresholds_for(100)


def test_what_no_rule_would_claim_is_bounded_by_three_in_n() -> None:
    whole = found(others(1_000)).levels[Level.WHOLE]
    assert (whole.answer, whole.claims, whole.strongest) == (Answer.CALIBRATED, 0, None)
    assert whole.tail.per_million == pytest.approx(3.69 / 1_000 * MILLION, rel=0.01)


def test_no_threshold_is_below_the_least() -> None:
    weak = [Near(one.letter_id, {scale: s / 30 for scale, s in one.contacts.items()}, {}) for one in others(1_000)]
    assert found(weak, per_million=1_000).thresholds.whole == LEAST_THRESHOLD


def test_too_few_letters_keep_what_was_and_say_how_many_are_needed() -> None:
    few = found(others(FEWEST_LETTERS - 1))
    assert not few.is_calibrated
    assert few.thresholds == DEFAULT_THRESHOLDS
    assert few.levels[Level.ALONE].needed == FEWEST_LETTERS
    rare = [
        Near(f"O{number}", {Scale.STRENGTH: 5.0 + number % 7} if number % 50 == 0 else {}, {}) for number in range(400)
    ]
    level = found(rare).levels[Level.WHOLE]
    assert (level.answer, level.threshold) == (Answer.KEPT, DEFAULT_THRESHOLDS.whole)
    assert level.needed == 400 * 21 // 8
    assert found([]).levels[Level.WHOLE].needed is None


def test_few_letters_that_pass_the_threshold_raise_it() -> None:
    seen = [*others(20), Near("O", {Scale.STRENGTH: 33.0}, {Level.ALONE: 33.0})]
    level = found(seen).levels[Level.ALONE]
    assert level.answer is Answer.UNKNOWN
    assert level.threshold > 33
    assert level.expected == pytest.approx(MILLION * (1 - 0.025 ** (1 / 21)), rel=0.01)
    assert not any(near.is_known(found(seen).thresholds) for near in seen)


def test_a_heavy_tail_is_not_taken_for_an_exponential() -> None:
    generator = random.Random(1)  # noqa: S311 - the same in every run
    heavy = [Near(f"O{n}", {Scale.STRENGTH: generator.paretovariate(0.7)}, {}) for n in range(2_000)]
    level = found(heavy).levels[Level.WHOLE]
    assert (level.answer, level.threshold) == (Answer.UNKNOWN, DEFAULT_THRESHOLDS.whole)
    assert level.expected == pytest.approx(3.69 / 2_000 * MILLION, rel=0.01)


def test_contacts_that_are_all_alike_are_no_tail() -> None:
    alike = [Near(f"O{number}", {Scale.STRENGTH: 4.0}, {}) for number in range(500)]
    assert found(alike).levels[Level.WHOLE].answer is Answer.KEPT
