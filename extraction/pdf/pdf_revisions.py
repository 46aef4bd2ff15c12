"""Earlier revisions of a PDF: a file that was saved by adding still holds the pages as they were, deleted text too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pypdfium2

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError
from extraction.pdf.pdf_file import is_cut_short
from extraction.pdf.pdf_pages import PageText
from extraction.pdf.pdf_scans import holds_pictures, scan_of
from extraction.pdf.pdf_shown import Shown
from extraction.records import Problem, Scan, TextPiece

# Where a revision ends. A file made for fast view has an early mark of its own, with a table at 0 or before its end.
_REVISION_END = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF[ \t]*\r?\n?")
_TABLE = re.compile(rb"\s{0,4}(?:xref\b|\d{1,7}\s{1,4}\d{1,5}\s{1,4}obj\b)")
# Revisions that are read, the newest ones. A letter that is signed, commented on and corrected has four.
MOST_REVISIONS = 6
_NO_WORD = re.compile(r"[\W_]+")


class EarlierPages:
    """Pages of earlier revisions with lines that the document as it is now does not have.

    Attributes:
        pieces: at places such as "#revision=1#page=3"; revision 1 is the oldest.
        scans: pages with pictures that the document as it is now does not have.
        problems: revisions that were left out.
    """

    def __init__(self, data: bytes, now: Iterable[TextPiece], budget: Budget) -> None:
        self.pieces: list[TextPiece] = []
        self.scans: list[Scan] = []
        self.problems: list[Problem] = []
        ends = earlier_ends(data)
        if not ends:
            return
        known = {line for piece in now for line in _lines(piece.text)}
        shown = _kinds(data) if holds_pictures(data) else None
        left_out = max(0, len(ends) - MOST_REVISIONS)
        if left_out:
            self.problems.append(Problem(SkipReason.BUDGET_SPENT, "#revision=1", f"revisions: {left_out} left"))
        for number in range(len(ends), left_out, -1):
            path = f"#revision={number}"
            try:
                found = list(self._pages(data[: ends[number - 1]], path, known, shown, budget))
            except BudgetSpentError as error:
                self.problems.append(Problem(SkipReason.BUDGET_SPENT, path, str(error)))
                return
            self.pieces += found
            known.update(line for piece in found for line in _lines(piece.text))

    def _pages(
        self, data: bytes, path: str, known: set[str], shown: set[tuple[int, int, int]] | None, budget: Budget
    ) -> Iterator[TextPiece]:
        """Those of one revision that say something new. One that can not be opened was none."""
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError:
            return
        with document:
            if document.get_formtype():
                document.init_forms()
            for index in range(len(document)):
                budget.spend_page()
                place = f"{path}#page={index + 1}"
                try:
                    read = PageText(document, index)
                except (pypdfium2.PdfiumError, ValueError):
                    continue  # the document as it is now tells of its damage
                if shown is not None and (scan := scan_of(read.page, place, read.layer, True)):
                    kinds = Shown(read.page).kinds
                    if kinds - shown:
                        self.scans.append(scan)
                        shown |= kinds
                read.page.close()
                if any(line not in known for line in _lines(read.text)):
                    yield TextPiece(place, read.text)


def _kinds(data: bytes) -> set[tuple[int, int, int]]:
    """Of all pictures that pages show now."""
    kinds: set[tuple[int, int, int]] = set()
    try:
        with pypdfium2.PdfDocument(data) as document:
            for index in range(len(document)):
                page = document[index]
                kinds |= Shown(page).kinds
                page.close()
    except pypdfium2.PdfiumError:
        return kinds  # damaged: rather a page too many
    return kinds


def earlier_ends(data: bytes) -> list[int]:
    """Ends of all revisions but the last: those whose table lies where they say, unlike those of an attached PDF.

    The first part of a file made for fast view, with its table at 0, is none.
    """
    ends = [found.end() for found in _REVISION_END.finditer(data) if _TABLE.match(data, int(found[1]))]
    return ends if is_cut_short(data) else ends[:-1]


def _lines(text: str) -> Iterator[str]:
    """Letters and digits of each line that has some."""
    return (line for line in (_NO_WORD.sub("", each.casefold()) for each in text.split("\n")) if line)
