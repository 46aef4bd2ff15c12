"""What is deleted by age, what stays, and that nothing of it is left in the file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from documents.records import Skipped, SkipReason
from findings.database import open_writer
from findings.errors import DatabaseLockedError, DatabaseMissingError, RetentionError, SweepRunningError
from findings.lock import SweepLock
from findings.query import open_findings
from findings.records import FindingState, TriageDecision
from findings.results import TriageEvent
from findings.retention import HeldReason, Purge, RetentionRule, preview_purge, purge
from findings.rewriting import REWRITE_DUE, rewrite
from findings.standing import standing
from findings.vault.mirror import take_in
from findings.vault.store import vault_folder
from tests.findings.conftest import HOST, Estate, letter, set_triage
from tests.findings.test_copying import HOLD

MARK = "Zaphod_Beeblebrox_IVF"
GONE = {RetentionRule.GONE: 30}
ALL = dict.fromkeys(RetentionRule, 30)


def later(estate: Estate, days: int) -> datetime:
    return estate.now + timedelta(days=days)


def purged(estate: Estate, days: Mapping[RetentionRule, int], after: int = 60) -> Purge:
    """What a purge so many days later does; a preview of the same moment has told it."""
    foreseen = preview_purge(estate.database, days, later(estate, after))
    done = purge(estate.database, days, "A. Keeper", "IG-2026-014", clock=lambda: later(estate, after))
    assert done == foreseen
    return done


def decide(estate: Estate, decision: TriageDecision, path: str = f"/1/{MARK}.pdf") -> None:
    [finding_id] = [row[0] for row in estate.ask(f"SELECT finding_id FROM findings WHERE url = '{HOST}{path}'")]
    set_triage(estate.database, finding_id, TriageEvent(decision, "why", "B. Decider", estate.now))


def gone_twice(estate: Estate) -> None:
    estate.sweep((estate.document(f"/1/{MARK}.pdf"), letter()), (estate.document("/1/b.pdf"), letter("L-42")))
    for _ in range(2):
        missing = Skipped(f"{HOST}/1/{MARK}.pdf", SkipReason.NOT_FOUND)
        estate.sweep(missing, (estate.document("/1/b.pdf"), letter("L-42")))


def held_in_file(estate: Estate) -> bool:
    return any(MARK.encode() in path.read_bytes() for path in estate.database.parent.iterdir() if path.is_file())


def test_what_is_gone_goes_and_leaves_its_number(estate: Estate) -> None:
    gone_twice(estate)
    decide(estate, TriageDecision.TAKEN_DOWN)
    assert held_in_file(estate)
    [(finding_id,)] = estate.ask("SELECT finding_id FROM finding_status WHERE state = 'gone'")
    done = purged(estate, GONE)
    assert done.findings == {RetentionRule.GONE: 1}
    assert done.rows["findings"] == done.rows["documents"] == 1
    assert (done.rows["skips"], done.rows["sightings"]) == (2, 3)
    assert done.rewrite
    assert not held_in_file(estate), "not even in free blocks"
    assert [row.url for row in open_findings(estate.database)] == [f"{HOST}/1/b.pdf"]
    left = "SELECT finding_id, rule, state, triage FROM purged_findings"
    assert estate.ask(left) == [(finding_id, "gone", "gone", "taken_down")]
    assert estate.ask("SELECT finding_id, decided_by FROM triage_events") == [(finding_id, "B. Decider")]
    decide(estate, TriageDecision.CONFIRMED, "/1/b.pdf")
    assert estate.ask("SELECT event_number FROM triage_events ORDER BY ALL") == [(1,), (2,)], "numbers go on"
    [(by, authority, days, removed)] = estate.ask("SELECT purged_by, authority, days, removed FROM purges")
    assert (by, authority, days, removed) == ("A. Keeper", "IG-2026-014", {"gone": 30}, dict(done.rows))


def test_once_is_enough(estate: Estate) -> None:
    gone_twice(estate)
    purged(estate, GONE)
    before = estate.database.stat().st_ino
    assert purged(estate, GONE).rows == {}
    assert estate.ask("SELECT count(*) FROM purges") == [(1,)]
    assert estate.database.stat().st_ino == before


def test_what_is_open_unknown_or_young_stays(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()), (estate.document("/1/b.pdf"), letter("L-42")))
    estate.sweep(Skipped(f"{HOST}/1/a.pdf", SkipReason.TIMED_OUT), (estate.document("/1/b.pdf"), letter("L-42")))
    findings = {RetentionRule.GONE: 30, RetentionRule.FALSE_POSITIVE: 30, RetentionRule.CLOSED: 30}
    assert purged(estate, findings).rows == {}
    states = {row.state for row in open_findings(estate.database)}
    assert states == {FindingState.UNKNOWN, FindingState.OPEN}
    gone_twice(estate)
    assert purged(estate, GONE, after=20).rows == {}


@pytest.mark.parametrize("decision", [TriageDecision.FALSE_POSITIVE, TriageDecision.CLOSED])
def test_what_was_put_aside_goes_once_it_is_not_seen_any_more(estate: Estate, decision: TriageDecision) -> None:
    estate.sweep((estate.document(f"/1/{MARK}.pdf"), letter()))
    decide(estate, decision)
    rule = RetentionRule(decision.value)
    assert purged(estate, {rule: 30}, after=29).rows == {}
    assert purged(estate, {rule: 30}, after=31).findings == {rule: 1}
    assert not held_in_file(estate)


def test_a_false_positive_that_is_still_there_stays(estate: Estate) -> None:
    """It would be told as new by the next sweep."""
    estate.sweep((estate.document(f"/1/{MARK}.pdf"), letter()))
    decide(estate, TriageDecision.FALSE_POSITIVE)
    estate.days += 60
    estate.sweep((estate.document(f"/1/{MARK}.pdf"), letter()))
    assert purged(estate, {RetentionRule.FALSE_POSITIVE: 30}, after=5).rows == {}


@pytest.mark.parametrize("decision", [TriageDecision.CONFIRMED, TriageDecision.REPORTED])
def test_what_somebody_works_on_is_held_and_told(estate: Estate, decision: TriageDecision) -> None:
    gone_twice(estate)
    decide(estate, decision)
    done = purged(estate, GONE)
    assert (done.rows, done.held) == ({}, {HeldReason.NOT_CLOSED: 1})


def test_sealed_evidence_goes_with_what_it_proves_on_record(estate: Estate) -> None:
    pytest.importorskip("pyrage", reason="needs the extra [evidence]")
    from tests.findings.vault.conftest import Safe

    gone_twice(estate)
    [gone, stays] = [str(row[0]) for row in estate.ask("SELECT finding_id FROM findings ORDER BY url")]
    safe = Safe(vault_folder(estate.database))
    safe.keep(findings=[gone])
    safe.keep(b"Another letter", [gone, stays])
    with open_writer(estate.database) as connection:
        take_in(connection, safe.folder)
    done = purged(estate, GONE)
    assert done.sealed == 1
    assert [one.destroyed for one in safe.vault.all()] == [True, False]
    assert len(list(safe.folder.glob("*.age"))) == 1
    assert estate.ask("SELECT removed['sealed_files'] FROM purges") == [(1,)]
    assert estate.ask("SELECT count(*) FROM sealed_findings") == [(3,)], "which it proved stays on record"


def test_another_letter_at_the_same_place_keeps_the_place(estate: Estate) -> None:
    estate.sweep((estate.document(f"/1/{MARK}.pdf"), letter()), (estate.document(f"/1/{MARK}.pdf"), letter("L-2")))
    first = estate.ask("SELECT finding_id FROM findings ORDER BY letter_id")[0][0]
    set_triage(estate.database, first, TriageEvent(TriageDecision.FALSE_POSITIVE, "", "B", estate.now))
    done = purged(estate, {RetentionRule.FALSE_POSITIVE: 30})
    assert done.rows["findings"] == 1
    assert "documents" not in done.rows
    assert held_in_file(estate)


def test_details_of_old_sweeps_go_and_their_numbers_stay(estate: Estate) -> None:
    estate.sweep(estate.document(f"/1/{MARK}.txt"), Skipped(f"{HOST}/1/x", SkipReason.TIMED_OUT))
    found = estate.sweep((estate.document("/1/b.pdf"), letter("L-42")), estate.document("/1/c.txt"))
    estate.sweep(Skipped(f"{HOST}/1/b.pdf", SkipReason.TIMED_OUT), estate.document("/1/c.txt"))
    done = purged(estate, {RetentionRule.DOCUMENTS: 30, RetentionRule.LISTINGS: 30})
    assert done.sweeps == 1
    assert done.rows == {"documents": 1, "skips": 1, "entries": 2}
    # The latest sweep, and the one in which the finding was last seen, are whole.
    assert estate.ask("SELECT DISTINCT sweep_id FROM documents ORDER BY 1")[0] == (found,)
    assert estate.ask("SELECT count(*) FROM documents") == [(3,)]
    assert estate.ask("SELECT count(*) FROM sweeps") == estate.ask("SELECT count(*) FROM units") == [(3,)]
    assert not held_in_file(estate)


def test_places_that_nobody_has_met_for_long_go(estate: Estate) -> None:
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    unit.entries([estate.entry(f"/1/{MARK}.pdf"), estate.entry("/1/b.pdf")])
    unit.finish(estate.outcome())
    sweep.finish(estate.end())
    estate.days += 60
    estate.sweep((estate.document("/1/b.pdf"), letter()))
    done = purged(estate, {RetentionRule.LISTINGS: 30}, after=1)
    assert done.rows == {"entries": 1}
    assert not held_in_file(estate)


def test_a_purged_finding_that_is_met_again_is_new(estate: Estate) -> None:
    gone_twice(estate)
    [(finding_id,)] = estate.ask("SELECT finding_id FROM finding_status WHERE state = 'gone'")
    purged(estate, ALL)
    estate.days += 60
    estate.sweep((estate.document(f"/1/{MARK}.pdf"), letter()))
    [row] = [row for row in open_findings(estate.database) if MARK in row.url]
    assert (row.finding_id, row.state) == (finding_id, FindingState.NEW)


def test_a_clock_far_ahead_deletes_nothing(estate: Estate) -> None:
    gone_twice(estate)
    with pytest.raises(RetentionError, match="clock"):
        purge(estate.database, ALL, "A", clock=lambda: later(estate, 4000))
    assert estate.ask("SELECT count(*) FROM findings") == [(2,)]


def test_a_clock_behind_deletes_nothing(estate: Estate) -> None:
    gone_twice(estate)
    assert purge(estate.database, ALL, "A", clock=lambda: later(estate, -4000)).rows == {}


def test_not_while_a_sweep_runs(estate: Estate) -> None:
    gone_twice(estate)
    with SweepLock(estate.root), pytest.raises(SweepRunningError):
        purge(estate.database, ALL, "A")


def test_a_preview_changes_nothing(estate: Estate) -> None:
    gone_twice(estate)
    before = estate.contents()
    assert preview_purge(estate.database, ALL, later(estate, 60)).rows
    assert estate.contents() == before


def test_no_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissingError):
        purge(tmp_path / "none.duckdb", ALL, "A")
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_stays_puts_off_the_rewriting(estate: Estate) -> None:
    """The rows can only be deleted while nobody reads; a reader that comes then is waited for in vain."""
    gone_twice(estate)
    purged(estate, GONE)
    with open_writer(estate.database) as connection:
        connection.execute("INSERT INTO meta VALUES (?, '')", [REWRITE_DUE])
    command = [sys.executable, "-c", HOLD, str(estate.database), "read"]
    before = estate.contents()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as notebook:
        assert notebook.stdout
        assert notebook.stdout.readline() == "open\n"
        with pytest.raises(DatabaseLockedError) as raised:
            rewrite(estate.database, 0.3)
        assert raised.value.pid == notebook.pid
        notebook.kill()
    assert [path.name for path in estate.database.parent.glob("*.tmp")] == []
    done = purge(estate.database, GONE, "A", clock=lambda: later(estate, 60))
    assert (done.rows, done.rewrite) == ({}, True), "the next purge makes up for it"
    assert estate.ask(f"SELECT * FROM meta WHERE name = '{REWRITE_DUE}'") == []
    assert estate.contents() == before
    assert standing(estate.database).problem == ""


def test_written_anew_it_has_the_same_schema(estate: Estate) -> None:
    """Views, macros, keys, comments: all of it."""
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    asked = (
        "SELECT table_name, column_name, data_type, column_default, comment FROM duckdb_columns() WHERE NOT internal",
        "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal",
        "SELECT function_name, function_type, parameters, comment FROM duckdb_functions() WHERE NOT internal",
        "SELECT table_name, constraint_text FROM duckdb_constraints()",
        "SELECT sequence_name, last_value FROM duckdb_sequences()",
        "SELECT table_name, comment FROM duckdb_tables()",
    )
    before = [sorted(map(repr, estate.ask(query))) for query in asked]
    rewrite(estate.database, 5)
    assert [sorted(map(repr, estate.ask(query))) for query in asked] == before
    assert all(before[:2])
