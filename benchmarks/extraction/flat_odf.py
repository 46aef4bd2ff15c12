"""Letters as flat ODF, from which LibreOffice writes Word, RTF and ODF files with everything that a letter can have."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from benchmarks.extraction.letters import Letter
from benchmarks.extraction.rendered import Rendered
from benchmarks.extraction.word_files import chosen, parts_without
from demo_range.sheets import Block, BlockKind

_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{where}:1.0"'
    for name, where in (
        ("office", "office"), ("text", "text"), ("style", "style"), ("table", "table"), ("draw", "drawing"),
        ("svg", "svg-compatible"), ("fo", "xsl-fo-compatible"), ("meta", "meta"),
    )
)  # fmt: skip
_PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<office:document {spaces} xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.2"
 office:mimetype="application/vnd.oasis.opendocument.text">
<office:meta><dc:title>Letter</dc:title><meta:initial-creator>Typist</meta:initial-creator></office:meta>
<office:automatic-styles><style:page-layout style:name="pm"><style:page-layout-properties fo:page-width="21cm"
 fo:page-height="29.7cm" fo:margin="2cm"/><style:header-style/><style:footer-style/></style:page-layout>
<style:style style:name="box" style:family="graphic"><style:graphic-properties style:wrap="none"/></style:style>
</office:automatic-styles><office:master-styles><style:master-page style:name="Standard" style:page-layout-name="pm">
<style:header>{header}</style:header><style:footer>{footer}</style:footer></style:master-page></office:master-styles>
<office:body><office:text>{changes}{body}</office:text></office:body></office:document>"""
_CHANGES = """<text:tracked-changes text:track-changes="false"><text:changed-region text:id="c1" xml:id="c1">
<text:deletion><office:change-info><dc:creator>Typist</dc:creator><dc:date>2024-05-06T09:00:00</dc:date></office:change-info>
<text:p>{text}</text:p></text:deletion></text:changed-region></text:tracked-changes>"""


def rich(letter: Letter) -> Rendered:
    """Letterhead and foot on the page's own; a text box, a deleted passage, a comment, and the last block a footnote.

    Parts are what the formats that know all of these keep together.
    """
    sheet = letter.sheet
    boxed, deleted, noted = chosen(letter)
    last = sheet.blocks[-1]
    body = "".join(_placed(letter, {id(boxed): "box", id(deleted): "deleted", id(noted): "noted", id(last): "foot"}))
    page = _PAGE.format(
        spaces=_SPACES,
        header="".join(map(_paragraph, sheet.header)),
        footer=_paragraph(sheet.footer),
        changes=_CHANGES.format(text=_text(deleted.text)) if deleted else "",
        body=body,
    )
    taken = {id(one) for one in (boxed, deleted, noted, last) if one is not None}
    return Rendered(page.encode(), parts_without(letter, taken))


def _placed(letter: Letter, ways: dict[int, str]) -> Iterator[str]:
    """The blocks; what hangs on a paragraph (comment, footnote) hangs on one of its own, with a word in it."""
    for block in letter.sheet.blocks:
        match ways.get(id(block), ""):
            case "box":
                yield (
                    '<text:p>Boxed: <draw:frame draw:style-name="box" text:anchor-type="paragraph" svg:width="12cm" '
                    f'svg:height="3cm"><draw:text-box>{_paragraph(block.text)}</draw:text-box></draw:frame></text:p>'
                )
            case "deleted":
                yield '<text:p>Changed: <text:change text:change-id="c1"/></text:p>'
            case "noted":
                yield (
                    "<text:p>Noted: <office:annotation><dc:creator>Dr Reader</dc:creator><dc:date>2024-05-06T09:00:00"
                    f"</dc:date>{_paragraph(block.text)}</office:annotation></text:p>"
                )
            case "foot":
                yield (
                    '<text:p>Below<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
                    f"<text:note-body>{_paragraph(block.text)}</text:note-body></text:note></text:p>"
                )
            case _:
                yield _block(block)


def _block(block: Block) -> str:
    if block.kind is not BlockKind.TABLE:
        return _paragraph(block.text)
    rows = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell>{_paragraph(cell)}</table:table-cell>" for cell in row)
        + "</table:table-row>"
        for row in block.rows
    )
    columns = f'<table:table-column table:number-columns-repeated="{len(block.rows[0])}"/>'
    return f"<table:table>{columns}{rows}</table:table>"


def _paragraph(text: str) -> str:
    return f"<text:p>{_text(text)}</text:p>"


def _text(text: str) -> str:
    return escape(text).replace("\n", "<text:line-break/>").replace("   ", '<text:s text:c="3"/>')
