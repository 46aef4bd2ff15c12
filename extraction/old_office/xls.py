"""Excel files of Excel 97 to 2003, 5 and 95, and the bare sheets of 2 to 4: cells as shown, notes, text boxes.

Not by calamine: it gives cells alone, and builds a grid as large as a forged file says.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError, UnreadableError
from extraction.office.number_formats import format_code, shown_number
from extraction.office.sheet_furniture import header_text
from extraction.old_office.biff import BOF_BIFF5, BOF_BIFF8, Blocks, Record, Records, rk_number, text_of
from extraction.old_office.blips import pictures
from extraction.old_office.code_pages import USUAL, by_number
from extraction.old_office.ole_file import MAGIC, STORAGE, OleFile, OleStream, refuse_protected
from extraction.old_office.ole_objects import holds_a_file, object_file
from extraction.old_office.ole_properties import origin_of
from extraction.old_office.word_art import word_art
from extraction.paths import MemberPaths
from extraction.records import Content, Embedded, Origin, Problem, TextPiece

# How the stream of a workbook begins: what is left of a file whose directory is cut off.
BOOK_STARTS = (b"\x09\x08\x10\x00\x00\x06\x05\x00", b"\x09\x08\x08\x00\x00\x05\x05\x00")
# Sheets that are looked for by their places, in a file where the way to them is damaged.
MAX_MISSED = 300
_BOF = (0x0009, 0x0209, 0x0409, 0x0809)
_EOF = 0x0A
_SHEET_NAME, _FILE_PASS, _STRINGS, _DRAWINGS = 0x85, 0x2F, 0xFC, 0xEB
# Storage of pivot tables' memories, and their texts.
_PIVOTS, _PIVOT_TEXT = "_SX_DB_CUR", 0xCD
_BOOLEANS = ("FALSE", "TRUE")
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


@dataclass(slots=True)
class _Sheet:
    """What is shown of one sheet."""

    name: str = ""
    header: list[str] = field(default_factory=list)
    footer: list[str] = field(default_factory=list)
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Its name, a line a row, a tab between cells."""
        rows = ["\t".join(cells[column] for column in sorted(cells)) for _, cells in sorted(self.rows.items())]
        return "\n".join(
            line for line in (self.name, *self.header, *rows, *self.notes, *self.boxes, *self.footer) if line
        )


def read_xls(data: bytes, budget: Budget) -> Content:
    """One piece for each sheet that holds text, hidden ones too; then embedded files and pictures.

    Raises:
        UnreadableError: encrypted, or no workbook.
    """
    if not data.startswith(MAGIC):
        return _content(OleStream(data, whole=True), budget, None)
    ole = OleFile(data)
    refuse_protected(ole)
    for name in ("Workbook", "Book"):
        if stream := ole.stream(name):
            return _content(stream, budget, ole)
    for sector in ole.sectors_with(*BOOK_STARTS):
        return _content(OleStream(ole.from_sector(sector), whole=False), budget, ole)
    raise UnreadableError(SkipReason.TRUNCATED if ole.lost else SkipReason.UNREADABLE, "no workbook")


def _content(stream: OleStream, budget: Budget, ole: OleFile | None) -> Content:
    book = _Workbook(budget)
    problems = book.read(stream.data, stream.whole and not (ole and ole.lost))
    pieces = [(number, sheet.text()) for number, sheet in enumerate(book.sheets, 1)]
    origins: tuple[Origin, ...] = origin_of(ole) if ole else ()
    memory = ""
    try:
        memory = "\n".join(_pivot_lines(ole, budget)) if ole else ""
    except BudgetSpentError as error:
        problems.append(Problem(SkipReason.BUDGET_SPENT, "", str(error)))
    kept = (TextPiece("", memory),) if memory else ()
    return Content(
        (*kept, *(TextPiece(f"#sheet={number}", text) for number, text in pieces if text)),
        tuple(problems),
        _inside(ole, book.drawings, budget),
        origins=origins,
    )


def _pivot_lines(ole: OleFile, budget: Budget) -> Iterator[str]:
    """What pivot tables remember of the rows that they were made from, which may stand nowhere else."""
    left = budget.limits.characters
    for entry in ole.children((_PIVOTS,)):
        for record in Records(ole.read(entry).data):
            if record.kind == _PIVOT_TEXT and left > 0:
                text = Blocks(record.blocks).string(2) or ""
                left -= len(text)
                yield text


def _inside(ole: OleFile | None, drawings: bytes, budget: Budget) -> Iterator[Embedded | Problem]:
    paths = MemberPaths()
    if ole:
        for entry in ole.children(()):
            if entry.kind == STORAGE and holds_a_file(ole, entry.path):
                yield from object_file(ole, entry.path, paths, budget)
    yield from pictures(drawings, paths, budget)


