"""The merge: once, whatever happens; nothing lost, nothing doubled, nothing blocked."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from documents.records import Cue, Skipped, SkipReason
from findings.errors import DatabaseLockedError
from findings.keys import DatabaseKey
from findings.merge import MergeReport, merge
from findings.parts import ADDED
from findings.query import reach, sweep_summary
from findings.records import SweepKind
from findings.rows import Judged
from findings.spool import SweepSpool
from findings.spool_folders import SPOOL_FORMAT
from matchers.verdicts import Verdict
from tests.findings.conftest import CLEAR, HOST, Estate, letter, unit_record

UNITS = 16

MERGE = """
import sys
from pathlib import Path
from findings.merge import merge
merge(Path(sys.argv[1]), Path(sys.argv[2]), units_at_once=1)
"""
NOTEBOOK = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1], read_only=True)
print("open", flush=True)
sys.stdin.readline()
connection.close()
"""


def spool_of_many_units(estate: Estate) -> SweepSpool:
    """A sweep that has ended: in each unit a letter, a clear document, a skip and entries."""
    sweep = estate.begin(*(unit_record(number) for number in range(UNITS)))
    for number in range(UNITS):
        unit = estate.open_unit(sweep, number)
        unit.entry(estate.entry(f"/{number}/a.pdf", size=5))
        unit.entry(estate.entry(f"/{number}/c.exe"))
        unit.document(estate.document(f"/{number}/a.pdf"), Judged("application/pdf", letter(f"L-{number}")))
        unit.document(estate.document(f"/{number}/b.txt"), Judged("text/plain", CLEAR))
        unit.skipped(Skipped(f"{HOST}/{number}/d.pdf", SkipReason.TIMED_OUT))
        unit.finish(estate.outcome())
    sweep.finish(estate.end())
    return sweep


def counts(estate: Estate) -> list[int]:
    tables = ("units", "entries", "documents", "skips", "matches", "findings", "sightings", "evidence")
    return [estate.ask(f"SELECT count(*) FROM {table}")[0][0] for table in tables]


EXPECTED = [UNITS, 3 * UNITS, 2 * UNITS, UNITS, UNITS, UNITS, UNITS, UNITS]


def test_a_sweep_is_merged_and_leaves_the_spool(fresh_estate: Estate) -> None:
    sweep = spool_of_many_units(fresh_estate)
    report = merge(fresh_estate.root, fresh_estate.database)
    assert report == MergeReport(UNITS, (sweep.record.sweep_id,))
    assert counts(fresh_estate) == EXPECTED
    assert [path.name for path in fresh_estate.root.iterdir()] == ["merge.lock"]


def test_merging_again_changes_nothing(estate: Estate) -> None:
    spool_of_many_units(estate)
    merge(estate.root, estate.database)
    before = estate.contents(), estate.database.stat().st_mtime_ns
    assert merge(estate.root, estate.database) == MergeReport()
    assert (estate.contents(), estate.database.stat().st_mtime_ns) == before


def test_nothing_to_merge_makes_no_database(fresh_estate: Estate) -> None:
    assert merge(fresh_estate.root, fresh_estate.database) == MergeReport()
    fresh_estate.begin()
    assert merge(fresh_estate.root, fresh_estate.database) == MergeReport()
    assert not fresh_estate.database.exists()


@pytest.mark.slow
def test_the_size_of_a_batch_changes_nothing(tmp_path: Path) -> None:
    one, many = (Estate(tmp_path / name / "findings.duckdb") for name in ("one", "many"))
    for estate in (one, many):
        spool_of_many_units(estate)
    merge(one.root, one.database, units_at_once=1)
    merge(many.root, many.database, units_at_once=UNITS)
    # Sweep ids differ, so what is compared is free of them.
    query = "SELECT finding_id, url, letter_id, first_seen, last_seen FROM findings ORDER BY finding_id"
    assert one.ask(query) == many.ask(query)
    query = "SELECT url, kind, size, outcome, first_seen FROM entries ORDER BY url"
    assert one.ask(query) == many.ask(query)
    assert counts(one) == counts(many) == EXPECTED


