"""One sweep from plan to settled findings; resumes one of the same scope that was killed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from findings.database import LOCK_WAIT_SECONDS, check_key
from findings.errors import DatabaseLockedError
from findings.keys import DatabaseKey, load_or_create_database_key
from findings.lock import SweepLock
from findings.memory_folder import drop_foreign
from findings.merge import MergeReport, one_merge
from findings.records import (
    StopCause,
    SweepEnd,
    SweepKind,
    SweepRecord,
    SweepState,
    new_sweep_id,
    reason_of,
)
from findings.results import SweepSummary
from findings.resuming import Run, ended_unnoticed, gone_on_with, lay_down_others
from findings.spool import SweepSpool
from findings.spool_folders import spool_root
from scope.model import Scope
from sweeps.canaries import canaries_of
from sweeps.cuts import has_cut, known_cuts, remember, with_cuts_of
from sweeps.engine import Engine
from sweeps.errors import ApartEndedError
from sweeps.harvest import Harvest
from sweeps.known import Known
from sweeps.narrowing import Narrowing
from sweeps.plan import Plan, scope_digest, user_agent
from sweeps.recheck import Recheck, RecheckPlaces
from sweeps.taking_in import WAIT_TURN, Asked, TakeIn, take_in
from sweeps.units_run import UnitsRun, left_in
from sweeps.watching import Merged, Stopping, Waits, Watcher, Watchers

_FOREIGN = "what earlier sweeps remember is of another state of this database: everything is fetched"


@dataclass(frozen=True, slots=True)
class SweepResult:
    """How a sweep came out.

    Attributes:
        sweep_id: its id in the database.
        summary: counts; None where the database is held by another process, or the merge was ended: the spool waits.
        merged: what the merge did; None likewise.
        waits: why the spool waits, to be shown; empty where it does not.
        goes_on: it was stopped, and the next run of this scope goes on with it.
        given_up: ids of earlier sweeps of this scope that had not ended, and are not gone on with.
        ended_late: an earlier sweep of this scope that had looked at everything, and when, and was ended by this run.
    """

    sweep_id: str
    summary: SweepSummary | None
    merged: MergeReport | None
    waits: str = ""
    goes_on: bool = False
    given_up: tuple[str, ...] = ()
    ended_late: tuple[str, datetime] | None = None


class Sweep:
    """One pass over a scope.

    Args:
        scope: what may be looked at; its authority has been checked.
        engine: runs the units.
        version: of Stray, for the record and the User-Agent.
        pack_id: which pack it matches against, for the record.
        wait_seconds: for a database that another process holds, before the spool is left for the next merge.
        fresh: begin a new sweep, whether or not one of this scope could be gone on with.
    """

    def __init__(
        self,
        scope: Scope,
        engine: Engine,
        version: str,
        pack_id: str,
        wait_seconds: float = LOCK_WAIT_SECONDS,
        *,
        fresh: bool = False,
    ) -> None:
        self._scope = scope
        self._engine = engine
        self._version = version
        self._pack_id = pack_id
        self._wait_seconds = wait_seconds
        self._fresh = fresh
        self._cause: StopCause | None = None
        self._stopping = threading.Event()
        self._take_in: TakeIn = take_in
        self._given_up: tuple[str, ...] = ()
        self._ended_late: tuple[str, datetime] | None = None
        self._watcher: Watcher = Watchers([])
        self._plan = Plan(scope, known_cuts(scope.database.file))
        self._recheck: Recheck | None = None

    def only(self, recheck: Recheck) -> None:
        """Ask for these places and for nothing else. Before `run`."""
        self._recheck = recheck
        self._plan = Plan(recheck.scope)

    def take_in_by(self, how: TakeIn) -> None:
        """How the spool is merged: in this process unless said. Before `run`."""
        self._take_in = how

    def stop(self, cause: StopCause = StopCause.ASKED, why: str = "") -> None:
        """End cleanly: running units write what they have, and the same scope's next run goes on. From any thread.

        The first call counts. `why` is told, in words fit to be shown.
        """
        first = self._cause is None
        if first:
            self._cause = cause
            self._stopping.set()
        self._engine.stop()  # before anyone is told: who is told may fail
        if first:
            self._watcher.tell(Stopping(why))

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
            if drop_foreign(database):
                watcher.tell(Waits(_FOREIGN))
            spool = self._spool(spool_root(database), key)
            self._run_units(spool, watcher)
            end = self._end()
            spool.finish(end, partial(left_in, reason=reason_of(self._cause)))
            result = self._settled(spool.record.sweep_id, database, watcher)
            late = self._ended_late
            return replace(result, goes_on=end.goes_on, given_up=self._given_up, ended_late=late)

    def _end(self) -> SweepEnd:
        if self._cause is None:
            return SweepEnd(_now())
        return SweepEnd(_now(), SweepState.INTERRUPTED, self._cause, goes_on=True)

    def _check_key(self, database: Path, key: DatabaseKey) -> None:
        """Now rather than after the sweep. Where the database is held just now, the merge checks as well."""
        with suppress(DatabaseLockedError):
            check_key(database, key, wait_seconds=0)

    def _spool(self, root: Path, key: DatabaseKey) -> SweepSpool:
        """That of a sweep of this scope that has not ended and is not too old, or a new one."""
        recheck = self._recheck
        kind = SweepKind.RECHECK if recheck else SweepKind.SWEEP
        digest = recheck.digest if recheck else scope_digest(self._scope)
        resumed = None if self._fresh else gone_on_with(root, digest, key, _now(), kind)
        with self._no_merge(root):
            if resumed is not None and (ended_at := ended_unnoticed(resumed, _now())) is not None:
                self._end_late(resumed, ended_at)
                resumed = None
            self._given_up = lay_down_others(root, key, Run(digest, _now(), resumed, kind), left_in)
            if resumed is not None:
                resumed.reopen()
                return resumed
        started = _now()
        authority = self._scope.authority
        record = SweepRecord(
            sweep_id=new_sweep_id(started),
            scope_digest=digest,
            organisation=self._scope.organisation,
            authority=authority.reference if authority else "",
            started_at=started,
            stray_version=self._version,
            pack_check=self._pack_id,
            units=self._plan.records(),
            kind=kind,
            canaries=recheck.canaries(key) if recheck else canaries_of(self._scope, key),
        )
        return SweepSpool.create(root, record, key)

    def _end_late(self, spool: SweepSpool, ended_at: datetime) -> None:
        """End a sweep that had looked at everything when its process was killed; this one's merge takes it along."""
        spool.reopen()
        spool.finish(SweepEnd(ended_at), left_in)
        if self._recheck is None and has_cut(spool.folder):
            cuts = with_cuts_of(spool.folder, self._plan.cuts())
            remember(self._scope.database.file, cuts, self._plan.wholes())
        self._ended_late = (spool.record.sweep_id, ended_at)

    @contextmanager
    def _no_merge(self, root: Path) -> Iterator[None]:
        """Nobody merges meanwhile. A merge under way is waited for: it may itself wait for the database, but not long.

        Raises:
            DatabaseLockedError: we were stopped before it had ended.
        """
        told = False
        while True:
            with ExitStack() as held:
                try:
                    held.enter_context(one_merge(root, self._scope.database.file, WAIT_TURN))
                except DatabaseLockedError:
                    if self._cause is not None:
                        raise
                    if not told:
                        told = True
                        self._watcher.tell(Waits("another process merges; waiting until it has ended"))
                    continue
                yield
                return

    def _run_units(self, spool: SweepSpool, watcher: Watcher) -> None:
        agent = user_agent(self._scope, self._version)
        plan = self._plan_of(spool)
        run = UnitsRun(plan, spool, Narrowing(self._scope), agent, _now, lambda: self._cause)

        def waits(what: str) -> None:
            watcher.tell(Waits(what))

        harvest = Harvest(self._scope, spool.folder, self._wait_seconds, waits)
        if self._recheck is not None:
            run.run(self._engine, harvest, RecheckPlaces(self._recheck, spool.folder), watcher)
            return
        known = Known(self._scope.database.file, spool.folder, self._wait_seconds, waits)
        run.run(self._engine, harvest, known, watcher)

    def _plan_of(self, spool: SweepSpool) -> Plan:
        """All units: those that were planned, and those that this sweep has cut since; a recheck cuts none."""
        if self._recheck is not None or not has_cut(spool.folder):
            return self._plan
        return Plan(self._scope, with_cuts_of(spool.folder, self._plan.cuts()))

    def _settled(self, sweep_id: str, database: Path, watcher: Watcher) -> SweepResult:
        """Merge, and say what the sweep came to; what can not be merged now waits in the spool."""

        def waits(what: str) -> None:
            watcher.tell(Waits(what))

        try:
            taken = self._take_in(Asked(database, sweep_id, self._wait_seconds, self._stopping, waits))
        except DatabaseLockedError as error:
            return SweepResult(sweep_id, None, None, str(error))
        except ApartEndedError as error:
            return SweepResult(sweep_id, None, None, f"{error}; what was found is kept, and the next command merges it")
        watcher.tell(Merged(taken.merged.units))
        return SweepResult(sweep_id, taken.summary, taken.merged)


def _now() -> datetime:
    return datetime.now(UTC)
