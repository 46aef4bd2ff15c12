from __future__ import annotations

import random
import struct

import pytest

from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits
from extraction.old_office.metafiles import read_emf, read_wmf
from extraction.reader import extract
from extraction.records import Content, Embedded

DIB = struct.pack("<IiiHHIIiiII", 40, 40, 40, 1, 24, 0, 0, 0, 0, 0, 0) + bytes(range(256)) * 20


def emf_record(kind: int, data: bytes) -> bytes:
    data += bytes(-len(data) % 4)
    return struct.pack("<II", kind, 8 + len(data)) + data


def emf_text(text: str, height: int, options: int = 0) -> bytes:
    fixed = bytes(16) + struct.pack("<III", 1, 0, 0) + struct.pack("<iiIII", 5, height, len(text), 76, options)
    return emf_record(84, fixed + bytes(20) + text.encode("utf-16-le"))


def emf(*records: bytes) -> bytes:
    header = emf_record(1, (bytes(32) + b" EMF").ljust(100, b"\x00"))
    return header + b"".join(records) + emf_record(14, bytes(12))


def emf_bitmap() -> bytes:
    return emf_record(81, bytes(40) + struct.pack("<IIII", 80, 40, 120, len(DIB) - 40) + bytes(16) + DIB)


def plus(*records: bytes) -> bytes:
    data = b"EMF+" + b"".join(records)
    return emf_record(70, struct.pack("<I", len(data)) + data)


def plus_string(text: str) -> bytes:
    data = struct.pack("<III", 0, 0, len(text)) + struct.pack("<ffff", 1, 2, 3, 4) + text.encode("utf-16-le")
    return struct.pack("<HHII", 0x401C, 0, 12 + len(data), len(data)) + data


def wmf_record(kind: int, data: bytes) -> bytes:
    data += bytes(len(data) % 2)
    return struct.pack("<IH", 3 + len(data) // 2, kind) + data


def wmf(*records: bytes) -> bytes:
    head = struct.pack("<HHHIHIH", 1, 9, 0x300, 0, 0, 0, 0)
    return head + b"".join(records) + wmf_record(0, b"")


def read(data: bytes) -> Content:
    read_one = read_emf if sniff(data) is MediaType.EMF else read_wmf
    return read_one(data, Budget(ExtractionLimits()))


def test_text_at_one_height_is_one_line() -> None:
    data = emf(emf_text("Royal", 10), emf_text("Infirmary łódź", 10), emf_text("Charity 0000", 30))
    assert sniff(data) is MediaType.EMF
    assert read(data).pieces[0].text == "Royal Infirmary łódź\nCharity 0000"


def test_what_both_forms_draw_comes_once() -> None:
    assert read(emf(plus(plus_string("Royal")), emf_text("Royal", 10))).pieces[0].text == "Royal"
    assert read(emf(plus(plus_string("Royal")))).pieces[0].text == "Royal"


def test_glyphs_without_characters_are_told() -> None:
    content = read(emf(emf_text("\x03\x04", 10, options=0x10)))
    assert content.pieces == ()
    assert [problem.reason for problem in content.problems] == [SkipReason.UNSUPPORTED_TYPE]


def test_bitmaps_are_files_inside() -> None:
    bitmap = wmf_record(0x0F43, bytes(22) + DIB)
    for data in (emf(emf_bitmap()), wmf(bitmap)):
        (file,) = read(data).embedded
        assert isinstance(file, Embedded)
        assert (file.path, sniff(file.data)) == ("!/picture.bmp", MediaType.BMP)


def test_lines_and_curves_are_no_problem() -> None:
    assert read(emf(emf_record(54, bytes(8)))).problems == ()


def test_old_drawings_in_the_character_set_of_their_font() -> None:
    font = wmf_record(0x02FB, struct.pack("<5hBBBB", 1, 0, 0, 0, 400, 0, 0, 0, 204) + bytes(20))
    short = wmf_record(0x0521, struct.pack("<H", 7) + "Пациент".encode("cp1251") + b"\x00" + struct.pack("<hh", 7, 1))
    long = wmf_record(0x0A32, struct.pack("<hhHH", 9, 1, 4, 6) + bytes(8) + "дата".encode("cp1251"))
    for prefix in (b"", b"\xd7\xcd\xc6\x9a" + bytes(18)):
        data = prefix + wmf(font, short, long)
        assert sniff(data) is MediaType.WMF
        assert read(data).pieces[0].text == "Пациент\nдата"  # noqa: RUF001


@pytest.mark.parametrize("size", [0, 1, 7, 0xFFFFFFFF])
def test_sizes_that_lie_end_the_drawing(size: int) -> None:
    data = emf(emf_text("Royal", 10)) + struct.pack("<II", 84, size) + bytes(50)
    assert read(data).pieces[0].text == "Royal"


def test_no_damage_makes_it_raise() -> None:
    drawn = random.Random(17)  # noqa: S311 - repeatable damage
    for whole in (
        emf(emf_text("Royal", 10), emf_bitmap(), plus(plus_string("x"))),
        wmf(wmf_record(0x0F43, bytes(22) + DIB)),
    ):
        for _ in range(200):
            damaged = bytearray(whole)
            for _ in range(drawn.randrange(1, 20)):
                damaged[drawn.randrange(len(damaged))] = drawn.randrange(256)
            extract(bytes(damaged))
