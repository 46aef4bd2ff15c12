"""Simulated time: a spool that nobody has merged is dated anew, and merges as any other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cli.example_time import SimulatedTime, move_spool
from documents.records import Entry, EntryKind, Skipped, SkipReason
from findings.keys import DatabaseKey
from findings.merge import merge
from findings.query import reach, sweep_summary
from findings.records import SweepEnd, SweepRecord, UnitOutcome, UnitRecord, UnitState, new_sweep_id
from findings.spool import SweepSpool
from findings.spool_folders import spool_root

REAL = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LISTED = datetime(2024, 6, 14, 17, 30)  # noqa: DTZ001 - as a listing without a time zone says
THEN = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = REAL

    def __call__(self) -> datetime:
        return self.now


def test_time_goes_on_from_each_turn_and_older_moments_stay() -> None:
    clock = Clock()
    time = SimulatedTime(clock)
    assert time.now() == REAL
    time.turn_to(THEN)
    clock.now += timedelta(seconds=90)
    assert time.now() == THEN + timedelta(seconds=90)
    time.turn_to(THEN + timedelta(weeks=1))
    clock.now += timedelta(seconds=5)
    assert time.now() == THEN + timedelta(weeks=1, seconds=5)
    assert time.at(REAL + timedelta(seconds=30)) == THEN + timedelta(seconds=30), "of the first turn"
    planted = datetime(2024, 6, 14, tzinfo=UTC)
    assert time.at(planted) == planted
    ahead = clock.now + timedelta(days=1)
    assert time.at(ahead) == ahead


def test_a_moved_spool_merges_with_every_time_moved(tmp_path: Path) -> None:
    database = tmp_path / "findings.duckdb"
    clock = Clock()
    time = SimulatedTime(clock)
    time.turn_to(THEN)
    key = DatabaseKey(b"k" * 32)
    unit = UnitRecord("unit", "site", "http://a.example/", "a.example", "own", "A-1")
    record = SweepRecord(new_sweep_id(REAL), "digest", "Org", "A-1", REAL, "0.1", (unit,))
    spool = SweepSpool.create(spool_root(database), record, key)
    clock.now += timedelta(seconds=20)
    opened = spool.unit(unit, clock)
    opened.entry(Entry("http://a.example/a.txt", EntryKind.FILE, "a.txt", modified=LISTED))
    opened.skipped(Skipped("http://a.example/b.txt", SkipReason.NOT_FOUND))
    opened.finish(UnitOutcome(UnitState.FINISHED, REAL, clock.now))
    spool.finish(SweepEnd(clock.now))

    moved = move_spool(spool.folder, time)
    assert moved.sweep_id.startswith("20260907T020000Z-")
    assert merge(spool_root(database), database).sweeps == (moved.sweep_id,)
    summary = sweep_summary(database, moved.sweep_id)
    assert (summary.started_at, summary.ended_at) == (THEN, THEN + timedelta(seconds=20))
    assert [row.unit_id for row in reach(database, moved.sweep_id)] == ["unit"]
    assert times(database) == {
        "skipped_at": {THEN + timedelta(seconds=20)},
        "modified": {LISTED},
    }


def times(database: Path) -> dict[str, set[datetime]]:
    import duckdb

    with duckdb.connect(str(database), read_only=True) as connection:
        skipped = connection.sql("SELECT skipped_at FROM skips").to_arrow_table().to_pylist()
        listed = connection.sql("SELECT modified FROM entries").to_arrow_table().to_pylist()
    return {
        "skipped_at": {row["skipped_at"].astimezone(UTC) for row in skipped},
        "modified": {row["modified"] for row in listed},
    }
