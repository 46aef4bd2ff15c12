"""Who runs the units. Local processes now; an engine for many machines fits the same seam."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Protocol

from scope.units import Unit
from sweeps.job import STOP_LINE, Job, parse_progress
from sweeps.progress import Progress

# Seconds that a unit's process has, after it was told to stop, until it is killed. A request under way may take its
# whole timeout (20 s by default); what it holds is written within the first second.
STOP_GRACE = 30.0
# Seconds beyond its own limit after which a unit's process is taken for hung and ended. A unit looks at its clock
# before each request, so it may be late by one request and by what the extractors still hold.
HUNG_GRACE = 120.0

# How often a unit's process may be ended by a signal until the unit is given up.
DEATHS = 2

OnProgress = Callable[[Unit, Progress], None]
OnEnd = Callable[[Unit, str], None]


class Engine(Protocol):
    """Runs each job in a process of its own, one unit at a time per host, and says how each ended."""

    def run(self, jobs: Sequence[Job], on_progress: OnProgress, on_end: OnEnd) -> None:
        """Run all; `on_end(unit, "")` where the process ended as it should, else with why not. One call at a time."""

    def stop(self) -> None:
        """Let running units end cleanly and start no more. From any thread."""

    def kill(self) -> None:
        """End running units at once. From any thread."""


class LocalEngine:
    """Worker processes on this machine.

    Args:
        workers: units at a time.
        environment: of the workers; without credentials and proxies.
    """

    def __init__(self, workers: int, environment: Mapping[str, str]) -> None:
        self._workers = workers
        self._environment = dict(environment)
        self._running: dict[str, subprocess.Popen[str]] = {}
        self._lock = threading.RLock()  # a second Ctrl-C may arrive inside the first one's `stop`
        self._stopping = threading.Event()
        self._killed = False
        self._timer: threading.Timer | None = None

    def run(self, jobs: Sequence[Job], on_progress: OnProgress, on_end: OnEnd) -> None:
        """See `Engine`."""
        telling = threading.Lock()

        def tell(unit: Unit, progress: Progress) -> None:
            with telling:
                on_progress(unit, progress)

        waiting = list(jobs)
        running: dict[Future[str], Unit] = {}
        with ThreadPoolExecutor(max_workers=self._workers) as threads:
            while running or (waiting and not self._stopping.is_set()):
                for job in self._startable(waiting, running):
                    waiting.remove(job)
                    running[threads.submit(self._run_one, job, tell)] = job.unit
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    unit = running.pop(future)
                    with telling:
                        on_end(unit, future.result())
        if self._timer:
            self._timer.cancel()

    def stop(self) -> None:
        """See `Engine`."""
        with self._lock:
            if self._stopping.is_set():
                return
            self._stopping.set()
            for process in self._running.values():
                _write_line(process, STOP_LINE)
            self._timer = threading.Timer(STOP_GRACE, self.kill)
            self._timer.daemon = True
            self._timer.start()

    def kill(self) -> None:
        """See `Engine`."""
        self._stopping.set()
        with self._lock:
            self._killed = True
            for process in self._running.values():
                process.kill()

    def _startable(self, waiting: list[Job], running: Mapping[Future[str], Unit]) -> list[Job]:
        """Jobs that may begin now: there is a free worker, and nobody is at their host."""
        if self._stopping.is_set():
            return []
        hosts = {unit.host for unit in running.values()}
        chosen: list[Job] = []
        for job in waiting:
            if len(running) + len(chosen) >= self._workers:
                break
            if job.unit.host not in hosts:
                hosts.add(job.unit.host)
                chosen.append(job)
        return chosen

    def _run_one(self, job: Job, tell: OnProgress) -> str:
        """Run a unit's process; one that a signal ended (no memory left) is begun again, and goes on where it was."""
        for _ in range(DEATHS):
            error, died = self._run_process(job, tell)
            if not died or self._stopping.is_set():
                break
        return error

    def _run_process(self, job: Job, tell: OnProgress) -> tuple[str, bool]:
        """How one process ended: empty for as it should; and was it a signal that nobody here sent?"""
        unit = job.unit
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "sweeps.worker"],  # -P: nothing is imported from the current folder
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a library's warning could hold a document's text
            text=True,
            env=self._environment,
            start_new_session=True,  # Ctrl-C goes to us alone; we tell them
        )
        hung = threading.Timer(job.scope.limits.seconds + HUNG_GRACE, process.kill)
        hung.daemon = True
        with process:
            hung.start()
            with self._lock:
                self._running[job.unit_id] = process
                _write_line(process, job.to_line())
                if self._killed:
                    process.kill()
                elif self._stopping.is_set():
                    _write_line(process, STOP_LINE)
            if process.stdout:
                for line in process.stdout:
                    tell(unit, parse_progress(line))
            process.wait()
            with self._lock:
                del self._running[job.unit_id]
        is_hung = not hung.is_alive()
        hung.cancel()
        if process.returncode == 0:
            return "", False
        if is_hung:
            return "hung", False
        return f"exit code {process.returncode}", process.returncode < 0


def _write_line(process: subprocess.Popen[str], line: str) -> None:
    try:
        if process.stdin:
            process.stdin.write(line + "\n")
            process.stdin.flush()
    except (BrokenPipeError, ValueError):
        pass  # it has ended already; its exit code says how
