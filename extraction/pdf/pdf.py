"""PDF files, page by page: text, forms, notes, attached files, earlier revisions; what needs OCR, what is damaged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError
from extraction.paths import MemberPaths
from extraction.pdf.pdf_annotations import attached_files
from extraction.pdf.pdf_damage import damaged_streams, lost_pages
from extraction.pdf.pdf_file import OpenedPdf, from_start, is_cut_short, opened_pdf
from extraction.pdf.pdf_origin import origin_of
from extraction.pdf.pdf_pages import PageText
from extraction.pdf.pdf_revisions import EarlierPages
from extraction.pdf.pdf_scans import holds_pictures, scan_of
from extraction.pdf.pdf_xfa import xfa_text
from extraction.records import Content, Embedded, Origin, Problem, Scan, TextPiece

# Place of what an XFA form holds beside its pages.
_FORM_PATH = "#form"
# Place of a page's notes and values where its text layer may be replaced, behind that of the page.
_NOTES_PATH = "#notes"


def read_pdf(data: bytes, budget: Budget) -> Content:
    """A piece for each page with text; pages for OCR; embedded files to read in their turn.

    Raises:
        UnreadableError: encrypted, cut short so that nothing can be read, or no PDF after all.
    """
    data = from_start(data)
    opened = opened_pdf(data, budget)
    reading = _Reading(opened, budget)
    with opened.document:
        reading.read()
    if is_cut_short(data):
        reading.problem(SkipReason.TRUNCATED, "", reading.extent("no end of file mark"))
    elif opened.is_mended:
        reading.problem(SkipReason.UNREADABLE, "", reading.extent("page tree lost"))
    for page in lost_pages(data, reading.blank, budget) if reading.blank else ():
        reading.problem(SkipReason.UNREADABLE, f"#page={page + 1}", "contents lost")
    if damaged := damaged_streams(data):
        reading.problem(SkipReason.UNREADABLE, "", f"damaged streams: {damaged}")
    earlier = EarlierPages(data, reading.pieces, budget)
    pieces = (*reading.pieces, *earlier.pieces)
    problems = (*reading.problems, *earlier.problems)
    embedded = reading.embedded() if reading.has_files else ()
    return Content(pieces, problems, embedded, (*reading.scans, *earlier.scans), reading.origins)


class _Reading:
    """One pass over one open document."""

    def __init__(self, opened: OpenedPdf, budget: Budget) -> None:
        self.pieces: list[TextPiece] = []
        self.problems: list[Problem] = []
        self.scans: list[Scan] = []
        self.blank: list[int] = []
        self.origins: tuple[Origin, ...] = ()
        self._opened = opened
        self._document = opened.document
        self._budget = budget
        self._among_pictures = holds_pictures(opened.data)
        self._carriers: list[tuple[int, list[int]]] = []
        self._attachments = self._read_pages = 0
        self._pages = opened.of if opened.is_mended else len(opened.document)

    @property
    def has_files(self) -> bool:
        return bool(self._attachments or self._carriers)

    def read(self) -> None:
        """Pages, then what belongs to the whole. A page that fails costs that page."""
        form = self._document.get_formtype()
        if form:
            self._document.init_forms()
        self._attachments = self._document.count_attachments()
        origin = origin_of(self._document, self._opened.data)
        self.origins = (origin,) if origin else ()
        count = len(self._document)
        for index in range(count):
            path = f"#page={index + 1}"
            try:
                self._budget.spend_page()
                self._read_page(index, path)
            except BudgetSpentError as error:
                self.problem(SkipReason.BUDGET_SPENT, path, f"{error}: {count - index} left")
                break
            except (pypdfium2.PdfiumError, ValueError) as error:
                self.problem(SkipReason.UNREADABLE, path, type(error).__name__)
        values = xfa_text(self._document, form, self._budget)
        if values:
            self.pieces.append(TextPiece(_FORM_PATH, values))

    def extent(self, damage: str) -> str:
        """How much of a damaged document was read."""
        of = f" of {max(self._pages, self._read_pages)}" if self._pages else ""
        return f"{damage}: {self._read_pages}{of} pages"

    def embedded(self) -> Iterator[Embedded | Problem]:
        """Files at the document, then those at its pages. PDFium opens the document anew for them."""
        paths = MemberPaths()
        with pypdfium2.PdfDocument(self._opened.data) as document:
            for found in self._files(document):
                name = _name(found)
                path = paths.place(name)
                try:
                    self._budget.spend_member()
                    content = bytes(found.get_data())
                    self._budget.judge_member(len(content), len(content))
                    self._budget.spend_bytes(len(content))
                except BudgetSpentError as error:
                    yield Problem(SkipReason.BUDGET_SPENT, path, str(error))
                    return
                except pypdfium2.PdfiumError as error:
                    yield Problem(SkipReason.UNREADABLE, path, type(error).__name__)
                else:
                    yield Embedded(path, content, name)

    def problem(self, reason: SkipReason, path: str, detail: str) -> None:
        self.problems.append(Problem(reason, path, detail))

    def _read_page(self, index: int, path: str) -> None:
        read = PageText(self._document, index)
        self._read_pages += 1
        scan = scan_of(read.page, path, read.layer, self._among_pictures)
        if scan and scan.replaces and read.notes:  # they are of nobody's OCR, and on no picture of the page
            self.pieces += [TextPiece(path, read.layer), TextPiece(f"{path}{_NOTES_PATH}", read.notes)]
        elif read.text.strip():
            self.pieces.append(TextPiece(path, read.text))
        elif pdfium.FPDFPage_CountObjects(read.page) <= 0:
            self.blank.append(index)
        if scan:
            self.scans.append(scan)
        if read.left_out:
            self.problem(SkipReason.BUDGET_SPENT, path, f"annotations: {read.left_out} left")
        if read.attached:
            self._carriers.append((index, read.attached))
        read.page.close()

    def _files(self, document: Any) -> Iterator[Any]:
        for index in range(self._attachments):
            yield document.get_attachment(index)
        for page, carriers in self._carriers:
            yield from attached_files(document, page, carriers)


def _name(attachment: Any) -> str:
    name: str = attachment.get_name()
    return name.replace("\x00", "")
