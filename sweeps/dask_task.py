"""What a Dask worker runs: one unit as a process of its own, and what ends it.

Only a function of this module and lines of JSON go through the scheduler: the job there, counts and how it ended back.
What was found never does: it lies in the spool.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Final

from distributed import get_worker

from fetching.clean_environment import clean_environment
from findings.spool_folders import SweepFolder, spool_root
from sweeps.job import Job
from sweeps.lease import Lease
from sweeps.unit_process import UnitProcess

# Seconds between two lines of progress of one unit that go through the scheduler, which keeps the last 100,000.
TOLD_EVERY: Final = 1.0
# Seconds without a word from the sweeping process after which a unit is ended: it was killed, or its machine is gone.
ALONE: Final = 60.0
_LOOK: Final = 1.0

STOPPED: Final = "stopped before it began"


class _AtWork:
    """Units of this process, and since when whose sweep has been silent."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.processes: dict[tuple[str, str], UnitProcess] = {}
        self.heard: dict[str, float] = {}
        self.stopped: set[str] = set()


AT_WORK: Final = _AtWork()


def run_unit(line: str, run_id: str) -> str:
    """Run one unit; how it ended: empty for as it should. Raises nothing for what the unit's process does.

    Args:
        line: `Job.to_line`.
        run_id: of the sweeping process; `beat`, `stop_units` and `kill_units` name it.
    """
    job = Job.from_line(line)
    folder = SweepFolder.of(spool_root(job.scope.database.file), job.sweep_id)
    if not folder.header_file.exists():
        return "the sweep's folder is not shared with this machine"
    beat(run_id)
    ended = threading.Event()

    def lost() -> None:
        with AT_WORK.lock:
            process = AT_WORK.processes.get((run_id, job.unit_id))
        if process is not None:
            process.kill()

    with Lease(folder.lease(job.unit_id), lost, lambda: _is_stopped(run_id)) as lease:
        if folder.is_finished(job.unit_id):
            return ""  # another machine, which had seemed lost, has done it
        if not lease.is_held:
            return STOPPED
        process = _begun(line, run_id, job)
        if process is None:
            return STOPPED
        watch = threading.Thread(target=_end_if_alone, args=(run_id, process, ended), daemon=True)
        watch.start()
        try:
            _tell(process, run_id, job.unit_id)
        finally:
            ended.set()
            with AT_WORK.lock:
                del AT_WORK.processes[run_id, job.unit_id]
        error, died = process.ended()
        if died and not _is_stopped(run_id):
            raise UnitDiedError(error)
        return error


class UnitDiedError(Exception):
    """A signal that nobody here sent ended a unit's process. It is begun again, and goes on where it was."""


def beat(run_id: str) -> None:
    """The sweeping process is there."""
    with AT_WORK.lock:
        AT_WORK.heard[run_id] = time.monotonic()


def stop_units(run_id: str) -> None:
    """Let the units of a sweeping process end cleanly, and begin no more of them."""
    _end(run_id, UnitProcess.stop)


def kill_units(run_id: str) -> None:
    """End them at once."""
    _end(run_id, UnitProcess.kill)


def _end(run_id: str, how: Callable[[UnitProcess], None]) -> None:
    with AT_WORK.lock:
        AT_WORK.stopped.add(run_id)
        processes = [process for (run, _), process in AT_WORK.processes.items() if run == run_id]
    for process in processes:
        how(process)


def _is_stopped(run_id: str) -> bool:
    with AT_WORK.lock:
        silent = time.monotonic() - AT_WORK.heard.get(run_id, 0.0) >= ALONE
        return silent or run_id in AT_WORK.stopped


def _begun(line: str, run_id: str, job: Job) -> UnitProcess | None:
    with AT_WORK.lock:
        if run_id in AT_WORK.stopped:
            return None
        environment = clean_environment(os.environ)  # noqa: TID251 - of this machine, where no command runs
        process = UnitProcess(line, job.scope.limits.seconds, environment)
        AT_WORK.processes[run_id, job.unit_id] = process
        return process


def _tell(process: UnitProcess, run_id: str, unit_id: str) -> None:
    """Pass counts on until the process has ended, the last ones in any case."""
    worker = get_worker()
    told, last = 0.0, ""
    for line in process.lines():
        last = line
        if time.monotonic() - told >= TOLD_EVERY:
            told, last = time.monotonic(), ""
            worker.log_event(run_id, {"unit_id": unit_id, "progress": line})
    if last:
        worker.log_event(run_id, {"unit_id": unit_id, "progress": last})


def _end_if_alone(run_id: str, process: UnitProcess, ended: threading.Event) -> None:
    while not ended.wait(_LOOK):
        if _is_stopped(run_id) and run_id not in AT_WORK.stopped:
            process.kill()
            return
