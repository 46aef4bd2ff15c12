"""The spool: units are whole or not there; a kill loses nothing that was finished."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from documents.records import Skipped, SkipReason
from findings.errors import DatabaseKeyError, SpoolError
from findings.keys import DatabaseKey
from findings.merge import merge
from findings.records import SweepState, UnitState
from findings.rows import Judged
from findings.spool import SweepSpool
from findings.spool_folders import spooled_matches
from matchers.verdicts import Verdict
from tests.findings.conftest import CLEAR, HOST, Estate, letter, unit_record

# A worker that writes parts for ever; its key and its folder come pickled, as a process pool would send them.
WORKER = """
import pickle, sys
from pathlib import Path
from findings.rows import Judged
from tests.findings.conftest import CLEAR, Estate, letter, unit_record

sweep = pickle.loads(sys.stdin.buffer.read())
estate = Estate(Path("unused"), days=1)
unit = sweep.unit(unit_record(), clock=lambda: estate.now)
number = 0
while True:
    number += 1
    unit.document(estate.document(f"/1/{number}.pdf"), Judged("application/pdf", letter(f"L-{number}")))
"""


def killed_worker(sweep: SweepSpool, parts: int) -> None:
    """Run a worker of unit 1 until it has written some parts, then kill it."""
    with subprocess.Popen([sys.executable, "-c", WORKER], stdin=subprocess.PIPE) as worker:
        assert worker.stdin
        worker.stdin.write(pickle.dumps(sweep.for_worker()))
        worker.stdin.close()
        part = sweep.folder.open_unit(unit_record().unit_id) / f"part-{parts:06d}"
        while not part.exists():
            assert worker.poll() is None, "the worker broke"
            threading.Event().wait(0.01)
        worker.kill()


def test_a_unit_is_published_when_it_has_finished_and_not_before(estate: Estate) -> None:
    sweep = estate.begin(unit_record(1), unit_record(2))
    unit = estate.open_unit(sweep)
    unit.document(estate.document("/1/a.pdf"), Judged("application/pdf", letter()))
    assert sweep.finished_units() == frozenset()
    unit.finish(estate.outcome())
    assert sweep.finished_units() == {unit_record().unit_id}
    with pytest.raises(SpoolError, match="finished already"):
        estate.open_unit(sweep)


def test_document_gives_back_the_findings_that_it_makes(estate: Estate) -> None:
    unit = estate.open_unit(estate.begin())
    document = estate.document("/1/a.pdf")
    assert unit.document(document, Judged("text/plain", CLEAR)) == ()
    assert unit.document(document, Judged("application/pdf", letter("L-1"))) == (
        estate.key.finding_id(document.url, "", "letter:L-1"),
    )


def test_an_interrupted_sweep_is_found_by_its_scope_and_goes_on(estate: Estate) -> None:
    assert SweepSpool.unfinished(estate.root, "scope-1", estate.key) is None
    sweep = estate.begin(unit_record(1), unit_record(2))
    estate.open_unit(sweep, 1).finish(estate.outcome())
    merge(estate.root, estate.database)
    resumed = SweepSpool.unfinished(estate.root, "scope-1", estate.key)
    assert resumed == sweep
    assert resumed.finished_units() == {unit_record(1).unit_id}, "merged units are not run again"
    assert SweepSpool.unfinished(estate.root, "scope-2", estate.key) is None
    estate.open_unit(resumed, 2).finish(estate.outcome())
    resumed.finish(estate.end())
    assert SweepSpool.unfinished(estate.root, "scope-1", estate.key) is None
    merge(estate.root, estate.database)
    assert estate.ask("SELECT state, count(*) FROM units GROUP BY ALL") == [("finished", 2)]


def test_a_unit_that_a_stop_cut_short_is_run_again_when_the_sweep_is_resumed(estate: Estate) -> None:
    sweep = estate.begin(unit_record(1), unit_record(2))
    estate.open_unit(sweep, 1).finish(estate.outcome())
    stopped = estate.open_unit(sweep, 2)
    stopped.document(estate.document("/2/a.pdf"), Judged("application/pdf", letter("L-1")))
    stopped.finish(estate.outcome(UnitState.INTERRUPTED))
    assert unit_record(2).unit_id in sweep.finished_units(), "this run is not to begin it again"
    merge(estate.root, estate.database)  # stopped at once: no end was written, and a reading command merges
    assert estate.ask("SELECT unit_id, state FROM units") == [(unit_record(1).unit_id, "finished")]

    resumed = SweepSpool.unfinished(estate.root, "scope-1", estate.key)
    assert resumed
    resumed.reopen()
    assert resumed.finished_units() == {unit_record(1).unit_id}
    again = estate.open_unit(resumed, 2)
    for path in ("/2/a.pdf", "/2/b.pdf"):
        again.document(estate.document(path), Judged("application/pdf", letter("L-1")))
    again.finish(estate.outcome())
    resumed.finish(estate.end())
    merge(estate.root, estate.database)
    assert estate.ask("SELECT state, count(*) FROM units GROUP BY ALL") == [("finished", 2)]
    assert estate.ask("SELECT count(*), count(DISTINCT url) FROM documents") == [(2, 2)]


def test_a_unit_cut_short_twice_keeps_what_it_had_found(estate: Estate) -> None:
    sweep = estate.begin()
    stopped = estate.open_unit(sweep)
    stopped.document(estate.document("/1/a.pdf"), Judged("application/pdf", letter("L-1")))
    stopped.finish(estate.outcome(UnitState.INTERRUPTED))
    resumed = SweepSpool.unfinished(estate.root, "scope-1", estate.key)
    assert resumed
    resumed.reopen()
    assert resumed.settle_unit(unit_record(), estate.outcome(UnitState.INTERRUPTED), SkipReason.INTERRUPTED)
    resumed.finish(estate.end(SweepState.INTERRUPTED))
    merge(estate.root, estate.database)
    assert estate.ask("SELECT state FROM units") == [("interrupted",)]
    assert estate.ask("SELECT letter_id FROM findings") == [("L-1",)]


def test_a_sweep_is_not_resumed_with_another_key(estate: Estate) -> None:
    estate.begin()
    with pytest.raises(DatabaseKeyError, match="another database key"):
        SweepSpool.unfinished(estate.root, "scope-1", DatabaseKey(bytes(32)))


def test_a_sweep_id_is_not_spooled_twice(estate: Estate) -> None:
    sweep = estate.begin()
    with pytest.raises(SpoolError, match="spooled already"):
        SweepSpool.create(estate.root, sweep.record, estate.key)


def test_a_sweep_that_was_killed_while_it_began_leaves_nothing(estate: Estate) -> None:
    sweep = estate.begin()
    half_made = sweep.folder.path.rename(sweep.folder.path.with_name("sweep-20260101T000000Z-0.tmp"))
    assert SweepSpool.all_unfinished(estate.root, estate.key) == []
    merge(estate.root, estate.database)
    estate.begin()
    assert not half_made.exists()


def test_a_killed_unit_is_dropped_and_run_again(estate: Estate) -> None:
    sweep = estate.begin()
    killed_worker(sweep, parts=2)
    assert sweep.finished_units() == frozenset()
    merge(estate.root, estate.database)
    resumed = SweepSpool.unfinished(estate.root, "scope-1", estate.key)
    assert resumed
    unit = estate.open_unit(resumed)
    unit.document(estate.document("/1/1.pdf"), Judged("application/pdf", letter("L-1")))
    unit.finish(estate.outcome())
    resumed.finish(estate.end())
    merge(estate.root, estate.database)
    assert estate.ask("SELECT letter_id FROM findings") == [("L-1",)]
    assert estate.ask("SELECT count(*) FROM documents") == [(1,)]


def test_what_a_crashed_unit_had_written_is_kept_when_the_sweep_goes_on(estate: Estate) -> None:
    sweep = estate.begin()
    killed_worker(sweep, parts=2)
    opened = sweep.folder.open_unit(unit_record().unit_id)
    kept = sum(pq.read_metadata(path).num_rows for path in opened.glob("part-0*[0-9]/documents.parquet"))
    assert sweep.settle_unit(unit_record(), estate.outcome(UnitState.FAILED))
    assert not sweep.settle_unit(unit_record(), estate.outcome(UnitState.FAILED)), "once is enough"
    sweep.finish(estate.end())
    merge(estate.root, estate.database)
    assert kept > 1000
    assert estate.ask("SELECT count(*), count(DISTINCT letter_id) FROM findings") == [(kept, kept)]
    assert estate.ask("SELECT count(*), count(DISTINCT url) FROM documents") == [(kept, kept)]
    assert estate.ask("SELECT url, reason FROM skips") == [(unit_record().start_url, "unit_failed")]
    assert estate.ask("SELECT state FROM units") == [("failed",)]


def test_a_unit_whose_worker_never_began_is_settled_too(estate: Estate) -> None:
    sweep = estate.begin()
    sweep.settle_unit(unit_record(), estate.outcome(UnitState.FAILED), SkipReason.UNIT_FAILED)
    sweep.finish(estate.end())
    merge(estate.root, estate.database)
    assert estate.ask("SELECT reason FROM skips") == [("unit_failed",)]


def test_settling_does_not_touch_a_unit_that_finished(estate: Estate) -> None:
    sweep = estate.begin()
    estate.open_unit(sweep).finish(estate.outcome())
    assert not sweep.settle_unit(unit_record(), estate.outcome(UnitState.FAILED))
    sweep.finish(estate.end())
    merge(estate.root, estate.database)
    assert estate.ask("SELECT state FROM units") == [("finished",)]
    assert estate.ask("SELECT count(*) FROM skips") == [(0,)]


def test_a_sweep_that_is_stopped_says_what_it_did_not_finish_and_never_reached(estate: Estate) -> None:
    sweep = estate.begin(*(unit_record(number) for number in (1, 2, 3)))
    estate.open_unit(sweep, 1).finish(estate.outcome())
    half_done = estate.open_unit(sweep, 2)
    half_done.entry(estate.entry("/2/a.pdf"))
    sweep.finish(estate.end(SweepState.INTERRUPTED))
    merge(estate.root, estate.database)
    states = estate.ask("SELECT unit_id[-1], state FROM units ORDER BY unit_id")
    assert states == [("1", "finished"), ("2", "interrupted"), ("3", "not_reached")]
    skips = estate.ask("SELECT url, reason FROM skips ORDER BY url")
    assert skips == [(f"{HOST}/2/", "interrupted"), (f"{HOST}/3/", "interrupted")]
    assert estate.ask("SELECT state FROM sweeps") == [("interrupted",)]


def test_what_waits_in_the_spool_is_counted(estate: Estate) -> None:
    assert spooled_matches(estate.root) == 0
    estate.sweep(
        (estate.document("/1/a.pdf"), letter("L-1")),
        (estate.document("/1/b.pdf"), letter("L-2")),
        (estate.document("/1/c.pdf"), letter("L-3", Verdict.TEMPLATE_ONLY)),
        estate.document("/1/d.pdf"),
        merged=False,
    )
    estate.sweep((estate.document("/1/a.pdf"), letter("L-1")), merged=False)
    assert spooled_matches(estate.root) == 3
    next(estate.root.rglob("matches.parquet")).write_bytes(b"PAR1 torn")
    assert spooled_matches(estate.root) in (1, 2)
    merge(estate.root, estate.database)
    assert spooled_matches(estate.root) == 0


def test_records_may_come_from_several_threads(estate: Estate) -> None:
    sweep = estate.begin()
    unit = estate.open_unit(sweep)

    def work(thread: int) -> None:
        for number in range(200):
            unit.entry(estate.entry(f"/1/{thread}-{number}"))
            unit.skipped(Skipped(f"{HOST}/1/{thread}-{number}", SkipReason.TIMED_OUT))
            unit.document(estate.document(f"/1/{thread}-{number}.txt"), Judged("text/plain", CLEAR))

    threads = [threading.Thread(target=work, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    unit.finish(estate.outcome())
    sweep.finish(estate.end())
    merge(estate.root, estate.database)
    assert estate.ask("SELECT count(DISTINCT document_number) FROM documents") == [(800,)]
    assert estate.ask("SELECT count(*) FROM skips") == [(800,)]


def test_the_spool_is_for_its_owner_only(estate: Estate) -> None:
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    unit.document(estate.document("/1/a.pdf"), Judged("application/pdf", letter()))
    unit.finish(estate.outcome())
    sweep.finish(estate.end())
    paths = [estate.root, *estate.root.rglob("*")]
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_dir()} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_file()} == {0o600}
    merge(estate.root, estate.database)
    beside = [path for path in estate.database.parent.iterdir() if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in beside} == {0o600}


@pytest.mark.parametrize("name", ["", "..", "a/b", "a.b", "a" * 200])
def test_ids_that_would_leave_the_spool_are_refused(estate: Estate, name: str) -> None:
    with pytest.raises(SpoolError, match="letters, digits"):
        estate.begin().folder.unit(name)


def test_a_unit_that_can_not_be_written_to_its_end_is_not_published(estate: Estate) -> None:
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    unit.skipped(Skipped(f"{HOST}/1/a", SkipReason.TIMED_OUT))
    opened: Path = sweep.folder.open_unit(unit_record().unit_id)
    (opened / "unit.json").mkdir()
    with pytest.raises(SpoolError, match="can not be used"):
        unit.finish(estate.outcome())
    assert sweep.finished_units() == frozenset()
