"""One document's bytes to its verdict: isolated extraction, then matching here, where the pack's key is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from documents.records import InnerFile
from extraction.isolation import ExtractorPool
from extraction.records import Extraction, Problem, TextPiece
from findings.rows import file_of
from inspection.listening import Listener
from inspection.scans import OcrBudget, ScanPass
from matchers.matcher import Matcher
from matchers.sketch import Sketcher, StoredSketch
from matchers.verdicts import Judgement, Piece, Verdict

T = TypeVar("T")

# Documents that wait for an extractor beyond those being read, per worker. Two keep it busy while a verdict is reached.
AHEAD_PER_WORKER = 2
# Bytes of documents beyond which no further one is taken: a folder of the largest files must not fill the memory.
AHEAD_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Inspection:
    """What one document is.

    Attributes:
        sha256: of the bytes, in hex.
        size: bytes.
        media_type: from the bytes, never from the name.
        judgement: verdict, letters and reasons.
        problems: what could not be read, and why; not empty means that the verdict rests on a part.
        files: those inside.
        sketch: what is kept of the text for letters that come later; None where nothing is.
    """

    sha256: str
    size: int
    media_type: str
    judgement: Judgement
    problems: tuple[Problem, ...]
    files: tuple[InnerFile, ...] = ()
    sketch: StoredSketch | None = None


# Verdicts that make more of a document worth reading: it is the organisation's, with or without a person.
_OURS = frozenset({Verdict.KNOWN_LETTER, Verdict.SHARED_PASSAGE, Verdict.SAME_TEMPLATE, Verdict.TEMPLATE_ONLY})


class Inspector:
    """Joins an extractor pool to a matcher. Parsers never see the pack or its key: they run in other processes.

    Args:
        extractors: read documents.
        matcher: judges their text.
        workers: of the extractors; so many documents, or pages of one, are read at a time.
        ocr: how many scans of a document are read.
        listener: judges recordings; None where they are not held against known ones.
        sketcher: makes a sketch of each document; None where none is kept.
    """

    def __init__(
        self,
        extractors: ExtractorPool,
        matcher: Matcher,
        workers: int = 1,
        ocr: OcrBudget | None = None,
        listener: Listener | None = None,
        sketcher: Sketcher | None = None,
    ) -> None:
        self._extractors = extractors
        self._matcher = matcher
        self._workers = workers
        self._listener = listener
        self._sketcher = sketcher
        self._scans = ScanPass(extractors, workers, ocr)

    def inspect(self, data: bytes) -> Inspection:
        """Read and judge one document; a fault of the document is part of the answer, never an exception."""
        return self._judged(data, self._extractors.extract(data))

    def inspect_each(self, items: Iterable[tuple[T, bytes]]) -> Iterator[tuple[T, Inspection]]:
        """Inspect many, in order, with extraction running ahead."""
        remaining = iter(items)
        waiting: list[tuple[T, bytes, Future[Extraction]]] = []
        while True:
            while self._takes_more(waiting) and (following := next(remaining, None)) is not None:
                item, data = following
                waiting.append((item, data, self._extractors.submit(data)))
            if not waiting:
                return
            item, data, future = waiting.pop(0)
            yield item, self._judged(data, future.result())

    def _takes_more(self, waiting: Sequence[tuple[object, bytes, object]]) -> bool:
        ahead = sum(len(data) for _, data, _ in waiting)
        return not waiting or (len(waiting) < self._workers * (1 + AHEAD_PER_WORKER) and ahead < AHEAD_BYTES)

    def _judged(self, data: bytes, first: Extraction) -> Inspection:
        extraction = self._scans.completed(data, first, self._is_ours)
        pieces = _pieces(extraction.pieces)
        judgement = self._matcher.match(pieces, partial=extraction.partial)
        problems = extraction.problems
        if self._listener is not None:
            judgement, problems = self._listener.judged(judgement, extraction)
        sha256 = hashlib.sha256(data).hexdigest()
        sketch = self._sketched(pieces, extraction, sha256)
        return Inspection(sha256, len(data), extraction.media_type, judgement, problems, extraction.files, sketch)

    def _sketched(self, pieces: Sequence[Piece], extraction: Extraction, sha256: str) -> StoredSketch | None:
        """Of recordings a sketch says nothing, so with them it is a part of the document only."""
        if self._sketcher is None:
            return None
        known = {file.path for file in extraction.files}

        def inside(path: str) -> str:
            return file if (file := file_of(path)) in known else ""

        return self._sketcher.stored(pieces, sha256, extraction.partial or bool(extraction.sounds), inside)

    def _is_ours(self, pieces: Sequence[TextPiece]) -> bool:
        return self._matcher.match(_pieces(pieces), partial=True).verdict in _OURS


def _pieces(pieces: Sequence[TextPiece]) -> list[Piece]:
    return [Piece(piece.path, piece.text) for piece in pieces]
