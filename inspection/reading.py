"""What a scope says of reading documents, as the extractors and the second pass want it."""

from __future__ import annotations

from dataclasses import replace

from extraction.ocr.settings import OcrSettings
from extraction.sandbox import DEFAULT_LIMITS, IsolationLimits
from inspection.scans import OcrBudget
from scope.model import Ocr


def isolation_limits(ocr: Ocr) -> IsolationLimits:
    """Of the extractors."""
    folders = tuple(str(folder.resolve()) for folder in ocr.data)
    return replace(DEFAULT_LIMITS, ocr=OcrSettings(ocr.languages, ocr.second_engine, folders))


def ocr_budget(ocr: Ocr) -> OcrBudget:
    """Of the second pass."""
    return OcrBudget(pages=ocr.pages)
