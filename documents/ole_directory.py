"""The names of the streams and folders at the top of an OLE compound file ([MS-CFB]); bounded, never raises."""

from __future__ import annotations

import struct

_NO_ENTRY = 0xFFFFFFFF
_LAST_REGULAR_SECTOR = 0xFFFFFFFA
_ENTRY_SIZE = 128
_HEADER_SIZE = 512
_FAT_SECTORS_IN_HEADER = 109
_SECTOR_SHIFTS = (9, 12)
# Directory sectors followed. 1,000 of 512 bytes hold 4,000 entries; a message with 100 attachments has 1,500.
MAX_DIRECTORY_SECTORS = 1000
# Lists of 127 table sectors followed: 200 cover files of 1.6 GB.
MAX_FAT_LISTS = 200


def root_names(data: bytes) -> frozenset[str]:
    """Names directly below the root, so that an embedded document does not pass for the document itself."""
    entries = _directory(data)
    if not entries:
        return frozenset()
    names: set[str] = set()
    waiting, seen = [_links(entries[0])[2]], {0}
    while waiting:
        index = waiting.pop()
        if index in seen or index >= len(entries):
            continue
        seen.add(index)
        left, right, _ = _links(entries[index])
        names.add(_name(entries[index]))
        waiting += [left, right]
    return frozenset(names)


def _directory(data: bytes) -> list[bytes]:
    if len(data) < _HEADER_SIZE:
        return []
    (shift,) = struct.unpack("<H", data[30:32])
    if shift not in _SECTOR_SHIFTS:
        return []
    (sector,) = struct.unpack("<I", data[48:52])
    fat = _fat_sectors(data, shift)
    entries: list[bytes] = []
    for _ in range(MAX_DIRECTORY_SECTORS):
        block = _sector(data, sector, shift)
        if sector >= _LAST_REGULAR_SECTOR or not block:
            break
        entries += [block[at : at + _ENTRY_SIZE] for at in range(0, len(block) - _ENTRY_SIZE + 1, _ENTRY_SIZE)]
        sector = _next_sector(data, fat, sector, shift)
    return entries


def _fat_sectors(data: bytes, shift: int) -> tuple[int, ...]:
    """Where the allocation table lies: 109 sectors by the header (7 MB files), the others by a chain of lists."""
    fat = struct.unpack(f"<{_FAT_SECTORS_IN_HEADER}I", data[76:_HEADER_SIZE])
    (following,) = struct.unpack("<I", data[68:72])
    for _ in range(MAX_FAT_LISTS):
        block = _sector(data, following, shift)
        if following >= _LAST_REGULAR_SECTOR or len(block) < 1 << shift:
            break
        *numbers, following = struct.unpack(f"<{len(block) // 4}I", block)
        fat += tuple(numbers)
    return fat


def _sector(data: bytes, number: int, shift: int) -> bytes:
    start = (number + 1) << shift
    return data[start : start + (1 << shift)]


def _next_sector(data: bytes, fat: tuple[int, ...], sector: int, shift: int) -> int:
    """The allocation table's word for this sector."""
    per_sector = (1 << shift) // 4
    table, at = divmod(sector, per_sector)
    if table >= len(fat):
        return _NO_ENTRY
    word = _sector(data, fat[table], shift)[at * 4 : at * 4 + 4]
    return int.from_bytes(word, "little") if len(word) == 4 else _NO_ENTRY  # noqa: PLR2004 - a 32-bit word


def _links(entry: bytes) -> tuple[int, int, int]:
    left, right, child = struct.unpack("<III", entry[68:80])
    return left, right, child


def _name(entry: bytes) -> str:
    length = min(int.from_bytes(entry[64:66], "little"), 64)
    return entry[: max(0, length - 2)].decode("utf-16-le", "replace")
