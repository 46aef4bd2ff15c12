"""What a ZIP file lists, one member at a time, and what can be found where its directory is lost.

Python's own reader builds the whole directory first (5 million members in a file of 256 MB) and refuses a file for one
damaged record; this one stops when its caller does, and tells what a record says, true or not.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

LOCAL = b"PK\x03\x04"
_CENTRAL = b"PK\x01\x02"
_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x06"
_LOCATOR_64 = b"PK\x06\x07"
_CENTRAL_RECORD = struct.Struct("<4sHHHHHHIIIHHHHHII")
_LOCAL_RECORD = struct.Struct("<4sHHHHHIIIHH")
_END_RECORD = struct.Struct("<4sHHHHIIH")
_END_RECORD_64 = struct.Struct("<4sQHHIIQQQQ")
_LOCATOR_RECORD_64 = struct.Struct("<4sIQI")
_SIGNATURE = re.compile(rb"PK(?:\x03\x04|\x01\x02|\x05\x06|\x06\x06|\x06\x07|\x07\x08)")
# Bytes of a name and its extra fields in a record that no directory knows; what is longer hides something.
_STRAY_NAME_BYTES = 1024
# Of records of one size; the longer kind of what stands behind a member, with sizes of 64 bits, ends in zeros.
_RECORD_SIZES = {
    _END: _END_RECORD.size,
    _END_64: _END_RECORD_64.size,
    _LOCATOR_64: _LOCATOR_RECORD_64.size,
    b"PK\x07\x08": 16,
}
_UNKNOWN_32, _UNKNOWN_16 = 0xFFFFFFFF, 0xFFFF
_FLAG_ENCRYPTED, _FLAG_UTF8, _FLAG_MASKED = 0x1, 0x800, 0x2000
_FLAG_SIZES_BEHIND = 0x8
_EXTRA_64, _EXTRA_AES, _EXTRA_UNICODE = 0x0001, 0x9901, 0x7075
_METHOD_AES = 99
# The version that a reader must have, in tenths; 63 is the newest. More is no header, but bytes that look like one.
_NEWEST_VERSION = 100
# Ends of a directory that are tried, from the last one: bytes behind a file, or a comment, can hold others.
_ENDS_TRIED = 16


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """One member, as its record says.

    Attributes:
        name: as it is to be shown.
        header: where its local header stands.
        packed, size: bytes; None where the record leaves them to what follows the member.
        crc: of its bytes; None where unknown.
        comment: on it; empty in a local header, which has none.
        record_end: where its record ends.
    """

    name: str = field(repr=False)
    header: int
    method: int
    is_encrypted: bool
    packed: int | None
    size: int | None
    crc: int | None
    comment: str = field(default="", repr=False)
    record_end: int = 0


@dataclass(frozen=True, slots=True)
class ZipDirectory:
    """Where the directory lies: its first record, and by how much all places are off (bytes put in front).

    Attributes:
        members: how many there are, as the end says.
        is_part: it is one part of a split archive, and others are missing.
        end: where the record of its end begins, and where its comment ends.
        comment: on the archive.
    """

    start: int
    shift: int
    members: int
    is_part: bool
    end: tuple[int, int] = (0, 0)
    comment: str = field(default="", repr=False)


def find_directory(data: bytes) -> ZipDirectory | None:
    """The directory, or None where it is lost."""
    end = len(data)
    for _ in range(_ENDS_TRIED):
        end = data.rfind(_END, 0, end)
        if end < 0:
            return None
        if end + _END_RECORD.size <= len(data) and (found := _directory_of(data, end)):
            return found
    return None


def _directory_of(data: bytes, end: int) -> ZipDirectory | None:
    _, disk, _, _, members, size, offset, comment_length = _END_RECORD.unpack_from(data, end)
    behind, whole = end, end + _END_RECORD.size + comment_length
    comment = _shown(data[whole - comment_length : whole])
    if _UNKNOWN_16 in (disk, members) or _UNKNOWN_32 in (size, offset):
        at = _end_64(data, end)
        if at is not None:
            _, _, _, _, disk, _, _, members, size, offset = _END_RECORD_64.unpack_from(data, at)
            behind = at
    if not members:
        return None if data.startswith(LOCAL) else ZipDirectory(end, 0, 0, disk > 0, (end, whole), comment)
    for start in (behind - size, offset):
        if 0 <= start < end and data[start : start + 4] == _CENTRAL:
            if start != offset and data.startswith(LOCAL):
                return None  # of a ZIP inside, whose outer one is cut: nothing stands in front of this file
            return ZipDirectory(start, start - offset, members, disk > 0, (end, whole), comment)
    return None


def _end_64(data: bytes, end: int) -> int | None:
    at = end - _LOCATOR_RECORD_64.size
    if at < 0 or data[at : at + 4] != _LOCATOR_64:
        return None
    offset: int = _LOCATOR_RECORD_64.unpack_from(data, at)[2]
    for place in (offset, data.rfind(_END_64, 0, at)):
        if 0 <= place <= len(data) - _END_RECORD_64.size and data[place : place + 4] == _END_64:
            return place
    return None


def listed(data: bytes, directory: ZipDirectory) -> Iterator[ZipEntry]:
    """The members in the directory's order, until it ends or makes no sense; the caller counts them."""
    at = directory.start
    for _ in range(directory.members):
        if data[at : at + 4] != _CENTRAL or at + _CENTRAL_RECORD.size > len(data):
            return
        record = _CENTRAL_RECORD.unpack_from(data, at)
        flags, method, crc, packed, size = record[3], record[4], record[7], record[8], record[9]
        name_length, extra_length, comment_length = record[10:13]
        at += _CENTRAL_RECORD.size
        raw = data[at : at + name_length]
        extra = data[at + name_length : at + name_length + extra_length]
        at += name_length + extra_length + comment_length
        size, packed, header = _sizes_64(extra, (size, packed, record[16]))
        yield ZipEntry(
            _name(raw, flags, extra),
            header + directory.shift,
            _true_method(method, extra),
            _is_encrypted(flags, method),
            packed,
            size,
            crc if method != _METHOD_AES and not flags & _FLAG_MASKED else None,
            _shown(data[at - comment_length : at]),
            at,
        )


