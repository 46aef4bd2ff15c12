"""Text that shapes draw as art ([MS-ODRAW] 2.3.22.3): letterheads and stamps that no other part of a file holds."""

from __future__ import annotations

import re
import struct

_MARK = re.compile(rb"\x0b\xf0")
_VERSION = 3
_TEXT, _NUMBER, _COMPLEX = 0x00C0, 0x3FFF, 0x8000
_HEADER, _PROPERTY = 8, 6
# Properties of one shape; there are some 300 kinds.
_MAX_PROPERTIES = 500


def word_art(stream: bytes) -> list[str]:
    """Each text once, in the stream's order."""
    texts: dict[str, None] = {}
    for mark in _MARK.finditer(stream):
        start = mark.start() - 2
        if start >= 0 and stream[start] & 0xF == _VERSION:
            text = _text(stream, start)
            if text:
                texts[text] = None
    return list(texts)


def _text(stream: bytes, start: int) -> str:
    """The text among the properties of one shape; long values lie behind all of them, in their order."""
    if start + _HEADER > len(stream):
        return ""
    version, _, length = struct.unpack_from("<HHI", stream, start)
    count, end = version >> 4, start + _HEADER + length
    at = start + _HEADER
    behind = at + _PROPERTY * count
    if count > _MAX_PROPERTIES or behind > end or end > len(stream):
        return ""
    for index in range(count):
        number, size = struct.unpack_from("<HI", stream, at + _PROPERTY * index)
        if not number & _COMPLEX:
            continue
        if number & _NUMBER == _TEXT:
            value = stream[behind : min(behind + size, end)]
            return value.decode("utf-16-le", "replace").replace("\r", "\n").strip("\x00 \n")
        behind += size
    return ""
