"""PDF files with a text layer, page by page; pages that need OCR and what is damaged are problems."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pypdfium2
import pypdfium2.raw

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError, UnreadableError
from extraction.pdf_mending import mended
from extraction.records import Content, Embedded, Problem, TextPiece

# Letters and digits below which a page with a picture on it counts as a scan. Measured: no page of text has fewer.
SCAN_LETTERS = 40
# The same for a page that one picture covers: a fax stamp or a scanner's footer gives it up to 150 letters.
COVERED_SCAN_LETTERS = 200
# Shares of the page's area: a logo has less than the first, a scan more than the second.
PICTURE_SHARE = 0.10
COVERING_SHARE = 0.50
# Vector shapes above which a page without text is a drawing of letters. A ruled form has up to a hundred.
OUTLINE_SHAPES = 200
# Objects of a page looked at for pictures; a scan has a handful.
_OBJECTS = 2000
# Share of characters without a meaning above which a font has no usable character map.
GIBBERISH_SHARE = 0.20
_MEANINGLESS = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")
# PDFium writes these two where a line end breaks a word.
_LINE_HYPHENS = re.compile("[\ufffe\x02]")
_LETTERS = re.compile(r"\w")
# Bounded as in pdf_mending, so that digits or blanks without end are read once.
_OBJECT_START = re.compile(rb"(?<!\d)\d{1,7}\s{1,4}\d{1,5}\s{1,4}obj\b")
_ERROR_PASSWORD = pypdfium2.raw.FPDF_ERR_PASSWORD
_ERROR_SECURITY = pypdfium2.raw.FPDF_ERR_SECURITY
_XFA_FORMS = (pypdfium2.raw.FORMTYPE_XFA_FULL, pypdfium2.raw.FORMTYPE_XFA_FOREGROUND)


def read_pdf(data: bytes, budget: Budget) -> Content:
    """A piece for each page with text; embedded files to read in their turn.

    Raises:
        UnreadableError: encrypted, cut short so that nothing can be read, or no PDF after all.
    """
    data = data[max(0, data.find(b"%PDF-")) :]  # PDFium finds the start within 1 kB of junk only
    damage = SkipReason.TRUNCATED if is_cut_short(data) else SkipReason.UNREADABLE
    opened = _opened(data)
    with _mended(data, damage) if opened is None else opened as document:
        reading = _Reading(document, budget)
        reading.read()
    if opened is None or damage is SkipReason.TRUNCATED:
        reading.problems.append(Problem(damage, "", "page tree lost" if opened is None else "no end of file mark"))
    return Content(tuple(reading.pieces), tuple(reading.problems), tuple(reading.embedded))


def is_cut_short(data: bytes) -> bool:
    """Was the end lost: no `%%EOF`, or objects after the last one (a file made for fast view, or updated, then cut)?"""
    end = data.rfind(b"%%EOF")
    return end < 0 or _OBJECT_START.search(data, end) is not None


def _opened(data: bytes) -> Any:
    """The document, or None where it is damaged."""
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (_ERROR_PASSWORD, _ERROR_SECURITY):
            raise UnreadableError(SkipReason.ENCRYPTED, f"PDFium error {error.err_code}") from None
        return None


def _mended(data: bytes, damage: SkipReason) -> Any:
    whole = mended(data)
    document = _opened(whole) if whole else None
    if document is None:
        raise UnreadableError(damage, "no page left")
    return document


class _Reading:
    """One pass over one open document."""

    def __init__(self, document: Any, budget: Budget) -> None:
        self.pieces: list[TextPiece] = []
        self.problems: list[Problem] = []
        self.embedded: list[Embedded] = []
        self._document = document
        self._budget = budget

    def read(self) -> None:
        """Pages, then embedded files. A page that fails costs that page."""
        form = self._document.get_formtype()
        if form:
            self._document.init_forms()
        if form in _XFA_FORMS:
            self._problem(SkipReason.UNSUPPORTED_TYPE, "", "XFA form")
        if not len(self._document):
            self._problem(SkipReason.UNREADABLE, "", "no pages")
        for index in range(len(self._document)):
            path = f"#page={index + 1}"
            try:
                self._budget.spend_page()
                self._read_page(index, path)
            except BudgetSpentError as error:
                self._problem(SkipReason.BUDGET_SPENT, path, f"{error}: {len(self._document) - index} left")
                break
            except (pypdfium2.PdfiumError, ValueError) as error:
                self._problem(SkipReason.UNREADABLE, path, type(error).__name__)
        self._read_attachments()

    def _read_page(self, index: int, path: str) -> None:
        page = self._document[index]
        if self._document.formenv:  # values that were filled in are not in the text before they are made part of it
            page.flatten()
            page.close()
            page = self._document[index]
        page.set_rotation(0)  # lines of a rotated page come in reverse order
        text = _page_text(page)
        if text.strip():
            self.pieces.append(TextPiece(path, text))
        letters = len(_LETTERS.findall(text))
        if letters < COVERED_SCAN_LETTERS and _needs_ocr(page, letters):
            self._problem(SkipReason.UNSUPPORTED_TYPE, path, "no text layer: needs OCR")
        elif len(_MEANINGLESS.findall(text)) > GIBBERISH_SHARE * len(text):
            self._problem(SkipReason.UNREADABLE, path, "a font without a character map: needs OCR")
        page.close()

    def _read_attachments(self) -> None:
        for index in range(self._document.count_attachments()):
            path = f"!/attachment-{index + 1}"
            try:
                self._budget.spend_member()
                attached = bytes(self._document.get_attachment(index).get_data())
                self._budget.judge_member(len(attached), len(attached))
                self._budget.spend_bytes(len(attached))
            except BudgetSpentError as error:
                self._problem(SkipReason.BUDGET_SPENT, path, str(error))
                break
            except pypdfium2.PdfiumError as error:
                self._problem(SkipReason.UNREADABLE, path, type(error).__name__)
            else:
                self.embedded.append(Embedded(path, attached))

    def _problem(self, reason: SkipReason, path: str, detail: str) -> None:
        self.problems.append(Problem(reason, path, detail))


def _page_text(page: Any) -> str:
    text_page = page.get_textpage()
    text: str = text_page.get_text_range()
    text_page.close()
    return _LINE_HYPHENS.sub("-", text.replace("\r\n", "\n"))


def _needs_ocr(page: Any, letters: int) -> bool:
    """Does a page with little text show a picture that may hold the text? A blank page and a short last one do not."""
    width, height = page.get_size()
    area = max(width * height, 1.0)
    kinds = [pypdfium2.raw.FPDF_PAGEOBJ_IMAGE, pypdfium2.raw.FPDF_PAGEOBJ_PATH]
    pictured, shapes = 0.0, 0
    for shown in itertools.islice(page.get_objects(filter=kinds), _OBJECTS):
        if shown.type == pypdfium2.raw.FPDF_PAGEOBJ_PATH:
            shapes += 1
            continue
        left, bottom, right, top = shown.get_bounds()
        pictured += abs((right - left) * (top - bottom)) / area  # a sum: scanners store one page in strips
    if letters < SCAN_LETTERS:
        return pictured > PICTURE_SHARE or shapes > OUTLINE_SHAPES
    return pictured > COVERING_SHARE
