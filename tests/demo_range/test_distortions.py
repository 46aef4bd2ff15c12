"""Cutting, re-typing, bundling."""

from __future__ import annotations

import pytest
from rapidfuzz.distance import Levenshtein

from demo_range.distortions import bundle, excerpt, retyped, retyped_sheet
from demo_range.letters import known_letters

LETTERS = known_letters(1, patients_a_house=1)
TEXT = "\n\n".join(one.text for one in LETTERS)


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.10])
def test_the_error_rate_is_that_asked_for(rate: float) -> None:
    errors = Levenshtein.distance(TEXT, retyped(TEXT, rate, 7)) / len(TEXT)
    assert 0.8 * rate <= errors <= 1.35 * rate


def test_no_errors_asked_for_none_made() -> None:
    assert retyped(TEXT, 0.0, 1) == TEXT


def test_retyping_is_the_same_for_the_same_seed() -> None:
    assert retyped(TEXT, 0.05, 1) == retyped(TEXT, 0.05, 1)
    assert retyped(TEXT, 0.05, 1) != retyped(TEXT, 0.05, 2)


def test_retyping_keeps_the_lines() -> None:
    assert retyped(TEXT, 0.1, 1).count("\n") == TEXT.count("\n")


def test_errors_split_and_join_words() -> None:
    text = "clinic letter " * 2000
    typed = retyped(text, 0.05, 3)
    assert "cliniclet" in typed
    assert "c linic" in typed


def test_a_retyped_sheet_holds_the_whole_letter() -> None:
    sheet = retyped_sheet(LETTERS[0].sheet, 0.05, 1)
    ours, theirs = sheet.text.split(), LETTERS[0].text.split()
    assert abs(len(ours) - len(theirs)) < 60


@pytest.mark.parametrize("seed", range(5))
def test_an_excerpt_is_a_run_of_words(seed: int) -> None:
    text = LETTERS[1].sheet.body
    cut = excerpt(text, 170, seed)
    assert len(cut.split()) == 170
    assert cut in " ".join(text.split())


def test_an_excerpt_of_a_short_text_is_all_of_it() -> None:
    assert excerpt("only  three\nwords", 10, 1) == "only three words"


def test_a_bundle_holds_every_letter() -> None:
    text = bundle(*(one.sheet for one in LETTERS)).text
    assert all(block.text.replace("\t", "   ") in text for one in LETTERS for block in one.sheet.blocks)
