"""Extraction in processes that can be killed: one document's crash, hang or hunger never harms the next."""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from documents.records import SkipReason
from extraction import sandbox
from extraction.budget import AnswerError, ClosedError, GoneError, LateError
from extraction.course import LeftOut
from extraction.records import Extraction
from extraction.sandbox import Confinement, IsolationLimits
from extraction.worker import Readers
from extraction.worker_process import WorkerProcess

__all__ = ["ExtractorPool", "IsolationLimits", "Readers"]

# Seconds that closing waits for a worker's thread. Stopping one takes at most 3 s.
CLOSE_SECONDS = 10.0
_ATTEMPTS = 2
# Files inside a document that are left out one by one, because each ended its worker or took all its time, and how many
# times the time of a document all readings may take until then; behind a further one the rest is left out too.
MOST_LEFT_OUT = 8
_PATIENCE = 2.0
DEFAULT_READERS = Readers()


@dataclass(frozen=True, slots=True)
class _Job:
    """A document for its first pass, or these places of it for the second."""

    data: bytes = field(repr=False)
    places: tuple[str, ...]
    future: Future[Extraction]

    def failed(self, reason: SkipReason, detail: str) -> Extraction:
        """What is told where it can not be read."""
        return sandbox.failed(self.data, reason, detail, self.places)


class ExtractorPool:
    """Worker processes that extract. Leaving the block waits for all documents; leaving it by an error drops them.

    Every future is answered by an `Extraction`: a timeout, a crash or spent memory is a problem in it, never raised.
    Each worker has its own keeper and thread, so that killing it can not hold up the others.

    Args:
        workers: documents that are read at a time.
        limits: of each worker.
        readers: that workers have.
        ahead: have workers ready before the first document; where none may come, that is half a second for nothing.
    """

    def __init__(
        self,
        workers: int = 1,
        limits: IsolationLimits = sandbox.DEFAULT_LIMITS,
        readers: Readers = DEFAULT_READERS,
        *,
        ahead: bool = True,
    ) -> None:
        self._limits = limits
        self._ahead = ahead
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._held: set[Confinement] = set()
        self._gate = threading.Lock()
        self._accepting = True
        self._threads = [
            threading.Thread(target=self._serve, args=(_Slot(limits, readers, self._closing),), daemon=True)
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
        return self._queued(_Job(data, (), Future()))

    def submit_scans(self, data: bytes, places: Sequence[str]) -> Future[Extraction]:
        """Queue some places of a document, which its extraction called scans, for OCR.

        They have `ocr.page_seconds` each; what costs one costs all, so few are asked for at a time.
        """
        return self._queued(_Job(data, tuple(places), Future()))

    def _queued(self, job: _Job) -> Future[Extraction]:
        if len(job.data) > self._limits.document_bytes:
            job.future.set_result(job.failed(SkipReason.TOO_LARGE, f"more than {self._limits.document_bytes}"))
            return job.future
        with self._gate:
            if not self._accepting:
                raise RuntimeError("the extractor pool is closed")
            self._jobs.put(job)
        return job.future

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
        if self._ahead:
            slot.start()
        while (job := self._jobs.get()) is not None:
            if job.future.set_running_or_notify_cancel():
                extraction, held = slot.extract(job)
                if held is not None:
                    self._held.add(held)
                job.future.set_result(extraction)
        slot.stop()


class _Slot:
    """One worker, replaced as often as documents destroy it. Used by one thread."""

    def __init__(self, limits: IsolationLimits, readers: Readers, closing: threading.Event) -> None:
        self._limits = limits
        self._closing = closing
        self._worker = WorkerProcess(limits, readers, closing)

    def start(self) -> None:
        """Have the worker ready before the next document comes."""
        try:
            self._worker.start()
        except GoneError:
            return  # the document tries again, and reports it

    def stop(self) -> None:
        """Kill the worker."""
        self._worker.stop()

    def extract(self, job: _Job) -> tuple[Extraction, Confinement | None]:
        """One document, and what held the worker that read it.

        Where a file inside it ended the worker, the document is read once more without that file.
        """
        left_out = LeftOut()
        until = time.monotonic() + _PATIENCE * self._limits.seconds
        while True:
            extraction, held = self._attempted(job, left_out)
            number = self._worker.under_way
            if held is not None or not number or left_out.rest is not None or self._closing.is_set():
                return extraction, held
            problem = extraction.problems[0]
            files = {**left_out.files, number: (problem.reason, problem.detail)}
            is_last = len(files) > MOST_LEFT_OUT or time.monotonic() >= until
            left_out = LeftOut(files, rest=number + 1 if is_last else None)

    def _attempted(self, job: _Job, left_out: LeftOut) -> tuple[Extraction, Confinement | None]:
        for _ in range(_ATTEMPTS):
            if self._closing.is_set():
                break
            try:
                return self._worker.read(job.data, job.places, left_out if left_out.files else None)
            except ClosedError:
                break
            except (LateError, AnswerError, MemoryError) as error:
                self._worker.end(kill=True)
                return self._unread(job, error), None
            except GoneError as error:
                code = self._worker.end(kill=False)
                if error.begun:
                    return _expired(job, code), None
                if code is None or code > 0:
                    self._worker.stop()  # the keeper is gone too, or makes no worker that lives
            finally:
                if not self._closing.is_set():
                    self.start()
        if self._closing.is_set():
            return job.failed(SkipReason.INTERRUPTED, "closed"), None
        return job.failed(SkipReason.PARSER_CRASHED, "no worker"), None

    def _unread(self, job: _Job, error: LateError | AnswerError | MemoryError) -> Extraction:
        """The worker had the document and gave no extraction that can be taken."""
        if isinstance(error, LateError):
            return job.failed(SkipReason.TIMED_OUT, f"{self._limits.seconds_for(len(job.places)):g} s")
        return job.failed(SkipReason.PARSER_CRASHED, "not an answer")


def _expired(job: _Job, code: int | None) -> Extraction:
    """The worker died of this document."""
    if code == -signal.SIGXCPU:
        return job.failed(SkipReason.TIMED_OUT, "CPU time")
    return job.failed(SkipReason.PARSER_CRASHED, "exit" if code is None else f"exit {code}")
