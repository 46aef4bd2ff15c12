from __future__ import annotations

import struct

import pytest

from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits
from extraction.pictures.pictures import read_picture
from extraction.pictures.tiff_chain import MOST_FRAMES, TiffChain, tiff_chain
from extraction.records import Problem, Scan
from tests.extraction.pictures.test_picture_damage import NOISE, saved, told
from tests.extraction.pictures.test_pictures import tiff


def test_frames_are_counted() -> None:
    for big in (False, True):
        assert tiff_chain(tiff((400, 300), (300, 400), (400, 300), big_tiff=big)) == TiffChain(3, None)
    assert tiff_chain(b"MM\x00*\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00") == TiffChain(1, None)
    assert tiff_chain(b"II*\x00") == TiffChain(0, SkipReason.TRUNCATED)


@pytest.mark.parametrize(("following", "reason"), [(8, SkipReason.UNREADABLE), (1 << 30, SkipReason.TRUNCATED)])
def test_a_broken_chain_is_told_and_what_is_before_is_read(following: int, reason: SkipReason) -> None:
    data = bytearray(tiff((400, 300), (400, 300)))
    first = int.from_bytes(data[4:8], "little")
    pointer = first + 2 + 12 * int.from_bytes(data[first : first + 2], "little")
    data[pointer : pointer + 4] = (first if following == 8 else following).to_bytes(4, "little")
    content = read_picture(bytes(data), Budget(ExtractionLimits()))
    assert content.scans == (Scan("#page=1"),)
    assert [(problem.reason, problem.path) for problem in content.problems] == [(reason, "#page=2")]


@pytest.mark.parametrize("tenths", [9, 8, 6, 4])
def test_a_cut_fax_of_several_pages_says_so(tenths: int) -> None:
    first, *others = [NOISE.convert("1")] * 3
    data = saved("TIFF", first, save_all=True, append_images=others, compression="group4")
    assert told(data) == []
    assert told(data[: len(data) * tenths // 10])


def test_more_frames_than_are_listed_are_told() -> None:
    data = bytearray(tiff((400, 300)))
    first = int.from_bytes(data[4:8], "little")
    fields = int.from_bytes(data[first : first + 2], "little")
    frame, offset = bytes(data[first : first + 2 + 12 * fields]), len(data)
    data[first + len(frame) : first + len(frame) + 4] = struct.pack("<I", offset)
    size = len(frame) + 4
    frames = [frame + struct.pack("<I", offset + size * (number + 1)) for number in range(20_000)]
    data += b"".join(frames)[:-4] + bytes(4)
    assert tiff_chain(bytes(data)) == TiffChain(20_001, None)
    content = read_picture(bytes(data), Budget(ExtractionLimits(pages=10_000)))
    assert len(content.scans) == MOST_FRAMES
    assert content.problems == (Problem(SkipReason.BUDGET_SPENT, "#page=5001", "frames: 15001 left"),)
