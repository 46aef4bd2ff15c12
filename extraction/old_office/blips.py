"""Pictures in old Office files, found by their record headers ([MS-ODRAW] 2.2.23) in whatever stream holds them."""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Iterator

from documents.records import SkipReason
from extraction.budget import Budget
from extraction.paths import MemberPaths
from extraction.records import Embedded, Problem

_HEADER = 8
_DIGEST = 16
# Record types, and their instances with one and with two digests before the picture.
_BITMAPS = {
    0xF01D: ((0x46A, 0x6E2), (0x46B, 0x6E3), "jpg"),
    0xF01E: ((0x6E0,), (0x6E1,), "png"),
    0xF01F: ((0x7A8,), (0x7A9,), "bmp"),
    0xF029: ((0x6E4,), (0x6E5,), "tif"),
    0xF02A: ((0x46A, 0x6E2), (0x46B, 0x6E3), "jpg"),
}
_DRAWINGS = {
    0xF01A: ((0x3D4,), (0x3D5,), "emf"),
    0xF01B: ((0x216,), (0x217,), "wmf"),
    0xF01C: ((0x542,), (0x543,), "pict"),
}
_MARK = re.compile(rb"[\x1a-\x1f\x29\x2a]\xf0")
_DRAWING_HEADER = 34
_DEFLATED = 0
_BITMAP_HEADER = 14
_DIB_HEADERS = (12, 40, 52, 56, 64, 108, 124)
# Bytes below which a picture is a bullet or a line. A scanned page has 20,000 and more.
SMALLEST_PICTURE = 2000


def pictures(stream: bytes, paths: MemberPaths, budget: Budget) -> Iterator[Embedded | Problem]:
    """Each picture once, in the stream's order; those too small for text are left."""
    seen: set[bytes] = set()
    at = 0
    while found := _MARK.search(stream, at):
        start = found.start() - 2
        at = found.end()
        blip = _blip(stream, start) if start >= 0 else None
        if blip is None:
            continue
        ending, body, whole = blip
        at = start + _HEADER + len(body)
        picture = _picture(ending, body, stream[start : start + 2], budget)
        digest = hashlib.sha256(picture).digest()
        if len(picture) < SMALLEST_PICTURE or digest in seen:
            continue
        seen.add(digest)
        budget.spend_member()
        path = paths.place(f"picture-{len(seen)}.{ending}")
        if not whole:
            yield Problem(SkipReason.TRUNCATED, path, "picture")
        yield Embedded(path, picture)


def _blip(stream: bytes, start: int) -> tuple[str, bytes, bool] | None:
    """Ending, body and completeness of the picture whose record begins here; None where no such record does."""
    if start + _HEADER > len(stream):
        return None
    version, kind, length = struct.unpack_from("<HHI", stream, start)
    known = _BITMAPS.get(kind) or _DRAWINGS.get(kind)
    if known is None or version & 0xF or version >> 4 not in (*known[0], *known[1]) or length <= _DIGEST:
        return None
    body = stream[start + _HEADER : start + _HEADER + length]
    return known[2], body, len(body) == length


def _picture(ending: str, body: bytes, version: bytes, budget: Budget) -> bytes:
    """A file of its own."""
    instance = int.from_bytes(version, "little") >> 4
    two = any(instance in known[1] for known in (*_BITMAPS.values(), *_DRAWINGS.values()))
    body = body[_DIGEST * (2 if two else 1) :]
    if ending in ("emf", "wmf", "pict"):
        return _drawing(body, budget)
    picture = body[1:]
    if ending == "bmp" and picture[:2] != b"BM":
        picture = bitmap_file(picture)
    budget.spend_bytes(len(picture))
    return picture


def _drawing(body: bytes, budget: Budget) -> bytes:
    if len(body) < _DRAWING_HEADER:
        return b""
    data = body[_DRAWING_HEADER:]
    if body[_DRAWING_HEADER - 2] != _DEFLATED:
        budget.spend_bytes(len(data))
        return data
    return inflated(data, budget)


def inflated(data: bytes, budget: Budget) -> bytes:
    """As much as there is of it, within the budget of one member."""
    inflater = zlib.decompressobj()
    kept = bytearray()
    step = data
    while step and not inflater.eof:
        try:
            chunk = inflater.decompress(step, 64 << 10)
        except zlib.error:
            break
        budget.spend_bytes(len(chunk))
        kept += chunk
        budget.judge_member(len(kept), len(data))
        step = inflater.unconsumed_tail
    return bytes(kept)


def bitmap_file(dib: bytes) -> bytes:
    """A bitmap as Windows keeps it in memory, with the header that makes it a BMP file; empty if it is none."""
    if len(dib) < 40:  # noqa: PLR2004 - the usual header
        return b""
    size, _, _, _, depth, compression, _, _, _, colours = struct.unpack_from("<IiiHHIIiiI", dib)
    if size not in _DIB_HEADERS:
        return b""
    if depth <= 8:  # noqa: PLR2004 - bits of a pixel up to which there is a palette
        colours = colours or 1 << depth
    masks = 12 if compression == 3 and size == 40 else 0  # noqa: PLR2004 - three masks behind the usual header
    offset = _BITMAP_HEADER + size + 4 * min(colours, 256) + masks
    return struct.pack("<2sIHHI", b"BM", _BITMAP_HEADER + len(dib), 0, 0, offset) + dib
