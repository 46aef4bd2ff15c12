"""Extraction in processes that can be killed: one document's crash, hang or hunger never harms the next."""

from __future__ import annotations

import queue
import signal
import threading
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Any, Self

from pebble import ProcessExpired, ProcessPool

from documents.records import SkipReason
from extraction import sandbox
from extraction.records import Extraction
from extraction.sandbox import IsolationLimits, Outcome
from extraction.worker_context import worker_context

__all__ = ["ExtractorPool", "IsolationLimits"]

# The function that workers call. Tests name hostile ones here.
READER = "extraction.reader:extract"
# Seconds beyond a document's own until its worker is given up: start of the fork server, kill of the one before.
START_SECONDS = 30.0
# Seconds that closing waits for a worker's thread. Stopping one takes at most 3 s.
CLOSE_SECONDS = 10.0
_ATTEMPTS = 2

_Job = tuple[bytes, Future[Extraction]]


class ExtractorPool:
    """Worker processes that extract. Leaving the block waits for all documents; leaving it by an error drops them.

    Every future is answered by an `Extraction`: a timeout, a crash or spent memory is a problem in it, never raised.
    Each worker has its own pool of one, so that killing it can not hold up the others.
    """

    def __init__(
        self, workers: int = 1, limits: IsolationLimits = sandbox.DEFAULT_LIMITS, reader: str = READER
    ) -> None:
        self._limits = limits
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closing: Future[None] = Future()
        self._cuts: list[bool] = []
        self._gate = threading.Lock()
        self._accepting = True
        self._threads = [
            threading.Thread(target=self._serve, args=(_Slot(limits, reader, self._closing),), daemon=True)
            for _ in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def network_cut(self) -> bool | None:
        """Were all workers that answered without a network? None before the first document."""
        return all(self._cuts) if self._cuts else None

    def submit(self, data: bytes) -> Future[Extraction]:
        """Queue one document."""
        future: Future[Extraction] = Future()
        if len(data) > self._limits.document_bytes:
            future.set_result(sandbox.failed(data, SkipReason.TOO_LARGE, f"more than {self._limits.document_bytes}"))
            return future
        with self._gate:
            if not self._accepting:
                raise RuntimeError("the extractor pool is closed")
            self._jobs.put((data, future))
        return future

    def extract(self, data: bytes) -> Extraction:
        """One document, now."""
        return self.submit(data).result()

    def join(self) -> None:
        """Take no more documents, finish those queued, stop the workers."""
        self._stop_accepting()
        for thread in self._threads:
            thread.join()

    def close(self) -> None:
        """Stop at once, within seconds: documents queued or running end as interrupted."""
        if not self._closing.done():
            self._closing.set_result(None)
        self._stop_accepting()
        for thread in self._threads:
            thread.join(CLOSE_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.join()
        else:
            self.close()

    def _stop_accepting(self) -> None:
        with self._gate:
            if self._accepting:
                self._accepting = False
                for _ in self._threads:
                    self._jobs.put(None)

    def _serve(self, slot: _Slot) -> None:
        slot.start()
        while (job := self._jobs.get()) is not None:
            data, future = job
            if future.set_running_or_notify_cancel():
                extraction, cut = slot.extract(data)
                self._cuts += [] if cut is None else [cut]
                future.set_result(extraction)
        slot.stop()


class _Slot:
    """One worker process, replaced as often as documents destroy it. Used by one thread."""

    def __init__(self, limits: IsolationLimits, reader: str, closing: Future[None]) -> None:
        self._limits = limits
        self._reader = reader
        self._closing = closing
        self._pool: ProcessPool | None = None

    def start(self) -> None:
        """Have the worker ready before the first document comes."""
        try:
            self._running_pool()
        except (OSError, RuntimeError):
            self.stop()  # the first document tries again, and reports it

    def stop(self) -> None:
        """Kill the worker."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()

    def extract(self, data: bytes) -> tuple[Extraction, bool | None]:
        """One document, and whether the worker that read it was without a network."""
        for _ in range(_ATTEMPTS):
            if self._closing.done():
                break
            try:
                outcome = self._outcome(data)
            except (BrokenProcessPool, RuntimeError):  # an idle worker died, or the machinery did: not this document
                self.stop()
            else:
                return outcome
        if self._closing.done():
            return sandbox.failed(data, SkipReason.INTERRUPTED, "closed"), None
        return sandbox.failed(data, SkipReason.PARSER_CRASHED, "no worker"), None

    def _outcome(self, data: bytes) -> tuple[Extraction, bool | None]:
        future = self._running_pool().schedule(
            sandbox.run,
            args=(data, self._reader, self._limits.seconds, self._limits.budget),
            timeout=self._limits.seconds,
        )
        events: list[Future[Any]] = [future, self._closing]
        wait(events, self._limits.seconds + START_SECONDS, FIRST_COMPLETED)
        if not future.done():
            self.stop()
            if self._closing.done():
                return sandbox.failed(data, SkipReason.INTERRUPTED, "closed"), None
            return sandbox.failed(data, SkipReason.TIMED_OUT, "no answer"), None
        error = future.exception()
        match error:
            case None:
                outcome: Outcome = future.result()
                return outcome.extraction, outcome.network_cut
            case TimeoutError():
                return sandbox.failed(data, SkipReason.TIMED_OUT, f"{self._limits.seconds:g} s"), None
            case ProcessExpired():
                return _expired(data, error.exitcode), None
            case _:
                raise RuntimeError(type(error).__name__)

    def _running_pool(self) -> ProcessPool:
        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=1,
                max_tasks=self._limits.documents_per_worker,
                initializer=sandbox.enter,
                initargs=(self._limits,),
                context=worker_context(),
            )
        if not self._pool.active:  # asking starts it
            raise BrokenProcessPool
        return self._pool


def _expired(data: bytes, exit_code: int) -> Extraction:
    """The worker died of this document."""
    if exit_code == -signal.SIGXCPU:
        return sandbox.failed(data, SkipReason.TIMED_OUT, "CPU time")
    return sandbox.failed(data, SkipReason.PARSER_CRASHED, f"exit {exit_code}")
