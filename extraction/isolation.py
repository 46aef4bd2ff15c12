"""Extraction in processes that can be killed: one document's crash, hang or hunger never harms the next."""

from __future__ import annotations

import queue
import signal
import threading
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from documents.records import SkipReason
from extraction import sandbox
from extraction.budget import AnswerError, ClosedError, GoneError, LateError
from extraction.records import Extraction
from extraction.sandbox import Confinement, IsolationLimits
from extraction.worker_process import WorkerProcess

__all__ = ["ExtractorPool", "IsolationLimits"]

# The function that workers call. Tests name hostile ones here.
READER = "extraction.reader:extract"
# Seconds that closing waits for a worker's thread. Stopping one takes at most 3 s.
CLOSE_SECONDS = 10.0
_ATTEMPTS = 2

_Job = tuple[bytes, Future[Extraction]]


class ExtractorPool:
    """Worker processes that extract. Leaving the block waits for all documents; leaving it by an error drops them.

    Every future is answered by an `Extraction`: a timeout, a crash or spent memory is a problem in it, never raised.
    Each worker has its own keeper and thread, so that killing it can not hold up the others.
    """

    def __init__(
        self, workers: int = 1, limits: IsolationLimits = sandbox.DEFAULT_LIMITS, reader: str = READER
    ) -> None:
        self._limits = limits
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._held: set[Confinement] = set()
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
        return all(held.network_cut for held in list(self._held)) if self._held else None

    @property
    def files_cut(self) -> bool | None:
        """Were all workers that answered without files but Python's own and the parsers'? None as above."""
        return all(held.files_cut for held in list(self._held)) if self._held else None

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
        self._closing.set()
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
                extraction, held = slot.extract(data)
                if held is not None:
                    self._held.add(held)
                future.set_result(extraction)
        slot.stop()


class _Slot:
    """One worker, replaced as often as documents destroy it. Used by one thread."""

    def __init__(self, limits: IsolationLimits, reader: str, closing: threading.Event) -> None:
        self._limits = limits
        self._closing = closing
        self._worker = WorkerProcess(limits, reader, closing)

    def start(self) -> None:
        """Have the worker ready before the next document comes."""
        try:
            self._worker.start()
        except GoneError:
            return  # the document tries again, and reports it

    def stop(self) -> None:
        """Kill the worker."""
        self._worker.stop()

    def extract(self, data: bytes) -> tuple[Extraction, Confinement | None]:
        """One document, and what held the worker that read it."""
        for _ in range(_ATTEMPTS):
            if self._closing.is_set():
                break
            try:
                return self._worker.read(data)
            except ClosedError:
                break
            except (LateError, AnswerError, MemoryError) as error:
                self._worker.end(kill=True)
                return self._unread(data, error), None
            except GoneError as error:
                code = self._worker.end(kill=False)
                if error.begun:
                    return _expired(data, code), None
                if code is None or code > 0:
                    self._worker.stop()  # the keeper is gone too, or makes no worker that lives
            finally:
                if not self._closing.is_set():
                    self.start()
        if self._closing.is_set():
            return sandbox.failed(data, SkipReason.INTERRUPTED, "closed"), None
        return sandbox.failed(data, SkipReason.PARSER_CRASHED, "no worker"), None

    def _unread(self, data: bytes, error: LateError | AnswerError | MemoryError) -> Extraction:
        """The worker had the document and gave no extraction that can be taken."""
        if isinstance(error, LateError):
            return sandbox.failed(data, SkipReason.TIMED_OUT, f"{self._limits.seconds:g} s")
        return sandbox.failed(data, SkipReason.PARSER_CRASHED, "not an answer")


def _expired(data: bytes, code: int | None) -> Extraction:
    """The worker died of this document."""
    if code == -signal.SIGXCPU:
        return sandbox.failed(data, SkipReason.TIMED_OUT, "CPU time")
    return sandbox.failed(data, SkipReason.PARSER_CRASHED, "exit" if code is None else f"exit {code}")
