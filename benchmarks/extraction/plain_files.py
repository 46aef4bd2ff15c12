"""Letters as plain text in many charsets, as CSV and as web pages."""

from __future__ import annotations

import csv
import html
import io
import textwrap
from collections.abc import Iterable
from functools import partial

from benchmarks.extraction.letters import Letter
from benchmarks.extraction.rendered import Format, Rendered, whole
from demo_range.rendering import Format as RangeFormat
from demo_range.rendering import rendered
from demo_range.sheets import Block, BlockKind, Sheet

CHARSETS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "iso-8859-1", "cp850", "mac-roman", "cp037")
_COLUMNS = 78
_UNTYPESET = str.maketrans({"\u2019": "'", "\u2013": "-"})


def text(letter: Letter, charset: str) -> Rendered:
    """Wrapped at 78 columns, lines ended as on Windows; signs that the charset lacks as a typist would put them."""
    lines = (textwrap.fill(line, _COLUMNS) if line else "" for line in letter.text.split("\n"))
    content = "\r\n".join("\r\n".join(line.split("\n")) for line in lines) + "\r\n"
    try:
        return Rendered(content.encode(charset), whole(letter))
    except UnicodeEncodeError:
        return Rendered(untypeset(content).encode(charset, "replace"), whole(letter))


def untypeset(content: str) -> str:
    """Apostrophes and dashes as a typewriter has them."""
    return content.translate(_UNTYPESET)


def rows(sheet: Sheet) -> Iterable[list[str]]:
    """The sheet as rows of cells: a table's rows, a line of anything else."""
    yield from ([line] for line in sheet.header)
    for block in sheet.blocks:
        yield from block.rows if block.kind is BlockKind.TABLE else ([line] for line in block.text.split("\n"))
    yield [sheet.footer]


def as_csv(letter: Letter) -> Rendered:
    """A row for each line, cells for a table, as a spreadsheet program for Windows saves it."""
    out = io.StringIO()
    csv.writer(out).writerows(rows(letter.sheet))
    return Rendered(out.getvalue().encode("cp1252", "replace"), whole(letter))


def plain_page(letter: Letter) -> Rendered:
    """Headings, paragraphs and a table."""
    return Rendered(rendered(RangeFormat.HTML, letter.sheet), whole(letter))


def table_page(letter: Letter) -> Rendered:
    """A page of the old kind: tables in tables for layout, named entities, words in tags of their own, cp1252."""
    cells = "\n".join(f"<TR><TD>&nbsp;</TD><TD>{_old_block(block)}</TD></TR>" for block in letter.sheet.blocks)
    head = "<BR>".join(_old_text(line) for line in letter.sheet.header)
    page = (
        "<HTML><HEAD><TITLE>Letter</TITLE><STYLE>TD {font-size: 10pt}</STYLE></HEAD><BODY>"
        f"<TABLE><TR><TD><TABLE><TR><TH>{head}</TH></TR></TABLE></TD></TR>"
        f"<TR><TD><TABLE BORDER=0>{cells}</TABLE></TD></TR>"
        f"<TR><TD><FONT SIZE=1>{_old_text(letter.sheet.footer)}</FONT></TD></TR></TABLE>"
        "<SCRIPT>var shown = '<p>not a text</p>';</SCRIPT></BODY></HTML>"
    )
    return Rendered(page.encode("ascii", "xmlcharrefreplace"), whole(letter))


def xhtml_page(letter: Letter) -> Rendered:
    """XHTML with a prolog, in UTF-8."""
    blocks = "\n".join(f"<p>{html.escape(block.text).replace(chr(10), '<br />')}</p>" for block in letter.sheet.blocks)
    head = "<br />".join(map(html.escape, letter.sheet.header))
    page = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" '
        '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\n<html xmlns="http://www.w3.org/1999/xhtml">'
        f"<head><title>Letter</title></head><body><div>{head}</div>\n{blocks}\n"
        f"<address>{html.escape(letter.sheet.footer)}</address></body></html>"
    )
    return Rendered(page.encode(), whole(letter))


def _old_text(content: str) -> str:
    written = html.escape(content).replace("\u2019", "&rsquo;").replace("\u2013", "&ndash;").replace("£", "&pound;")
    first, space, rest = written.partition(" ")
    return f"<B>{first}</B>{space}{rest}".replace("\n", "<BR>")


def _old_block(block: Block) -> str:
    if block.kind is BlockKind.TABLE:
        lines = "".join("<TR>" + "".join(f"<TD>{_old_text(cell)}" for cell in row) for row in block.rows)
        return f"<TABLE>{lines}</TABLE>"
    return f"<FONT FACE=Arial>{_old_text(block.text)}</FONT>"


FORMATS = (
    *(Format(f"txt {charset}", "txt", partial(text, charset=charset)) for charset in CHARSETS),
    Format("csv", "csv", as_csv),
    Format("html plain", "html", plain_page),
    Format("html nested tables", "htm", table_page),
    Format("html xhtml", "xhtml", xhtml_page),
)
