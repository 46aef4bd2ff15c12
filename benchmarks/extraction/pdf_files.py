"""Letters as PDF: with form fields, annotations, turned pages, an attachment, a password for changes."""

from __future__ import annotations

import html
import io
import textwrap
from itertools import pairwise
from typing import Any

import pypdf
from pypdf.annotations import FreeText, Text
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from benchmarks.extraction.letters import Letter
from benchmarks.extraction.plain_files import untypeset
from benchmarks.extraction.rendered import Format, Rendered, whole
from demo_range.rendering import Format as RangeFormat
from demo_range.rendering import rendered
from demo_range.sheets import Block, BlockKind, Sheet, plain_sheet

_LEFT, _TOP, _BOTTOM, _WIDTH = 60, 800, 60, 470
_LINE = 13
_FIELD_COLUMNS = 80
_STYLE = ParagraphStyle("plain", fontName="Helvetica", fontSize=9.5, leading=_LINE)
_QUARTER = 90


def by_reportlab(letter: Letter) -> Rendered:
    """Two pages, running head and foot on each."""
    return Rendered(rendered(RangeFormat.PDF, letter.sheet), whole(letter))


def with_form(letter: Letter) -> Rendered:
    """Lines and table rows are values of form fields, paragraphs are printed."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True)
    page = _FormPage(canvas)
    for line in letter.sheet.header:
        page.printed(line)
    for block in letter.sheet.blocks:
        page.block(block)
    page.printed(letter.sheet.footer)
    canvas.save()
    printed = "\n".join(block.text for block in letter.sheet.blocks if not _is_filled_in(block))
    return Rendered(out.getvalue(), ("\n".join(letter.sheet.header), printed, letter.sheet.footer, *page.values))


def _is_filled_in(block: Block) -> bool:
    return block.kind in {BlockKind.LINES, BlockKind.TABLE}


class _FormPage:
    def __init__(self, canvas: Any) -> None:
        self._canvas = canvas
        self._at = _TOP
        self.values: list[str] = []

    def printed(self, text: str) -> None:
        paragraph = Paragraph(html.escape(text, quote=False).replace("\n", "<br/>"), _STYLE)
        _, height = paragraph.wrap(_WIDTH, _TOP)
        self._make_room(height)
        paragraph.drawOn(self._canvas, _LEFT, self._at)

    def block(self, block: Block) -> None:
        if not _is_filled_in(block):
            self.printed(block.text)
            return
        for line in block.text.replace("\t", "   ").split("\n"):
            for value in textwrap.wrap(untypeset(line), _FIELD_COLUMNS):
                self._field(value)

    def _field(self, value: str) -> None:
        self._make_room(_LINE + 2)
        self._canvas.acroForm.textfield(
            value=value, name=f"field{len(self.values)}", x=_LEFT, y=self._at, width=_WIDTH, height=_LINE, fontSize=8,
            borderWidth=0, maxlen=_FIELD_COLUMNS,
        )  # fmt: skip
        self.values.append(value)

    def _make_room(self, height: float) -> None:
        self._at -= int(height) + 6
        if self._at < _BOTTOM:
            self._canvas.showPage()
            self._at = _TOP - int(height) - 6


def with_annotations(letter: Letter) -> Rendered:
    """The first told paragraph is a note that opens on a click, the last one a text laid over the page."""
    sheet = letter.sheet
    stories = [place for place, block in enumerate(sheet.blocks) if block.story]
    taken = {stories[0], stories[-1]}
    left = tuple(block for place, block in enumerate(sheet.blocks) if place not in taken)
    writer = _writer(Sheet(sheet.header, sheet.running, left, sheet.footer))
    for number, place in enumerate(sorted(taken)):
        note = sheet.blocks[place].text
        box = (20, 100 + 100 * number, 200, 150 + 100 * number)
        made = FreeText(text=note, rect=box, font_size="6pt") if number else Text(text=note, rect=box)
        writer.add_annotation(0, made)
    texts = ["\n".join(block.text for block in blocks) for blocks in _runs(sheet, taken)]
    notes = [sheet.blocks[place].text for place in taken]
    return Rendered(_written(writer), ("\n".join(sheet.header), *texts, *notes, sheet.footer))


def _runs(sheet: Sheet, taken: set[int]) -> list[tuple[Block, ...]]:
    """The blocks between those that are taken out."""
    ends = [-1, *sorted(taken), len(sheet.blocks)]
    return [sheet.blocks[start + 1 : end] for start, end in pairwise(ends)]


def turned(letter: Letter) -> Rendered:
    """Pages stored lying, with a note to the viewer to turn them."""
    writer = _writer(letter.sheet)
    for page in writer.pages:
        page.rotate(_QUARTER * (1 + len(letter.text) % 3))
    return Rendered(_written(writer), whole(letter))


def attached(letter: Letter) -> Rendered:
    """A cover note; the letter, a Word file, hangs on it."""
    writer = _writer(plain_sheet("Cover note", "Please find the letter attached to this file."))
    writer.add_attachment("letter.docx", rendered(RangeFormat.DOCX, letter.sheet))
    return Rendered(_written(writer), whole(letter))


def with_owner_password(letter: Letter) -> Rendered:
    """Anybody may read it; changes want a password."""
    writer = _writer(letter.sheet)
    writer.encrypt(user_password="", owner_password="for changes", algorithm="AES-256")  # noqa: S106 - a sample
    return Rendered(_written(writer), whole(letter))


def _writer(sheet: Sheet) -> pypdf.PdfWriter:
    return pypdf.PdfWriter(clone_from=io.BytesIO(rendered(RangeFormat.PDF, sheet)))


def _written(writer: pypdf.PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


FORMATS = (
    Format("pdf reportlab", "pdf", by_reportlab),
    Format("pdf form", "pdf", with_form),
    Format("pdf annotations", "pdf", with_annotations),
    Format("pdf turned", "pdf", turned),
    Format("pdf attachment", "pdf", attached),
    Format("pdf owner password", "pdf", with_owner_password),
)
