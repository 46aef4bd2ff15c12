"""From numbers to verdicts: each rule, and the reason that is given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matchers.deciding import Surroundings, decide_letter, reason
from matchers.scoring import LetterScore, Tally
from matchers.verdicts import Verdict

PLAIN = Surroundings(letters=500, shared=0.3, median_shared=0.3)
ALONE = Surroundings(letters=1, shared=0.0, median_shared=0.0)
WHOLE = LetterScore(
    evidence=900,
    unique=800,
    words=Tally(200, 200, 190),
    numbers=Tally(20, 20, 19),
    copy=False,
    passage=190,
    few_passage=190,
    spread=1.0,
    hole_share=0.0,
    longest_stretch=2000,
    containment=1.0,
    frame=0,
    explained=1.0,
)
EXCERPT = replace(WHOLE, evidence=500, unique=400, words=Tally(200, 60, 58), numbers=Tally(20, 5, 5), passage=58,
                  few_passage=58, spread=0.3, longest_stretch=600, containment=0.3)  # fmt: skip


def verdict(score: LetterScore, around: Surroundings = PLAIN) -> Verdict | None:
    return decide_letter(score, around)


@pytest.mark.parametrize("around", [PLAIN, ALONE])
@pytest.mark.parametrize("score", [WHOLE, EXCERPT, replace(WHOLE, explained=0.01)])
def test_letters_and_excerpts_are_known(score: LetterScore, around: Surroundings) -> None:
    assert verdict(score, around) is Verdict.KNOWN_LETTER


def test_masked_numbers_do_not_hide_a_letter_whose_template_is_known() -> None:
    masked = replace(WHOLE, numbers=Tally(20, 20, 0), hole_share=0.1, passage=20, few_passage=20)
    assert verdict(masked) is Verdict.KNOWN_LETTER
    assert verdict(masked, ALONE) is None


def test_another_patients_letter_is_not_known() -> None:
    other = replace(WHOLE, words=Tally(200, 200, 84), numbers=Tally(20, 20, 5), hole_share=0.15, passage=20,
                    few_passage=20)  # fmt: skip
    assert verdict(other) is None


def test_holes_part_a_lone_letter_from_its_template() -> None:
    other = replace(WHOLE, words=Tally(200, 200, 130), numbers=Tally(20, 20, 7), hole_share=0.12)
    assert verdict(other, ALONE) is Verdict.SHARED_PASSAGE


def test_heavy_noise_is_known_by_what_is_unbroken() -> None:
    noisy = replace(WHOLE, words=Tally(200, 200, 80), numbers=Tally(20, 20, 9), passage=0, few_passage=0)
    assert verdict(noisy) is Verdict.KNOWN_LETTER
    assert verdict(replace(noisy, hole_share=0.1, explained=0.5)) is None


def test_an_excerpt_within_other_text() -> None:
    within = replace(EXCERPT, explained=0.3)
    assert verdict(within) is Verdict.KNOWN_LETTER
    assert verdict(within, ALONE) is Verdict.SHARED_PASSAGE


WITHIN = replace(EXCERPT, explained=0.3)


@pytest.mark.parametrize(
    "score",
    [replace(WITHIN, frame=300), replace(WITHIN, numbers=Tally(20, 0, 0)), replace(WITHIN, longest_stretch=450)],
)
def test_a_stock_paragraph_in_another_letter_is_a_shared_passage(score: LetterScore) -> None:
    assert verdict(score) is Verdict.SHARED_PASSAGE


def test_a_stock_paragraph_that_holds_most_of_a_letters_words_is_not_the_letter() -> None:
    stock = replace(WHOLE, words=Tally(195, 195, 147), numbers=Tally(21, 21, 2), spread=0.3, hole_share=0.15)
    assert verdict(stock) is Verdict.SHARED_PASSAGE


def test_a_short_passage_is_shared_at_most() -> None:
    short = replace(EXCERPT, longest_stretch=250, evidence=90, unique=70, words=Tally(200, 20, 20), passage=20)
    assert verdict(short) is Verdict.SHARED_PASSAGE
    assert verdict(replace(short, explained=0.2, few_passage=20)) is None


def test_reasons_are_words_with_figures() -> None:
    assert reason(WHOLE, Verdict.KNOWN_LETTER, PLAIN, 3) == (
        "900 characters that few other letters have, 100% of the letter in 3 spans, 19 of its 20 own numbers"
    )
    shared = reason(replace(EXCERPT, hole_share=0.2), Verdict.SHARED_PASSAGE, ALONE, 1)
    assert "30% of the letter in one span" in shared
    assert "no other letter in the pack shows what of it is template" in shared
