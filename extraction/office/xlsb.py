"""Binary Excel files (XLSB): the same parts as XLSX, of records instead of markup. Laid out by [MS-XLSB].

Cells with the text they show, comments, headers and footers; never a grid. What other parts in markup hold (drawings,
charts, properties) is read as in XLSX.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from enum import IntEnum

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError
from extraction.office.number_formats import format_code, shown_number
from extraction.office.office_origin import origin
from extraction.office.office_package import Package
from extraction.office.office_related import RelatedParts
from extraction.office.office_strangers import files_inside, is_file_inside
from extraction.office.xlsx_cells import MOST_CODES, Book, CellLimits, running_lines
from extraction.records import Content, Problem, TextPiece

_SHEET = re.compile(r"(?:.*/)?(?:worksheets|macrosheets|chartsheets|dialogsheets)/[^/]*?(\d*)\.bin")
_COMMENTS = re.compile(r"(?:.*/)?comments\d*\.bin")
# Column, style and flags in front of a cell's value.
_CELL_HEAD = 8
_ERROR_CODES = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_STRING_LIMIT = 1 << 20
_NO_STRING = 0xFFFFFFFF


class _Record(IntEnum):
    """The records that are read."""

    ROW = 0
    NUMBER_SHORT = 2
    ERROR = 3
    TRUTH = 4
    NUMBER = 5
    STRING = 6
    SHARED = 7
    FORMULA_STRING = 8
    FORMULA_NUMBER = 9
    FORMULA_TRUTH = 10
    FORMULA_ERROR = 11
    SHARED_STRING = 19
    FORMAT = 44
    STYLE = 47
    RICH_STRING = 62
    BOOK_SETTINGS = 153
    SHEET = 156
    HEADER_FOOTER = 479
    STYLES_BEGIN = 617
    STYLES_END = 618
    AUTHOR = 632
    COMMENT_TEXT = 637


def read_xlsb(data: bytes, budget: Budget) -> Content:
    """A piece for each sheet with text.

    Raises:
        BudgetSpentError, UnreadableError: no part can be read.
    """
    package = Package(data, budget)
    main = package.main_part("workbook.bin")
    targets = {each.id: each.target for each in package.relations(main)}
    kinds = {each.kind: each.target for each in package.relations(main)}
    named, from_1904 = _workbook(package.part(main))
    sheets = [(name, targets.get(key, "")) for name, key in named if package.has(targets.get(key, ""))]
    known = {part for _, part in sheets}
    sheets += [("", name) for name in package.names if _SHEET.fullmatch(name) and name not in known]
    codes = _codes(package.part(kinds.get("styles") or package.named("styles.bin")))
    strings = _shared(package.part(kinds.get("sharedStrings") or package.named("sharedstrings.bin")))
    reading = _Reading(package, Book(strings, codes, from_1904), CellLimits(budget.limits.characters))
    pieces = [TextPiece(f"#sheet={number}", reading.text(*sheet)) for number, sheet in enumerate(sheets, 1)]
    loose = [line for name in package.names if _COMMENTS.fullmatch(name) for line in reading.comments(name)]
    pieces.append(TextPiece("", "\n".join(loose)))
    problems = list(package.problems)
    if not sheets:
        problems.append(Problem(SkipReason.TRUNCATED if package.is_cut else SkipReason.UNREADABLE, "", "no sheet"))
    origins = origin(package)
    inside = [name for name in package.names if is_file_inside(name) and not _is_part(name)]
    return Content(
        tuple(piece for piece in pieces if piece.text), tuple(problems), files_inside(package, inside), origins=origins
    )


def _is_part(name: str) -> bool:
    """Records of the workbook itself, and not a file in it."""
    return name.endswith(".bin") and "/embeddings/" not in name


def _records(data: bytes) -> Iterator[tuple[int, memoryview]]:
    """Types and contents, as far as the part is whole."""
    view, at = memoryview(data), 0
    while at < len(view):
        kind, at = _varied(view, at, 2)
        size, at = _varied(view, at, 4)
        if at + size > len(view):
            return
        yield kind, view[at : at + size]
        at += size


def _varied(view: memoryview, at: int, most: int) -> tuple[int, int]:
    """A number of up to so many bytes, seven bits in each, and where it ends."""
    number = 0
    for place in range(most):
        if at >= len(view):
            break
        byte = view[at]
        at += 1
        number |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            break
    return number, at


def _string(view: memoryview, at: int) -> tuple[str, int]:
    """A string of UTF-16 behind its length, and where it ends."""
    if at + 4 > len(view):
        return "", len(view)
    (count,) = struct.unpack_from("<I", view, at)
    if count == _NO_STRING:
        return "", at + 4
    end = at + 4 + 2 * min(count, _STRING_LIMIT)
    return bytes(view[at + 4 : end]).decode("utf-16-le", "replace"), end


def _workbook(data: bytes) -> tuple[list[tuple[str, str]], bool]:
    """Names and relations of the sheets, and whether days count from 1904."""
    sheets: list[tuple[str, str]] = []
    from_1904 = False
    for kind, view in _records(data):
        if kind == _Record.SHEET:
            key, at = _string(view, 8)
            sheets.append((_string(view, at)[0], key))
        elif kind == _Record.BOOK_SETTINGS and len(view):
            from_1904 = bool(view[0] & 1)
    return sheets, from_1904


def _codes(data: bytes) -> list[str]:
    """The format code of each cell style."""
    own: dict[int, str] = {}
    numbers: list[int] = []
    in_styles = False
    for kind, view in _records(data):
        if kind == _Record.FORMAT and len(view) > 2 and len(own) < MOST_CODES:  # noqa: PLR2004 - a number
            own[struct.unpack_from("<H", view)[0]] = _string(view, 2)[0]
        elif kind in (_Record.STYLES_BEGIN, _Record.STYLES_END):
            in_styles = kind == _Record.STYLES_BEGIN
        elif kind == _Record.STYLE and in_styles and len(view) >= 4:  # noqa: PLR2004 - two numbers
            numbers.append(struct.unpack_from("<H", view, 2)[0])
    return [format_code(number, own) for number in numbers]


def _shared(data: bytes) -> list[str]:
    return [_string(view, 1)[0].strip() for kind, view in _records(data) if kind == _Record.SHARED_STRING]


class _Reading:
    """Reads the sheets of one workbook."""

    def __init__(self, package: Package, book: Book, limits: CellLimits) -> None:
        self._package = package
        self._book = book
        self._limits = limits
        self._related = RelatedParts(package)
        self._told: set[str] = set()

    def text(self, name: str, part: str) -> str:
        """Name, headers, rows, what is drawn and remarked on the sheet."""
        lines: list[str] = []
        try:
            self._read(name, part, lines)
        except BudgetSpentError as error:
            self._package.problems.append(Problem(SkipReason.BUDGET_SPENT, self._package.path(part), str(error)))
        for relation in self._package.relations(part):
            if _COMMENTS.fullmatch(relation.target):
                lines += self.comments(relation.target)
        lines += self._related.lines(part)
        return "\n".join([name, *lines] if lines and name else lines)

    def comments(self, part: str) -> list[str]:
        """Authors and texts; nothing if they were told before."""
        if part in self._told:
            return []
        self._told.add(part)
        lines: list[str] = []
        for kind, view in _records(self._package.part(part)):
            if kind == _Record.AUTHOR:
                lines.append(_string(view, 0)[0].strip())
            elif kind == _Record.COMMENT_TEXT:
                lines.append(_string(view, 1)[0].strip())
        return [line for line in lines if line]

    def _read(self, name: str, part: str, lines: list[str]) -> None:
        row: list[str] = []
        try:
            for kind, view in _records(self._package.part(part)):
                self._limits.spend_tags(1)
                if kind == _Record.ROW:
                    _end_row(row, lines)
                elif kind == _Record.HEADER_FOOTER:
                    _end_row(row, lines)
                    lines += [line for text in _running(view) for line in running_lines(text, name)]
                elif text := self._cell(kind, view):
                    self._limits.spend(text)
                    row.append(text)
        finally:
            _end_row(row, lines)

    def _cell(self, kind: int, view: memoryview) -> str:
        if not _Record.NUMBER_SHORT <= kind <= _Record.FORMULA_ERROR and kind != _Record.RICH_STRING:
            return ""
        try:
            return self._value(kind, view)
        except struct.error:  # a record shorter than its kind
            return ""

    def _value(self, kind: int, view: memoryview) -> str:
        if kind in (_Record.STRING, _Record.FORMULA_STRING):
            return _string(view, _CELL_HEAD)[0].strip()
        if kind == _Record.RICH_STRING:
            return _string(view, _CELL_HEAD + 1)[0].strip()
        if kind == _Record.NUMBER_SHORT:
            return self._number(_short(struct.unpack_from("<I", view, _CELL_HEAD)[0]), view)
        if kind in (_Record.NUMBER, _Record.FORMULA_NUMBER):
            return self._number(struct.unpack_from("<d", view, _CELL_HEAD)[0], view)
        return self._looked_up(kind, view)

    def _looked_up(self, kind: int, view: memoryview) -> str:
        if kind == _Record.SHARED:
            (place,) = struct.unpack_from("<I", view, _CELL_HEAD)
            return self._book.strings[place] if place < len(self._book.strings) else ""
        (code,) = struct.unpack_from("<B", view, _CELL_HEAD)
        if kind in (_Record.TRUTH, _Record.FORMULA_TRUTH):
            return "TRUE" if code else "FALSE"
        return _ERROR_CODES.get(code, "")

    def _number(self, number: float, view: memoryview) -> str:
        style = struct.unpack_from("<I", view, 4)[0] & 0xFFFFFF
        code = self._book.codes[style] if style < len(self._book.codes) else ""
        return shown_number(repr(number), code, self._book.from_1904)


def _short(bits: int) -> float:
    """A number in 30 bits: a whole one, or the upper half of a long one; in hundredths if the lowest bit says so."""
    if bits & 2:
        number = float((bits >> 2) - (1 << 30 if bits & 1 << 31 else 0))
    else:
        number = struct.unpack("<d", struct.pack("<Q", (bits & 0xFFFFFFFC) << 32))[0]
    return number / 100 if bits & 1 else number


def _running(view: memoryview) -> Iterator[str]:
    at = 2
    while at < len(view):
        text, at = _string(view, at)
        yield text


def _end_row(row: list[str], lines: list[str]) -> None:
    if row:
        lines.append("\t".join(row))
        row.clear()
