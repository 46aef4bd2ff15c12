"""What a scope says of reading documents, as the extractors and the second pass want it."""

from __future__ import annotations

from dataclasses import replace

from extraction.budget import SpeechSettings
from extraction.ocr.settings import OcrSettings
from extraction.sandbox import DEFAULT_LIMITS, IsolationLimits
from inspection.scans import OcrBudget
from scope.sections import Ocr, Speech


def isolation_limits(ocr: Ocr, speech: Speech | None = None) -> IsolationLimits:
    """Of the extractors. Where somebody listens to recordings, a document may take so much longer."""
    folders = tuple(str(folder.resolve()) for folder in ocr.data)
    limits = replace(DEFAULT_LIMITS, ocr=OcrSettings(ocr.languages, ocr.second_engine, folders))
    if speech is None:
        return limits
    settings = SpeechSettings(speech.recogniser, str(speech.model.resolve()), float(speech.seconds))
    decoding = limits.budget.decoding_seconds + speech.seconds
    budget = replace(limits.budget, speech=settings, decoding_seconds=decoding)
    return replace(limits, budget=budget, seconds=limits.seconds + speech.seconds)


def ocr_budget(ocr: Ocr) -> OcrBudget:
    """Of the second pass."""
    return OcrBudget(pages=ocr.pages)
