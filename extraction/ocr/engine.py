"""Text of one picture: prepared, read by Tesseract, turned and read again where that went badly."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from PIL import Image

try:  # before a worker gives up its files: the system's libraries can not be loaded after that
    import tesserocr
except ImportError:
    tesserocr = None

from documents.records import SkipReason
from extraction.budget import UnreadableError
from extraction.ocr.languages import all_found, told_together
from extraction.ocr.preparing import Prepared, prepared
from extraction.ocr.settings import OcrSettings

# Mean confidence from which a reading is good enough to stop: measured, character errors are below 2 % then.
SURE = 87
# A word counts as read from this confidence on, and with so many letters or digits.
_WORD_CONFIDENCE = 60
_WORD_LETTERS = 3
# Words without which a picture holds no text: what Tesseract sees in photographs has fewer.
LEAST_WORDS = 3
# Which way up a page is, is tried on this share of its height, and believed if the confidence differs by so much:
# pages on their heads have 33 to 47, the same turned have 79 and more.
_PART = 0.3
_CLEARLY = 15
_INK = 128
# A capital I alone is read as a bar, in 12 of 45 errors on clean pages.
_LONE_BAR = re.compile(r"(?<!\S)\|(?!\S)")
_LETTERS = re.compile(r"[^\W_]")
_MILLISECONDS = 1000
# Tesseract's modes, by number, so that nothing of it is loaded before it is needed.
_AUTO: Final = 3
_LSTM: Final = 1


@dataclass(frozen=True, slots=True)
class OcrText:
    """What was read.

    Attributes:
        text: lines in reading order; empty where the picture shows none.
        confidence: Tesseract's mean, 0 to 100; 0 where nothing was read.
        problem: what a record says of a poor reading; None for a good one, and for a picture without text.
        reason: of the problem.
    """

    text: str = field(repr=False)
    confidence: int
    problem: str | None = None
    reason: SkipReason = SkipReason.UNREADABLE


@dataclass(frozen=True, slots=True)
class _Reading:
    text: str = field(repr=False)
    confidence: int
    words: int


_NOTHING = _Reading("", 0, 0)


class OcrEngine:
    """One Tesseract of a process, made when the first picture comes. Not for several threads.

    Raises:
        UnreadableError: no Tesseract, or no file of a language; the detail names it.
    """

    def __init__(self, settings: OcrSettings) -> None:
        self._settings = settings
        self._languages = _opened(settings)

    def read(self, picture: Image.Image, dpi: int | None) -> OcrText:
        """The text of a picture, within the time that the settings give a page."""
        until = time.monotonic() + self._settings.page_seconds
        page = prepared(picture, dpi)
        best = self._reading(page, until)
        if best.confidence < SURE and self._stands_on_its_head(page, best, until):
            turned = replace(page, image=page.image.transpose(Image.Transpose.ROTATE_180))
            best = max(best, self._reading(turned, until), key=_worth)
        if best.words < LEAST_WORDS:
            return OcrText("", 0)
        text = _LONE_BAR.sub("I", best.text)
        return OcrText(text, best.confidence, None if best.confidence >= SURE else f"OCR confidence {best.confidence}")

    def _reading(self, page: Prepared, until: float) -> _Reading:
        left = until - time.monotonic()
        if left <= 0:
            return _NOTHING
        tesseract = self._languages
        tesseract.SetImage(page.image)
        tesseract.SetSourceResolution(page.dpi)
        tesseract.Recognize(max(1, int(left * _MILLISECONDS)))
        words = sum(
            confidence >= _WORD_CONFIDENCE and len(_LETTERS.findall(word)) >= _WORD_LETTERS
            for word, confidence in tesseract.MapWordConfidences()
        )
        reading = _Reading(tesseract.GetUTF8Text(), tesseract.MeanTextConf(), words)
        tesseract.Clear()
        return reading

    def _stands_on_its_head(self, page: Prepared, upright: _Reading, until: float) -> bool:
        """Is the part with the most lines read much better when it is turned?

        Measured on 12 turned pages: always right, where Tesseract's own look at scripts was wrong once and took longer.
        """
        ink = np.asarray(page.image) < _INK
        height = max(1, round(page.image.height * _PART))
        sums = np.concatenate(([0], np.cumsum(ink.sum(axis=1))))
        top = int(np.argmax(sums[height:] - sums[:-height]))
        part = page.image.crop((0, top, page.image.width, top + height)).transpose(Image.Transpose.ROTATE_180)
        turned = self._reading(replace(page, image=part), until)
        return turned.words >= LEAST_WORDS and turned.confidence > upright.confidence + _CLEARLY


def _worth(reading: _Reading) -> tuple[int, int]:
    return reading.confidence, reading.words


def _opened(settings: OcrSettings) -> Any:
    files, missing = all_found(settings.languages, settings)
    if missing:
        raise UnreadableError(SkipReason.EXTRA_MISSING, f"ocr: no data for {', '.join(missing)}")
    return _tesseract(*told_together(files), _AUTO, _LSTM)


def _tesseract(folder: str, languages: str, mode: int, engine: int) -> Any:
    if tesserocr is None:
        raise UnreadableError(SkipReason.EXTRA_MISSING, "ocr")
    made = tesserocr.PyTessBaseAPI(init=False)
    # Remarks go to standard error, which a worker has closed. To the file that is set for them (/dev/null) it writes
    # without asking whether it could be opened, and a worker can open no file: it would crash.
    made.SetVariable("debug_file", "")
    try:
        made.Init(path=folder, lang=languages, oem=engine, psm=mode)
    except RuntimeError:
        raise UnreadableError(SkipReason.EXTRA_MISSING, "ocr: data can not be loaded") from None
    made.SetVariable("debug_file", "")
    return made