def test_killed_again_and_again_a_merge_loses_and_doubles_nothing(estate: Estate) -> None:
    sweep = spool_of_many_units(estate)
    command = [sys.executable, "-c", MERGE, str(estate.root), str(estate.database)]
    for markers in (1, 5, 6, 14):
        with subprocess.Popen(command) as merging:
            while sweep.folder.path.exists() and len(list(sweep.folder.path.glob("*.merged"))) < markers:
                if merging.poll() is not None:
                    break
            merging.kill()
    merge(estate.root, estate.database)
    assert counts(estate) == EXPECTED
    assert not sweep.folder.path.exists()


def test_killed_between_commit_and_clearing_away_it_merges_nothing_twice(estate: Estate) -> None:
    sweep = spool_of_many_units(estate)
    saved = estate.root.with_name("saved")
    subprocess.run(["/bin/cp", "-a", str(estate.root), str(saved)], check=True)
    merge(estate.root, estate.database)
    before = estate.contents()
    subprocess.run(["/bin/cp", "-a", f"{saved}/.", str(estate.root)], check=True)
    report = merge(estate.root, estate.database)
    assert report.units == 0
    assert estate.contents() == before
    assert not sweep.folder.path.exists()


def test_two_merges_at_once_come_one_after_the_other(estate: Estate) -> None:
    spool_of_many_units(estate)
    command = [sys.executable, "-c", MERGE, str(estate.root), str(estate.database)]
    both = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert counts(estate) == EXPECTED


