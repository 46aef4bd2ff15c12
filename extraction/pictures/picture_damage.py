"""Damage inside of pictures that Pillow does not tell of: sums of PNG, JPEG that ends too early or too late."""

from __future__ import annotations

import io
import re
import struct
import zlib

from PIL import Image

_PNG_HEAD = 8
# The next mark in the pixels of a JPEG: neither a stuffed byte nor a restart.
_JPEG_MARK = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
_SCAN, _END = 0xDA, 0xD9
_BARE_MARKS = (0x01, *range(0xD0, 0xD9))
# Bytes that stand for pixels, of no order, without a mark. Sixteen show in any picture that still waits for pixels.
_NOISE = bytes((37 * at * at + 101 * at + 11) % 251 for at in range(64))
# Bytes behind the last pixel from which a JPEG is out of step: writers fill up one byte.
_SURPLUS_BYTES = 24
# A JPEG is compared at a quarter of its size: decoding is half as dear, and a lost pixel shows in its block.
_SHRUNK = 4


def hidden_damage(data: bytes, picture: Image.Image) -> str | None:
    """What is wrong with a picture that was decoded without a complaint; None where nothing is."""
    match picture.format:
        case "PNG":
            return None if _sums_agree(data) else "checksum"
        case "JPEG" | "MPO":
            return _out_of_step(data)
        case _:
            return None


def jpeg_end(data: bytes) -> int | None:
    """Where the end mark of the first picture is, and not that of a thumbnail; None where there is none."""
    at = 2
    while (found := _JPEG_MARK.search(data, at)) is not None:
        mark, at = found[1][0], found.end()
        if mark == _END:
            return found.start()
        if mark in _BARE_MARKS:
            continue
        length = int.from_bytes(data[at : at + 2], "big")
        at += length
    return None


def _out_of_step(data: bytes) -> str | None:
    """Do more bytes before the end change the picture, or do the last ones not? libjpeg fills up in silence."""
    end = jpeg_end(data)
    if end is None or end < 2 * _SURPLUS_BYTES:
        return None
    whole = _shrunk(data)
    if whole != _shrunk(data[:end] + _NOISE + data[end:]):
        return "pixels missing"
    noisy = data[: end - _SURPLUS_BYTES] + _NOISE[:_SURPLUS_BYTES] + data[end:]
    return "pixels out of step" if whole == _shrunk(noisy) else None


def _shrunk(data: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:
            picture.draft(None, (picture.width // _SHRUNK, picture.height // _SHRUNK))
            return picture.tobytes()
    except OSError:
        return b""


def _sums_agree(data: bytes) -> bool:
    """Of the parts without which there is no picture."""
    at = _PNG_HEAD
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4 : at + 8], memoryview(data)[at + 4 : at + 8 + length]
        if kind[:1].isupper() and zlib.crc32(body) != int.from_bytes(data[at + 8 + length : at + 12 + length], "big"):
            return False
        if kind == b"IEND":
            return True
        at += 12 + length
    return False
