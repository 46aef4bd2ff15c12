"""The second pass over a document: the pages and pictures that only OCR can read, and that were found worth it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from documents.media_type import sniff
from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError, ExtractionLimits, UnreadableError
from extraction.ocr.engine import OcrEngine
from extraction.ocr.settings import OcrSettings
from extraction.pictures.page_pictures import SCANNERS, Scanner
from extraction.reader import FoundFile, files_with
from extraction.records import Extraction, Problem, TextPiece

DEFAULT_SETTINGS = OcrSettings()
# One engine a process: making one takes a tenth of a second and 30 MB.
_ENGINES: dict[OcrSettings, OcrEngine] = {}


def read_scans(
    data: bytes, wanted: Sequence[str], limits: ExtractionLimits, settings: OcrSettings = DEFAULT_SETTINGS
) -> Extraction:
    """The text at these places, or a problem for each. A place whose picture shows no text gives neither.

    It runs where it is called, like `extraction.reader.extract`.
    """
    media_type, wanted = str(sniff(data)), tuple(dict.fromkeys(wanted))
    try:
        engine = _engine(settings)
    except UnreadableError as error:
        return Extraction(media_type, problems=tuple(Problem(error.reason, place, error.detail) for place in wanted))
    budget = Budget(limits)
    reading = _Reading(engine, budget, wanted)
    for file in files_with(data, wanted, budget):
        reading.take(file)
    return reading.extraction(media_type)


def _engine(settings: OcrSettings) -> OcrEngine:
    if settings not in _ENGINES:
        _ENGINES[settings] = OcrEngine(settings)
    return _ENGINES[settings]


class _Reading:
    """What came of the places asked for. Each is answered once."""

    def __init__(self, engine: OcrEngine, budget: Budget, wanted: Sequence[str]) -> None:
        self._engine = engine
        self._budget = budget
        self._left = dict.fromkeys(wanted)
        self._pieces: list[TextPiece] = []
        self._problems: list[Problem] = []

    def take(self, file: FoundFile) -> None:
        """Read the parts of one file. What spoils one of them costs that one."""
        scanner = SCANNERS.get(file.media_type)
        while scanner and (parts := [part for part in file.parts if file.path + part in self._left]):
            try:
                self._read(scanner, file, parts)
            except Exception as error:  # noqa: BLE001 - costs this page, never the next; its text may quote the letter
                first = next(part for part in parts if file.path + part in self._left)
                self._fail(file.path + first, *_told(error))
            else:
                return

    def extraction(self, media_type: str) -> Extraction:
        """All of it; what was not found again is a problem."""
        for place in list(self._left):
            self._fail(place, SkipReason.UNREADABLE, "not found again")
        return Extraction(media_type, tuple(self._pieces), tuple(self._problems))

    def _read(self, scanner: Scanner, file: FoundFile, parts: Sequence[str]) -> None:
        for found in scanner(file.data, parts, self._budget):
            if isinstance(found, Problem):
                self._problems.append(replace(found, path=file.path + found.path))
                continue
            part, picture, dpi = found
            place = file.path + part
            if place not in self._left:
                continue
            read = self._engine.read(picture, dpi)
            text = self._budget.kept_text(read.all_readings)
            if text:
                self._pieces.append(TextPiece(place, text, read.confidence))
            if read.problem is not None:
                self._problems.append(Problem(read.reason, place, read.problem))
            if len(text) < len(read.all_readings):
                self._problems.append(Problem(SkipReason.BUDGET_SPENT, place, "characters"))
            del self._left[place]

    def _fail(self, place: str, reason: SkipReason, detail: str) -> None:
        self._problems.append(Problem(reason, place, detail))
        del self._left[place]


def _told(error: Exception) -> tuple[SkipReason, str]:
    """Reason and detail of what ended the reading of a page. Its text may quote the letter, unless it is ours."""
    match error:
        case UnreadableError():
            return error.reason, error.detail
        case BudgetSpentError():
            return SkipReason.BUDGET_SPENT, str(error)
        case MemoryError():
            return SkipReason.BUDGET_SPENT, "memory"
        case _:
            return SkipReason.UNREADABLE, type(error).__name__
