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
    at = 0
    while mark := _MARK.search(stream, at):
        start, at = mark.start() - 2, mark.end()
        end = _end(stream, start)
        if end:
            texts[_text(stream, start, end)] = None
            at = end
    return [text for text in texts if text]


def _end(stream: bytes, start: int) -> int:
    """Of the properties of a shape that begin here; 0 where none do."""
    if start < 0 or start + _HEADER > len(stream):
        return 0
    version, _, length = struct.unpack_from("<HHI", stream, start)
    end = start + _HEADER + length
    count = version >> 4
    is_whole = version & 0xF == _VERSION and count <= _MAX_PROPERTIES and _PROPERTY * count <= length
    return end if is_whole and end <= len(stream) else 0


def _text(stream: bytes, start: int, end: int) -> str:
    """The text among the properties of one shape; long values lie behind all of them, in their order."""
    count = int.from_bytes(stream[start : start + 2], "little") >> 4
    at = start + _HEADER
    behind = at + _PROPERTY * count
    for index in range(count):
        number, size = struct.unpack_from("<HI", stream, at + _PROPERTY * index)
        if not number & _COMPLEX:
            continue
        if number & _NUMBER == _TEXT:
            value = stream[behind : min(behind + size, end)]
            return value.decode("utf-16-le", "replace").replace("\r", "\n").strip("\x00 \n")
        behind += size
    return ""
