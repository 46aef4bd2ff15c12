"""Pages to read, and how much of them was read."""

from __future__ import annotations

import re
import unicodedata

import pytest
from PIL import Image

from benchmarks.scanned_pages import installed_faces, pages_of
from demo_range.sheets import Sheet, plain_sheet
from extraction.budget import UnreadableError
from extraction.ocr.engine import OcrEngine
from extraction.ocr.settings import OcrSettings

PARAGRAPHS = (
    "Thank you for referring this pleasant woman, whom I saw in the clinic on 14 March 2025 with her husband.",
    "She has had irregular cycles since stopping the pill two years ago. Her NHS number is 999 123 4560.",
    "Transvaginal ultrasound showed an endometrium of 7 mm and fourteen antral follicles. Hormones were normal.",
    "I explained the risks and benefits of ovulation induction, and we agreed to begin with letrozole in April.",
)


def sheet() -> Sheet:
    """A short letter."""
    return plain_sheet("Marlowe Fertility Centre, 14 Larch Walk, Ashcombe", *PARAGRAPHS)


def drawn(dpi: int = 150) -> Image.Image:
    """Its one page."""
    return pages_of(sheet(), dpi, installed_faces()[0])[0]


def share_read(text: str, of: str = "\n".join(PARAGRAPHS)) -> float:
    """The share of the letter's runs of five words that the text has."""
    wanted = _runs(of)
    return len(wanted & _runs(text)) / len(wanted)


def missing_ocr() -> str:
    """Why OCR can not be tested here; empty where it can."""
    if not installed_faces():
        return "no fonts: install fonts-dejavu-core or fonts-liberation"
    try:
        OcrEngine(OcrSettings())
    except UnreadableError as error:
        return f"{error.detail}: install the extra ocr"
    return ""


needs_ocr = pytest.mark.skipif(bool(missing_ocr()), reason=missing_ocr())


def _runs(text: str) -> set[tuple[str, ...]]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    words = re.findall(r"\w+", "".join(each for each in plain if not unicodedata.combining(each)))
    return {tuple(words[place : place + 5]) for place in range(len(words) - 4)}
