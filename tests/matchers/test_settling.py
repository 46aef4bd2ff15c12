"""Identifiers near a letter's text, and what they change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from matchers.identifiers import Kind
from matchers.scoring import LetterScore, Tally
from matchers.settling import settled
from matchers.thresholds import DEFAULT_THRESHOLDS
from matchers.verdicts import AnchorState, Verdict

AGREE, CONFLICT, ABSENT = AnchorState.AGREE, AnchorState.CONFLICT, AnchorState.ABSENT
KNOWN, SHARED = Verdict.KNOWN_LETTER, Verdict.SHARED_PASSAGE
STRONG = LetterScore(
    evidence=600,
    nats=150.0,
    best=150.0,
    words=Tally(100, 90, 90),
    numbers=Tally(9, 9, 9),
    loss=0.0,
    spread=1.0,
    hole_share=0.0,
    longest_stretch=900,
    containment=0.9,
    frame=0,
    explained=0.9,
)
WEAK = replace(STRONG, evidence=90, nats=20.0)
SAME = {Kind.NAME: AGREE, Kind.DATE_OF_BIRTH: AGREE}
OTHER = {Kind.NAME: CONFLICT, Kind.DATE_OF_BIRTH: CONFLICT}


def hear(verdict: Verdict, score: LetterScore, by_passage: bool, states: Mapping[Kind, AnchorState]) -> Verdict:
    heard = settled(
        verdict, score, by_passage, {str(kind): state for kind, state in states.items()}, DEFAULT_THRESHOLDS
    )
    return heard.verdict


@pytest.mark.parametrize(
    ("verdict", "score", "by_passage", "states", "expected"),
    [
        (SHARED, STRONG, True, SAME, KNOWN),
        (SHARED, WEAK, True, SAME, SHARED),  # the head of a new letter to the same patient
        (SHARED, STRONG, True, {Kind.NHS_NUMBER: AGREE}, SHARED),
        (SHARED, STRONG, True, {}, SHARED),
        (KNOWN, STRONG, True, OTHER, SHARED),
        (KNOWN, STRONG, True, {Kind.NAME: CONFLICT, Kind.DATE_OF_BIRTH: AGREE}, KNOWN),
        (KNOWN, STRONG, False, OTHER, KNOWN),  # names replaced
        (KNOWN, WEAK, False, {Kind.NAME: CONFLICT}, SHARED),  # a twin's letter of few words
        (KNOWN, WEAK, False, {Kind.NAME: ABSENT}, KNOWN),
    ],
)
def test_identifiers_raise_and_lower(
    verdict: Verdict, score: LetterScore, by_passage: bool, states: Mapping[Kind, AnchorState], expected: Verdict
) -> None:
    assert hear(verdict, score, by_passage, states) is expected


def test_a_misread_name_beside_a_number_that_agrees_is_no_conflict() -> None:
    noisy = replace(STRONG, loss=0.05)
    states = {"name": CONFLICT, "nhs_number": AGREE}
    assert settled(KNOWN, noisy, False, states, DEFAULT_THRESHOLDS).states == {"name": ABSENT, "nhs_number": AGREE}
    assert settled(KNOWN, STRONG, False, states, DEFAULT_THRESHOLDS).states == states
    alone = {"name": CONFLICT, "nhs_number": ABSENT}
    assert settled(KNOWN, replace(WEAK, loss=0.2), False, alone, DEFAULT_THRESHOLDS).verdict is KNOWN
    two = {"name": CONFLICT, "date_of_birth": CONFLICT}
    assert settled(KNOWN, replace(WEAK, loss=0.2), False, two, DEFAULT_THRESHOLDS).verdict is SHARED


def test_what_identifiers_say_is_told() -> None:
    assert (
        "of its patient"
        in settled(KNOWN, STRONG, False, {"name": AGREE, "date_of_birth": AGREE}, DEFAULT_THRESHOLDS).reason
    )
    assert "another person" in settled(KNOWN, STRONG, False, {"name": CONFLICT}, DEFAULT_THRESHOLDS).reason
    assert settled(KNOWN, STRONG, False, {"name": ABSENT}, DEFAULT_THRESHOLDS).reason == ""
