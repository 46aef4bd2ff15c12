"""The example database: real sweeps of the practice ground, dated as if weeks had passed, with what people decided."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from cli.console import notice
from cli.errors import CommandError
from cli.example_evidence import keep_the_batch, make_keys
from cli.example_people import decide
from cli.example_time import SimulatedTime, move_spool
from cli.pack_audio import add_from_files
from cli.pack_build import build_from_files
from cli.sweep_progress import SweepProgress
from cli.sweep_summary import tell_summary
from demo_range.estate import Estate
from demo_range.weeks import WEEKS, Week
from fetching.clean_environment import clean_environment
from findings.compact_copy import copy_compact
from findings.database import open_reader, open_writer
from findings.keys import load_or_create_database_key
from findings.merge import merge
from findings.query import sweep_summary
from findings.spool_folders import SweepFolder, spool_root
from findings.told import mark_told
from matchers.keys import load_key
from matchers.pack import open_pack
from scope.loader import load_scope
from scope.model import Scope
from scope.units import UnitKind, units_of
from sweeps.engine import Jobs, OnEnd, OnProgress
from sweeps.job import Job
from sweeps.local_engine import LocalEngine
from sweeps.machine import units_at_once
from sweeps.sweep import Sweep, SweepResult
from sweeps.tally import Tally
from sweeps.time_left import TimeLeft
from sweeps.watching import SweepEvent, UnitEnded, Watcher, Watchers

SCOPE = "scope.toml"
# What storage services date themselves was put there this long before the first sweep.
_PLANTED_BEFORE = timedelta(days=40)


def build_example(folder: Path, target: Path, weeks: Sequence[Week] = WEEKS) -> None:
    """Sweep the estate once for each week below `folder`, which is empty, and leave a small copy at `target`."""
    time = SimulatedTime()
    time.turn_to(weeks[0].begins - _PLANTED_BEFORE)
    with Estate(folder) as estate:
        estate.more_tables = make_keys(folder / "responders")
        scope = _scope(estate, weeks[0])
        build_from_files((estate.ground.letters_folder,), scope.pack.path, scope.pack.key, estate.ground.register)
        dictations = estate.dictations
        add_from_files((dictations,), scope.pack.path, scope.pack.key, dictations / "dictations.csv")
        load_or_create_database_key(scope.database.key, database_exists=False)
        with open_writer(scope.database.file):
            pass  # made, so that it can be held
        for week in weeks:
            _live_through(estate, week, time)
    copy_compact(scope.database.file, target)
    notice(f"{target}: {target.stat().st_size / 1e6:.1f} MB")


def _scope(estate: Estate, week: Week) -> Scope:
    path = estate.folder / SCOPE
    path.write_text(estate.scope_toml(week.conduct), encoding="utf-8")
    return load_scope(path)


def _live_through(estate: Estate, week: Week, time: SimulatedTime) -> None:
    time.turn_to(week.begins - timedelta(minutes=5))
    week.change(estate)
    time.turn_to(week.begins)
    notice(f"{week.begins:%d %B %Y}. {week.story}")
    scope = _scope(estate, week)
    database = scope.database.file
    with open_reader(database):  # as a notebook that is left open: the sweep goes on, and its results wait
        result = _swept(scope, week)
    moved = move_spool(SweepFolder.of(spool_root(database), result.sweep_id), time)
    merged = merge(spool_root(database), database)
    mark_told(database, moved.sweep_id, told_at=time.now())
    tell_summary(SweepResult(moved.sweep_id, sweep_summary(database, moved.sweep_id), merged), scope)
    if week.keeps_evidence:
        keep_the_batch(scope, time, estate.folder / "responders")
    decide(database, week, time)


def _swept(scope: Scope, week: Week) -> SweepResult:
    buckets = [unit.unit_id for unit in units_of(scope) if unit.kind is UnitKind.BUCKET]
    last = buckets[-1] if week.runs_out else None
    engine = _Engine(LocalEngine(units_at_once(scope.limits), clean_environment(os.environ)), last)
    pack = open_pack(scope.pack.path, load_key(scope.pack.key))
    sweep = Sweep(scope, engine, version("stray"), pack.pack_id, wait_seconds=0, fresh=True)
    tally = Tally(TimeLeft({}, 1))
    with SweepProgress(tally) as progress:
        result = sweep.run(_Operator(Watchers([tally, progress]), sweep, week.stopped_after))
    if result.merged is not None:
        raise CommandError("the sweep was merged before it was dated")
    return result


class _Operator:
    """Watches a sweep as any terminal does, and stops it where the week says so."""

    def __init__(self, display: Watcher, sweep: Sweep, stops_after: int | None) -> None:
        self._sweep = sweep
        self._left = stops_after
        self._display = display

    def tell(self, event: SweepEvent) -> None:
        """See `Watcher`."""
        self._display.tell(event)
        if self._left is not None and isinstance(event, UnitEnded):
            self._left -= 1
            if self._left == 0:
                self._sweep.stop()


class _Engine:
    """Runs units as they are; where the authority runs out, the last bucket finds it expired, as after midnight."""

    def __init__(self, engine: LocalEngine, last: str | None) -> None:
        self._engine = engine
        self._last = last
        self.stop = engine.stop
        self.kill = engine.kill

    def run(self, queue: Jobs, on_progress: OnProgress, on_end: OnEnd) -> None:
        """See `Engine`."""
        self._engine.run(_Jobs(queue, self._last), on_progress, on_end)


class _Jobs:
    """A queue in which the authority of one unit has expired."""

    def __init__(self, queue: Jobs, expired: str | None) -> None:
        self._queue = queue
        self._expired = expired
        self.ended = queue.ended

    def take(self) -> Job | None:
        """See `Jobs`."""
        job = self._queue.take()
        return job if job is None or job.unit_id != self._expired else replace(job, scope=_expired(job.scope))


def _expired(scope: Scope) -> Scope:
    """The same on the day after its authority's last."""
    if scope.authority is None:
        return scope
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    return scope.model_copy(update={"authority": scope.authority.model_copy(update={"expires": yesterday})})
