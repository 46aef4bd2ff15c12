"""Nothing goes unannounced: what no summary has told of is news in the next one."""

from __future__ import annotations

from pathlib import Path

from documents.records import Skipped, SkipReason
from findings.database import open_reader
from findings.merge import merge
from findings.query import open_findings, sweep_summary
from findings.records import FindingState
from findings.told import mark_told
from tests.findings.conftest import HOST, Estate, letter, unit_record

PLACE = "/1/a.pdf"
GONE = Skipped(f"{HOST}{PLACE}", SkipReason.NOT_FOUND)
NEW, OPEN, REAPPEARED, UNKNOWN = (
    FindingState.NEW,
    FindingState.OPEN,
    FindingState.REAPPEARED,
    FindingState.UNKNOWN,
)


def seen(estate: Estate, *, merged: bool = True) -> str:
    return estate.sweep((estate.document(PLACE), letter()), merged=merged)


def counted(estate: Estate, sweep_id: str) -> dict[FindingState, int]:
    findings = sweep_summary(estate.database, sweep_id).findings
    return {state: count for state, count in findings.items() if count}


def test_a_sweep_that_waited_in_the_spool_is_announced_by_the_next(estate: Estate) -> None:
    seen(estate, merged=False)
    second = seen(estate)
    assert counted(estate, second) == {NEW: 1}
    assert open_findings(estate.database)[0].state is OPEN, "the state is what was seen, not what was told"
    assert mark_told(estate.database, second)
    assert counted(estate, second) == {NEW: 1}, "asked again it says the same"
    third = seen(estate)
    assert counted(estate, third) == {OPEN: 1}


def test_killed_after_the_merge_and_before_the_summary_it_is_announced_by_the_next(estate: Estate) -> None:
    for _ in range(3):
        assert counted(estate, seen(estate)) == {NEW: 1}


def test_what_is_not_seen_again_is_announced_and_stays_unknown(estate: Estate) -> None:
    seen(estate)
    second = estate.sweep(GONE)
    assert counted(estate, second) == {NEW: 1, UNKNOWN: 1}
    mark_told(estate.database, second)
    assert counted(estate, seen(estate)) == {OPEN: 1}


def test_a_return_that_nobody_was_told_of_is_announced_by_the_next(estate: Estate) -> None:
    for sweep_id in (seen(estate), estate.sweep(GONE), estate.sweep(GONE)):
        mark_told(estate.database, sweep_id)
    assert counted(estate, seen(estate)) == {REAPPEARED: 1}
    later = seen(estate)
    assert counted(estate, later) == {REAPPEARED: 1}
    mark_told(estate.database, later)
    assert counted(estate, seen(estate)) == {OPEN: 1}


def test_a_told_sweep_of_other_units_has_not_told_of_it(estate: Estate) -> None:
    seen(estate)
    elsewhere = estate.begin(unit_record(2))
    estate.open_unit(elsewhere, 2).finish(estate.outcome())
    elsewhere.finish(estate.end())
    merge(estate.root, estate.database)
    mark_told(estate.database, elsewhere.record.sweep_id)
    assert counted(estate, seen(estate)) == {NEW: 1}


def test_telling_twice_is_recorded_once(estate: Estate) -> None:
    sweep_id = seen(estate)
    assert mark_told(estate.database, sweep_id)
    before = estate.ask("SELECT sweep_id, epoch_us(told_at) FROM told_sweeps")
    assert mark_told(estate.database, sweep_id)
    assert estate.ask("SELECT sweep_id, epoch_us(told_at) FROM told_sweeps") == before


def test_what_can_not_be_recorded_breaks_nothing(estate: Estate, tmp_path: Path) -> None:
    sweep_id = seen(estate)
    with open_reader(estate.database):
        assert not mark_told(estate.database, sweep_id, wait_seconds=0.1)
    assert not mark_told(tmp_path / "none.duckdb", sweep_id)
    assert not (tmp_path / "none.duckdb").exists()
    for unknown in ("another", "\udc80"):
        assert not mark_told(estate.database, unknown)
    assert estate.ask("SELECT count(*) FROM told_sweeps") == [(0,)]
