"""The unit's own process: `python -m sweeps.worker`, a job on standard input, progress on standard output."""

from __future__ import annotations

import os
import resource
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from documents.records import Skipped, SkipReason
from documents.sink import Sink
from extraction.isolation import ExtractorPool
from fetching.budget import NOTHING_SPENT, Budget, Cost
from fetching.conduct import ConductLog, Why
from fetching.dialler import refuse_undialled_connections
from fetching.errand import Errand
from fetching.known_places import read_places
from fetching.pacing import Pacer
from fetching.source import Source
from findings.conduct.folder import open_folder
from findings.errors import SpoolError
from findings.keys import DatabaseKey, load_or_create_database_key
from findings.records import UnitOutcome, UnitRecord, UnitState
from findings.spool import SweepSpool, UnitSpool
from findings.spool_folders import SweepFolder, spool_root
from inspection.inspector import Inspector
from inspection.listening import Listener
from inspection.reading import isolation_limits, ocr_budget
from matchers.compiled import load_loops
from matchers.errors import PackError
from matchers.keys import load_key
from matchers.matcher import Matcher
from matchers.pack import Pack, open_pack
from matchers.sketch import Sketcher
from scope.bucket_urls import grammar_of_scope
from scope.guard import Guard
from scope.model import Limits, NameTarget
from scope.pieces import Piece
from scope.units import Unit, UnitKind
from sweeps.cuts import UnitCut, note_spent, spent_before
from sweeps.gates import UnitGate
from sweeps.host_checks import HostChecks
from sweeps.job import NO_PACK, NO_SPOOL, STOP_LINE, Job, progress_line
from sweeps.keeping import keeper
from sweeps.places_met import PlacesMet
from sweeps.progress import Progress
from sweeps.provenance import of_unit
from sweeps.remembering import remembered
from sweeps.sources import source_for
from sweeps.unit_sink import UnitSink
from sweeps.whose import Whose

# Progress is told at most this often, seconds: a screen is not read faster, and a pipe costs a system call.
TELL_EVERY = 0.2
# And at least this often, seconds: a host that keeps us waiting is told from a process that hangs.
BEAT = 5.0
# Exit code of a unit whose source broke; what it found is published all the same.
BROKEN = 3

# Requests that a search may make for each name in each pass: the name itself, again after a lie, and its share of
# canaries. Where a service lies above a speed, 3.7 and 3.8 were made in two passes.
REQUESTS_PER_NAME = 3


class Teller:
    """Writes progress lines to what was standard output, not too often; and now and then where nothing is counted."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._told = 0.0
        self._lock = threading.Lock()
        self._spent: Callable[[], Progress] = Progress

    def costs(self, budget: Budget, pacer: Pacer, so_far: Callable[[], Progress]) -> None:
        """From now on each line tells what was spent as well, and lines come however long the host is silent."""
        self._spent = lambda: Progress(requests=budget.requests, bytes=budget.bytes, held_seconds=round(pacer.held, 1))
        threading.Thread(target=self._beat, args=(so_far,), daemon=True).start()

    def __call__(self, progress: Progress) -> None:
        """Tell, unless it was told a moment ago."""
        if time.monotonic() - self._told >= TELL_EVERY:
            self.now(progress)

    def now(self, progress: Progress) -> None:
        """Tell in any case."""
        spent = self._spent()
        told = replace(progress, requests=spent.requests, bytes=spent.bytes, held_seconds=spent.held_seconds)
        with self._lock:
            self._told = time.monotonic()
            self._out.write(progress_line(told) + "\n")
            self._out.flush()

    def _beat(self, so_far: Callable[[], Progress]) -> None:
        while True:
            self.now(so_far())
            time.sleep(BEAT)


def main() -> None:
    """Fetch one unit and publish it; exit code 0 where all of it was fetched, BROKEN where the source gave up."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold letters and the key
    out = _own_standard_output()
    job = Job.from_line(sys.stdin.readline())
    stop = threading.Event()
    threading.Thread(target=_listen, args=(stop,), daemon=True).start()
    guard = Guard(job.scope)
    refuse_undialled_connections(guard)
    record = UnitRecord.from_unit(job.unit)
    key = _database_key(job)
    sweep = SweepSpool.of_sweep(spool_root(job.scope.database.file), job.sweep_id, key)
    gate = UnitGate(job.scope, job.unit.target, guard)
    try:
        with gate.watching(stop):
            state = _fetch(job, guard, sweep.unit(record), Teller(out), stop, gate)
    except SpoolError:
        sys.exit(NO_SPOOL)
    except PackError:
        sys.exit(NO_PACK)
    sys.exit(BROKEN if state is UnitState.FAILED else 0)


