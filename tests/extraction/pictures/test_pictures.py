from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, features

from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError, ExtractionLimits, UnreadableError
from extraction.pictures.pictures import PICTURE_TYPES, can_hold_text, read_picture
from extraction.records import Content, Problem, Scan

KINDS = ["TIFF", "PNG", "JPEG", "GIF", "BMP", "WEBP", "PCX", "PPM"]


def read(data: bytes, **limits: int) -> Content:
    return read_picture(data, Budget(ExtractionLimits(**limits)))


def picture(kind: str, size: tuple[int, int] = (400, 300), mode: str = "L", **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size, 1).save(buffer, kind, **options)
    return buffer.getvalue()


def tiff(*sizes: tuple[int, int], **options: Any) -> bytes:
    first, *others = [Image.new("1", size, 1) for size in sizes]
    buffer = io.BytesIO()
    first.save(buffer, "TIFF", save_all=True, append_images=others, **options)
    return buffer.getvalue()


def png_bomb(side: int) -> bytes:
    """A picture of this many dots a side, nearly all of it never sent."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\x00")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_a_scan(kind: str) -> None:
    data = picture(kind)
    assert sniff(data) in PICTURE_TYPES
    assert read(data) == Content(scans=(Scan(""),))


@pytest.mark.parametrize(("kind", "feature"), [("AVIF", "avif"), ("JPEG2000", "jpg_2000")])
def test_rarer_pictures_are_scans_where_pillow_reads_them(kind: str, feature: str) -> None:
    if not features.check(feature):
        pytest.skip(f"Pillow without {feature}")
    assert read(picture(kind)).scans == (Scan(""),)


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_lzw", "tiff_adobe_deflate", "packbits", "raw"])
def test_each_frame_of_a_tiff_is_a_page(compression: str) -> None:
    data = tiff((400, 300), (300, 400), (400, 300), compression=compression)
    assert read(data) == Content(scans=(Scan("#page=1"), Scan("#page=2"), Scan("#page=3")))


def test_a_big_tiff_is_read() -> None:
    assert read(tiff((400, 300), (400, 300), big_tiff=True)).scans == (Scan("#page=1"), Scan("#page=2"))


def test_frames_without_room_for_text_are_passed_over() -> None:
    assert read(tiff((400, 300), (20, 20), (400, 300))) == Content(scans=(Scan("#page=1"), Scan("#page=3")))


@pytest.mark.parametrize("size", [(1, 1), (16, 16), (48, 48), (1000, 2), (10, 800), (88, 28)])
def test_an_icon_or_a_line_is_no_scan_and_no_problem(size: tuple[int, int]) -> None:
    assert not can_hold_text(*size)
    assert read(picture("PNG", size)) == Content()


def test_pages_past_the_budget_are_counted() -> None:
    content = read(tiff(*[(400, 300)] * 5), pages=2)
    assert len(content.scans) == 2
    assert content.problems == (Problem(SkipReason.BUDGET_SPENT, "#page=3", "pages: 3 left"),)


def test_too_many_dots_end_by_the_budget() -> None:
    with pytest.raises(BudgetSpentError, match="pixels"):
        read(png_bomb(60_000))
    with pytest.raises(BudgetSpentError, match="pixels"):
        read(png_bomb(11_000))  # what Pillow only warns of


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP"])
def test_a_cut_picture_is_a_scan_and_says_so(kind: str) -> None:
    buffer = io.BytesIO()
    Image.effect_noise((400, 300), 90).save(buffer, kind)
    content = read(buffer.getvalue()[: len(buffer.getvalue()) * 2 // 3])
    assert content.scans == (Scan(""),)
    assert [problem.reason for problem in content.problems] == [SkipReason.TRUNCATED]


def test_of_a_cut_webp_nothing_is_left() -> None:
    with pytest.raises(UnreadableError) as caught:
        read(picture("WEBP")[:-20])
    assert caught.value.reason is SkipReason.TRUNCATED


def test_frames_of_an_animation_are_counted_not_read() -> None:
    frames = [Image.new("L", (400, 300), shade) for shade in (10, 100, 200)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    content = read(buffer.getvalue())
    assert content.scans == (Scan(""),)
    assert content.problems == (Problem(SkipReason.UNSUPPORTED_TYPE, "", "animation: 2 frames left"),)


def test_a_circle_of_frames_ends() -> None:
    data = bytearray(tiff((400, 300), (400, 300)))
    first = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[first : first + 2], "little")
    pointer = first + 2 + 12 * count
    second = int.from_bytes(data[pointer : pointer + 4], "little")
    count = int.from_bytes(data[second : second + 2], "little")
    data[second + 2 + 12 * count : second + 6 + 12 * count] = first.to_bytes(4, "little")
    assert 1 <= len(read(bytes(data)).scans) <= 2


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00\x08\x00\x00\x00", b"GIF89a", b""])
def test_what_only_begins_like_a_picture_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        read(data)


def test_kinds_without_a_decoder_stay_unread() -> None:
    assert {MediaType.HEIC, MediaType.JBIG2, MediaType.DICOM}.isdisjoint(PICTURE_TYPES)
