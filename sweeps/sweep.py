"""One sweep from plan to settled findings; resumes one of the same scope that was killed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bucket_probes.leftovers import leftovers_in
from crawler.frontier import Frontier
from crawler.leftovers import leftovers
from documents.records import Skipped, SkipReason
from fetching.store import Store
from findings.database import LOCK_WAIT_SECONDS, check_key
from findings.errors import DatabaseLockedError
from findings.keys import DatabaseKey, load_or_create_database_key
from findings.lock import SweepLock
from findings.merge import MergeReport, merge
from findings.query import sweep_summary
from findings.records import (
    SweepEnd,
    SweepRecord,
    SweepState,
    UnitOutcome,
    UnitRecord,
    UnitState,
    new_sweep_id,
)
from findings.results import SweepSummary
from findings.spool import SweepSpool
from findings.spool_folders import spool_root
from scope.model import Scope
from scope.units import Unit, UnitKind, units_of
from sweeps.engine import Engine
from sweeps.harvest import Harvest
from sweeps.job import Job
from sweeps.plan import scope_digest, user_agent
from sweeps.progress import Progress
from sweeps.watching import Began, Merged, Stopping, UnitEnded, UnitTold, Waits, Watcher, Watchers

# Seconds that one try to open a held database takes, so that a stop is heeded.
_WAIT_TURN = 1.0


@dataclass(frozen=True, slots=True)
class SweepResult:
    """How a sweep came out.

    Attributes:
        sweep_id: its id in the database.
        summary: counts; None while the database is held by another process and the spool waits.
        merged: what the merge did; None likewise.
        waits: why the spool waits, to be shown; empty where it does not.
    """

    sweep_id: str
    summary: SweepSummary | None
    merged: MergeReport | None
    waits: str = ""


class Sweep:
    """One pass over a scope.

    Args:
        scope: what may be looked at; its authority has been checked.
        engine: runs the units.
        version: of Stray, for the record and the User-Agent.
        pack_id: which pack it matches against, for the record.
        wait_seconds: for a database that another process holds, before the spool is left for the next merge.
        clock: aware time.
    """

    def __init__(
        self,
        scope: Scope,
        engine: Engine,
        version: str,
        pack_id: str,
        wait_seconds: float = LOCK_WAIT_SECONDS,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._scope = scope
        self._engine = engine
        self._version = version
        self._pack_id = pack_id
        self._wait_seconds = wait_seconds
        self._clock = clock
        self._stopped = False
        self._watcher: Watcher = Watchers([])

    def stop(self, reason: str = "") -> None:
        """End cleanly: running units write what they have, the rest is recorded as interrupted. `reason` is told."""
        if not self._stopped:
            self._watcher.tell(Stopping(reason))
        self._stopped = True
        self._engine.stop()

    def kill(self) -> None:
        """End at once; the same command carries on later."""
        self._engine.kill()

    def run(self, watcher: Watcher) -> SweepResult:
        """Sweep, merge, and say what came of it.

        Raises:
            FindingsError: another sweep of this database is under way, or the disk or the key gives up.
        """
        self._watcher = watcher
        database = self._scope.database.file
        with SweepLock(spool_root(database)):
            key = load_or_create_database_key(self._scope.database.key, database_exists=database.exists())
            self._check_key(database, key)
            spool = self._spool(spool_root(database), key)
            self._run_units(spool, watcher)
            state = SweepState.INTERRUPTED if self._stopped else SweepState.FINISHED
            spool.finish(SweepEnd(self._clock(), state))
            return self._settled(spool.record.sweep_id, database, watcher)

    def _check_key(self, database: Path, key: DatabaseKey) -> None:
        """Now rather than after the sweep. Where the database is held just now, the merge checks as well."""
        with suppress(DatabaseLockedError):
            check_key(database, key, wait_seconds=0)

    def _spool(self, root: Path, key: DatabaseKey) -> SweepSpool:
        """That of an unfinished sweep of this scope, or a new one. Other scopes' will not be resumed, so they end."""
        digest = scope_digest(self._scope)
        resumed = SweepSpool.unfinished(root, digest, key)
        for other in SweepSpool.all_unfinished(root, key):
            if resumed is None or other.record.sweep_id != resumed.record.sweep_id:
                other.finish(SweepEnd(self._clock(), SweepState.INTERRUPTED))
        if resumed is not None:
            return resumed
        started = self._clock()
        authority = self._scope.authority
        record = SweepRecord(
            sweep_id=new_sweep_id(started),
            scope_digest=digest,
            organisation=self._scope.organisation,
            authority=authority.reference if authority else "",
            started_at=started,
            stray_version=self._version,
            pack_check=self._pack_id,
            units=tuple(UnitRecord.from_unit(unit) for unit in units_of(self._scope)),
        )
        return SweepSpool.create(root, record, key)

    def _run_units(self, spool: SweepSpool, watcher: Watcher) -> None:
        units = list(units_of(self._scope))
        finished = spool.finished_units()
        agent = user_agent(self._scope, self._version)
        jobs = [
            Job(self._scope, unit.unit_id, spool.record.sweep_id, agent)
            for unit in units
            if unit.unit_id not in finished
        ]
        watcher.tell(Began(spool.record.sweep_id, len(units), len(units) - len(jobs)))

        def ended(unit: Unit, broken: str) -> None:
            if broken:
                self._settle(spool, unit, broken)
            watcher.tell(UnitEnded(unit, broken))

        def came_so_far(unit: Unit, progress: Progress) -> None:
            watcher.tell(UnitTold(unit, progress))

        harvest = Harvest(self._scope, spool.folder, self._wait_seconds, lambda what: watcher.tell(Waits(what)))
        for turn in harvest.in_turns(jobs):
            self._engine.run(turn, came_so_far, ended)
            if self._stopped:
                break
        for job in jobs:  # those that a stop kept from beginning
            if job.unit_id not in spool.finished_units():
                self._settle(spool, job.unit, "")

    def _settle(self, spool: SweepSpool, unit: Unit, error: str) -> None:
        """Keep what a broken or stopped unit had written, and record the rest as not seen."""
        now = self._clock()
        state, reason = UnitState.FAILED, SkipReason.UNIT_FAILED
        if self._stopped:
            state, reason = UnitState.INTERRUPTED, SkipReason.INTERRUPTED

        def left(store: Store) -> Iterator[Skipped]:
            """What a crawl or a walk had still to ask for."""
            if unit.kind is UnitKind.BUCKET:
                return leftovers_in(store, unit.start_url, reason, error)
            return leftovers(Frontier(store), unit.start_url, reason, error)

        spool.settle_unit(UnitRecord.from_unit(unit), UnitOutcome(state, now, now, error=error), reason, left)

    def _settled(self, sweep_id: str, database: Path, watcher: Watcher) -> SweepResult:
        """Merge; a database that another process holds is waited for in short turns, which a stop ends."""
        until = time.monotonic() + self._wait_seconds
        told = False
        while True:
            left = min(_WAIT_TURN, max(0.0, until - time.monotonic()))
            try:
                merged = merge(spool_root(database), database, left)
                watcher.tell(Merged(merged.units))
                return SweepResult(sweep_id, sweep_summary(database, sweep_id, left), merged)
            except DatabaseLockedError as error:
                if self._stopped or time.monotonic() >= until:
                    return SweepResult(sweep_id, None, None, str(error))
                if not told:
                    told = True
                    watcher.tell(Waits(f"{error}; waiting for up to {self._wait_seconds:.0f} s"))
