# ruff: noqa: RUF001 - marks of many scripts are what is tested
from __future__ import annotations

import random
import struct
from contextlib import suppress

import pytest

from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.budget import Budget, ExtractionError, ExtractionLimits, UnreadableError
from extraction.old_office.xls import read_xls
from extraction.reader import extract
from extraction.records import Content
from tests.extraction.excel_files import (
    BIFF5,
    cell,
    long_string,
    record,
    shared_strings,
    short_string,
    stream,
    text_box,
    workbook,
)

STYLES = record(0x41E, struct.pack("<H", 164) + long_string("000 000 0000"))
STYLES += b"".join(record(0xE0, struct.pack("<HH16s", 0, code, b"")) for code in (0, 14, 164, 2))
CELLS = (
    cell(0xFD, 0, 0, struct.pack("<I", 0))
    + cell(0x203, 0, 1, struct.pack("<d", 44259.0), style=1)
    + cell(0x203, 0, 2, struct.pack("<d", 9990000018.0), style=2)
    + cell(0x27E, 1, 1, struct.pack("<I", 125 << 2 | 3), style=3)
    + cell(0x27E, 1, 0, struct.pack("<i", -(7 << 2) | 2))
    + record(0xBD, struct.pack("<HHHIHIH", 2, 0, 0, 3 << 2 | 2, 0, struct.unpack("<II", struct.pack("<d", 0.5))[1], 1))
    + cell(0x205, 3, 0, b"\x01\x00")
    + cell(0x205, 3, 1, b"\x2a\x01")
    + cell(0x06, 4, 0, b"\x00\x00\x00\x00\x00\x00\xff\xff" + bytes(6))
    + record(0x207, long_string("computed – text"))
    + cell(0x06, 4, 1, struct.pack("<d", 1.25) + bytes(6))
    + cell(0x204, 5, 0, long_string("label"))
)
ROWS = "Müller łódź 日本\t04/03/2021\t999 000 0018\n-7\t1.25\n3\t0.5\nTRUE\t#N/A\ncomputed – text\t1.25\nlabel"
FURNITURE = record(0x14, long_string('&L&"Arial,Bold"&12Royal Infirmary&CSmith && Sons&RPage &P of &N'))
FURNITURE += record(0x15, long_string("&CCharity 0000"))
BOOK = workbook(
    [
        ("Patients", FURNITURE + CELLS + text_box("a note\nin a box")),
        ("Hidden", cell(0x204, 0, 0, long_string("deep"))),
    ],
    shared_strings("Müller łódź 日本"),
    STYLES,
)


def read(data: bytes, **limits: int) -> Content:
    return read_xls(data, Budget(ExtractionLimits(**limits)))


def reasons(content: Content) -> list[SkipReason]:
    return [problem.reason for problem in content.problems]


def test_cells_are_read_as_they_are_shown_with_all_around_them() -> None:
    assert sniff(BOOK) is MediaType.XLS
    content = read(BOOK)
    assert content.problems == ()
    assert [(piece.path, piece.text) for piece in content.pieces] == [
        (
            "#sheet=1",
            f"Patients\nRoyal Infirmary\nSmith & Sons\nPage  of\n{ROWS}\na note\nin a box\nCharity 0000",
        ),
        ("#sheet=2", "Hidden\ndeep"),
    ]


def test_shared_strings_run_over_continuations() -> None:
    texts = [f"{number} {'łx' * (number % 700)}" for number in range(300)]
    cells = b"".join(cell(0xFD, number, 0, struct.pack("<I", number)) for number in range(300))
    assert read(workbook([("S", cells)], _split_strings(texts))).pieces[0].text.split("\n")[1:] == texts


def _split_strings(texts: list[str]) -> bytes:
    """As Excel does it: the rest of a string begins with its flags again, here of another width where it can."""
    blocks: list[bytes] = []
    block = struct.pack("<II", len(texts), len(texts))
    for text in texts:
        if len(block) + 3 > 2000:
            blocks, block = [*blocks, block], b""
        rich = struct.pack("<HBHI", len(text), 1 | 8 | 4, 1, 6)
        block += rich
        for character in text:
            if len(block) + 2 > 2010:
                blocks, block = [*blocks, block], b"\x01"
            block += character.encode("utf-16-le")
        block += bytes(4 + 6)
    blocks.append(block)
    kinds = [0xFC] + [0x3C] * (len(blocks) - 1)
    return b"".join(struct.pack("<HH", kind, len(each)) + each for kind, each in zip(kinds, blocks, strict=True))


def test_excel_95_in_its_code_page() -> None:
    text = "Пациент".encode("cp1251")
    note = struct.pack("<HHH", 0, 0, 4) + b"note"
    cells = cell(0x204, 0, 0, struct.pack("<H", len(text)) + text) + record(0x1C, note) + record(0x14, b"\x06&Chead")
    data = workbook([("Sheet", cells)], globals_more=record(0x42, struct.pack("<H", 1251)), version=BIFF5)
    assert sniff(data) is MediaType.XLS
    assert read(data).pieces[0].text == "Sheet\nhead\nПациент\nnote"


