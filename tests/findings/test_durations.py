from __future__ import annotations

from pathlib import Path

import duckdb

from findings.durations import UnitTime, unit_times
from findings.records import SweepState
from tests.findings.conftest import Estate, unit_record


def test_the_last_whole_sweep_of_the_same_targets(estate: Estate) -> None:
    estate.sweep(estate.document("/1/a.pdf"))
    known = {unit_record().unit_id: UnitTime("files.example.org", 300.0)}
    assert unit_times(estate.database, "scope-1") == known
    sweep = estate.begin()
    sweep.finish(estate.end(SweepState.INTERRUPTED))
    estate.days += 1
    assert unit_times(estate.database, "scope-1") == known, "one that was stopped says nothing"
    assert unit_times(estate.database, "scope-2") == {}


def test_what_can_not_be_asked_is_nothing(tmp_path: Path) -> None:
    assert unit_times(tmp_path / "findings.duckdb", "scope-1") == {}
    with duckdb.connect(str(tmp_path / "other.duckdb")) as connection:
        connection.execute("CREATE TABLE mine (a INTEGER)")
    assert unit_times(tmp_path / "other.duckdb", "scope-1") == {}
