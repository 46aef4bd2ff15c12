"""The names in a ZIP file, read without opening it: bounded, and from a cut file too."""

from __future__ import annotations

import struct
from collections.abc import Iterator

# Members looked at. The first 3,000 tell what a file is; an office file has fewer than 100.
MAX_MEMBERS = 3000
_END_RECORD = b"PK\x05\x06"
_CENTRAL = b"PK\x01\x02"
_LOCAL = b"PK\x03\x04"
_END_SIZE = 22
_CENTRAL_SIZE = 46
_LOCAL_SIZE = 30
_LONGEST_COMMENT = 0xFFFF


def member_names(data: bytes) -> Iterator[str]:
    """Names from the central directory; from the local headers where that is lost."""
    names = _central_names(data)
    first = next(names, None)
    if first is None:
        yield from _local_names(data)
        return
    yield first
    yield from names


def ends_like_zip(data: bytes) -> bool:
    """Does a directory end here? A program that unpacks itself has one behind its code."""
    return data.rfind(_END_RECORD, max(0, len(data) - _END_SIZE - _LONGEST_COMMENT)) >= 0


def stored_mimetype(data: bytes) -> str:
    """What OpenDocument and EPUB say of themselves in their first member, `mimetype`; empty for other ZIP files."""
    if data[:4] != _LOCAL or data[30:38] != b"mimetype" or len(data) < _LOCAL_SIZE:
        return ""
    size, _, name_length, extra_length = struct.unpack("<IIHH", data[18:30])
    start = _LOCAL_SIZE + name_length + extra_length
    longest_media_type = 100
    return data[start : start + min(size or longest_media_type, longest_media_type)].decode("ascii", "replace").strip()


def _central_names(data: bytes) -> Iterator[str]:
    end = data.rfind(_END_RECORD, max(0, len(data) - _END_SIZE - _LONGEST_COMMENT))
    if end < 0 or end + _END_SIZE > len(data):
        return
    size, offset = struct.unpack("<II", data[end + 12 : end + 20])
    at = min(offset, len(data))
    if data[at : at + 4] != _CENTRAL:  # something was put in front of the file, or the offset is in a zip64 record
        at = max(0, end - size)
    for _ in range(MAX_MEMBERS):
        if data[at : at + 4] != _CENTRAL or at + _CENTRAL_SIZE > len(data):
            return
        name, extra, comment = struct.unpack("<HHH", data[at + 28 : at + 34])
        yield data[at + _CENTRAL_SIZE : at + _CENTRAL_SIZE + name].decode("utf-8", "replace")
        at += _CENTRAL_SIZE + name + extra + comment


def _local_names(data: bytes) -> Iterator[str]:
    at = data.find(_LOCAL)
    for _ in range(MAX_MEMBERS):
        if at < 0 or at + _LOCAL_SIZE > len(data):
            return
        (length,) = struct.unpack("<H", data[at + 26 : at + 28])
        yield data[at + _LOCAL_SIZE : at + _LOCAL_SIZE + length].decode("utf-8", "replace")
        at = data.find(_LOCAL, at + _LOCAL_SIZE)
