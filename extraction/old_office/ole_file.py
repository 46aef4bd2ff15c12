"""OLE compound files ([MS-CFB]): streams by name, bounded, and as much of a damaged or cut file as is there.

Not by olefile: it refuses a file whose last sector is cut, recurses once per sibling, and follows a forged list of
allocation tables for longer than a document may take.
"""

from __future__ import annotations

import struct
import sys
from array import array
from dataclasses import dataclass, field

from documents.records import SkipReason
from extraction.budget import BudgetSpentError, UnreadableError

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEADER_SIZE = 512
ENTRY_SIZE = 128
STORAGE, STREAM, ROOT = 1, 2, 5
MINI_SECTOR = 64
MINI_CUTOFF = 4096
NO_ENTRY = 0xFFFFFFFF
_LAST_REGULAR = 0xFFFFFFFA
_SECTOR_SHIFTS = (9, 12)
_FAT_SECTORS_IN_HEADER = 109
_KINDS = (STORAGE, STREAM, ROOT)
# Entries of a directory. A message with 100 attachments has 1,500, a presentation of 500 slides a dozen.
MAX_ENTRIES = 40_000
# Times that the file's size may be read in all. Readers look at a stream up to three times.
MAX_READINGS = 8
# Storages inside storages. A document in a document in a document has six.
MAX_DEPTH = 32
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OleEntry:
    """One stream or storage: its names from the root down, and where its bytes begin."""

    path: Path = field(repr=False)
    kind: int
    start: int
    size: int
    class_id: bytes


@dataclass(frozen=True, slots=True)
class OleStream:
    """A stream's bytes, and whether they are all there."""

    data: bytes = field(repr=False)
    whole: bool