class _Workbook:
    """Filled by `read`, record by record."""

    def __init__(self, budget: Budget) -> None:
        self.sheets: list[_Sheet] = []
        self.drawings = b""
        self._sheet = _Sheet()  # what stands before the first sheet belongs to none
        self._names: dict[int, str] = {}
        self._strings: list[str] = []
        self._formats: dict[int, str] = {}
        self._styles: list[int] = []
        self._from_1904 = False
        self._codec = USUAL
        self._version = BOF_BIFF8
        self._depth = 0
        self._formula: tuple[int, int] | None = None
        self._characters = budget.limits.characters
        self._damaged = False
        self._begun: set[int] = set()
        self._readers: dict[int, Callable[[Record], None]] = {
            0x22: self._date_mode,
            0x42: self._code_page,
            0x1E: self._format,
            0x41E: self._format,
            0xE0: self._style,
            _SHEET_NAME: self._sheet_name,
            _STRINGS: self._shared_strings,
            _DRAWINGS: self._drawing,
            0x14: lambda record: self._furniture(record, self._sheet.header),
            0x15: lambda record: self._furniture(record, self._sheet.footer),
            0x1C: self._note,
            0x1B6: self._text_box,
            0x100D: self._chart_text,
            0xEC: lambda record: self._sheet.boxes.extend(map(self._spent, word_art(b"".join(record.blocks)))),
            0xFD: self._shared_label,
            **dict.fromkeys((0x04, 0x204, 0xD6), self._label),
            0x02: self._integer,
            **dict.fromkeys((0x03, 0x203), self._number),
            0x27E: self._rk,
            0xBD: self._several_rk,
            **dict.fromkeys((0x05, 0x205), self._boolean),
            **dict.fromkeys((0x06, 0x206, 0x406), self._formula_result),
            **dict.fromkeys((0x07, 0x207), self._formula_text),
        }

    def read(self, stream: bytes, whole: bool) -> list[Problem]:
        """All of the stream; what is missing from it.

        Raises:
            UnreadableError: encrypted.
        """
        records = Records(stream)
        try:
            self._take_all(records)
            missed = sorted(set(self._names) - self._begun)
            for at in missed[:MAX_MISSED]:  # behind a record whose length is damaged
                self._depth = 0
                self._take_all(Records(stream, at), one_part=True)
        except BudgetSpentError as error:
            return [Problem(SkipReason.BUDGET_SPENT, "", str(error))]
        if not whole or records.cut or self._depth:
            return [Problem(SkipReason.TRUNCATED, "", "workbook")]
        if self._damaged or missed:
            return [Problem(SkipReason.UNREADABLE, "", "damaged records")]
        return []

    def _take_all(self, records: Records, one_part: bool = False) -> None:
        for record in records:
            if record.at in self._begun or (one_part and not self._depth and record.kind not in _BOF):
                break
            try:
                self._take(record)
            except (struct.error, IndexError):  # a record too short for what it says
                self._damaged = True

    def _take(self, record: Record) -> None:
        if record.kind in _BOF:
            self._begin(record)
        elif record.kind == _EOF:
            self._depth = max(0, self._depth - 1)
        elif record.kind == _FILE_PASS:
            raise UnreadableError(SkipReason.ENCRYPTED, "password")
        elif reader := self._readers.get(record.kind):
            reader(record)

    def _begin(self, record: Record) -> None:
        """Of a part: the workbook's own records, a sheet, or a chart inside of one."""
        version, kind = struct.unpack_from("<HH", record.data) if record.kind == _BOF[-1] else (0, 0x10)
        self._depth += 1
        self._begun.add(record.at)
        if self._depth > 1:
            return
        self._version = version if version >= BOF_BIFF5 else 0
        if kind != 0x05:  # noqa: PLR2004 - the workbook's own
            self._sheet = _Sheet(self._names.get(record.at, ""))
            self.sheets.append(self._sheet)

    def _spent(self, text: str) -> str:
        """One string can stand in every cell."""
        self._characters -= len(text)
        if self._characters < 0:
            raise BudgetSpentError("characters")
        return text

    def _put(self, row: int, column: int, text: str) -> None:
        if text:
            self._sheet.rows.setdefault(row, {})[column] = self._spent(" ".join(text.split("\n")))

    def _put_number(self, place: tuple[int, int, int], value: float) -> None:
        row, column, style = place
        code = format_code(self._styles[style], self._formats) if style < len(self._styles) else ""
        self._put(row, column, shown_number(repr(value), code, self._from_1904))

    def _place(self, record: Record) -> tuple[int, int, int]:
        """Row, column, style. Those of Excel 2 have no number for their style."""
        if record.kind < 0x10 and not self._version:  # noqa: PLR2004 - records of Excel 2
            row, column = struct.unpack_from("<HH", record.data)
            return row, column, len(self._styles)
        row, column, style = struct.unpack_from("<HHH", record.data)
        return row, column, style

    def _value_at(self, record: Record) -> int:
        return 7 if record.kind < 0x10 and not self._version else 6  # noqa: PLR2004 - the same

    # The workbook's own records

    def _date_mode(self, record: Record) -> None:
        self._from_1904 = record.data[:1] == b"\x01"

    def _code_page(self, record: Record) -> None:
        self._codec = by_number(int.from_bytes(record.data[:2], "little"))

    def _format(self, record: Record) -> None:
        if self._version >= BOF_BIFF5:
            wide = self._version >= BOF_BIFF8
            (number,) = struct.unpack_from("<H", record.data)
            self._formats[number] = text_of(record, 2, 2 if wide else 1, self._version, self._codec)

    def _style(self, record: Record) -> None:
        self._styles.append(struct.unpack_from("<HH", record.data)[1])

    def _sheet_name(self, record: Record) -> None:
        (at,) = struct.unpack_from("<I", record.data)
        self._names[at] = text_of(record, 6, 1, self._version, self._codec)

    def _shared_strings(self, record: Record) -> None:
        blocks = Blocks(record.blocks, 4)
        count = blocks.number(4) or 0
        for _ in range(min(count, sum(map(len, record.blocks)) // 3)):
            text = blocks.string(2)
            if text is None:
                break
            self._strings.append(text)

    def _drawing(self, record: Record) -> None:
        self.drawings += b"".join(record.blocks)

    # A sheet's records

    def _furniture(self, record: Record, lines: list[str]) -> None:
        if record.data:
            size = 2 if self._version >= BOF_BIFF8 else 1
            lines.append(self._spent(header_text(text_of(record, 0, size, self._version, self._codec))))

    def _note(self, record: Record) -> None:
        if self._version < BOF_BIFF8:  # later ones keep their text in a text box
            self._sheet.notes.append(self._spent(text_of(record, 4, 2, self._version, self._codec)))

    def _text_box(self, record: Record) -> None:
        (count,) = struct.unpack_from("<H", record.data, 10)
        if len(record.blocks) > 1:
            blocks = Blocks(record.blocks[1:])
            text = blocks.characters(count, bool((blocks.number(1) or 0) & 1))
            self._sheet.boxes.append(self._spent(text.replace("\r", "\n").strip()))

    def _chart_text(self, record: Record) -> None:
        self._sheet.boxes.append(self._spent(text_of(record, 2, 1, self._version, self._codec)))

    def _shared_label(self, record: Record) -> None:
        row, column, _, index = struct.unpack_from("<HHHI", record.data)
        if index < len(self._strings):
            self._put(row, column, self._strings[index])
        else:
            self._damaged = True

    def _label(self, record: Record) -> None:
        row, column, _ = self._place(record)
        at = self._value_at(record)
        size = 1 if at > 6 else 2  # noqa: PLR2004 - Excel 2
        self._put(row, column, text_of(record, at, size, self._version, self._codec))

    def _integer(self, record: Record) -> None:
        self._put_number(self._place(record), struct.unpack_from("<H", record.data, self._value_at(record))[0])

    def _number(self, record: Record) -> None:
        self._put_number(self._place(record), struct.unpack_from("<d", record.data, self._value_at(record))[0])

    def _rk(self, record: Record) -> None:
        self._put_number(self._place(record), rk_number(struct.unpack_from("<I", record.data, 6)[0]))

    def _several_rk(self, record: Record) -> None:
        row, first = struct.unpack_from("<HH", record.data)
        for index in range((len(record.data) - 6) // 6):
            style, raw = struct.unpack_from("<HI", record.data, 4 + 6 * index)
            self._put_number((row, first + index, style), rk_number(raw))

    def _boolean(self, record: Record) -> None:
        row, column, _ = self._place(record)
        value, is_error = struct.unpack_from("<BB", record.data, self._value_at(record))
        self._put(row, column, _ERRORS.get(value, "") if is_error else _BOOLEANS[bool(value)])

    def _formula_result(self, record: Record) -> None:
        place, at = self._place(record), self._value_at(record)
        result = record.data[at : at + 8]
        self._formula = None
        if result[6:8] != b"\xff\xff":
            self._put_number(place, struct.unpack("<d", result)[0])
        elif result[0] == 0:  # a text, which the next record holds
            self._formula = place[:2]
        elif result[0] == 1:
            self._put(*place[:2], _BOOLEANS[bool(result[2])])
        elif result[0] == 2:  # noqa: PLR2004 - an error
            self._put(*place[:2], _ERRORS.get(result[2], ""))

    def _formula_text(self, record: Record) -> None:
        if self._formula:
            size = 1 if record.kind == 0x07 and not self._version else 2  # noqa: PLR2004 - Excel 2
            self._put(*self._formula, text_of(record, 0, size, self._version, self._codec))
            self._formula = None
