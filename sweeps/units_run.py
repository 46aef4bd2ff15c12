"""The units of one sweep, run on an engine to their end: what is left to do, what comes of each, what was not begun."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

from bucket_probes.leftovers import leftovers_in
from crawler.frontier import Frontier
from crawler.leftovers import leftovers
from documents.records import Skipped, SkipReason
from fetching.store import Store
from findings.errors import SpoolError
from findings.records import StopCause, UnitOutcome, UnitRecord, UnitState, reason_of
from findings.spool import SweepSpool
from matchers.errors import PackError
from scope.pieces import piece_of
from scope.units import Unit, UnitKind
from sweeps.cuts import has_cut, later_piece, remember, with_cuts_of
from sweeps.engine import Engine
from sweeps.harvest import Harvest
from sweeps.job import NO_PACK, NO_SPOOL, Job
from sweeps.job_queue import JobQueue
from sweeps.known import Known
from sweeps.narrowing import Narrowing
from sweeps.plan import Plan
from sweeps.progress import Progress
from sweeps.recheck import RecheckPlaces
from sweeps.watching import Began, UnitBegan, UnitEnded, UnitSplit, UnitTold, Watcher

# How a unit ends that no other unit could do better than.
_STUCK: Final = {f"exit code {code}": code for code in (NO_SPOOL, NO_PACK)}


class UnitsRun:
    """One run of a sweep's units; a sweep that was killed has another.

    Args:
        plan: all units.
        spool: takes the results.
        narrowing: gives each unit its scope.
        user_agent: sent with every request.
        clock: aware time.
        stopped_by: why the sweep was told to stop; None where it was not.
    """

    def __init__(
        self,
        plan: Plan,
        spool: SweepSpool,
        narrowing: Narrowing,
        user_agent: str,
        clock: Callable[[], datetime],
        stopped_by: Callable[[], StopCause | None],
    ) -> None:
        self._plan = plan
        self._spool = spool
        self._narrowing = narrowing
        self._user_agent = user_agent
        self._clock = clock
        self._stopped_by = stopped_by
        self._pieces = Counter(plan.pieces())
        self._open = plan.open_rows(spool.folder.each_finished())

    @property
    def finished(self) -> int:
        """Units that an earlier run of this sweep had finished."""
        return len(self._plan) - sum(self._open)

    def run(self, engine: Engine, harvest: Harvest, known: Known | RecheckPlaces, watcher: Watcher) -> None:
        """Run what is left, and tell of it.

        Raises:
            EngineError: see `Engine.run`. What was not run stays open.
            SpoolError: the disk gives up. What was not finished stays open.
        """
        stuck: set[int] = set()
        watcher.tell(Began(self._spool.record.sweep_id, len(self._plan), self.finished))

        def ended(unit: Unit, broken: str) -> None:
            code = _STUCK.get(broken)
            if code is not None and self._stopped_by() is None:
                stuck.add(code)
                engine.stop()
            elif broken:
                self.settle(unit, broken)
            watcher.tell(UnitEnded(unit, broken))
            if (later := self._later(unit)) is not None:
                queue.add(later)
                watcher.tell(UnitSplit(unit, later.piece.number if later.piece else 0))

        def came_so_far(unit: Unit, progress: Progress) -> None:
            watcher.tell(UnitTold(unit, progress))

        def job(leads: str, unit: Unit) -> Job:
            watcher.tell(UnitBegan(unit))
            job = self._job(leads, known.file_for(unit), unit)
            return replace(job, only_known=isinstance(known, RecheckPlaces))

        for kinds, leads in harvest.turns():
            queue = JobQueue(self._plan, kinds, partial(job, leads), self._is_open)
            engine.run(queue, came_so_far, ended)
            self._check_stuck(stuck)
            if self._stopped_by() is not None:
                break  # what was not begun stays on record with the sweep's end
        if not isinstance(known, RecheckPlaces):
            self._remember()

    def _check_stuck(self, stuck: Collection[int]) -> None:
        """Units that could not write, or not match, stay open: once that is mended the same sweep goes on with them."""
        if NO_PACK in stuck:
            pack = self._narrowing.scope.pack.path
            raise PackError(f"{pack}: units could not open it; `stray pack inspect` says why. Then run the same again")
        if stuck:
            folder = self._spool.folder.path.parent
            raise SpoolError(f"{folder} could not be written to: is its disk full? Free some space, run the same again")

    def settle(self, unit: Unit, error: str) -> None:
        """Keep what a broken or stopped unit had written, and record the rest as not seen."""
        now, cause = self._clock(), self._stopped_by()
        state, reason = UnitState.FAILED, SkipReason.UNIT_FAILED
        if cause is not None:
            state, reason = UnitState.INTERRUPTED, reason_of(cause)
        record = UnitRecord.from_unit(unit)
        left = partial(left_in, record, reason=reason, error=error)
        self._spool.settle_unit(record, UnitOutcome(state, now, now, error=error), reason, left)

    def _later(self, unit: Unit) -> Unit | None:
        """The rest of a unit that turned out large, as a unit of its own."""
        piece = later_piece(
            self._spool.folder, unit, self._pieces[unit.piece.whole if unit.piece else unit.unit_id] + 1
        )
        if piece is None:
            return None
        self._pieces[piece.whole] = piece.number
        return piece_of(replace(unit, unit_id=piece.whole), piece)

    def _remember(self) -> None:
        """Keep bounds for the next sweep."""
        if has_cut(self._spool.folder):
            cuts = with_cuts_of(self._spool.folder, self._plan.cuts())
            remember(self._narrowing.scope.database.file, cuts, self._plan.wholes())

    def _job(self, leads: str, places: str, unit: Unit) -> Job:
        scope, sweep_id = self._narrowing.for_unit(unit), self._spool.record.sweep_id
        return Job(scope, unit, sweep_id, self._user_agent, leads, places)

    def _is_open(self, row: int) -> bool:
        return bool(self._open[row])


def left_in(
    record: UnitRecord, store: Store, reason: SkipReason = SkipReason.INTERRUPTED, error: str = ""
) -> Iterator[Skipped]:
    """What a crawl or a walk had still to ask for when its process ended."""
    if record.kind == UnitKind.BUCKET:
        return leftovers_in(store, record.start_url, reason, error)
    return leftovers(Frontier(store), record.start_url, reason, error)