def _fetch(
    job: Job, guard: Guard, spool: UnitSpool, teller: Teller, stop: threading.Event, gate: UnitGate
) -> UnitState:
    limits = limits_of(job)
    folder = SweepFolder.of(spool_root(job.scope.database.file), job.sweep_id)
    cut = UnitCut(folder, job.unit) if job.unit.kind is UnitKind.BUCKET else None
    unit = replace(job.unit, piece=cut.piece) if cut else job.unit
    before = _before(spool, spent_before(folder, unit) if unit.piece else NOTHING_SPENT)
    budget = budget_of(limits, spool, before)
    started = _first_started(spool)
    pack = open_pack(job.scope.pack.path, load_key(job.scope.pack.key))
    listener = Listener(pack)
    errand = Errand(
        guard=guard,
        limits=limits,
        budget=budget,
        pacer=Pacer(limits.requests_per_second),
        conduct=_conduct(job),
        user_agent=job.user_agent,
        store=spool.store,
        memory=remembered(job, job.unit, spool, pack.manifest.generation),
        leads=Path(job.leads) if job.leads else None,
        places=Path(job.places) if job.places else None,
        harvest=grammar_of_scope(job.scope) if job.scope.names is not None and job.scope.names.harvest else None,
        hears=listener.hears,
        cut=cut,
        stop=stop,
    )
    with _extractors(job, spool) as extractors:
        whose = Whose(job.scope, errand.leads)
        inspector = _inspector(job, extractors, pack, listener)
        keep = keeper(job.scope, job.sweep_id, job.user_agent)
        sink = UnitSink(_must_be_there(job), spool, inspector, teller, whose.attributed, keep)
        teller.costs(budget, errand.pacer, lambda: sink.progress)
        error = _fetch_known(replace(job, unit=unit), errand, sink, spool)
    teller.now(sink.progress)
    errand.conduct.close()
    error = gate.shut.detail if gate.shut else error
    state = UnitState.INTERRUPTED if stop.is_set() else UnitState.FAILED if error else UnitState.FINISHED
    _settle_cost(folder, unit, cut, budget)
    spool.finish(_outcome(state, started, before, budget, error))
    return state


def _settle_cost(folder: SweepFolder, unit: Unit, cut: UnitCut | None, budget: Budget) -> None:
    """Keep what was spent: for this unit where it goes on, for the others where it is a piece."""
    budget.settle()
    if cut and (unit.piece != Piece(unit.unit_id, 1) or cut.piece != unit.piece):
        note_spent(folder, unit, budget.cost)


def _before(spool: UnitSpool, spent: Cost) -> Cost:
    """What other pieces had spent when this one was first begun; with that its own count begins."""
    store = spool.store
    kept = store.kept("before") if store else None
    before = Cost(**kept) if kept else spent
    if store:
        store.keep("before", lambda: asdict(before))
    return before


def _must_be_there(job: Job) -> str:
    """The address whose absence fails the unit; of a bucket and in a recheck it is an answer to what was asked."""
    return "" if job.only_known or job.unit.kind in (UnitKind.BUCKET, UnitKind.NAMES) else job.unit.start_url


def limits_of(job: Job) -> Limits:
    """The scope's; a search for names may ask for each name, once more or twice, and for canaries in between."""
    limits, target = job.scope.limits, job.unit.target
    if not isinstance(target, NameTarget):
        return limits
    requests = max(limits.requests, REQUESTS_PER_NAME * target.search.passes * target.search.candidates)
    return limits.model_copy(update={"requests": requests})


def budget_of(limits: Limits, spool: UnitSpool, before: Cost = NOTHING_SPENT) -> Budget:
    """With what the unit had spent before a kill; with what other pieces had, where it was never begun."""
    store = spool.store
    if store is None:
        return Budget(limits, earlier=before)
    kept = store.kept("cost")
    earlier = Cost(**kept) if kept else before
    earlier = replace(earlier, requests=max(earlier.requests, store.ahead))
    budget = Budget(limits, earlier=earlier, ahead=store.note_ahead)
    store.keep("cost", lambda: asdict(budget.cost))
    return budget


