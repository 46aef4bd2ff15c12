from __future__ import annotations

import struct

from extraction.old_office.word_art import word_art
from extraction.reader import extract
from tests.extraction.excel_files import record, workbook
from tests.extraction.old_office.test_ppt import DOCUMENT, deck, slide
from tests.extraction.word_files import word_97


def shape(text: str, before: bytes = b"abcdef") -> bytes:
    """Properties: a number, a long value, and the text, whose bytes lie behind all of them."""
    value = (text + "\x00").encode("utf-16-le")
    properties = struct.pack("<HI", 0x0104, 5) + struct.pack("<HI", 0x8105, len(before))
    properties += struct.pack("<HI", 0x80C0, len(value))
    data = properties + before + value
    return struct.pack("<HHI", 3 << 4 | 3, 0xF00B, len(data)) + data


def test_the_text_of_shapes_among_other_bytes() -> None:
    stream = b"\x0b\xf0" + shape("ROYAL łódź") + b"noise" + shape("COPY", b"") + shape("COPY")
    assert word_art(stream) == ["ROYAL łódź", "COPY"]


def test_lies_are_no_text() -> None:
    lie = bytearray(shape("ROYAL"))
    struct.pack_into("<I", lie, 4, 1 << 30)
    assert word_art(bytes(lie)) == []
    for size in range(len(lie)):
        word_art(shape("ROYAL")[:size])


def test_letterheads_drawn_in_word_excel_and_powerpoint() -> None:
    drawn = shape("ROYAL INFIRMARY")
    document = word_97(["Dear Dr Sample\r"], table_more=drawn)
    assert extract(document).text == "ROYAL INFIRMARY\nDear Dr Sample"
    assert extract(workbook([("S", record(0xEC, drawn))])).text == "S\nROYAL INFIRMARY"
    assert "ROYAL INFIRMARY" in extract(deck({1: DOCUMENT, 3: slide("x", drawn)})).text
