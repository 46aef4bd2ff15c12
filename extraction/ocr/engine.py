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
from extraction.ocr.second_engine import LEAST_SECONDS, SecondEngine
from extraction.ocr.settings import OcrSettings

# Mean confidence from which a page counts as read: character errors are below 3 % then.
SURE = 87
# Confidence below which a page is read a second time, prepared in another way, and both readings are handed on: a tenth
# more of the words of faxes, a sixth more of the identifiers. Clean pages have 94 and 95.
CERTAIN = 93
# A word counts as read from this confidence on, and with so many letters or digits.
_WORD_CONFIDENCE = 60
_WORD_LETTERS = 3
# Words without which nothing of a picture is taken for text, unless they are most of what Tesseract sees there. In
# photographs it saw at most two among 156 letters.
LEAST_WORDS = 3
# Letters that Tesseract must see for a picture without such words to be a page that could not be read, handwriting or a
# ruined copy, if it does not look like one from afar. In photographs it saw up to 156.
LEAST_MARKS = 200
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
        others: what else a poor page may say: further readings of all of it, each with errors of its own.
    """

    text: str = field(repr=False)
    confidence: int
    problem: str | None = None
    reason: SkipReason = SkipReason.UNREADABLE
    others: tuple[str, ...] = field(default=(), repr=False)

    @property
    def all_readings(self) -> str:
        """What a match may stand on."""
        return "\n".join((self.text, *self.others))


@dataclass(frozen=True, slots=True)
class _Reading:
    """Tesseract's: words and letters that it is fairly sure of, and all letters that it saw."""

    text: str = field(repr=False)
    confidence: int
    words: int = 0
    letters: int = 0
    sure_letters: int = 0
    is_whole: bool = True

    @property
    def is_legible(self) -> bool:
        return self.words >= LEAST_WORDS or self.sure_letters * 2 >= self.letters > 0


class OcrEngine:
    """One Tesseract of a process, made when the first picture comes. Not for several threads.

    Raises:
        UnreadableError: no Tesseract, or no file of a language; the detail names it.
    """

    def __init__(self, settings: OcrSettings) -> None:
        self._settings = settings
        self._languages = _opened(settings)
        self._second = SecondEngine()

    def read(self, picture: Image.Image, dpi: int | None) -> OcrText:
        """The text of a picture, within the time that the settings give a page."""
        until = time.monotonic() + self._settings.page_seconds
        page = prepared(picture, dpi)
        best = self._reading(page, until)
        is_turned = best.confidence < SURE and self._stands_on_its_head(page, best, until)
        if is_turned:
            page = _turned(page)
            best = self._reading(page, until)
        if not best.is_whole:
            return OcrText(best.text, best.confidence, "OCR time", SkipReason.TIMED_OUT)
        if not best.is_legible and best.letters < LEAST_MARKS and not page.bears_lines:
            return OcrText("", 0)
        text = _LONE_BAR.sub("I", best.text) if best.is_legible else ""
        others = []
        if best.confidence < CERTAIN and best.is_legible:
            softly = prepared(picture, dpi, softly=True)
            others.append(self._reading(_turned(softly) if is_turned else softly, until).text)
        if best.confidence >= SURE:
            return OcrText(text, best.confidence, others=tuple(others))
        others.append(self._second_text(page, until))
        problem = f"OCR confidence {best.confidence}"
        return OcrText(text, best.confidence, problem, others=tuple(other for other in others if other))

    def _reading(self, page: Prepared, until: float) -> _Reading:
        left = until - time.monotonic()
        if left <= 0:
            return _Reading("", 0, is_whole=False)
        tesseract = self._languages
        tesseract.SetImage(page.image)
        tesseract.SetSourceResolution(page.dpi)
        is_whole = bool(tesseract.Recognize(max(1, int(left * _MILLISECONDS))))
        text = str(tesseract.GetUTF8Text())
        if not text.strip():
            return _Reading("", 0, is_whole=is_whole)
        found = [(confidence, len(_LETTERS.findall(word))) for word, confidence in tesseract.MapWordConfidences()]
        sure = [letters for confidence, letters in found if confidence >= _WORD_CONFIDENCE and letters >= _WORD_LETTERS]
        letters = sum(letters for _, letters in found)
        reading = _Reading(text, int(tesseract.MeanTextConf()), len(sure), letters, sum(sure), is_whole)
        tesseract.Clear()
        return reading

    def _second_text(self, page: Prepared, until: float) -> str:
        """What the second engine makes of a page, if it is there and has time. A match may stand on either reading."""
        if not self._settings.second_engine or not self._second.is_installed():
            return ""
        return self._second.read(page.image) if until - time.monotonic() > LEAST_SECONDS else ""

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
        return turned.is_legible and turned.confidence > upright.confidence + _CLEARLY


def _turned(page: Prepared) -> Prepared:
    return replace(page, image=page.image.transpose(Image.Transpose.ROTATE_180))


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