def local_entry(data: bytes, at: int) -> tuple[ZipEntry, int] | None:
    """The member whose local header stands here, and where its bytes begin; None if none does."""
    if data[at : at + 4] != LOCAL or at + _LOCAL_RECORD.size > len(data):
        return None
    _, version, flags, method, _, _, crc, packed, size, name_length, extra_length = _LOCAL_RECORD.unpack_from(data, at)
    if version & 0xFF > _NEWEST_VERSION:
        return None
    start = at + _LOCAL_RECORD.size + name_length + extra_length
    raw = data[at + _LOCAL_RECORD.size : start - extra_length]
    extra = data[start - extra_length : start]
    size, packed, _ = _sizes_64(extra, (size, packed, 0))
    behind = bool(flags & _FLAG_SIZES_BEHIND) and not packed
    entry = ZipEntry(
        _name(raw, flags, extra),
        at,
        _true_method(method, extra),
        _is_encrypted(flags, method),
        None if behind else packed,
        None if behind else size,
        None if behind or method == _METHOD_AES else crc,
    )
    return entry, start


def _is_encrypted(flags: int, method: int) -> bool:
    return bool(flags & (_FLAG_ENCRYPTED | _FLAG_MASKED)) or method == _METHOD_AES


def _true_method(method: int, extra: bytes) -> int:
    if method == _METHOD_AES:
        found = _extra_field(extra, _EXTRA_AES)
        return int.from_bytes(found[5:7], "little") if found else method
    return method


def _sizes_64(extra: bytes, values: tuple[int, int, int]) -> tuple[int, int, int]:
    """Size, packed size and place; each that is all ones stands in the extra field, in this order."""
    if _UNKNOWN_32 not in values:
        return values
    found = _extra_field(extra, _EXTRA_64) or b""
    taken: list[int] = []
    for value in values:
        if value == _UNKNOWN_32 and len(found) >= 8:  # noqa: PLR2004 - a 64-bit word
            value = int.from_bytes(found[:8], "little")  # noqa: PLW2901 - the record's true word
            found = found[8:]
        taken.append(value)
    return taken[0], taken[1], taken[2]


def _extra_field(extra: bytes, wanted: int) -> bytes | None:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == wanted:
            return extra[at + 4 : at + 4 + length]
        at += 4 + length
    return None


def stray_records(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Records where no directory says that there are any: where each begins, and where what it says of itself ends.

    Of a member only its signature, since it may be none; comments are no part of a record.
    """
    at = start
    while found := _SIGNATURE.search(data, at, end):
        at = _record_end(data, found.start(), found[0])
        yield found.start(), at


def _record_end(data: bytes, at: int, signature: bytes) -> int:
    if signature == _CENTRAL and at + _CENTRAL_RECORD.size <= len(data):
        name_length, extra_length = struct.unpack_from("<HH", data, at + 28)
        if name_length + extra_length <= _STRAY_NAME_BYTES:
            return at + _CENTRAL_RECORD.size + int(name_length) + int(extra_length)
        return at + len(signature)
    return at + _RECORD_SIZES.get(signature, len(signature))


def _shown(comment: bytes) -> str:
    """UTF-8 by what programs do, else as the format has it; nothing where there is no word in it."""
    try:
        text = comment.decode("utf-8")
    except UnicodeDecodeError:
        text = comment.decode("cp437")
    return text if any(character.isalnum() for character in text) else ""


def _name(raw: bytes, flags: int, extra: bytes) -> str:
    """By the flag, by the unicode extra field if it is of this name, as UTF-8 if it can be, else as cp437."""
    if not flags & _FLAG_UTF8:
        found = _extra_field(extra, _EXTRA_UNICODE)
        if found and len(found) > 5 and int.from_bytes(found[1:5], "little") == zlib.crc32(raw):  # noqa: PLR2004
            return found[5:].decode("utf-8", "replace")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return raw.decode("cp437")
    return raw.decode("utf-8", "replace")