def test_a_notebook_delays_the_merge_and_loses_nothing(estate: Estate) -> None:
    estate.sweep()
    spool_of_many_units(estate)
    before = sorted(estate.root.rglob("*"))
    command = [sys.executable, "-c", NOTEBOOK, str(estate.database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as notebook:
        assert notebook.stdin
        assert notebook.stdout
        assert notebook.stdout.readline() == "open\n"
        with pytest.raises(DatabaseLockedError, match=f"process {notebook.pid}") as raised:
            merge(estate.root, estate.database, wait_seconds=0.3)
        assert raised.value.pid == notebook.pid
        assert raised.value.path == estate.database
        assert sorted(estate.root.rglob("*")) == before, "the spool waits for the next merge"

        reports: list[MergeReport] = []
        patient = threading.Thread(target=lambda: reports.append(merge(estate.root, estate.database)))
        patient.start()
        notebook.stdin.write("close\n")
        notebook.stdin.flush()
        patient.join()
    assert [report.units for report in reports] == [UNITS]
    assert estate.ask("SELECT count(*) FROM findings") == [(UNITS,)]


def test_sweeps_that_waited_are_merged_oldest_first(estate: Estate) -> None:
    document = estate.document("/1/a.pdf")
    first = estate.sweep((document, letter()), merged=False)
    second = estate.sweep((estate.document("/1/a.pdf", b"other bytes"), letter()), merged=False)
    report = merge(estate.root, estate.database)
    assert report.sweeps == (first, second)
    assert estate.ask("SELECT first_sweep, last_sweep FROM findings") == [(first, second)]
    assert estate.ask("SELECT state FROM finding_status") == [("open",)]
    assert estate.ask("SELECT count(*) FROM evidence") == [(2,)], "one for each distinct content"


@pytest.mark.parametrize("damage", [b"", b"PAR1 torn", None])
def test_a_part_that_can_not_be_read_is_set_aside_and_the_unit_is_in_doubt(
    estate: Estate, damage: bytes | None
) -> None:
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    unit.document(estate.document("/1/a.pdf"), Judged("application/pdf", letter()))
    unit.finish(estate.outcome())
    good = sweep.folder.unit(unit_record().unit_id) / "part-000001"
    bad = good.with_name("part-000002")
    bad.mkdir()
    whole = (good / "skips.parquet") if (good / "skips.parquet").exists() else good / "entries.parquet"
    content = damage if damage is not None else whole.read_bytes()[:-9]
    (bad / "entries.parquet").write_bytes(content)
    sweep.finish(estate.end())

    report = merge(estate.root, estate.database)

    assert [path.name for path in report.quarantined] == ["part-000002"]
    assert (report.quarantined[0] / "entries.parquet").read_bytes() == content
    assert estate.ask("SELECT letter_id FROM findings") == [("L-41",)], "the good part is merged"
    assert estate.ask("SELECT state, error FROM units") == [("failed", "spool_part_unreadable")]
    assert estate.ask("SELECT reason, detail FROM skips") == [("unit_failed", "spool_part_unreadable")]
    assert estate.ask("SELECT damaged_parts FROM merged_spools WHERE unit_id <> ''") == [(1,)]
    assert not sweep.folder.path.exists()


def test_a_unit_without_its_record_is_known_from_the_plan(estate: Estate) -> None:
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    unit.document(estate.document("/1/a.pdf"), Judged("application/pdf", letter()))
    unit.finish(estate.outcome())
    (sweep.folder.unit(unit_record().unit_id) / "unit.json").write_text("{torn")
    sweep.finish(estate.end())
    merge(estate.root, estate.database)
    assert estate.ask("SELECT state, error FROM units") == [("failed", "unit_record_unreadable")]
    assert estate.ask("SELECT count(*) FROM findings") == [(1,)]


def test_a_sweep_without_its_record_is_set_aside_whole(estate: Estate) -> None:
    sweep = estate.begin()
    estate.open_unit(sweep).finish(estate.outcome())
    sweep.folder.header_file.write_bytes(b"")
    report = merge(estate.root, estate.database)
    assert report.quarantined == (estate.root / "quarantine" / sweep.folder.path.name,)
    assert merge(estate.root, estate.database) == MergeReport()


def test_a_torn_end_leaves_the_sweep_to_be_resumed(estate: Estate) -> None:
    sweep = estate.begin()
    estate.open_unit(sweep).finish(estate.outcome())
    sweep.folder.end_file.write_text("{")
    report = merge(estate.root, estate.database)
    assert (report.units, report.sweeps, len(report.quarantined)) == (1, (), 1)
    resumed = SweepSpool.unfinished(estate.root, "scope-1", estate.key)
    assert resumed
    resumed.finish(estate.end())
    assert merge(estate.root, estate.database).sweeps == (sweep.record.sweep_id,)


def test_a_spool_of_another_key_or_format_is_left_and_does_not_stop_the_others(estate: Estate) -> None:
    estate.sweep()
    estate.key, kept = DatabaseKey(bytes(32)), estate.key
    other_key = estate.sweep(merged=False)
    estate.key = kept
    newer = estate.begin()
    header = json.loads(newer.folder.header_file.read_text())
    newer.folder.header_file.write_text(json.dumps(header | {"format": 99}))
    newer.finish(estate.end())
    good = estate.sweep((estate.document("/1/a.pdf"), letter()), merged=False)
    report = merge(estate.root, estate.database)
    assert report.sweeps == (good,)
    assert report.left == (
        f"{other_key}: written with another database key",
        f"{newer.record.sweep_id}: written by another version of Stray",
    )


def test_a_sweep_of_the_first_release_is_merged_and_gone_on_with(estate: Estate) -> None:
    ids = []
    for _ in range(2):
        sweep = estate.begin()
        ids.append(sweep.record.sweep_id)
        header = json.loads(sweep.folder.header_file.read_text())
        sweep.folder.header_file.write_text(json.dumps(header | {"format": 1}))
        unit = estate.open_unit(sweep)
        unit.document(estate.document("/1/a.pdf"), Judged("application/pdf", letter()))
        unit.finish(estate.outcome())
    sweep.finish(estate.end())
    assert merge(estate.root, estate.database).left == ()
    resumed = SweepSpool.unfinished(estate.root, "scope-1", estate.key)
    assert resumed
    assert resumed.record.sweep_id == ids[0]
    # An older Stray would take for damaged what is written from now on.
    assert json.loads(resumed.folder.header_file.read_text())["format"] == SPOOL_FORMAT
    resumed.finish(estate.end())
    assert merge(estate.root, estate.database).sweeps == (ids[0],)
    assert estate.ask("SELECT count(*) FROM documents") == [(2,)]


def test_places_that_one_record_is_for_are_skipped_and_others_are_not(estate: Estate) -> None:
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    for path in ("/1/a.pdf", "/1/b.pdf", "/1/c.pdf", "/1/style.css"):
        unit.entry(estate.entry(path, parent=f"{HOST}/1/"))
    unit.document(estate.document("/1/a.pdf"), Judged("application/pdf", CLEAR))
    left = (f"{HOST}/1/b.pdf", f"{HOST}/1/c.pdf")
    unit.skipped(Skipped(f"{HOST}/1/", SkipReason.BUDGET_SPENT, "requests 2 more", stands_for=left))
    unit.finish(estate.outcome())
    sweep.finish(estate.end())
    merge(estate.root, estate.database)
    assert estate.ask("SELECT name, outcome FROM entries ORDER BY name") == [
        ("a.pdf", "fetched"),
        ("b.pdf", "skipped"),
        ("c.pdf", "skipped"),
        ("style.css", "not_selected"),
    ]
    assert estate.ask("SELECT detail, places FROM skips") == [("requests 2 more", 2)]
    summary = sweep_summary(estate.database, sweep.record.sweep_id)
    assert summary.skips == {SkipReason.BUDGET_SPENT: 2}
    (told,) = reach(estate.database)
    assert (told.skipped, told.skipped_by_reason, told.not_selected) == (2, {SkipReason.BUDGET_SPENT: 2}, 1)


def test_what_was_selected_and_left_is_skipped(estate: Estate) -> None:
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    rows = [estate.entry(f"/1/{name}", selected=name != "c.css") for name in ("a.pdf", "b.pdf", "c.css")]
    unit.entries(rows)
    unit.document(estate.document("/1/a.pdf"), Judged("application/pdf", CLEAR))
    unit.skipped(Skipped(f"{HOST}/1/", SkipReason.BUDGET_SPENT, "requests 1 more"))
    unit.finish(estate.outcome())
    sweep.finish(estate.end())
    merge(estate.root, estate.database)
    outcomes = estate.ask("SELECT name, outcome, is_current FROM entries ORDER BY name")
    assert outcomes == [("a.pdf", "fetched", True), ("b.pdf", "skipped", True), ("c.css", "not_selected", True)]


def test_the_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "it's [a] *{b} folder"
    folder.mkdir()
    estate = Estate(folder / "findings [1].duckdb")
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    assert estate.ask("SELECT letter_id FROM findings") == [("L-41",)]


@pytest.mark.parametrize("name", ["q=1", "sweep_id=evil", "finding_id=1/unit_id=2"])
def test_a_folder_named_like_a_column_is_a_folder(tmp_path: Path, name: str) -> None:
    estate = Estate(tmp_path / name / "findings.duckdb")
    sweep_id = estate.sweep((estate.document("/1/a.pdf"), letter()))
    waits = estate.sweep((estate.document("/1/a.pdf"), letter()))
    assert estate.ask("SELECT sweep_id, unit_id FROM matches ORDER BY 1") == [
        (sweep_id, unit_record().unit_id),
        (waits, unit_record().unit_id),
    ]
    assert estate.ask("SELECT history FROM finding_status") == [("PP",)]


def test_a_place_is_one_row_however_often_met(estate: Estate) -> None:
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    for path in ("/1/a.pdf", "/1/b.pdf", "/1/c.exe", "/1/d.pdf"):
        unit.entry(estate.entry(path, size=150_000, size_exact=False))
    unit.document(estate.document("/1/a.pdf"), Judged("application/pdf", CLEAR))
    unit.skipped(Skipped(f"{HOST}/1/b.pdf", SkipReason.TIMED_OUT))
    unit.skipped(Skipped(f"{HOST}/1/d.pdf", SkipReason.ENCRYPTED, member="inner.pdf"))
    unit.document(estate.document("/1/e.pdf", requested_url=f"{HOST}/1/d.pdf"), Judged("application/pdf", CLEAR))
    unit.finish(estate.outcome())
    sweep.finish(estate.end())
    merge(estate.root, estate.database)
    outcomes = "SELECT url[-5:], outcome, size, size_exact FROM entries ORDER BY url"
    assert estate.ask(outcomes) == [
        ("a.pdf", "fetched", 150_000, False),
        ("b.pdf", "skipped", 150_000, False),
        ("c.exe", "not_selected", 150_000, False),
        ("d.pdf", "fetched", 150_000, False),
        ("e.pdf", "fetched", 5, True),
    ]
    estate.sweep(Skipped(f"{HOST}/1/b.pdf", SkipReason.NOT_FOUND), estate.document("/1/a.pdf", b"new"))
    seen = estate.ask(
        "SELECT url[-5:], outcome, last_sweep = (SELECT max(sweep_id) FROM sweeps), first_seen < last_seen "
        "FROM entries ORDER BY url"
    )
    assert seen[0] == ("a.pdf", "fetched", True, True)
    assert seen[1] == ("b.pdf", "skipped", False, False)
    assert len(seen) == 5


def test_in_one_sweep_the_unit_that_looked_closest_is_right(estate: Estate) -> None:
    sweep = estate.begin(unit_record(1), unit_record(2))
    looked = estate.open_unit(sweep, 1)
    looked.document(estate.document("/1/a.pdf"), Judged("application/pdf", CLEAR))
    looked.finish(estate.outcome())
    passed_by = estate.open_unit(sweep, 2)
    passed_by.entry(estate.entry("/1/a.pdf"))
    passed_by.finish(estate.outcome())
    sweep.finish(estate.end())
    merge(estate.root, estate.database, units_at_once=1)
    assert estate.ask("SELECT outcome FROM entries") == [("fetched",)]


def test_an_older_sweep_merged_late_tells_only_of_the_beginning(estate: Estate) -> None:
    older = estate.begin()
    unit = estate.open_unit(older)
    unit.document(
        estate.document("/1/a.pdf", b"old"), Judged("application/pdf", letter(verdict=Verdict.SHARED_PASSAGE))
    )
    estate.sweep((estate.document("/1/a.pdf", b"new content"), letter()))
    estate.days -= 1
    unit.finish(estate.outcome())
    older.finish(estate.end())
    merge(estate.root, estate.database)
    assert estate.ask("SELECT verdict, size, first_sweep, last_sweep > first_sweep FROM findings") == [
        ("known_letter", 11, older.record.sweep_id, True)
    ]
    assert estate.ask("SELECT size, first_sweep FROM entries") == [(11, older.record.sweep_id)]
    assert estate.ask("SELECT state FROM finding_status") == [("open",)]


def test_two_addresses_of_one_document_make_one_row(estate: Estate) -> None:
    estate.sweep(
        (estate.document("/1/a.pdf"), letter("L-1")),
        (estate.document("/1/a.pdf", requested_url=f"{HOST}/1/latest"), letter("L-1")),
    )
    assert estate.ask("SELECT requested_url FROM documents") == [(f"{HOST}/1/latest",)]
    assert estate.ask("SELECT count(*) FROM matches JOIN documents USING (sweep_id, unit_id, document_number)") == [
        (1,)
    ]
    assert estate.ask("SELECT count(*) FROM findings") == [(1,)]


def test_strange_text_goes_through_whole(estate: Estate) -> None:
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    unit.entry(estate.entry("/1/x", parent="http://files.example.org/\u202e\x00\x1b[31m'\""))
    unit.finish(estate.outcome())
    sweep.finish(estate.end())
    merge(estate.root, estate.database)
    assert estate.ask("SELECT parent FROM entries") == [("http://files.example.org/\u202e\x00\x1b[31m'\"",)]


def test_no_text_of_a_letter_is_in_spool_or_database(estate: Estate) -> None:
    content = b"Dear Mrs Planted, your NHS number is 999 123 4560"
    estate.sweep((estate.document("/1/a.pdf", content), letter()), merged=False)
    spooled = b"".join(path.read_bytes() for path in estate.root.rglob("*") if path.is_file())
    columns = [pq.read_table(path).to_pylist() for path in estate.root.rglob("*.parquet")]
    merge(estate.root, estate.database)
    for text in ("Planted", "999 123 4560"):
        assert text.encode() not in spooled + estate.database.read_bytes()
        assert text not in repr(columns)


@pytest.mark.parametrize("kind", [SweepKind.RECHECK, SweepKind.TIP_OFF])
def test_a_recheck_says_nothing_of_what_it_did_not_ask_for(estate: Estate, kind: SweepKind) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter("L-1")), (estate.document("/1/b.pdf"), letter("L-2")))
    recheck = estate.begin(kind=kind)
    unit = estate.open_unit(recheck)
    unit.skipped(Skipped(f"{HOST}/1/a.pdf", SkipReason.NOT_FOUND))
    unit.finish(estate.outcome())
    recheck.finish(estate.end())
    merge(estate.root, estate.database)
    assert estate.ask("SELECT url[-5:], history FROM finding_status ORDER BY url") == [("a.pdf", "PG"), ("b.pdf", "P")]


