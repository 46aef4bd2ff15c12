"""Who runs the units: the seam. `local_engine` runs them on this machine, `dask_engine` on many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from scope.units import Unit
from sweeps.job import Job
from sweeps.progress import Progress

# Seconds that a unit's process has, after it was told to stop, until it is killed. A request under way may take its
# whole timeout (20 s by default); what it holds is written within the first second.
STOP_GRACE = 30.0
# How often a unit's process may be ended by a signal until the unit is given up.
DEATHS = 2

OnProgress = Callable[[Unit, Progress], None]
OnEnd = Callable[[Unit, str], None]


class Jobs(Protocol):
    """What an engine draws from; `job_queue.JobQueue` is one. For one thread."""

    def take(self) -> Job | None:
        """A unit that may begin now: nobody is at its host. None where there is none just now."""

    def ended(self, unit: Unit) -> None:
        """A unit that was taken has ended."""


class Engine(Protocol):
    """Runs each job in a process of its own and says how each ended. The queue says which may begin."""

    def run(self, queue: Jobs, on_progress: OnProgress, on_end: OnEnd) -> None:
        """Run all; `on_end(unit, "")` where the process ended as it should, else with why not. One call at a time.

        `on_end` may add units to the queue. Returns when none is at work, and none is left or the engine was stopped.

        Raises:
            EngineError: nothing can be run (any more); units at work have ended or will.
        """

    def stop(self) -> None:
        """Let running units end cleanly and start no more. From any thread."""

    def kill(self) -> None:
        """End running units at once. From any thread."""
