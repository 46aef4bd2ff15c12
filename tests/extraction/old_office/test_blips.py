from __future__ import annotations

import struct
import zlib

import pytest

from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError, ExtractionLimits
from extraction.old_office.blips import bitmap_file, pictures
from extraction.paths import MemberPaths
from extraction.records import Embedded, Problem

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 12
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 12


def blip(kind: int, instance: int, data: bytes, digests: int = 1) -> bytes:
    body = bytes(16 * digests) + data
    return struct.pack("<HHI", instance << 4, kind, len(body)) + body


def found(stream: bytes, **limits: int) -> list[Embedded | Problem]:
    return list(pictures(stream, MemberPaths(), Budget(ExtractionLimits(**limits))))


def drawing(data: bytes, packed: bool = True) -> bytes:
    body = zlib.compress(data) if packed else data
    return struct.pack("<I16s8sIBB", len(data), b"", b"", len(body), 0 if packed else 0xFE, 0xFE) + body


def test_pictures_are_found_between_other_bytes_each_once() -> None:
    stream = (
        b"\x1e\xf0 noise" + blip(0xF01E, 0x6E0, b"\xff" + PNG) + b"between" + blip(0xF01D, 0x46B, b"\xff" + JPEG, 2)
    )
    stream += blip(0xF01E, 0x6E0, b"\xff" + PNG)
    assert found(stream) == [Embedded("!/picture-1.png", PNG), Embedded("!/picture-2.jpg", JPEG)]


def test_bitmaps_get_the_header_of_a_file() -> None:
    dib = struct.pack("<IiiHHIIiiII", 40, 30, 30, 1, 24, 0, 0, 0, 0, 0, 0) + bytes(range(250)) * 10
    (file,) = found(blip(0xF01F, 0x7A8, b"\xff" + dib))
    assert isinstance(file, Embedded)
    assert sniff(file.data) is MediaType.BMP
    assert bitmap_file(b"no bitmap") == b""
    assert bitmap_file(bytes(60)) == b""


@pytest.mark.parametrize("packed", [True, False])
def test_drawings_are_unpacked(packed: bool) -> None:
    emf = (struct.pack("<II", 1, 100) + bytes(32) + b" EMF").ljust(5000, b"x")
    assert found(blip(0xF01A, 0x3D4, drawing(emf, packed))) == [Embedded("!/picture-1.emf", emf)]


def test_small_pictures_are_left_and_cut_ones_are_told() -> None:
    assert found(blip(0xF01E, 0x6E0, b"\xff" + PNG[:500])) == []
    problem, file = found(blip(0xF01E, 0x6E0, b"\xff" + PNG)[:-9])
    assert isinstance(problem, Problem)
    assert problem.reason is SkipReason.TRUNCATED
    assert isinstance(file, Embedded)


def test_a_bomb_in_a_drawing_spends_the_budget() -> None:
    with pytest.raises(BudgetSpentError):
        found(blip(0xF01A, 0x3D4, drawing(bytes(80 << 20))))
