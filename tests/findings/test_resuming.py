"""A stop is merged and told; the sweep goes on later: nothing doubled, nothing stale, nothing forgotten."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from documents.records import Skipped, SkipReason
from fetching.store import Store
from findings.database import open_writer
from findings.deriving import rebuild
from findings.merge import merge
from findings.query import sweep_summary
from findings.records import Begun, StopCause, SweepEnd, SweepState, UnitRecord, UnitState
from findings.resuming import (
    ANSWERS_FOR,
    RESUME_WITHIN,
    Run,
    ended_unnoticed,
    gone_on_with,
    last_alive,
    lay_down_others,
)
from findings.rows import Judged
from findings.spool import SweepSpool
from findings.spool_folders import read_stop, spooled_matches, waits_in
from findings.statements import sql_text
from findings.told import mark_told
from tests.findings.conftest import HOST, Estate, letter, unit_record

STOPPED = SweepEnd(datetime(2026, 3, 2, 9, tzinfo=UTC), SweepState.INTERRUPTED, StopCause.WINDOW, goes_on=True)
# Tables that hold what a unit's merge says of the unit, and those with the same columns that are kept otherwise.
KEPT_OTHERWISE = {"entries", "findings", "finding_exposures", "reach_accepted"}
FACTS = ("sweeps", "units", "entries", "documents", "skips", "matches", "findings", "sightings", "evidence")
DERIVED = ("finding_states", "unit_counts", "sightings")


def nothing_left(_record: UnitRecord, _store: Store) -> Iterable[Skipped]:
    return ()


def found(estate: Estate, sweep: SweepSpool, number: int, *names: str, state: UnitState = UnitState.FINISHED) -> None:
    """The unit goes on, and finds these letters."""
    unit = estate.open_unit(sweep, number)
    assert unit.store
    for name in names:
        unit.entry(estate.entry(f"/{number}/{name}"))
        unit.document(estate.document(f"/{number}/{name}"), Judged("application/pdf", letter(f"L-{name}")))
    unit.entry(estate.entry(f"/{number}/style.css", selected=False))
    unit.store.commit(lambda _: None)
    if state is UnitState.INTERRUPTED:
        unit.entry(estate.entry(f"/{number}/later.pdf"))
        unit.skipped(Skipped(f"{HOST}/{number}/later.pdf", SkipReason.INTERRUPTED, "stopped"))
    unit.finish(estate.outcome(state))


def stopped_sweep(estate: Estate, *, merged: bool = True) -> SweepSpool:
    """Unit 1 has finished, 2 was cut short, 3 was not begun."""
    sweep = estate.begin(*(unit_record(number) for number in (1, 2, 3)))
    found(estate, sweep, 1, "a.pdf")
    found(estate, sweep, 2, "b.pdf", state=UnitState.INTERRUPTED)
    sweep.finish(STOPPED)
    if merged:
        merge(estate.root, estate.database)
    return sweep


def resumed(estate: Estate) -> SweepSpool:
    sweep = SweepSpool.unfinished(estate.root, "scope-1", estate.key)
    assert sweep
    sweep.reopen()
    return sweep


def go_on(estate: Estate) -> None:
    """The next run: what is left is done, with other times."""
    sweep = resumed(estate)
    assert sweep.finished_units() == {unit_record(1).unit_id}
    estate.days += 1
    found(estate, sweep, 2, "later.pdf")
    found(estate, sweep, 3, "c.pdf")
    sweep.finish(estate.end())


def rows(estate: Estate, tables: Iterable[str]) -> dict[str, list[str]]:
    return {table: sorted(map(repr, estate.ask(f"SELECT * FROM {table}"))) for table in tables}


def test_a_stop_is_told_and_the_sweep_goes_on_under_its_id(estate: Estate) -> None:
    sweep_id = stopped_sweep(estate).record.sweep_id
    assert estate.ask("SELECT sweep_id, state, stopped_by FROM sweeps") == [(sweep_id, "interrupted", "window_closed")]
    assert estate.ask("SELECT unit_id[-1], state FROM units ORDER BY 1") == [
        ("1", "finished"),
        ("2", "interrupted"),
        ("3", "not_reached"),
    ]
    assert estate.ask("SELECT letter_id FROM findings ORDER BY 1") == [("L-a.pdf",), ("L-b.pdf",)]
    assert estate.ask("SELECT reason, detail FROM skips WHERE unit_id[-1] = '3'") == [("interrupted", "window_closed")]
    assert not waits_in(estate.root), "reading commands have nothing to merge"
    assert spooled_matches(estate.root) == 0, "what is in the database does not wait"

    go_on(estate)
    merge(estate.root, estate.database)
    assert estate.ask("SELECT sweep_id, state, stopped_by FROM sweeps") == [(sweep_id, "finished", None)]
    assert estate.ask("SELECT state, count(*) FROM units GROUP BY ALL") == [("finished", 3)]
    assert estate.ask("SELECT url FROM documents ORDER BY 1") == [
        (f"{HOST}/{place}",) for place in ("1/a.pdf", "2/b.pdf", "2/later.pdf", "3/c.pdf")
    ]
    assert estate.ask("SELECT count(*) FROM skips") == [(0,)], "nothing stands that has been done since"
    assert estate.ask("SELECT name, outcome FROM entries WHERE name = 'later.pdf'") == [("later.pdf", "fetched")]
    assert estate.ask("SELECT count(*), count(DISTINCT letter_id) FROM matches") == [(4, 4)]
    assert estate.ask("SELECT presence, count(*) FROM sightings GROUP BY ALL") == [("present", 4)]
    assert not list(estate.root.glob("sweep-2*"))


def test_it_is_as_if_it_had_never_been_stopped_and_derives_the_same_anew(estate: Estate) -> None:
    stopped_sweep(estate)
    go_on(estate)
    merge(estate.root, estate.database)
    counts = "SELECT unit_id[-1], documents, skipped, not_selected FROM unit_counts ORDER BY 1"
    assert estate.ask(counts) == [("1", 1, 0, 1), ("2", 2, 0, 1), ("3", 1, 0, 1)]
    before = rows(estate, DERIVED)
    with open_writer(estate.database) as connection:
        rebuild(connection)
    assert rows(estate, DERIVED) == before


def test_what_the_stop_had_said_of_the_unseen_is_taken_back(estate: Estate) -> None:
    first = estate.begin(unit_record(3))
    found(estate, first, 3, "c.pdf")
    first.finish(estate.end())
    merge(estate.root, estate.database)
    sweep_id = stopped_sweep(estate).record.sweep_id
    assert mark_told(estate.database, sweep_id)
    state = "SELECT state FROM finding_status WHERE letter_id = 'L-c.pdf'"
    assert estate.ask(state) == [("unknown",)]
    assert estate.ask("SELECT basis FROM sightings WHERE presence <> 'present'") == [("unit_not_reached",)]

    found(estate, resumed(estate), 2)
    merge(estate.root, estate.database)  # a reading command, while the sweep runs
    assert estate.ask("SELECT state, ended_at, stopped_by FROM sweeps ORDER BY sweep_id")[-1] == ("running", None, None)
    assert estate.ask(state) == [("new",)], "as before the stop"
    told = f"SELECT count(*) FROM told_sweeps WHERE sweep_id = '{sweep_id}'"
    assert estate.ask(told) == [(0,)], "what is found from here on is not taken for told"

    sweep = SweepSpool.unfinished(estate.root, "scope-1", estate.key)
    assert sweep
    found(estate, sweep, 3, "c.pdf")
    sweep.finish(estate.end())
    merge(estate.root, estate.database)
    assert estate.ask(state) == [("open",)]
    assert estate.ask("SELECT count(*) FROM sightings WHERE presence <> 'present'") == [(0,)]


def test_stopped_again_and_again_it_says_each_time_how_far_it_came(estate: Estate) -> None:
    stopped_sweep(estate)
    sweep = resumed(estate)
    estate.days += 1
    found(estate, sweep, 2, "later.pdf", state=UnitState.INTERRUPTED)
    sweep.finish(SweepEnd(estate.now, SweepState.INTERRUPTED, StopCause.AUTHORITY, goes_on=True))
    merge(estate.root, estate.database)
    assert estate.ask("SELECT state, stopped_by FROM sweeps") == [("interrupted", "authority_expired")]
    reasons = estate.ask("SELECT unit_id[-1], reason FROM skips ORDER BY ALL")
    assert reasons == [("2", "interrupted"), ("3", "authority_expired")]
    assert estate.ask("SELECT count(*) FROM documents") == [(3,)]
    go_on(estate)
    merge(estate.root, estate.database)
    assert estate.ask("SELECT count(*), count(DISTINCT url) FROM documents") == [(4, 4)]


@pytest.mark.parametrize("goes_on", [True, False])
def test_a_merge_of_a_stop_that_was_killed_is_done_again(estate: Estate, tmp_path: Path, goes_on: bool) -> None:
    """Killed after its last transaction, when nothing of the spool had been touched."""
    stopped_sweep(estate, merged=False)
    if goes_on:
        merge(estate.root, estate.database)
        go_on(estate)
    shutil.copytree(estate.root, tmp_path / "spool")
    merge(estate.root, estate.database)
    before = rows(estate, FACTS)
    shutil.rmtree(estate.root)
    shutil.move(tmp_path / "spool", estate.root)
    merge(estate.root, estate.database)
    assert rows(estate, FACTS) == before
    assert not waits_in(estate.root)


def test_a_stop_that_could_not_be_merged_goes_on_all_the_same(estate: Estate) -> None:
    stopped_sweep(estate, merged=False)
    go_on(estate)
    merge(estate.root, estate.database)
    assert estate.ask("SELECT state, count(*) FROM units GROUP BY ALL") == [("finished", 3)]
    assert estate.ask("SELECT count(*) FROM documents") == [(4,)]


def test_rows_that_a_state_counts_on_and_that_are_lost_are_fetched_again(estate: Estate) -> None:
    sweep = stopped_sweep(estate)
    (part,) = sweep.folder.open_unit(unit_record(2).unit_id).glob("part-*")
    shutil.rmtree(part)
    again = estate.open_unit(resumed(estate), 2)
    assert again.begun in (Begun.AFRESH, Begun.RESUMED)


def test_how_long_a_sweep_is_gone_on_with(estate: Estate) -> None:
    sweep = stopped_sweep(estate)
    stop = read_stop(sweep.folder)
    assert stop == STOPPED
    late = STOPPED.ended_at + RESUME_WITHIN
    assert gone_on_with(estate.root, "scope-1", estate.key, late) == sweep
    assert gone_on_with(estate.root, "scope-2", estate.key, late) is None
    assert gone_on_with(estate.root, "scope-1", estate.key, late + timedelta(seconds=1)) is None
    assert gone_on_with(estate.root, "scope-1", estate.key, STOPPED.ended_at - timedelta(days=400)), "a clock set back"
    sweep.reopen()  # and killed: its files tell
    for path in (sweep.folder.path, *sweep.folder.path.rglob("*")):
        os.utime(path, (late.timestamp(), late.timestamp()))
    assert last_alive(sweep.folder) == late


def settled(estate: Estate, kept: SweepSpool | None, now: datetime, scope: str = "scope-1") -> None:
    lay_down_others(estate.root, estate.key, Run(scope, now, kept), nothing_left)
    merge(estate.root, estate.database)


def test_a_sweep_of_another_scope_waits_for_its_own_next_run(estate: Estate) -> None:
    killed = estate.begin(unit_record(1), unit_record(2))
    found(estate, killed, 1, "a.pdf")
    cut = estate.open_unit(killed, 2)
    cut.document(estate.document("/2/b.pdf"), Judged("application/pdf", letter("L-b.pdf")))
    assert cut.store
    cut.store.commit(lambda _: None)
    cut.store.close()
    now = datetime.now(UTC)
    settled(estate, None, now, "scope-2")
    assert estate.ask("SELECT state, stopped_by FROM sweeps") == [("interrupted", "killed")]
    assert estate.ask("SELECT letter_id FROM findings ORDER BY 1") == [("L-a.pdf",), ("L-b.pdf",)], "it is told"
    assert gone_on_with(estate.root, "scope-1", estate.key, now)
    again = resumed(estate)
    assert estate.open_unit(again, 2).begun is Begun.RESUMED


@pytest.mark.parametrize("merged", [True, False])
@pytest.mark.parametrize(("scope", "after"), [("scope-1", timedelta(0)), ("scope-2", RESUME_WITHIN * 2)])
def test_a_new_sweep_of_the_scope_or_age_ends_it_for_good(
    estate: Estate, merged: bool, scope: str, after: timedelta
) -> None:
    stopped_sweep(estate, merged=merged)
    settled(estate, None, STOPPED.ended_at + after, scope)
    assert SweepSpool.all_unfinished(estate.root, estate.key) == []
    assert not list(estate.root.glob("sweep-2*"))
    assert estate.ask("SELECT state, stopped_by FROM sweeps") == [("interrupted", "window_closed")]
    assert estate.ask("SELECT count(*) FROM documents") == [(2,)]


def test_the_summary_of_a_stop_and_of_the_end(estate: Estate) -> None:
    sweep_id = stopped_sweep(estate).record.sweep_id
    summary = sweep_summary(estate.database, sweep_id)
    assert summary.skips == {SkipReason.INTERRUPTED: 2}
    go_on(estate)
    merge(estate.root, estate.database)
    summary = sweep_summary(estate.database, sweep_id)
    assert (summary.skips, summary.documents) == ({}, 4)
    assert summary.units == {UnitState.FINISHED: 3}


def test_whatever_a_units_merge_fills_is_replaced_when_the_unit_has_gone_on(estate: Estate) -> None:
    query = (
        "SELECT table_name FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal "
        "AND table_name IN (SELECT table_name FROM duckdb_tables()) "
        "GROUP BY ALL HAVING list_has_all(list(column_name), ['sweep_id', 'unit_id'])"
    )
    tables = {str(name) for (name,) in estate.ask(query)} - KEPT_OTHERWISE
    written: set[Any] = set()
    for step in ("superseded", "taken_back"):
        written |= set(re.findall(r"DELETE FROM (\w+)", sql_text("merging", f"{step}.sql")))
    assert tables <= written, "a line in merging/superseded.sql, or in taken_back.sql for what a sweep's end writes"


def test_a_sweep_that_lacks_only_its_end_answers_for_an_hour(estate: Estate) -> None:
    sweep = estate.begin(unit_record(1), unit_record(2))
    found(estate, sweep, 1, "a.pdf")
    late = datetime.now(UTC) + 2 * ANSWERS_FOR
    assert ended_unnoticed(sweep, late) is None, "a unit was never begun"
    estate.open_unit(sweep, 2)
    assert ended_unnoticed(sweep, late) is None, "it is open"
    found(estate, sweep, 2, "b.pdf")
    assert ended_unnoticed(sweep, last_alive(sweep.folder) + ANSWERS_FOR) is None
    assert ended_unnoticed(sweep, late) == last_alive(sweep.folder)