def test_bare_sheets_of_excel_2() -> None:
    place = struct.pack("<HH3s", 0, 0, b"")
    beside = struct.pack("<HH3s", 0, 1, b"")
    data = record(0x09, struct.pack("<HH", 2, 0x10)) + record(0x04, place + b"\x04Dear")
    data += record(0x03, beside + struct.pack("<d", 2.5)) + record(0x0A)
    assert read(data).pieces[0].text == "Dear\t2.5"


def test_charts_inside_a_sheet_belong_to_it() -> None:
    chart = record(0x809, struct.pack("<HHHH8s", 0x600, 0x20, 0, 0, b"")) + record(
        0x100D, b"\x00\x00" + short_string("a chart")
    )
    cells = cell(0x204, 0, 0, long_string("before")) + chart + record(0x0A) + cell(0x204, 1, 0, long_string("after"))
    assert [piece.text for piece in read(workbook([("S", cells)])).pieces] == ["S\nbefore\nafter\na chart"]


def test_a_password_is_encrypted() -> None:
    with pytest.raises(UnreadableError) as error:
        read(workbook([("S", b"")], globals_more=record(0x2F, bytes(6))))
    assert error.value.reason is SkipReason.ENCRYPTED


@pytest.mark.parametrize("share", [0.9, 0.6, 0.3])
def test_a_cut_file_gives_what_is_left_and_says_so(share: float) -> None:
    cells = b"".join(cell(0x204, row, 0, long_string(f"patient {row}")) for row in range(2000))
    whole = workbook([("S", cells)])
    extraction = extract(whole[: int(len(whole) * share)])
    assert len(extraction.text.split("\n")) > 2000 * share * 0.8
    assert {problem.reason for problem in extraction.problems} == {SkipReason.TRUNCATED}


def test_missing_strings_and_short_records_are_told() -> None:
    content = read(workbook([("S", cell(0xFD, 0, 0, struct.pack("<I", 5)) + cell(0x204, 1, 0, long_string("kept")))]))
    assert content.pieces[0].text == "S\nkept"
    assert reasons(content) == [SkipReason.UNREADABLE]
    assert reasons(read(workbook([("S", record(0xFD, b"\x00"))]))) == [SkipReason.UNREADABLE]


def test_sheets_behind_a_damaged_length_are_found_by_their_places() -> None:
    sheets = [(f"S{number}", cell(0x204, 0, 0, long_string(f"patient {number}"))) for number in range(4)]
    data = bytearray(workbook(sheets))
    at = data.index("patient 1".encode("utf-16-le")) - 13
    struct.pack_into("<H", data, at + 2, 60)
    content = read(bytes(data))
    assert [piece.text for piece in content.pieces if "patient" in piece.text][-2:] == [
        "S2\npatient 2",
        "S3\npatient 3",
    ]
    assert reasons(content) == [SkipReason.UNREADABLE]


def test_one_string_in_every_cell_is_no_bomb() -> None:
    cells = b"".join(cell(0xFD, row, 0, struct.pack("<I", 0)) for row in range(20_000))
    content = read(workbook([("S", cells)], shared_strings("x" * 30_000)), characters=1_000_000)
    assert reasons(content) == [SkipReason.BUDGET_SPENT]
    assert len(content.pieces[0].text) < 1_100_000


def test_what_pivot_tables_remember_is_read() -> None:
    memory: dict[tuple[str, ...], bytes] = {
        ("_SX_DB_CUR", "0001"): record(0xCD, long_string("a patient who was deleted"))
    }
    pieces = read(workbook([("S", b"")], streams=memory)).pieces
    assert [(piece.path, piece.text) for piece in pieces] == [("", "a patient who was deleted"), ("#sheet=1", "S")]


def test_more_records_than_any_workbook_has_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extraction.old_office.biff.MAX_RECORDS", 100)
    content = read(workbook([("S", b"".join(cell(0x204, row, 0, long_string("kept")) for row in range(200)))]))
    assert reasons(content) == [SkipReason.BUDGET_SPENT]
    assert content.pieces[0].text.startswith("S\nkept\nkept")


def test_far_cells_make_no_grid() -> None:
    cells = cell(0x204, 0, 0, long_string("here")) + cell(0x204, 65535, 65535, long_string("there"))
    assert read(workbook([("S", cells)])).pieces[0].text == "S\nhere\nthere"


def test_no_damage_makes_it_raise_anything_else() -> None:
    drawn = random.Random(9)  # noqa: S311 - repeatable damage
    for _ in range(400):
        damaged = bytearray(BOOK[: drawn.randrange(len(BOOK) // 2, len(BOOK) + 1)])
        for _ in range(drawn.randrange(1, 30)):
            damaged[drawn.randrange(512, len(damaged))] = drawn.randrange(256)
        with suppress(ExtractionError):
            list(read(bytes(damaged)).embedded)


def test_the_sample_is_a_workbook() -> None:
    assert stream([("S", b"")], b"", BIFF5)[:2] == b"\x09\x08"
