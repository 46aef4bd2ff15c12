from __future__ import annotations

import lzma
import random
import zlib

import pytest

from documents.media_type import MediaType, sniff

TEXT = b"Dear Dr Sample, thank you for referring this patient. " * 40


@pytest.mark.parametrize("preset", range(10))
def test_lzma_of_every_preset(preset: int) -> None:
    assert sniff(lzma.compress(TEXT, lzma.FORMAT_ALONE, preset=preset)) is MediaType.LZMA


@pytest.mark.parametrize("level", range(1, 10))
def test_zlib_of_every_level(level: int) -> None:
    assert sniff(zlib.compress(TEXT, level)) is MediaType.ZLIB


@pytest.mark.parametrize("start", [b"\x5d\x00\x00\x80\x00", b"\x5d\x00\x00\x81\x00" + b"\xff" * 8 + b"\0", b"\x78\x9c"])
def test_noise_that_begins_alike_is_neither(start: bytes) -> None:
    drawn = random.Random(1)  # noqa: S311 - repeatable noise
    for _ in range(50):
        assert sniff(start + b"\xff\x00\x01" + drawn.randbytes(3000)) is MediaType.BINARY
