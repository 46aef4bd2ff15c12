"""The verdicts are six, in order, and pieces do not show their text."""

from __future__ import annotations

from matchers.verdicts import Piece, Verdict, strongest


def test_order_and_names() -> None:
    assert [verdict.value for verdict in sorted(Verdict, key=lambda verdict: verdict.rank)] == [
        "known_letter",
        "shared_passage",
        "same_template",
        "template_only",
        "undetermined",
        "clear",
    ]


def test_the_strongest_of_some() -> None:
    assert strongest([Verdict.CLEAR, Verdict.SHARED_PASSAGE, Verdict.UNDETERMINED]) is Verdict.SHARED_PASSAGE
    assert strongest([]) is Verdict.CLEAR


def test_a_piece_does_not_show_its_text() -> None:
    assert "Dear" not in repr(Piece("page 1", "Dear Mrs Example"))
