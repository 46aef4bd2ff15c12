"""Letters as Word files by python-docx: header, footer, text box, comment, a passage deleted with changes tracked."""

from __future__ import annotations

import io
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.oxml import parse_xml
from docx.shared import Pt

from benchmarks.extraction.letters import Letter
from benchmarks.extraction.rendered import Format, Rendered, whole
from demo_range.rendering import Format as RangeFormat
from demo_range.rendering import rendered
from demo_range.sheets import Block, BlockKind

_WIDE = 5
_SMALL_POINTS = 7
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
# A text box as Word 2010 and later write it, and once more for older versions.
_BOX = """<w:p xmlns:w="{word}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml"
 xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><w:r><mc:AlternateContent>
<mc:Choice Requires="wps"><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="5000000"
 cy="900000"/><wp:docPr id="7" name="Text Box 7"/><a:graphic><a:graphicData
 uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr>
<a:xfrm><a:off x="0" y="0"/><a:ext cx="5000000" cy="900000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>
</wps:spPr><wps:txbx><w:txbxContent><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:txbxContent></wps:txbx><wps:bodyPr/>
</wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape
 type="#_x0000_t202"><v:textbox><w:txbxContent><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:txbxContent></v:textbox>
</v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"""
_DELETED = """<w:p xmlns:w="{word}"><w:del w:id="9" w:author="typist" w:date="2024-05-06T09:00:00Z"><w:r>
<w:delText xml:space="preserve">{text}</w:delText></w:r></w:del></w:p>"""


def simple(letter: Letter) -> Rendered:
    """Paragraphs and a table; running head and foot in their parts."""
    document: Any = docx.Document(io.BytesIO(rendered(RangeFormat.DOCX, letter.sheet)))
    for made in document.tables:
        _fit(made)
    return Rendered(_saved(document), whole(letter))


def _fit(made: Any) -> None:
    """Small print in a wide table, as whoever sees words broken in its narrow columns would set it."""
    if len(made.columns) < _WIDE:
        return
    for cell in made._cells:  # the public way visits each cell many times
        for paragraph in cell.paragraphs:
            for run in paragraph.runs:
                run.font.size = Pt(_SMALL_POINTS)


def rich(letter: Letter) -> Rendered:
    """Letterhead and foot in their parts; of the told paragraphs one in a text box, one deleted, one in a comment."""
    document: Any = docx.Document()
    sheet = letter.sheet
    section = document.sections[0]
    section.header.paragraphs[0].text = "\n".join(sheet.header)
    section.footer.paragraphs[0].text = sheet.footer
    boxed, deleted, noted = chosen(letter)
    for block in sheet.blocks:
        if block is noted:
            paragraph = document.add_paragraph("Noted.")
            document.add_comment(paragraph.runs, text=block.text, author="Dr Reader", initials="DR")
        elif block is boxed or block is deleted:
            form = _BOX if block is boxed else _DELETED
            made = parse_xml(form.format(word=_WORD, text=escape(block.text)))
            document.element.body.insert(len(document.element.body) - 1, made)
        else:
            add_block(document, block)
    return Rendered(_saved(document), parts_without(letter, {id(boxed), id(noted)}))


def _saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def chosen(letter: Letter) -> tuple[Block, Block | None, Block | None]:
    """Told paragraphs that are set in some other way: three of them, or fewer where a letter has fewer."""
    stories = [block for block in letter.sheet.blocks if block.story and block.kind is BlockKind.PARAGRAPH]
    first, *others = stories
    return first, others[0] if others else None, others[1] if len(others) > 1 else None


def parts_without(letter: Letter, taken: set[int]) -> tuple[str, ...]:
    """Letterhead, foot, the blocks that were taken out, and the runs between them."""
    sheet = letter.sheet
    runs: list[list[str]] = [[]]
    alone = []
    for block in sheet.blocks:
        if id(block) in taken:
            alone.append(block.text)
            runs.append([])
        else:
            runs[-1].append(block.text)
    return ("\n".join(sheet.header), *("\n".join(run) for run in runs if run), *alone, sheet.footer)


def add_block(document: Any, block: Block) -> None:
    """One block at the end of a Word file."""
    if block.kind is BlockKind.TABLE:
        table = document.add_table(rows=0, cols=len(block.rows[0]))
        for row in block.rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    elif block.kind is BlockKind.HEADING:
        document.add_paragraph().add_run(block.text).bold = True
    else:
        document.add_paragraph(block.text)


FORMATS = (
    Format("docx python-docx", "docx", simple),
    Format("docx text box, comment, deletion", "docx", rich),
)
