"""The second pass: which scans of a document are worth OCR, in which order, and when it is enough."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

from documents.records import SkipReason
from extraction.records import Extraction, Problem, Scan, TextPiece

# Scans that one document may cost, a person's usual budget: ten minutes of two cores.
DEFAULT_PAGES = 200
# Up to so many, all are read: some letters and their enclosures, at most two minutes of a core.
SHORT_PAGES = 40
# Of a longer document these are read first, and from then on one in so many. `python -m benchmarks early_answer` says
# what this misses and what it saves.
FIRST_PAGES = 5
ONE_IN = 4
# Pages that one worker is given at a time. What ends a worker costs all of them, and they are tried again one by one.
BATCH_PAGES = 2
# OCR's own confidence from which its text stands in place of a poor text layer; below, both are kept. From 62 on a
# seventh of the letters is wrong at most.
REPLACING_CONFIDENCE = 62
# Behind the place of a reading that stands beside the text layer's.
BESIDE = "#ocr=1"
# Reasons that are of the worker's end, not of the page.
_OF_THE_BATCH = frozenset({SkipReason.TIMED_OUT, SkipReason.PARSER_CRASHED, SkipReason.BUDGET_SPENT})
_NUMBER = re.compile(r"#(?:page|frame|slide)=(\d+)")

# Is there anything of the organisation's in this text?
IsOurs = Callable[[Sequence[TextPiece]], bool]


@dataclass(frozen=True, slots=True)
class OcrBudget:
    """How many scans of one document are read.

    Attributes:
        pages: at most; 0 switches OCR off.
        short: a document with no more scans than this is read whole.
        first: of a longer one, read in any case.
        one_in: and one in so many of the others, to see whether more is worth it.
    """

    pages: int = DEFAULT_PAGES
    short: int = SHORT_PAGES
    first: int = FIRST_PAGES
    one_in: int = ONE_IN


class ReadsScans(Protocol):
    """What an extractor pool does for a second pass."""

    def submit_scans(self, data: bytes, places: Sequence[str]) -> Future[Extraction]:
        """Some places of a document."""
        ...


class ScanPass:
    """Reads the scans of documents that have been read once.

    Args:
        extractors: read them, as many at a time as there are workers.
        workers: how many there are.
        budget: of each document.
    """

    def __init__(self, extractors: ReadsScans, workers: int = 1, budget: OcrBudget | None = None) -> None:
        self._extractors = extractors
        self._workers = workers
        self._budget = budget or OcrBudget()

    def completed(self, data: bytes, extraction: Extraction, is_ours: IsOurs | None = None) -> Extraction:
        """The extraction with the text of its scans; of those that were not read, a problem.

        Args:
            data: the document.
            extraction: of its first pass.
            is_ours: asked with the text so far, to decide whether a long document is worth reading whole. Without it,
                all is read that the budget allows.
        """
        scans = extraction.scans
        if not scans:
            return extraction
        reading = _Reading(data, extraction)
        is_short = len(scans) <= self._budget.short
        chosen, rest = self._chosen(scans, is_short or is_ours is None or is_ours(extraction.pieces))
        self._read(reading, chosen)
        why = f"{len(rest)} of {len(scans)} scans not read"
        if rest and not reading.extra_missing and len(chosen) < self._budget.pages:
            if is_ours is None or is_ours(reading.pieces):
                more = rest[: self._budget.pages - len(chosen)]
                self._read(reading, more)
                rest = rest[len(more) :]
                why = f"{len(rest)} of {len(scans)} scans not read"
            else:
                why += ": nothing in the others that were"
        return reading.result(rest, why)

    def _chosen(self, scans: Sequence[Scan], everything: bool) -> tuple[list[Scan], list[Scan]]:
        """Those to be read first, and the others, in the order of the document."""
        budget = self._budget
        if everything:
            return list(scans[: budget.pages]), list(scans[budget.pages :])
        sampled = sorted({*range(budget.first), *range(budget.first, len(scans), budget.one_in)})[: budget.pages]
        taken = set(sampled)
        return [scans[at] for at in sampled], [scan for at, scan in enumerate(scans) if at not in taken]

    def _read(self, reading: _Reading, scans: Sequence[Scan]) -> None:
        batches = _batches(scans, BATCH_PAGES)
        again: list[Scan] = []
        for batch, found in self._in_flight(reading.data, batches):
            if len(batch) > 1 and any(problem.reason in _OF_THE_BATCH for problem in found.problems):
                again += batch
            else:
                reading.take(batch, found)
            if reading.extra_missing:
                return
        for batch, found in self._in_flight(reading.data, _batches(again, 1)):
            reading.take(batch, found)

    def _in_flight(self, data: bytes, batches: Iterable[Sequence[Scan]]) -> Iterator[tuple[Sequence[Scan], Extraction]]:
        """Each batch with what came of it, in order, with one for each worker on its way."""
        remaining = iter(batches)
        waiting: list[tuple[Sequence[Scan], Future[Extraction]]] = []
        while True:
            waiting += [self._submitted(data, batch) for batch in islice(remaining, self._workers + 1 - len(waiting))]
            if not waiting:
                return
            batch, future = waiting.pop(0)
            yield batch, future.result()

    def _submitted(self, data: bytes, batch: Sequence[Scan]) -> tuple[Sequence[Scan], Future[Extraction]]:
        return batch, self._extractors.submit_scans(data, [scan.path for scan in batch])


class _Reading:
    """One document on its second pass."""

    def __init__(self, data: bytes, extraction: Extraction) -> None:
        self.data = data
        self.pieces = list(extraction.pieces)
        self.extra_missing = False
        self._extraction = extraction
        self._problems: list[Problem] = []
        self._read: set[str] = set()

    def take(self, batch: Sequence[Scan], found: Extraction) -> None:
        """What came of some scans. Of other places the worker was not asked, so it is not believed."""
        poor = {scan.path for scan in batch if scan.replaces}
        asked = {scan.path for scan in batch}
        pieces = {piece.path: piece for piece in found.pieces if piece.path in asked}
        problems = [problem for problem in found.problems if problem.path in asked]
        replaced = {path for path in poor & pieces.keys() if (pieces[path].confidence or 0) >= REPLACING_CONFIDENCE}
        self.pieces = [piece for piece in self.pieces if piece.path not in replaced]
        for path, piece in pieces.items():
            beside = path in poor - replaced
            self.pieces.append(replace(piece, path=f"{path}{BESIDE}") if beside else piece)
        missing = [problem for problem in problems if problem.reason is SkipReason.EXTRA_MISSING]
        self.extra_missing = self.extra_missing or len(missing) >= len(batch)
        self._problems += problems
        self._read.update(scan.path for scan in batch)

    def result(self, rest: Sequence[Scan], why: str) -> Extraction:
        """All of it, in the order of the document."""
        problems = self._problems
        if self.extra_missing:
            scans = len(self._extraction.scans)
            first = next(problem for problem in problems if problem.reason is SkipReason.EXTRA_MISSING)
            others = [problem for problem in problems if problem.reason is not SkipReason.EXTRA_MISSING]
            problems = [*others, replace(first, path="", detail=f"{first.detail}: {scans} scans not read")]
        elif rest:
            problems = [*problems, Problem(SkipReason.OCR_BUDGET, "", why)]
        return replace(
            self._extraction,
            pieces=tuple(_in_order(self.pieces)),
            problems=(*self._extraction.problems, *problems),
            scans=(),
        )


def _batches(scans: Sequence[Scan], size: int) -> Iterator[Sequence[Scan]]:
    """Some at a time, of one file inside each: a container is opened once for them."""
    batch: list[Scan] = []
    for scan in scans:
        if batch and (len(batch) >= size or _file(scan.path) != _file(batch[0].path)):
            yield batch
            batch = []
        batch.append(scan)
    if batch:
        yield batch


def _file(path: str) -> str:
    return path.rpartition("#")[0]


def _in_order(pieces: Sequence[TextPiece]) -> list[TextPiece]:
    """Files in the order in which they were met, pages by their numbers: matches run over the end of a page."""
    files = {file: at for at, file in reversed(list(enumerate(_file(piece.path) for piece in pieces)))}
    return sorted(pieces, key=lambda piece: (files[_file(piece.path)], _number(piece.path)))


def _number(path: str) -> int:
    found = _NUMBER.search(path, path.rfind("#")) if "#" in path else None
    return int(found[1]) if found else 0
