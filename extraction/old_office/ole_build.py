"""A storage inside a compound file as a compound file of its own ([MS-CFB]), so that its reader can open it."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from extraction.old_office.ole_file import (
    ENTRY_SIZE,
    HEADER_SIZE,
    MAGIC,
    MINI_CUTOFF,
    MINI_SECTOR,
    NO_ENTRY,
    ROOT,
    STORAGE,
    STREAM,
    OleFile,
    Path,
)

_SECTOR = 512
_END = 0xFFFFFFFE
_TABLE_SECTOR = 0xFFFFFFFD
_LIST_SECTOR = 0xFFFFFFFC
_WORDS = _SECTOR // 4
_IN_HEADER = 109
Streams = dict[Path, bytes]


@dataclass(slots=True)
class _Sectors:
    """Sectors in the making, and the table that links them."""

    parts: list[bytes] = field(default_factory=list)
    table: list[int] = field(default_factory=list)

    def add(self, data: bytes) -> int:
        """A chain; the number of its first sector."""
        if not data:
            return _END
        first, count = len(self.table), -(-len(data) // _SECTOR)
        self.parts.append(data + bytes(count * _SECTOR - len(data)))
        self.table += [*range(first + 1, first + count), _END]
        return first


def storage_file(ole: OleFile, path: Path) -> bytes:
    """The storage at that path with all that is in it.

    Raises:
        BudgetSpentError: its streams overlap.
    """
    streams: Streams = {}
    waiting = [path]
    while waiting:
        for entry in ole.children(waiting.pop()):
            if entry.kind == STREAM:
                streams[entry.path[len(path) :]] = ole.read(entry).data
            elif entry.kind == STORAGE:
                waiting.append(entry.path)
    return compound_file(streams)


def compound_file(streams: Streams) -> bytes:
    """A compound file of these streams; names of storages come before the stream's own."""
    names = _with_storages(streams)
    sectors, mini, mini_table = _Sectors(), bytearray(), list[int]()
    starts: dict[Path, int] = {}
    for path, data in streams.items():
        if len(data) >= MINI_CUTOFF:
            starts[path] = sectors.add(data)
        elif data:
            count = -(-len(data) // MINI_SECTOR)
            starts[path] = len(mini_table)
            mini_table += [*range(len(mini_table) + 1, len(mini_table) + count), _END]
            mini += data + bytes(count * MINI_SECTOR - len(data))
    mini_start = sectors.add(bytes(mini))
    table_start = sectors.add(struct.pack(f"<{len(mini_table)}I", *mini_table))
    children, following = _links(names)
    parts = [_entry("Root Entry", ROOT, children.get((), NO_ENTRY), NO_ENTRY, (mini_start, len(mini)))]
    for path in names:
        kind = STREAM if path in streams else STORAGE
        place = (starts.get(path, _END), len(streams.get(path, b""))) if kind == STREAM else (0, 0)
        parts.append(_entry(path[-1], kind, children.get(path, NO_ENTRY), following.get(path, NO_ENTRY), place))
    directory = sectors.add(b"".join(parts))
    return _assembled(sectors, directory, table_start, -(-len(mini_table) // _WORDS))


def _with_storages(streams: Streams) -> list[Path]:
    paths = {path[:length] for path in streams for length in range(1, len(path) + 1)}
    return sorted(paths)


def _links(names: list[Path]) -> tuple[dict[Path, int], dict[Path, int]]:
    """Number of the first entry inside of each storage, and of the next one beside each: a list, which readers take.

    Entries are numbered from 1, behind the root.
    """
    children: dict[Path, int] = {}
    following: dict[Path, int] = {}
    last: dict[Path, Path] = {}
    for number, path in enumerate(names, 1):
        above = path[:-1]
        if above in last:
            following[last[above]] = number
        else:
            children[above] = number
        last[above] = path
    return children, following


def _entry(name: str, kind: int, child: int, right: int, place: tuple[int, int]) -> bytes:
    raw = name.encode("utf-16-le", "replace")[:62]
    child = child if kind != STREAM else NO_ENTRY
    links = struct.pack("<III", NO_ENTRY, right, child)
    head = raw.ljust(64, b"\x00") + struct.pack("<HBB", len(raw) + 2, kind, 1) + links
    return (head + bytes(36) + struct.pack("<III", *place, 0)).ljust(ENTRY_SIZE, b"\x00")


def _assembled(sectors: _Sectors, directory: int, mini_table: int, mini_sectors: int) -> bytes:
    used = len(sectors.table)
    tables, lists = 1, 0
    while used + tables + lists > tables * _WORDS:
        tables += 1
        lists = -(-max(0, tables - _IN_HEADER) // (_WORDS - 1))
    words = [*sectors.table, *[_TABLE_SECTOR] * tables, *[_LIST_SECTOR] * lists]
    words += [NO_ENTRY] * (tables * _WORDS - len(words))
    numbers = list(range(used, used + tables))
    first_list = used + tables if lists else _END
    header = MAGIC + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack(
        "<IIIIIIIIII", 0, tables, directory, 0, MINI_CUTOFF, mini_table, mini_sectors, first_list, lists, 0
    )[:-4]
    header += struct.pack(f"<{_IN_HEADER}I", *_padded(numbers[:_IN_HEADER], _IN_HEADER))
    listed = b""
    for index in range(lists):
        start = _IN_HEADER + index * (_WORDS - 1)
        following = first_list + index + 1 if index + 1 < lists else _END
        listed += struct.pack(f"<{_WORDS}I", *_padded(numbers[start : start + _WORDS - 1], _WORDS - 1), following)
    return (
        header.ljust(HEADER_SIZE, b"\x00") + b"".join(sectors.parts) + struct.pack(f"<{len(words)}I", *words) + listed
    )


def _padded(numbers: list[int], size: int) -> list[int]:
    return numbers + [NO_ENTRY] * (size - len(numbers))
