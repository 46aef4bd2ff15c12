"""Which units one run begins, and what becomes of those that break: nothing is run twice, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from findings.errors import SpoolError
from findings.keys import load_or_create_database_key
from findings.records import StopCause, SweepRecord, UnitOutcome, UnitRecord, UnitState, new_sweep_id
from findings.spool import SweepSpool
from findings.spool_folders import read_unit_file, spool_root
from scope.model import Scope
from scope.units import Unit, units_of
from sweeps.engine import Jobs, OnEnd, OnProgress
from sweeps.harvest import Harvest
from sweeps.job import NO_SPOOL
from sweeps.known import Known
from sweeps.narrowing import Narrowing
from sweeps.plan import Plan
from sweeps.units_run import UnitsRun
from sweeps.watching import Watchers

NOW = datetime(2026, 3, 2, tzinfo=UTC)


class Instant:
    """An engine whose units end at once, each as it is told to; without processes."""

    def __init__(self, how: Callable[[Unit], str] = lambda _: "") -> None:
        self.begun: list[str] = []
        self._how = how
        self._stopped = False

    def run(self, queue: Jobs, on_progress: OnProgress, on_end: OnEnd) -> None:
        while not self._stopped and (job := queue.take()):
            self.begun.append(job.unit_id)
            on_end(job.unit, self._how(job.unit))
            queue.ended(job.unit)

    def stop(self) -> None:
        self._stopped = True

    kill = stop


class Run:
    """A sweep of three hosts."""

    def __init__(self, folder: Path) -> None:
        self.scope = Scope.model_validate({
            "organisation": "Example Hospital", "contact": "security@example.org",
            "authority": {"who": "w", "reference": "r", "expires": date.max.isoformat()},
            "pack": {"path": "pack", "key": "pack.key"},
            "database": {"file": str(folder / "findings.duckdb"), "key": str(folder / "findings.key")},
            "site": [{"url": f"https://{n}.example.org/", "tier": "own", "authority": "r"} for n in range(3)],
        })  # fmt: skip
        self.units = list(units_of(self.scope))
        records = tuple(map(UnitRecord.from_unit, self.units))
        key = load_or_create_database_key(self.scope.database.key, database_exists=False)
        record = SweepRecord(new_sweep_id(NOW), "digest", "Example Hospital", "r", NOW, "0.1", records)
        self.spool = SweepSpool.create(spool_root(self.scope.database.file), record, key)

    def with_engine(self, engine: Instant, cause: StopCause | None = None) -> UnitsRun:
        scope, folder = self.scope, self.spool.folder
        run = UnitsRun(Plan(scope), self.spool, Narrowing(scope), "Stray/0", lambda: NOW, lambda: cause)
        run.run(engine, Harvest(scope, folder, 0), Known(scope.database.file, folder, 0), Watchers([]))
        return run

    def states(self) -> dict[str, UnitState]:
        folder = self.spool.folder
        kept = {unit.unit_id: read_unit_file(folder.unit(unit.unit_id)) for unit in self.units}
        kept |= {
            unit.unit_id: read_unit_file(folder.stopped_unit(unit.unit_id))
            for unit in self.units
            if folder.stopped_unit(unit.unit_id).exists()
        }
        return {unit_id: held[1].state for unit_id, held in kept.items() if held}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def test_a_unit_that_had_finished_is_not_run_again_merged_or_not(run: Run) -> None:
    published, merged, left = run.units
    for unit in (published, merged):
        run.spool.unit(UnitRecord.from_unit(unit)).finish(UnitOutcome(UnitState.FINISHED, NOW, NOW))
    folder = run.spool.folder
    folder.unit(merged.unit_id).rename(folder.path.parent / "in-the-database")
    folder.marker(merged.unit_id).touch()
    engine = Instant()
    assert run.with_engine(engine).finished == 2
    assert engine.begun == [left.unit_id]
    for unit in (published, merged):
        with pytest.raises(SpoolError, match="finished already"):
            run.spool.unit(UnitRecord.from_unit(unit))


def test_a_unit_that_breaks_is_told_as_failed_and_the_others_run(run: Run) -> None:
    broken = run.units[0].unit_id
    engine = Instant(lambda unit: "exit code 1" if unit.unit_id == broken else "")
    run.with_engine(engine)
    assert len(engine.begun) == 3
    assert run.states() == {broken: UnitState.FAILED}
    again = Instant()
    run.with_engine(again)
    assert broken not in again.begun, "not in the same sweep"


def test_a_unit_that_a_stop_ends_counts_as_interrupted(run: Run) -> None:
    run.with_engine(Instant(lambda _: "stopped"), StopCause.ASKED)
    assert set(run.states().values()) == {UnitState.INTERRUPTED}


@pytest.mark.parametrize("cause", [None, StopCause.ASKED])
def test_a_unit_that_could_not_write_stays_open_and_nothing_more_begins(run: Run, cause: StopCause | None) -> None:
    engine = Instant(lambda _: f"exit code {NO_SPOOL}")
    if cause is None:
        with pytest.raises(SpoolError, match="Free some space"):
            run.with_engine(engine)
        assert len(engine.begun) == 1
        assert run.states() == {}
    else:  # it was on its way out
        run.with_engine(engine, cause)
        assert set(run.states().values()) == {UnitState.INTERRUPTED}
