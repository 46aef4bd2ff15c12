from __future__ import annotations

import os
import threading
from pathlib import Path

from scope.loader import load_scope
from scope.units import Unit, UnitKind, units_of
from sweeps.job import Job
from sweeps.job_queue import JobQueue
from sweeps.local_engine import LocalEngine
from sweeps.plan import Plan
from sweeps.progress import Progress

EXAMPLE = Path(__file__).parents[2] / "docs" / "scope.example.toml"


def run(engine: LocalEngine) -> list[tuple[str, str]]:
    """Units and why each broke, in the order in which they ended."""
    ended: list[tuple[str, str]] = []

    def on_end(unit: Unit, broken: str) -> None:
        ended.append((unit.unit_id, broken))

    def on_progress(unit: Unit, progress: Progress) -> None:
        raise AssertionError("nothing was fetched")

    # Its database key is not there: each worker breaks before it makes a request.
    scope = load_scope(EXAMPLE)
    plan = Plan(scope)

    def job(unit: Unit) -> Job:
        return Job(scope, unit, "20260101T000000Z-00000000", "Stray/0")

    engine.run(JobQueue(plan, frozenset(UnitKind), job), on_progress, on_end)
    return ended


def test_a_unit_that_breaks_is_told_and_the_others_run() -> None:
    ended = run(LocalEngine(2, os.environ))
    assert sorted(ended) == sorted((unit.unit_id, "exit code 1") for unit in units_of(load_scope(EXAMPLE)))


def test_stopped_before_it_begins_it_starts_nothing() -> None:
    engine = LocalEngine(2, os.environ)
    engine.stop()
    assert run(engine) == []


def test_killed_it_ends_at_once() -> None:
    engine = LocalEngine(1, os.environ)
    timer = threading.Timer(0.05, engine.kill)  # before the first worker starts, or within its imports
    timer.start()
    ended = run(engine)
    timer.join()
    assert [broken for _, broken in ended] in ([], ["exit code -9"])


def test_killed_before_it_begins_it_starts_nothing() -> None:
    engine = LocalEngine(2, os.environ)
    engine.kill()
    assert run(engine) == []
