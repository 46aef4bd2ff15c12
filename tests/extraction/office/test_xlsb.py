"""The files are made by hand; python-calamine, which reads the same format, says whether they are sound."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits
from extraction.office.xlsb import read_xlsb
from extraction.records import Content

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BINARY = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"


def varied(number: int) -> bytes:
    out = b""
    while True:
        number, byte = number >> 7, number & 0x7F
        out += bytes([byte | (0x80 if number else 0)])
        if not number:
            return out


def record(kind: int, content: bytes = b"") -> bytes:
    return varied(kind) + varied(len(content)) + content


def string(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def cell(kind: int, column: int, value: bytes, style: int = 0) -> bytes:
    return record(kind, struct.pack("<II", column, style) + value)


def row(number: int) -> bytes:
    return record(0, struct.pack("<IIHBBBI", number, 0, 300, 0, 0, 0, 0))


def related(*targets: tuple[str, str]) -> str:
    inner = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    )


def workbook(rows: bytes, extra: dict[str, bytes] | None = None) -> bytes:
    sheet = record(129) + record(148, struct.pack("<4I", 0, 9, 0, 9)) + record(145) + rows + record(146)
    sheet += record(479, b"\x00\x00" + string("&CExample Clinic") + string("")) + record(130)
    book = record(131) + record(153, struct.pack("<3I", 0, 0, 0)) + record(143)
    book += record(156, struct.pack("<II", 0, 1) + string("rId1") + string("Patients")) + record(144) + record(132)
    styles = record(278) + record(615, struct.pack("<I", 1)) + record(44, struct.pack("<H", 164) + string("dd/mm/yyyy"))
    styles += record(616) + record(617, struct.pack("<I", 2))
    styles += record(47, struct.pack("<HH", 0, 0) + bytes(12)) + record(47, struct.pack("<HH", 0, 164) + bytes(12))
    styles += record(618) + record(279)
    shared = record(159, struct.pack("<II", 1, 1)) + record(19, b"\x00" + string("Sample Person")) + record(160)
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types><Override PartName="/xl/workbook.bin" ContentType="{BINARY}"/></Types>',
        "_rels/.rels": related(("officeDocument", "xl/workbook.bin")),
        "xl/workbook.bin": book,
        "xl/_rels/workbook.bin.rels": related(
            ("worksheet", "worksheets/sheet1.bin"), ("styles", "styles.bin"), ("sharedStrings", "sharedStrings.bin")
        ),
        "xl/worksheets/sheet1.bin": sheet,
        "xl/styles.bin": styles,
        "xl/sharedStrings.bin": shared,
        **(extra or {}),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as container:
        for name, part in parts.items():
            container.writestr(name, part)
    return buffer.getvalue()


ROWS = (
    row(0)
    + cell(7, 0, struct.pack("<I", 0))
    + cell(5, 1, struct.pack("<d", 29285), style=1)
    + cell(2, 2, struct.pack("<I", (1240 << 2) | 3))
    + row(3)
    + cell(6, 0, string("of the cell"))
    + cell(8, 1, string("of a formula") + struct.pack("<HI", 0, 0))
    + cell(4, 2, b"\x01")
    + cell(3, 3, b"\x2a")
)


def read(data: bytes, **limits: int) -> Content:
    return read_xlsb(data, Budget(ExtractionLimits(**limits)))


def texts(found: Content) -> dict[str, str]:
    return {piece.path: piece.text for piece in found.pieces}


def test_cells_are_read_as_people_see_them() -> None:
    data = workbook(ROWS)
    assert sniff(data) is MediaType.XLSB
    found = read(data)
    assert texts(found) == {
        "#sheet=1": "Patients\nSample Person\t05/03/1980\t12.4\nof the cell\tof a formula\tTRUE\t#N/A\nExample Clinic"
    }
    assert found.problems == ()


def test_another_reader_sees_the_same_cells() -> None:
    rows = CalamineWorkbook.from_filelike(io.BytesIO(workbook(ROWS))).get_sheet_by_index(0).to_python()
    assert [str(value) for value in rows[0][:3]] == ["Sample Person", "1980-03-05", "12.4"]
    assert rows[3][:3] == ["of the cell", "of a formula", True]


def test_comments_stand_with_their_sheet() -> None:
    comments = record(628) + record(632, string("Dr Example")) + record(637, b"\x00" + string("call her"))
    relations = related(("comments", "../comments1.bin")).encode()
    extra = {"xl/comments1.bin": comments, "xl/worksheets/_rels/sheet1.bin.rels": relations}
    assert texts(read(workbook(row(0) + cell(6, 0, string("a cell")), extra)))["#sheet=1"] == (
        "Patients\na cell\nExample Clinic\nDr Example\ncall her"
    )


@pytest.mark.parametrize("end", range(1, 60, 7))
def test_a_part_that_ends_within_a_record_gives_what_is_left(end: int) -> None:
    found = read(workbook(ROWS[:-end] + b"\x07\xff\xff\xff\x7f"))
    assert "Sample Person" in texts(found)["#sheet=1"]


def test_one_string_in_many_cells_ends_in_a_spent_budget() -> None:
    found = read(workbook(row(0) + cell(7, 0, struct.pack("<I", 0)) * 5000), characters=1000)
    assert len(texts(found)["#sheet=1"]) <= 1010
    assert [problem.reason for problem in found.problems] == [SkipReason.BUDGET_SPENT]