@pytest.mark.parametrize("changes", [1, 2, 3, 4, 5])
def test_parts_from_before_columns_were_added_are_merged(estate: Estate, changes: int) -> None:
    sweep = spool_of_many_units(estate)
    for part in sweep.folder.path.rglob("part-*/*.parquet"):
        added = ADDED.get(part.stem, ())[-changes:]
        pq.write_table(pq.read_table(part).drop_columns([name for names in added for name in names]), part)
    report = merge(estate.root, estate.database)
    assert (report.units, report.quarantined) == (UNITS, ())
    assert counts(estate) == EXPECTED
    if changes > 1:
        assert estate.ask("SELECT DISTINCT categories, person_ids, reasons FROM findings") == [(None, None, None)]
    if changes > 2:
        assert estate.ask("SELECT DISTINCT misnamed FROM documents") == [(None,)]
    if changes > 3:
        assert estate.ask("SELECT DISTINCT is_current FROM entries") == [(None,)]
        assert estate.ask("SELECT DISTINCT is_current FROM documents") == [(None,)]
        assert estate.ask("SELECT DISTINCT places FROM skips") in ([], [(1,)])
    if changes > 4:
        assert estate.ask("SELECT DISTINCT cue, modified_source FROM entries") == [(None, None)]
        assert estate.ask("SELECT DISTINCT tls, reached_by FROM documents") == [(None, None)]


def test_a_cue_stays_with_a_place_that_is_met_again_without_it(estate: Estate) -> None:
    for cue in (Cue.DICTATION_AUDIO, None):
        sweep = estate.begin()
        unit = estate.open_unit(sweep)
        unit.entry(estate.entry("/1/a.dss", cue=cue, size=1000, size_error=500, size_exact=False))
        unit.entry(estate.entry("/1/b.txt"))
        unit.finish(estate.outcome())
        sweep.finish(estate.end())
        merge(estate.root, estate.database)
    assert estate.ask("SELECT name, cue, outcome, size_error FROM worth_a_look") == [
        ("a.dss", "dictation_audio", "not_selected", 500)
    ]
