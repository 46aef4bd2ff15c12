from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, features

from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits
from extraction.pictures.page_pictures import picture_frames
from extraction.pictures.picture_damage import jpeg_end
from extraction.pictures.pictures import read_picture
from extraction.records import Problem

NOISE = Image.effect_noise((600, 800), 60)
JPEGS: list[dict[str, Any]] = [
    {},
    {"progressive": True},
    {"quality": 30, "optimize": True},
    {"restart_marker_blocks": 9},
]


def saved(kind: str, picture: Image.Image = NOISE, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def told(data: bytes) -> list[Problem]:
    """By both passes."""
    budget = Budget(ExtractionLimits())
    content = read_picture(data, budget)
    problems = list(content.problems)
    for scan in content.scans:
        found = list(picture_frames(data, [scan.path], budget))
        assert isinstance(found[-1], tuple)
        problems += [each for each in found if isinstance(each, Problem)]
    return problems


def flipped(data: bytes, count: int = 40) -> bytes:
    changed = bytearray(data)
    for at in range(len(data) // 2, len(data) // 2 + count):
        changed[at] ^= 0x5A
    return bytes(changed)


@pytest.mark.parametrize("kind", ["TIFF", "PNG", "JPEG", "GIF", "BMP", "WEBP", "PCX", "PPM"])
def test_nothing_is_said_of_a_sound_picture(kind: str) -> None:
    assert told(saved(kind)) == []


@pytest.mark.parametrize("options", JPEGS)
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("is_blank", [True, False])
def test_nothing_is_said_of_a_sound_jpeg(mode: str, options: dict[str, Any], is_blank: bool) -> None:
    page = Image.new("L", (500, 700), 255) if is_blank else NOISE
    assert told(saved("JPEG", page.convert(mode), **options)) == []
    assert told(saved("JPEG", page.convert(mode), **options) + b"what a telephone puts behind\xff\xd8") == []


@pytest.mark.parametrize("options", JPEGS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_cut_jpeg_with_an_end_put_behind_is_told(options: dict[str, Any], share: float) -> None:
    data = saved("JPEG", **options)
    (problem,) = told(data[: int(len(data) * share)] + b"\xff\xd9")
    assert (problem.reason, problem.path) == (SkipReason.UNREADABLE, "")


def test_the_end_of_a_thumbnail_is_not_the_end_of_the_picture() -> None:
    thumbnail = saved("JPEG", NOISE.resize((60, 80)))
    whole = saved("JPEG", exif=b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00" + thumbnail)
    assert jpeg_end(whole) == len(whole) - 2
    assert [problem.reason for problem in told(whole[: len(whole) // 2])] == [SkipReason.TRUNCATED]


@pytest.mark.parametrize("kind", ["PNG", "GIF", "PCX"])
def test_a_picture_damaged_inside_is_read_as_far_as_it_goes_and_told(kind: str) -> None:
    (problem,) = [each for each in told(flipped(saved(kind))) if each.reason is SkipReason.UNREADABLE]
    assert problem.path == ""


def test_one_changed_dot_of_a_png_is_told() -> None:
    data = saved("PNG", compress_level=0)  # stored: any byte may stand for any other
    assert [each.reason for each in told(flipped(data, 1))] == [SkipReason.UNREADABLE]


def test_a_wrong_sum_of_a_note_in_a_png_costs_nothing() -> None:
    data = saved("PNG")
    note = b"tEXtTitle\x00letter"
    chunk = struct.pack(">I", len(note) - 4) + note + struct.pack(">I", zlib.crc32(note) ^ 1)
    assert told(data[:-12] + chunk + data[-12:]) == []


@pytest.mark.parametrize(
    ("kind", "options"), [("PPM", {}), ("PCX", {}), ("TIFF", {}), ("JPEG2000", {}), ("JPEG2000", {"no_jp2": True})]
)
def test_a_cut_picture_of_a_rarer_kind_is_told(kind: str, options: dict[str, Any]) -> None:
    if kind == "JPEG2000" and not features.check("jpg_2000"):
        pytest.skip("Pillow without jpg_2000")
    data = saved(kind, **options)
    assert told(data) == []
    assert len(told(data[: len(data) // 2])) == 1
