from __future__ import annotations

import struct
from datetime import UTC, datetime

from extraction.old_office.ole_build import compound_file
from extraction.old_office.ole_file import OleFile
from extraction.old_office.ole_properties import MAX_PROPERTIES, origin_of, properties
from extraction.records import Origin

SAVED = datetime(2021, 3, 4, 10, 11, 12, tzinfo=UTC)


def text(value: bytes) -> bytes:
    return struct.pack("<II", 30, len(value) + 1) + value + b"\x00" * (4 - len(value) % 4)


def wide(value: str) -> bytes:
    return struct.pack("<II", 31, len(value) + 1) + (value + "\x00").encode("utf-16-le")


def time(moment: datetime) -> bytes:
    ticks = int((moment - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
    return struct.pack("<IQ", 64, ticks)


def property_set(values: dict[int, bytes], code_page: int = 1252) -> bytes:
    values = {1: struct.pack("<IHH", 2, code_page, 0), **values}
    places, body = b"", b""
    for number, value in values.items():
        places += struct.pack("<II", number, 8 + 8 * len(values) + len(body))
        body += value
    block = struct.pack("<II", 8 + len(places) + len(body), len(values)) + places + body
    return struct.pack("<HHI16sI16sI", 0xFFFE, 0, 0, bytes(16), 1, bytes(16), 48) + block


def test_the_origin_in_its_code_page() -> None:
    summary = property_set(
        {
            2: text("Письмо".encode("cp1251")),
            4: text(b"Dr A"),
            7: text(b"Clinic letter.dot"),
            8: wide("Секретарь"),
            12: time(SAVED),
            13: struct.pack("<IQ", 64, 0),
            18: text(b"Microsoft Word 10.0"),
        },
        code_page=1251,
    )
    document = property_set({15: text("Klinik Köln".encode())}, code_page=65001)
    ole = OleFile(compound_file({("\x05SummaryInformation",): summary, ("\x05DocumentSummaryInformation",): document}))
    assert origin_of(ole) == (
        Origin(
            title="Письмо",
            author="Dr A",
            last_author="Секретарь",
            organisation="Klinik Köln",
            template="Clinic letter.dot",
            tool="Microsoft Word 10.0",
            created="2021-03-04T10:11:12+00:00",
        ),
    )


def test_a_file_that_says_nothing_has_no_origin() -> None:
    assert origin_of(OleFile(compound_file({("x",): b"x"}))) == ()


def test_lies_about_counts_and_places_are_left_out() -> None:
    lie = bytearray(property_set({2: text(b"title"), 4: text(b"author")}))
    struct.pack_into("<I", lie, 48 + 4, 0xFFFFFFFF)
    struct.pack_into("<I", lie, 48 + 8 + 8 + 4, 0xFFFFFF00)
    assert properties(bytes(lie)).get(4) == "author"
    assert 2 not in properties(bytes(lie))
    assert len(properties(property_set({number: text(b"x") for number in range(2, 2000)}))) <= MAX_PROPERTIES
    for size in range(len(lie)):
        properties(bytes(lie[:size]))
