"""Cells of XLSX sheets, row by row as text; never a grid, so that a cell at the far end costs no more than another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from extraction.budget import BudgetSpentError
from extraction.office.number_formats import format_code, shown_date, shown_number, unescaped
from extraction.texts.two_streams import reads_as_text
from extraction.texts.xml_tree import local_name, parse_xml

# Bytes of a sheet that are parsed at once, so that a sheet of a million cells takes no more memory than a small one.
CHUNK_BYTES = 2 << 20
# Tags of all sheets that are looked at: a million cells and more, which take 5 s.
MOST_TAGS = 5_000_000
# Format codes of one file; Excel allows some 250 beside its own.
MOST_CODES = 1000
_ROOT = re.compile(rb"<((?:[A-Za-z_][\w.-]*:)?)worksheet\b[^>]*>")
_ROW_END = re.compile(rb"</(?:[A-Za-z_][\w.-]*:)?row\s*>")
_RUNNING_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f+-]{6}|\d{1,3}|.)')
_HEAD_BYTES = 64 << 10
_PROMPTS = ("promptTitle", "prompt", "errorTitle", "error", "tooltip", "display")
_LITERAL = re.compile(r'"((?:[^"]|"")*+)"')


@dataclass(frozen=True, slots=True)
class Book:
    """What the cells of all sheets refer to: strings, format codes by style, and the day that counts as the first."""

    strings: list[str] = field(default_factory=list, repr=False)
    codes: list[str] = field(default_factory=list)
    from_1904: bool = False


class CellLimits:
    """Counts down what the cells of one workbook may cost: one string can stand in a million cells."""

    def __init__(self, characters: int, tags: int = MOST_TAGS) -> None:
        self._characters = characters
        self._tags = tags

    def spend(self, text: str) -> None:
        """The text of one more cell."""
        self._characters -= len(text) + 1
        if self._characters < 0:
            raise BudgetSpentError("characters")

    def spend_tags(self, count: int) -> None:
        """So many more tags."""
        self._tags -= count
        if self._tags < 0:
            raise BudgetSpentError("tags")


def chunks(data: bytes) -> Iterator[bytes]:
    """A sheet as sheets of some thousand rows, each of them whole XML as far as the sheet is."""
    root = _ROOT.search(data[:_HEAD_BYTES])
    start = 0
    while root and len(data) - start > CHUNK_BYTES:
        end = _ROW_END.search(data, start + CHUNK_BYTES)
        if end is None:
            break
        piece = data[start : end.end()]
        name, prefix = b"worksheet", root[1]
        tail = b"</" + prefix + b"sheetData></" + prefix + name + b">"
        yield _with_head(piece, root, start) + tail
        start = end.end()
    yield _with_head(data[start:], root, start)


def _with_head(piece: bytes, root: re.Match[bytes] | None, start: int) -> bytes:
    return piece if root is None or not start else root[0] + b"<" + root[1] + b"sheetData>" + piece


def read_rows(root: etree._Element, book: Book, limits: CellLimits, lines: list[str]) -> None:
    """Add a line for each row that holds something, its cells apart by tabs.

    Raises:
        BudgetSpentError: what was added before it still counts.
    """
    for row in root.iter("{*}row"):
        texts: list[str] = []
        try:
            for cell in row:
                if text := _cell(cell, book):
                    limits.spend(text)
                    texts.append(text)
        finally:
            if texts:
                lines.append("\t".join(texts))


def prompt_lines(root: etree._Element) -> list[str]:
    """What a sheet says to whoever fills it in or follows its links, each once."""
    found: dict[str, None] = {}
    for element in root.iter("{*}dataValidation", "{*}hyperlink"):
        for name in _PROMPTS:
            text = unescaped(str(element.get(name) or "")).strip()
            if reads_as_text(text):
                found[text] = None
    return list(found)


def _literals(formula: str) -> str:
    """The texts in a formula whose result nobody has worked out."""
    return " ".join(text for each in _LITERAL.findall(formula) if reads_as_text(text := each.replace('""', '"')))


def _cell(cell: etree._Element, book: Book) -> str:
    value = inline = formula = ""
    for child in cell:
        name = local_name(child)
        if name == "v":
            value = child.text or ""
        elif name == "is":
            inline = rich_text(child)
        elif name == "f":
            formula = child.text or ""
    if formula and not value and not inline:
        return _literals(formula)
    kind = cell.get("t")
    if kind is None or kind == "n":
        return shown_number(value, _code(cell, book), book.from_1904) if value else inline
    return _typed(str(kind), value, inline, cell, book)


def _typed(kind: str, value: str, inline: str, cell: etree._Element, book: Book) -> str:
    match kind:
        case "s":
            place = int(value) if value.strip().isdecimal() and len(value) < 10 else -1  # noqa: PLR2004 - digits
            return book.strings[place] if 0 <= place < len(book.strings) else ""
        case "b":
            return "TRUE" if value.strip() in ("1", "true") else "FALSE"
        case "d":
            return shown_date(value, _code(cell, book))
        case _:
            return unescaped(inline or value).strip()


def _code(cell: etree._Element, book: Book) -> str:
    style = str(cell.get("s") or "0")
    return book.codes[int(style)] if style.isdecimal() and len(style) < 7 and int(style) < len(book.codes) else ""  # noqa: PLR2004


def rich_text(element: etree._Element) -> str:
    """A string, in runs or not, without its phonetic reading."""
    found: list[str] = []
    for child in element:
        name = local_name(child)
        if name == "t":
            found.append(child.text or "")
        elif name == "r":
            found += [run.text or "" for run in child if local_name(run) == "t"]
    return unescaped("".join(found)).strip()


def running_lines(text: str, sheet: str) -> list[str]:
    """A header or footer of a sheet, without the codes that format it."""
    shown = _RUNNING_CODE.sub(lambda code: _decoded(code[0], sheet), text)
    return [line for part in shown.split("\n") if (line := part.strip())]


def _decoded(code: str, sheet: str) -> str:
    if code[1] in "LCR":  # left, centre, right
        return "\n"
    return {"&": "&", "A": sheet}.get(code[1], "")


def shared_strings(data: bytes) -> tuple[list[str], bool]:
    """All strings of the workbook, and whether some are lost."""
    parsed = parse_xml(data, MOST_TAGS // 2)
    if parsed.root is None:
        return [], True
    return [rich_text(element) for element in parsed.root.iter("{*}si")], parsed.repaired


def style_codes(root: etree._Element | None) -> list[str]:
    """The format code of each cell style."""
    if root is None:
        return []
    listed = islice(root.iterfind("{*}numFmts/{*}numFmt"), MOST_CODES)
    own = {_integer(each.get("numFmtId")): str(each.get("formatCode") or "") for each in listed}
    return [format_code(_integer(each.get("numFmtId")), own) for each in root.iterfind("{*}cellXfs/{*}xf")]


def _integer(value: str | None) -> int:
    text = str(value or "")
    return int(text) if text.isdecimal() and len(text) < 7 else 0  # noqa: PLR2004 - digits
