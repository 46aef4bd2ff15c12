"""How words found and lost weigh for a copy."""

from __future__ import annotations

import numpy as np
import pytest

from matchers.likelihood import WordState, likelihood, text_gains, word_states
from matchers.token_shapes import TokenClass, TokenShapes

WORD = 6


def letter(template: int, own: int, few: int = 0) -> TokenShapes:
    classes = [TokenClass.TEMPLATE] * template + [TokenClass.UNIQUE] * own + [TokenClass.FEW] * few
    count = len(classes)
    return TokenShapes(np.full(count, WORD), np.array(classes, dtype=np.uint8), np.zeros(count, dtype=np.bool_))


def weigh(shapes: TokenShapes, states: list[WordState]) -> float:
    reach = np.ones(len(states), dtype=np.bool_)
    return likelihood(shapes, np.array(states, dtype=np.int8), reach).nats


def every(share: float, count: int) -> list[WordState]:
    """This share of the words found, evenly."""
    found = np.diff(np.floor(np.arange(count + 1) * share)) > 0
    return [WordState.IN_LINE if one else WordState.MISSING for one in found]


@pytest.mark.parametrize("share", [1.0, 0.8, 0.55, 0.35])
def test_a_copy_loses_its_own_words_as_it_loses_template_words(share: float) -> None:
    copy = weigh(letter(150, 200), every(share, 150) + every(share, 200))
    other = weigh(letter(150, 200), every(share, 150) + every(0.12 * share, 200))
    assert copy > 12
    assert other < 0


def test_nothing_is_said_by_template_words_alone() -> None:
    assert weigh(letter(200, 0), every(1.0, 200)) == pytest.approx(0)


def test_words_that_a_few_letters_have_say_less() -> None:
    own = weigh(letter(50, 40), every(1.0, 90))
    few = weigh(letter(50, 0, 40), every(1.0, 90))
    assert own > 3 * few > 0


def test_words_out_of_line_speak_against_a_copy() -> None:
    in_line = every(1.0, 40)
    assert weigh(letter(0, 40), in_line[:35] + [WordState.OUT_OF_LINE] * 5) < weigh(letter(0, 40), in_line) - 10


def test_the_best_part_of_a_letter_with_a_passage() -> None:
    lost, count = every(0.02, 150), 2 * 150 + 30
    states = np.array([*every(1.0, 80), *lost, *every(1.0, 30), *lost], dtype=np.int8)
    classes = np.array([TokenClass.TEMPLATE] * 80 + [TokenClass.UNIQUE] * count, dtype=np.uint8)
    shapes = TokenShapes(np.full(80 + count, WORD), classes, np.zeros(80 + count, dtype=np.bool_))
    found = likelihood(shapes, states, np.ones(80 + count, dtype=np.bool_))
    assert found.nats < 0
    assert found.best > 20


def test_the_rate_of_errors_is_told() -> None:
    states = np.array(every(0.53, 400), dtype=np.int8)
    assert likelihood(letter(200, 200), states, np.ones(400, dtype=np.bool_)).loss == pytest.approx(0.1, abs=0.025)


def test_words_in_line_keep_their_distance() -> None:
    starts = np.arange(0, 60, WORD)
    places = np.array([0, 1, -1, 3, 4, 9, -1, -1, -1, -1])
    doc = np.arange(0, 90, WORD)
    states = word_states(places, starts, doc)
    assert states.tolist() == [2, 2, 0, 2, 2, 1, 0, 0, 0, 0]


def test_gains_draw_a_noisy_text_out_and_stop_at_other_text() -> None:
    states = np.array(every(0.4, 100) + every(0.05, 100), dtype=np.int8)
    gains = text_gains(np.full(200, WORD), states, slice(20, 60))
    assert gains[:100].sum() > 0 > gains[100:].sum()
