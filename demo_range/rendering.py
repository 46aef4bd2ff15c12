"""Sheets as files: PDF with a text layer, DOCX, plain text in two charsets, HTML."""

from __future__ import annotations

import html
import io
import textwrap
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import docx
from docx.shared import Pt
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import BaseDocTemplate, Frame, NextPageTemplate, PageBreak, PageTemplate, Paragraph, Table

from demo_range.sheets import Block, BlockKind, Sheet

# Margin and body size of a typical letter; they make most letters two pages long, so that page furniture cuts into
# the text.
_MARGIN = 25 * mm
_BODY_POINTS = 11.5
_LEADING_POINTS = 15.0
_SMALL_POINTS = 8
_TEXT_COLUMNS = 78
# Who wrote the range's files, as PDF and DOCX say it.
_AUTHOR = "Ashcombe Hospital Group"
# Dates inside files do not depend on the day they are made.
_MADE = datetime(2025, 1, 6, 9, 0, tzinfo=UTC)


class Format(StrEnum):
    """A file format of the range. Values are file suffixes without the dot."""

    PDF = "pdf"
    DOCX = "docx"
    HTML = "html"
    TXT = "txt"


def rendered(form: Format, *sheets: Sheet, charset: str = "utf-8", author: str = _AUTHOR) -> bytes:
    """One file that holds the sheets, each beginning on a new page. `charset` is for TXT, `author` for PDF and DOCX."""
    match form:
        case Format.PDF:
            return _pdf(sheets, author)
        case Format.DOCX:
            return _docx(sheets, author)
        case Format.HTML:
            return _bare_html(sheets)
        case Format.TXT:
            return _txt(sheets, charset)


def html_fragment(sheet: Sheet) -> str:
    """The sheet as it looks when pasted into a page: no page furniture of its own but the letterhead."""
    head = "<br>\n".join(html.escape(typeset(line)) for line in sheet.header)
    parts = [f"<p>{head}</p>"] if head else []
    parts += [_html_block(block) for block in sheet.blocks]
    if sheet.footer:
        parts.append(f"<p><small>{html.escape(typeset(sheet.footer))}</small></p>")
    return "\n".join(parts)


def typeset(text: str) -> str:
    """Straight apostrophes and hyphens between words as a word processor sets them; all in cp1252."""
    return text.replace("'", "\u2019").replace(" - ", " \u2013 ")


def _bare_html(sheets: Iterable[Sheet]) -> bytes:
    body = "\n<hr>\n".join(html_fragment(sheet) for sheet in sheets)
    head = '<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8"><title>Letter</title></head>'
    return f"{head}\n<body>\n{body}\n</body></html>\n".encode()


def _html_block(block: Block) -> str:
    text = html.escape(typeset(block.text))
    match block.kind:
        case BlockKind.HEADING:
            return f"<h3>{text}</h3>"
        case BlockKind.LINES:
            return "<p>" + text.replace("\n", "<br>\n") + "</p>"
        case BlockKind.PARAGRAPH:
            return f"<p>{text}</p>"
        case BlockKind.TABLE:
            rows = "\n".join(
                "<tr>" + "".join(f"<td>{html.escape(typeset(cell))}</td>" for cell in row) + "</tr>"
                for row in block.rows
            )
            return f"<table>\n{rows}\n</table>"


def _txt(sheets: Iterable[Sheet], charset: str) -> bytes:
    text = "\n\n\f".join(_wrapped(sheet.text) for sheet in sheets) + "\n"
    return (text if charset == "utf-8" else typeset(text)).encode(charset).replace(b"\n", b"\r\n")


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.fill(line, _TEXT_COLUMNS) if line else "" for line in text.split("\n"))


def _pdf(sheets: Iterable[Sheet], author: str) -> bytes:
    out = io.BytesIO()
    document = BaseDocTemplate(out, pagesize=A4, invariant=True, title="Letter", author=author)
    width, height = A4
    frame = Frame(_MARGIN, _MARGIN, width - 2 * _MARGIN, height - 2 * _MARGIN, id="body")
    story: list[Any] = []
    for number, sheet in enumerate(sheets):
        document.addPageTemplates([_page(f"first{number}", frame, sheet, running=False)])
        document.addPageTemplates([_page(f"later{number}", frame, sheet, running=True)])
        if number:
            story += [NextPageTemplate(f"first{number}"), PageBreak()]
        story += [NextPageTemplate(f"later{number}"), *_flowables(sheet)]
    document.build(story)
    return out.getvalue()


def _page(name: str, frame: Any, sheet: Sheet, running: bool) -> Any:
    def draw(canvas: Any, document: Any) -> None:
        canvas.setFont("Helvetica", _SMALL_POINTS)
        if running:
            canvas.drawString(_MARGIN, A4[1] - _MARGIN / 2, typeset(sheet.running))
        lines = textwrap.wrap(typeset(sheet.footer), 110)
        for line, text in enumerate(lines):
            canvas.drawString(_MARGIN, _MARGIN / 2 + (len(lines) - 1 - line) * (_SMALL_POINTS + 2), text)
        canvas.drawRightString(A4[0] - _MARGIN, _MARGIN / 4, f"Page {document.page}")

    return PageTemplate(id=name, frames=[frame], onPage=draw)


def _flowables(sheet: Sheet) -> list[Any]:
    plain = ParagraphStyle(
        "plain", fontName="Times-Roman", fontSize=_BODY_POINTS, leading=_LEADING_POINTS, spaceAfter=8
    )
    bold = ParagraphStyle("bold", parent=plain, fontName="Times-Bold")
    centred = ParagraphStyle("centred", parent=bold, alignment=TA_CENTER, spaceAfter=0)
    made: list[Any] = [Paragraph(_markup(line), centred) for line in sheet.header]
    for block in sheet.blocks:
        match block.kind:
            case BlockKind.HEADING:
                made.append(Paragraph(_markup(block.text), bold))
            case BlockKind.LINES | BlockKind.PARAGRAPH:
                made.append(Paragraph(_markup(block.text), plain))
            case BlockKind.TABLE:
                rows = [[Paragraph(_markup(cell), plain) for cell in row] for row in block.rows]
                made.append(Table(rows))
    return made


def _markup(text: str) -> str:
    return html.escape(typeset(text), quote=False).replace("\n", "<br/>")


def _docx(sheets: Iterable[Sheet], author: str) -> bytes:
    document: Any = docx.Document()
    document.styles["Normal"].font.size = Pt(_BODY_POINTS)
    properties = document.core_properties
    properties.author, properties.last_modified_by = author, "typist" if author else ""
    properties.created = properties.modified = _MADE
    for number, sheet in enumerate(sheets):
        if number:
            document.add_page_break()
        else:
            section = document.sections[0]
            section.header.paragraphs[0].text = typeset(sheet.running)
            section.footer.paragraphs[0].text = typeset(sheet.footer)
        if sheet.header:
            document.add_paragraph(typeset("\n".join(sheet.header)))
        for block in sheet.blocks:
            _add_docx_block(document, block)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _add_docx_block(document: Any, block: Block) -> None:
    match block.kind:
        case BlockKind.HEADING:
            document.add_paragraph().add_run(typeset(block.text)).bold = True
        case BlockKind.LINES | BlockKind.PARAGRAPH:
            document.add_paragraph(typeset(block.text))
        case BlockKind.TABLE:
            table = document.add_table(rows=0, cols=len(block.rows[0]))
            for row in block.rows:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = typeset(text)
