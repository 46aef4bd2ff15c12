"""Runs units as worker processes on this machine."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from scope.units import Unit
from sweeps.engine import DEATHS, STOP_GRACE, Jobs, OnEnd, OnProgress
from sweeps.job import Job, parse_progress
from sweeps.progress import Progress
from sweeps.unit_process import UnitProcess


class LocalEngine:
    """Implements `sweeps.engine.Engine`.

    Args:
        workers: units at a time.
        environment: of the workers; without credentials and proxies.
    """

    def __init__(self, workers: int, environment: Mapping[str, str]) -> None:
        self._workers = workers
        self._environment = dict(environment)
        self._running: dict[str, UnitProcess] = {}
        self._lock = threading.RLock()  # a second Ctrl-C may arrive inside the first one's `stop`
        self._stopping = threading.Event()
        self._killed = False
        self._timer: threading.Timer | None = None

    def run(self, queue: Jobs, on_progress: OnProgress, on_end: OnEnd) -> None:
        """See `Engine`."""
        telling = threading.Lock()

        def tell(unit: Unit, progress: Progress) -> None:
            with telling:
                on_progress(unit, progress)

        running: dict[Future[str], Unit] = {}
        with ThreadPoolExecutor(max_workers=self._workers) as threads:
            while True:
                while len(running) < self._workers and (job := self._next(queue)):
                    running[threads.submit(self._run_one, job, tell)] = job.unit
                if not running:
                    break
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    unit = running.pop(future)
                    with telling:
                        on_end(unit, future.result())
                    queue.ended(unit)
        if self._timer:
            self._timer.cancel()

    def stop(self) -> None:
        """See `Engine`."""
        with self._lock:
            if self._stopping.is_set():
                return
            self._stopping.set()
            for process in self._running.values():
                process.stop()
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

    def _next(self, queue: Jobs) -> Job | None:
        return None if self._stopping.is_set() else queue.take()

    def _run_one(self, job: Job, tell: OnProgress) -> str:
        """Run a unit's process; one that a signal ended (no memory left) is begun again, and goes on where it was."""
        for _ in range(DEATHS):
            error, died = self._run_process(job, tell)
            if not died or self._stopping.is_set():
                break
        return error

    def _run_process(self, job: Job, tell: OnProgress) -> tuple[str, bool]:
        """How one process ended: empty for as it should; and was it a signal that nobody here sent?"""
        process = UnitProcess(job.to_line(), job.scope.limits.seconds, self._environment)
        with self._lock:
            self._running[job.unit_id] = process
            if self._killed:
                process.kill()
            elif self._stopping.is_set():
                process.stop()
        try:
            for line in process.lines():
                tell(job.unit, parse_progress(line))
        finally:
            with self._lock:
                del self._running[job.unit_id]
        return process.ended()