class OleFile:
    """An opened compound file. `entries` is empty where the directory is lost; see `lost`.

    Attributes:
        entries: by their path in lower case, without the root.
        lost: a part of the allocation table or the directory is missing or contradicts itself.

    Raises:
        UnreadableError: not a compound file.
    """

    def __init__(self, data: bytes) -> None:
        if len(data) < HEADER_SIZE or not data.startswith(MAGIC):
            raise UnreadableError(SkipReason.UNREADABLE, "no OLE header")
        (shift,) = struct.unpack_from("<H", data, 30)
        self.lost = shift not in _SECTOR_SHIFTS
        self._data = data
        self._sector = 1 << (shift if shift in _SECTOR_SHIFTS else _SECTOR_SHIFTS[0])
        self._count = max(0, -(-len(data) // self._sector) - 1)
        self._fat = self._allocation_table()
        self.entries: dict[Path, OleEntry] = {}
        root = self._read_directory()
        first_mini, mini_sectors = struct.unpack_from("<II", data, 60)
        mini = self._chained(first_mini, min(mini_sectors, self._count) * self._sector) if mini_sectors else None
        self._mini_fat = _words(mini.data) if mini else array("I")
        self._mini = self._chained(root.start, root.size).data if root else b""
        self._below: dict[Path, list[OleEntry]] = {}
        for key, entry in self.entries.items():
            self._below.setdefault(key[:-1], []).append(entry)
        self._left = len(data) * MAX_READINGS

    def stream(self, *path: str) -> OleStream | None:
        """The stream of that path, or None where there is none. Names are compared without case."""
        entry = self.entries.get(tuple(name.lower() for name in path))
        return self.read(entry) if entry and entry.kind == STREAM else None

    def read(self, entry: OleEntry) -> OleStream:
        """The bytes of a stream's entry.

        Raises:
            BudgetSpentError: streams share their bytes, as no honest ones do.
        """
        small = entry.size < MINI_CUTOFF
        stream = (self._mini_chained if small else self._chained)(entry.start, entry.size)
        self._left -= len(stream.data)
        if self._left < 0:
            raise BudgetSpentError("streams that overlap")
        return stream

    def children(self, path: Path) -> list[OleEntry]:
        """What stands directly in that storage."""
        return self._below.get(tuple(name.lower() for name in path), [])

    def from_sector(self, number: int) -> bytes:
        """The bytes from that sector to the file's end: what is left of a stream whose entry is lost."""
        return self._data[(number + 1) * self._sector :]

    def sectors_with(self, *starts: bytes) -> list[int]:
        """Sectors that begin with one of these bytes."""
        found = []
        for start in starts:
            at = self._data.find(start, self._sector)
            while at >= 0:
                if at % self._sector == 0:
                    found.append(at // self._sector - 1)
                at = self._data.find(start, at + 1)
        return sorted(found)

    def _allocation_table(self) -> array[int]:
        """The whole table. A list of its sectors that leads in a circle, or out of the file, ends there."""
        numbers = list(struct.unpack_from(f"<{_FAT_SECTORS_IN_HEADER}I", self._data, 76))
        (following,) = struct.unpack_from("<I", self._data, 68)
        seen: set[int] = set()
        while following < self._count and following not in seen:
            seen.add(following)
            words = _words(self._bytes_of(following))
            numbers += words[:-1]
            following = words[-1] if words else NO_ENTRY
        used = list(dict.fromkeys(number for number in numbers if number < _LAST_REGULAR))
        known = [number for number in used if number < self._count]
        wanted = -(
            -self._count // (self._sector // 4)
        )  # more sectors of a table than sectors to tell of: cut or forged
        table = array("I")
        for number in known[:wanted]:
            block = self._bytes_of(number)
            table += _words(block)
            self.lost = self.lost or len(block) < self._sector
        beyond = table[self._count :]
        is_cut = len(used) > min(len(known), wanted) or beyond.count(NO_ENTRY) < len(beyond)
        self.lost = self.lost or is_cut
        return table

    def _bytes_of(self, number: int) -> bytes:
        start = (number + 1) * self._sector
        return self._data[start : start + self._sector]

    def _chained(self, start: int, size: int) -> OleStream:
        """Sectors as the table links them. Where the table is lost they are taken to lie one behind the other."""
        runs: list[bytes] = []
        left = min(-(-size // self._sector), self._count)  # whatever the size says, and the links lead in circles
        number = start
        while left > 0 and number < self._count:
            run = self._run(number, left)
            first = (number + 1) * self._sector
            runs.append(self._data[first : first + run * self._sector])
            left -= run
            last = number + run - 1
            number = self._fat[last] if last < len(self._fat) else NO_ENTRY
        data = b"".join(runs)[:size]
        return OleStream(data, len(data) == size)

    def _run(self, number: int, most: int) -> int:
        """How many sectors from this one follow each other."""
        run = 1
        fat, known = self._fat, len(self._fat)
        while run < most and number + run < self._count:
            last = number + run - 1
            if last < known and fat[last] != number + run:
                break
            run += 1
        return run

    def _mini_chained(self, start: int, size: int) -> OleStream:
        parts: list[bytes] = []
        number, left = start, -(-size // MINI_SECTOR)
        while left > 0 and number * MINI_SECTOR < len(self._mini):
            parts.append(self._mini[number * MINI_SECTOR : (number + 1) * MINI_SECTOR])
            left -= 1
            number = self._mini_fat[number] if number < len(self._mini_fat) else number + 1
        data = b"".join(parts)[:size]
        return OleStream(data, len(data) == size)

    def _read_directory(self) -> OleEntry | None:
        """Fill `entries`; the root's own entry, which holds the small streams."""
        (start,) = struct.unpack_from("<I", self._data, 48)
        raw = self._directory_bytes(start)
        if not raw:
            self.lost = True
            return None
        waiting: list[tuple[int, Path]] = [(_links(raw[0])[2], ())]
        seen = {0, NO_ENTRY}
        while waiting:
            index, above = waiting.pop()
            if index in seen:
                continue
            seen.add(index)
            if index >= len(raw) or raw[index][66] not in _KINDS:
                self.lost = True
                continue
            left, right, child = _links(raw[index])
            entry = _entry(raw[index], above)
            self.entries.setdefault(tuple(name.lower() for name in entry.path), entry)
            waiting += [(right, above), (left, above)]
            if entry.kind == STORAGE and len(entry.path) < MAX_DEPTH:
                waiting.append((child, entry.path))
        return _entry(raw[0], ())

    def _directory_bytes(self, start: int) -> list[bytes]:
        """Entries of the directory's chain, whose length nothing tells: to its end, a circle, or a hole."""
        raw: list[bytes] = []
        number, seen = start, set[int]()
        while number < self._count and number not in seen and len(raw) < MAX_ENTRIES:
            seen.add(number)
            block = self._bytes_of(number)
            raw += [block[at : at + ENTRY_SIZE] for at in range(0, len(block) - ENTRY_SIZE + 1, ENTRY_SIZE)]
            number = self._fat[number] if number < len(self._fat) else NO_ENTRY
        self.lost = self.lost or number < _LAST_REGULAR
        return raw


def refuse_protected(ole: OleFile) -> None:
    """Rights management keeps the document in a stream of its own, and a note for other programs in its place.

    Raises:
        UnreadableError: it does.
    """
    if any(len(path) == 1 and path[0].endswith("drmcontent") for path in ole.entries):
        raise UnreadableError(SkipReason.ENCRYPTED, "rights management")


def _words(data: bytes) -> array[int]:
    words = array("I", data[: len(data) & ~3])
    if sys.byteorder == "big":
        words.byteswap()
    return words


def _links(entry: bytes) -> tuple[int, int, int]:
    left, right, child = struct.unpack_from("<III", entry, 68)
    return left, right, child


def _entry(raw: bytes, above: Path) -> OleEntry:
    length = min(int.from_bytes(raw[64:66], "little"), 64)
    name = raw[: max(0, length - 2)].decode("utf-16-le", "replace")
    start, size = struct.unpack_from("<II", raw, 116)
    return OleEntry((*above, name), raw[66], start, size, raw[80:96])