def _first_started(spool: UnitSpool) -> datetime:
    """When the unit was first begun."""
    store = spool.store
    if store is None:
        return datetime.now(UTC)
    started = store.kept("started_at") or datetime.now(UTC).isoformat()
    store.keep("started_at", lambda: started)
    return datetime.fromisoformat(started)


def _fetch_known(job: Job, errand: Errand, sink: UnitSink, spool: UnitSpool) -> str:
    """Fetch; where findings are known, look before and after whether the host answers as before. See `_fetch_from`."""
    unit, places = job.unit, tuple(read_places(errand.places))
    source = _source(job, errand)
    if not places:
        return _fetch_from(source, unit, sink)
    checks = HostChecks(unit, errand, places, spool.host_checked)
    met = PlacesMet(sink, places, spool)
    checks.before()
    error = _fetch_from(source, unit, met)
    if not error and not errand.stop.is_set():
        checks.after()
        met.tell_led_elsewhere()
        if _is_whole(unit, errand):  # what a piece does not list may lie in another one
            met.tell_absences()
    return error


def _source(job: Job, errand: Errand) -> Source:
    if not job.only_known:
        return source_for(job.unit.kind, errand)
    from sweeps.place_asking import PlaceSource  # noqa: PLC0415 - it knows all kinds of units, with their libraries

    return PlaceSource(errand)


def _is_whole(unit: Unit, errand: Errand) -> bool:
    """Has nothing of it been cut off, now or in earlier sweeps?"""
    piece = errand.cut.piece if isinstance(errand.cut, UnitCut) else unit.piece
    return piece is None or piece.is_all


def _fetch_from(source: Source, unit: Unit, sink: Sink) -> str:
    """Fetch; returns where a source broke. What it had found until then is kept, the rest is told as not seen."""
    try:
        source.fetch(unit, sink)
    except SpoolError:
        raise  # the disk gives up: nothing can be kept
    except Exception as error:  # noqa: BLE001 - one unit's error never ends a sweep, and its text may hold anything
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
        sink.skipped(Skipped(unit.start_url, SkipReason.UNIT_FAILED, where))
        return where
    return ""


def _outcome(state: UnitState, started: datetime, before: Cost, budget: Budget, error: str) -> UnitOutcome:
    requests, size = budget.requests - before.requests, budget.bytes - before.bytes
    return UnitOutcome(state, started, datetime.now(UTC), requests, size, error)


def _extractors(job: Job, spool: UnitSpool) -> ExtractorPool:
    """One reader; not made before it is wanted where earlier sweeps know the unit: there may be nothing to read."""
    ahead = spool.memory is None or not spool.memory.knows
    if ahead:
        load_loops()  # what is fetched while the first document waits for them is lost with a kill
    return ExtractorPool(1, isolation_limits(job.scope.ocr, job.scope.speech), ahead=ahead)


def _inspector(job: Job, extractors: ExtractorPool, pack: Pack, listener: Listener) -> Inspector:
    sketcher = Sketcher(pack) if job.scope.database.sketches else None
    ocr = ocr_budget(job.scope.ocr)
    return Inspector(extractors, Matcher(pack), ocr=ocr, listener=listener, sketcher=sketcher)


def _conduct(job: Job) -> ConductLog:
    usual = Why.RECHECK if job.only_known else None
    of = of_unit(job.scope, job.unit, job.sweep_id, _database_key(job), usual)
    return ConductLog.sealed(open_folder(job.scope.database.file, job.sweep_id), job.unit_id, of)


def _database_key(job: Job) -> DatabaseKey:
    return load_or_create_database_key(job.scope.database.key, database_exists=True)


def _own_standard_output() -> IO[str]:
    """Keep the pipe to our parent to ourselves: what a library prints would not be progress, and could be a letter."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return out


def _listen(stop: threading.Event) -> None:
    """A stop line ends the unit cleanly; the end of input means that our parent is gone, and so are we."""
    for line in sys.stdin:
        if line.strip() == STOP_LINE:
            stop.set()
    os._exit(1)


if __name__ == "__main__":
    main()
