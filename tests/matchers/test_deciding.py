"""From numbers to verdicts: each rule, and the reason that is given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matchers.deciding import Surroundings, claims, decide_letter, reason
from matchers.scoring import LetterScore, Tally
from matchers.thresholds import DEFAULT_THRESHOLDS, Rule
from matchers.verdicts import Verdict

PLAIN = Surroundings(letters=500, shared=0.3, median_shared=0.3, siblings=100)
ALONE = Surroundings(letters=1, shared=0.0, median_shared=0.0, siblings=0)
WHOLE = LetterScore(
    evidence=900,
    nats=200.0,
    best=200.0,
    words=Tally(200, 200, 190),
    numbers=Tally(20, 20, 19),
    loss=0.0,
    spread=1.0,
    hole_share=0.0,
    longest_stretch=2000,
    containment=1.0,
    frame=0,
    explained=1.0,
)
EXCERPT = replace(WHOLE, evidence=500, nats=60.0, best=60.0, words=Tally(200, 60, 58), numbers=Tally(20, 5, 5),
                  longest_stretch=600, containment=0.3)  # fmt: skip
WITHIN = replace(EXCERPT, explained=0.3)
SHORT = replace(EXCERPT, evidence=120, nats=10.0, best=10.0, longest_stretch=140)


def verdict(score: LetterScore, around: Surroundings = PLAIN) -> Verdict | None:
    return decide_letter(score, around)


@pytest.mark.parametrize("around", [PLAIN, ALONE])
@pytest.mark.parametrize("score", [WHOLE, EXCERPT, replace(WHOLE, explained=0.01)])
def test_letters_and_excerpts_are_known(score: LetterScore, around: Surroundings) -> None:
    assert verdict(score, around) is Verdict.KNOWN_LETTER


def test_names_and_numbers_replaced_do_not_hide_a_letter_whose_template_is_known() -> None:
    replaced = replace(WHOLE, nats=-20.0, best=25.0, words=Tally(200, 200, 120), numbers=Tally(20, 20, 0))
    assert verdict(replaced) is Verdict.KNOWN_LETTER
    assert verdict(replaced, ALONE) is Verdict.SHARED_PASSAGE


def test_another_patients_letter_is_not_known() -> None:
    other = replace(
        WHOLE, evidence=90, nats=-30.0, best=14.0, words=Tally(200, 200, 84), numbers=Tally(20, 20, 5), hole_share=0.15
    )
    assert verdict(other) is None
    assert verdict(replace(other, best=25.0)) is Verdict.SHARED_PASSAGE


@pytest.mark.parametrize(
    "other", [replace(WHOLE, hole_share=0.12), replace(WHOLE, numbers=Tally(20, 20, 7))], ids=["holes", "numbers"]
)
def test_a_lone_letter_is_parted_from_its_template(other: LetterScore) -> None:
    assert verdict(other) is Verdict.KNOWN_LETTER
    assert verdict(other, ALONE) is Verdict.SHARED_PASSAGE


def test_a_short_passage_that_is_all_of_a_document_is_known_where_the_template_is() -> None:
    assert verdict(SHORT) is Verdict.KNOWN_LETTER
    assert verdict(SHORT, ALONE) is Verdict.SHARED_PASSAGE
    assert verdict(replace(SHORT, nats=2.0)) is Verdict.SHARED_PASSAGE
    assert verdict(replace(SHORT, evidence=60)) is Verdict.SHARED_PASSAGE
    assert verdict(replace(SHORT, nats=-10.0)) is None


def test_a_passage_in_other_text_needs_more() -> None:
    assert verdict(WITHIN) is Verdict.KNOWN_LETTER
    assert verdict(WITHIN, ALONE) is Verdict.SHARED_PASSAGE
    assert verdict(replace(WITHIN, evidence=150, nats=20.0)) is Verdict.SHARED_PASSAGE
    assert verdict(replace(SHORT, explained=0.3)) is None


@pytest.mark.parametrize(
    "score", [replace(WITHIN, frame=300), replace(WITHIN, hole_share=0.2), replace(WITHIN, numbers=Tally(20, 2, 0))]
)
def test_a_stock_paragraph_in_another_letter_is_a_shared_passage(score: LetterScore) -> None:
    assert verdict(score) is Verdict.SHARED_PASSAGE


def test_a_stock_paragraph_that_holds_most_of_a_letters_words_is_not_the_letter() -> None:
    stock = replace(WHOLE, containment=0.8, spread=0.4, hole_share=0.15)
    assert verdict(stock) is Verdict.SHARED_PASSAGE
    half = replace(WHOLE, containment=0.6, spread=0.7, explained=0.6, frame=200)
    assert verdict(half) is Verdict.SHARED_PASSAGE
    assert verdict(replace(half, loss=0.2)) is Verdict.KNOWN_LETTER


def test_a_pack_may_ask_for_more() -> None:
    strict = replace(DEFAULT_THRESHOLDS, whole=300.0, masked=300.0, alone=300.0, embedded=300.0)
    assert decide_letter(WHOLE, PLAIN, strict) is Verdict.SHARED_PASSAGE


def test_reasons_are_words_with_figures() -> None:
    assert reason(WHOLE, Verdict.KNOWN_LETTER, PLAIN, 3) == (
        "900 characters that few other letters have, 100% of the letter in 3 spans, 19 of its 20 own numbers"
    )
    shared = reason(replace(EXCERPT, hole_share=0.2), Verdict.SHARED_PASSAGE, ALONE, 1)
    assert "30% of the letter in one span" in shared
    assert "no other letter in the pack shows what of it is template" in shared


FEW_SIBLINGS = replace(PLAIN, siblings=6)


def test_a_template_that_few_letters_show_asks_for_more() -> None:
    assert verdict(WHOLE, FEW_SIBLINGS) is Verdict.KNOWN_LETTER
    assert verdict(replace(WHOLE, nats=-40.0), FEW_SIBLINGS) is Verdict.SHARED_PASSAGE
    assert verdict(replace(WHOLE, hole_share=0.2), FEW_SIBLINGS) is Verdict.SHARED_PASSAGE
    assert verdict(SHORT, FEW_SIBLINGS) is Verdict.SHARED_PASSAGE
    assert verdict(replace(WITHIN, evidence=100, nats=15.0, best=15.0), FEW_SIBLINGS) is None


def test_letters_without_a_template_need_no_siblings() -> None:
    dictation = Surroundings(letters=500, shared=0.02, median_shared=0.02, siblings=0)
    assert verdict(SHORT, dictation) is Verdict.KNOWN_LETTER


def test_claims_are_the_rules_that_apply_whatever_their_strength() -> None:
    weak = replace(EXCERPT, nats=-50.0)
    assert claims(weak, PLAIN) == {Rule.ALONE: 0.0}
    assert set(claims(replace(WHOLE, explained=0.2), PLAIN)) == {Rule.WHOLE, Rule.MASKED, Rule.EMBEDDED}


def test_between_few_and_many_letters_on_a_template_each_missing_one_takes_strength() -> None:
    strength = claims(SHORT, PLAIN)[Rule.ALONE]
    assert claims(SHORT, replace(PLAIN, siblings=30))[Rule.ALONE] == strength - 5
    assert claims(SHORT, replace(PLAIN, siblings=6))[Rule.ALONE] == strength
    assert verdict(SHORT, replace(PLAIN, siblings=14)) is Verdict.SHARED_PASSAGE


def test_pages_in_another_order_with_one_of_nothing_but_template() -> None:
    pages = replace(WHOLE, containment=0.72, spread=1.0, explained=0.7, frame=300)
    assert verdict(pages) is Verdict.KNOWN_LETTER
    assert verdict(replace(pages, spread=0.5)) is Verdict.SHARED_PASSAGE
