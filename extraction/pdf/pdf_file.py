"""Opens a PDF as it is, or mended where its end or its page tree is lost."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from documents.records import SkipReason
from extraction.budget import Budget, UnreadableError
from extraction.pdf.pdf_mending import mended
from extraction.pdf.pdf_objects import OBJECT_START

_END = b"%%EOF"
# Bytes at the end in which a file whose last line alone is lost still says where its table is.
_TAIL_BYTES = 64
_TABLE_NAMED = re.compile(rb"startxref\s+\d+\s*(?:%%E?O?)?\s*$")
_SECRET = (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)


@dataclass(frozen=True, slots=True)
class OpenedPdf:
    """An open document.

    Attributes:
        document: PDFium's.
        data: the bytes it was opened from: the file's own, or mended ones.
        is_mended: its page tree was made anew, of what is left.
        of: how many pages a mended file says that it had.
    """

    document: Any
    data: bytes = field(repr=False)
    is_mended: bool = False
    of: int | None = None


def from_start(data: bytes) -> bytes:
    """Without what precedes the file: PDFium looks for the start in the first kilobyte only."""
    return data[max(0, data.find(b"%PDF-")) :]


def is_cut_short(data: bytes) -> bool:
    """Was the end lost: no `%%EOF`, or objects after the last one (a file made for fast view, or updated, then cut)?"""
    end = data.rfind(_END)
    if end < 0:
        return _TABLE_NAMED.search(data[-_TAIL_BYTES:]) is None
    return OBJECT_START.search(data, end) is not None


def opened_pdf(data: bytes, budget: Budget) -> OpenedPdf:
    """The file, mended if that gives more pages.

    Raises:
        UnreadableError: encrypted, or no page is left.
        BudgetSpentError: what its object streams hold is too much.
    """
    cut = is_cut_short(data)
    own = _document(data)
    left = 0 if own is None else _pages_left(own, budget)
    if own is not None and not cut and left == len(own):
        return OpenedPdf(own, data)
    remade = _opened_mended(data, budget)
    if remade is not None and (len(remade.document) > left or (cut and len(remade.document) == left)):
        return remade
    if own is not None:
        return OpenedPdf(own, data)
    raise UnreadableError(SkipReason.TRUNCATED if cut else SkipReason.UNREADABLE, "no page left")


def _opened_mended(data: bytes, budget: Budget) -> OpenedPdf | None:
    whole = mended(data, budget)
    document = None if whole is None else _document(whole.data)
    return None if whole is None or document is None else OpenedPdf(document, whole.data, is_mended=True, of=whole.of)


def _pages_left(document: Any, budget: Budget) -> int:
    """How many of the pages that it lists are there; those beyond the budget are believed."""
    size = pdfium.FS_SIZEF()
    listed = len(document)
    asked = min(listed, budget.limits.pages)
    return listed - asked + sum(bool(pdfium.FPDF_GetPageSizeByIndexF(document, at, size)) for at in range(asked))


def _document(data: bytes) -> Any:
    """None where it is damaged."""
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in _SECRET and b"/Encrypt" in data:  # the code may be left over from another document
            raise UnreadableError(SkipReason.ENCRYPTED, f"PDFium error {error.err_code}") from None
        return None
