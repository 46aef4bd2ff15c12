"""How far a sweep saw: a unit that gave nothing is never told as seen."""

from __future__ import annotations

from findings.reach_records import ReachTold, SweepReach
from reports.reach_words import told_of


def seen(whole: SweepReach) -> str:
    return next(told_of(ReachTold(whole)))


def test_units_that_gave_nothing_are_not_seen() -> None:
    assert seen(SweepReach(units=3, units_finished=2, units_empty=1)).startswith(
        "seen: 1 of 3 units (1 more gave nothing), 0 documents read"
    )
    assert seen(SweepReach(units=2, units_finished=2, fetched=7)).startswith("seen: 2 of 2 units, 7 documents read")
