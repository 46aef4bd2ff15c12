"""Letters as workbooks by openpyxl and as slides by python-pptx."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pptx
from openpyxl.comments import Comment
from pptx.util import Cm, Pt

from benchmarks.extraction.letters import Letter
from benchmarks.extraction.plain_files import rows
from benchmarks.extraction.rendered import Format, Rendered
from benchmarks.extraction.word_files import chosen, parts_without
from demo_range.sheets import Block, BlockKind

_BLANK_LAYOUT = 6
_BLOCKS_A_SLIDE = 4


def workbook(letter: Letter) -> Rendered:
    """A row for each line, tables in columns; one told paragraph is a cell's comment, the foot a sheet of its own."""
    book: Any = openpyxl.Workbook()
    page = book.active
    page.title = "Letter"
    _, _, noted = chosen(letter)
    row = 0
    for line in rows(letter.sheet):
        if line == [letter.sheet.footer]:
            book.create_sheet("Foot").append(line)
        elif noted and line == [noted.text]:
            page.cell(row=row, column=1).comment = Comment(noted.text, "Dr Reader")
        else:
            page.append([_value(cell) for cell in line])
            row += 1
    out = io.BytesIO()
    book.save(out)
    return Rendered(out.getvalue(), parts_without(letter, {id(noted)} if noted else set()))


def _value(cell: str) -> str | int:
    """Whole numbers as numbers; with a point they would be shown in another way than they were typed."""
    return int(cell) if cell.isdigit() and not cell.startswith("0") else cell


def slides(letter: Letter) -> Rendered:
    """Four blocks a slide, tables as tables; one told paragraph in the notes, the foot on the last slide."""
    show: Any = pptx.Presentation()
    _, _, noted = chosen(letter)
    left = [block for block in letter.sheet.blocks if block is not noted]
    head = Block(BlockKind.LINES, "\n".join(letter.sheet.header))
    foot = Block(BlockKind.LINES, letter.sheet.footer)
    blocks = [head, *left, foot]
    for start in range(0, len(blocks), _BLOCKS_A_SLIDE):
        slide = show.slides.add_slide(show.slide_layouts[_BLANK_LAYOUT])
        for place, block in enumerate(blocks[start : start + _BLOCKS_A_SLIDE]):
            _add(slide, block, place)
    if noted:
        show.slides[0].notes_slide.notes_text_frame.text = noted.text
    out = io.BytesIO()
    show.save(out)
    texts = ["\n".join(one.text for one in blocks[at : at + _BLOCKS_A_SLIDE]) for at in range(0, len(blocks), 4)]
    return Rendered(out.getvalue(), (*texts, *([noted.text] if noted else [])))


def _add(slide: Any, block: Block, place: int) -> None:
    box = (Cm(1), Cm(1 + 4.5 * place), Cm(23), Cm(4))
    if block.kind is not BlockKind.TABLE:
        frame = slide.shapes.add_textbox(*box).text_frame
        frame.word_wrap = True
        frame.text = block.text
        for paragraph in frame.paragraphs:
            paragraph.font.size = Pt(10)
        return
    table = slide.shapes.add_table(len(block.rows), len(block.rows[0]), *box).table
    for row, cells in enumerate(block.rows):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text


FORMATS = (
    Format("xlsx", "xlsx", workbook),
    Format("pptx", "pptx", slides),
)
