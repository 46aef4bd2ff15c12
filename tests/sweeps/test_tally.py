from __future__ import annotations

import json
from pathlib import Path

from scope.loader import load_scope
from scope.units import Unit, units_of
from sweeps.progress import Progress
from sweeps.snapshot_fields import MOST_NAMED, snapshot_fields
from sweeps.tally import Phase, Tally
from sweeps.time_left import TimeLeft
from sweeps.watching import Began, Merged, Stopping, UnitBegan, UnitEnded, UnitSplit, UnitTold, Waits

EXAMPLE = Path(__file__).parents[2] / "docs" / "scope.example.toml"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def made() -> tuple[Tally, Clock, list[Unit]]:
    clock = Clock()
    return Tally(TimeLeft({}, 2), clock), clock, list(units_of(load_scope(EXAMPLE)))


def test_counts_of_units_at_work_and_ended_add_up() -> None:
    tally, _, units = made()
    tally.tell(Began("s1", len(units), 1))
    tally.tell(UnitBegan(units[0]))
    tally.tell(UnitTold(units[0], Progress(entries=5, documents=3, known=1, matches=2, requests=9)))
    tally.tell(UnitTold(units[0], Progress(entries=8, documents=4, unchanged=2, known=2, matches=3, requests=12)))
    tally.tell(UnitTold(units[1], Progress(entries=1, skipped=7, requests=2)))
    tally.tell(UnitEnded(units[0]))
    told = tally.snapshot()
    assert told.counts == Progress(entries=9, documents=4, unchanged=2, known=2, matches=3, requests=14, skipped=7)
    assert (told.ended, told.broken, told.resumed, len(told.units)) == (1, 0, 1, 1)
    assert told.waiting == len(units) - 3
    tally.tell(UnitEnded(units[1], "exit code -9"))
    assert tally.snapshot().broken == 1


def test_the_rate_is_of_this_run_alone() -> None:
    tally, clock, units = made()
    tally.tell(Began("s1", 2, 0))
    tally.tell(UnitTold(units[0], Progress(requests=5_000)))  # before a kill
    assert tally.snapshot().requests_per_second is None
    for second in range(1, 61):
        clock.now += 1
        tally.tell(UnitTold(units[0], Progress(requests=5_000 + 4 * second)))
    told = tally.snapshot()
    assert told.counts.requests == 5_240
    assert told.made == 240
    assert told.requests_per_second == 4.0
    assert told.mean_rate == 4.0
    assert told.units[0].requests_per_second == 4.0


def test_who_is_slow_and_why() -> None:
    tally, clock, units = made()
    tally.tell(Began("s1", 3, 0))
    for unit in units[:3]:
        tally.tell(UnitBegan(unit))
    clock.now += 20
    tally.tell(UnitTold(units[1], Progress(requests=1)))
    tally.tell(UnitTold(units[2], Progress(requests=1, held_seconds=90.0)))
    clock.now += 20
    tally.tell(UnitTold(units[0], Progress()))  # word from it, and nothing new
    assert [unit.trouble for unit in tally.snapshot().units] == ["nothing new for 40 s", "", "asked to wait 90 s"]


def test_phases() -> None:
    tally, _, units = made()
    phases = [tally.snapshot().phase]
    for event in (
        Began("s1", 2, 0), UnitBegan(units[0]), Waits("for the window"), UnitBegan(units[1]), UnitSplit(units[0], 3),
        UnitEnded(units[0]), UnitEnded(units[1]), Stopping("asked to"), Waits("for the database"), Merged(2),
    ):  # fmt: skip
        tally.tell(event)
        phases.append(tally.snapshot().phase)
    assert phases == [
        Phase.PLANNING, Phase.FETCHING, Phase.FETCHING, Phase.WAITING, Phase.FETCHING, Phase.FETCHING,
        Phase.FETCHING, Phase.FETCHING, Phase.STOPPING, Phase.WAITING, Phase.MERGING,
    ]  # fmt: skip
    assert tally.snapshot().planned == 5
    tally.ended()
    assert tally.snapshot().phase is Phase.ENDED


def test_as_plain_fields_no_place_and_not_everybody() -> None:
    tally, _, units = made()
    tally.tell(Began("s1", 2, 0))
    for number, unit in enumerate(units * 10):
        tally.tell(UnitTold(type(unit)(f"{unit.unit_id}{number}", unit.kind, unit.start_url, unit.target), Progress()))
    fields = snapshot_fields(tally.snapshot())
    told = json.dumps(fields)
    assert len(fields["at_work"]) == MOST_NAMED
    assert fields["units"]["at_work"] == len(units) * 10
    assert "clients/example-trust" not in told
    assert "://" not in told
