"""ZIP archives: every member in its turn; what is encrypted, damaged, cut or too much is said for the member."""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterator
from itertools import islice

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError, UnreadableError
from extraction.containers.leftovers import leftover
from extraction.containers.unpacking import Unpacked, unpack, zip_stream
from extraction.containers.zip_entries import (
    LOCAL,
    ZipDirectory,
    ZipEntry,
    find_directory,
    listed,
    local_entry,
    stray_records,
)
from extraction.paths import MemberPaths
from extraction.records import Content, Embedded, Problem, TextPiece
from extraction.texts.plain_text import printed

_STORED = 0
# What ends a member that was stored without its size: its descriptor, the next member, the directory.
_SIGNATURES = (b"PK\x07\x08", LOCAL, b"PK\x01\x02")
# Programs of Windows and of Linux, of archives that unpack themselves, and the mark of one that was to be split.
_PROGRAMS = (b"MZ", b"\x7fELF", b"PK00")
# Places apart from one another, for each member of the budget: a folder between any two members, and some.
_MOST_PLACES = 3
Item = Embedded | Problem


def read_zip(data: bytes, budget: Budget) -> Content:
    """The members, read while the router goes through them.

    Raises:
        UnreadableError: there is no member at all.
    """
    directory = find_directory(data)
    if directory is None or directory.is_part:
        if LOCAL not in data:
            raise UnreadableError(SkipReason.TRUNCATED, "no member left")
        detail = "one part of a split archive" if directory else "no directory"
        return Content(problems=(Problem(SkipReason.TRUNCATED, "", detail),), embedded=_carved(data, budget))
    comments = [entry.comment for entry in islice(listed(data, directory), budget.limits.members) if entry.comment]
    comment = printed("\n".join([directory.comment, *comments])).strip()
    pieces = (TextPiece("#comment", comment),) if comment else ()
    return Content(pieces, embedded=_listed(data, directory, budget))


def _listed(data: bytes, directory: ZipDirectory, budget: Budget) -> Iterator[Item]:
    """The members of the directory, then whatever it does not account for."""
    paths, count, last = MemberPaths(), 0, directory.start
    taken: list[tuple[int, int]] = []
    for entry in listed(data, directory):
        count, last = count + 1, entry.record_end
        found = local_entry(data, entry.header) if entry.header >= 0 else None
        if found is not None:
            _take(taken, entry.header, found[1] + (entry.packed or 0), budget)
        if not _is_folder(entry):
            budget.spend_member()
            yield from _member(data, entry, found, paths, budget)
    if count < directory.members:
        yield Problem(SkipReason.TRUNCATED, "", "directory")
        last = directory.end[0]
    taken += [(directory.start, last), directory.end]
    for start, end in _gaps(taken, len(data)):
        yield from _stray(data, start, end, paths, budget)


def _take(taken: list[tuple[int, int]], start: int, end: int, budget: Budget) -> None:
    """Folders are no members of the budget, and may not fill the memory either."""
    if taken and taken[-1][1] == start:
        taken[-1] = taken[-1][0], end
    elif len(taken) < _MOST_PLACES * budget.limits.members:
        taken.append((start, end))
    else:
        raise BudgetSpentError("members")


def _gaps(taken: list[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    """What lies between places that may overlap."""
    at = 0
    for start, end in (*sorted(taken), (size, size)):
        if start > at:
            yield at, start
        at = max(at, end)


def _stray(data: bytes, start: int, end: int, paths: MemberPaths, budget: Budget) -> Iterator[Item]:
    """Bytes that no entry covers: members of another archive, or deleted ones, by their local headers; and the rest."""
    loose = start
    for at, behind in stray_records(data, start, end):
        budget.spend_bytes(0)
        if at < loose:
            continue
        following = behind
        if data.startswith(LOCAL, at):
            found = local_entry(data, at)
            if found is None or not _is_plausible(found[0]):
                continue
            yield from _loose(data, loose, at, paths, budget)
            following = yield from _carved_member(data, found, paths, budget)
        elif at > loose:
            yield from _loose(data, loose, at, paths, budget)
        loose = following
    yield from _loose(data, loose, end, paths, budget)


def _loose(data: bytes, start: int, end: int, paths: MemberPaths, budget: Budget) -> Iterator[Item]:
    """Neither the program of an archive that unpacks itself, nor a mark of one that was to be split."""
    if start < end and not (start == 0 and data.startswith(_PROGRAMS)):
        yield from leftover(data[start:end], paths, budget)


def _is_plausible(entry: ZipEntry) -> bool:
    is_known = entry.method in (_STORED, 99) or zip_stream(entry.method, 0) is not None
    return is_known and entry.name.isprintable() and bool(entry.name.strip())


def _member(
    data: bytes, entry: ZipEntry, found: tuple[ZipEntry, int] | None, paths: MemberPaths, budget: Budget
) -> Iterator[Item]:
    path = paths.place(entry.name)
    if entry.is_encrypted or (found is not None and found[0].is_encrypted):
        yield Problem(SkipReason.ENCRYPTED, path, "password")
    elif found is None:
        yield Problem(SkipReason.UNREADABLE, path, "no member at its place")
    else:
        yield from _handed_on(_unpacked(data, found[1], entry, budget), path, entry.name)


def _handed_on(unpacked: Unpacked, path: str, name: str) -> Iterator[Item]:
    if unpacked.reason:
        yield Problem(unpacked.reason, path, unpacked.detail)
    if unpacked.data:
        yield Embedded(path, unpacked.data, name)
    if unpacked.is_spent:
        raise BudgetSpentError(unpacked.detail)


def _unpacked(data: bytes, start: int, entry: ZipEntry, budget: Budget) -> Unpacked:
    end = _end(data, start, entry)
    if entry.method == _STORED:
        return _copied(data, start, end, entry, budget)
    make = zip_stream(entry.method, entry.size or 0)
    if make is None:
        return Unpacked(b"", 0, SkipReason.UNREADABLE, f"compression method {entry.method}")
    return _checked(unpack(make, memoryview(data)[start:end], budget), entry)


def _end(data: bytes, start: int, entry: ZipEntry) -> int:
    """Where the packed bytes end; a stream that ends by itself needs no end."""
    if entry.packed is not None:
        return start + entry.packed
    if entry.method != _STORED:
        return len(data)
    ends = [found for signature in _SIGNATURES if (found := data.find(signature, start)) >= 0]
    return min(ends, default=len(data))


def _copied(data: bytes, start: int, end: int, entry: ZipEntry, budget: Budget) -> Unpacked:
    used = min(end, len(data)) - start
    size = min(used, budget.limits.member_bytes)
    budget.spend_bytes(size)
    if size < used:
        return Unpacked(data[start : start + size], used, SkipReason.BUDGET_SPENT, "member bytes")
    cut = (SkipReason.TRUNCATED, "ends early") if end > len(data) else (None, "")
    return _checked(Unpacked(data[start:end], used, *cut), entry)


def _checked(unpacked: Unpacked, entry: ZipEntry) -> Unpacked:
    """Whole, and still not what was packed: damage that decompresses."""
    if unpacked.reason or entry.crc is None or entry.crc == zlib.crc32(unpacked.data):
        return unpacked
    return Unpacked(unpacked.data, unpacked.used, SkipReason.UNREADABLE, "checksum")


def _carved(data: bytes, budget: Budget) -> Iterator[Item]:
    """Members by their local headers.

    The members of a stored ZIP inside are its own, so the search goes on behind each.
    """
    paths = MemberPaths()
    at = data.find(LOCAL)
    while at >= 0:
        found = local_entry(data, at)
        following = at + len(LOCAL)
        if found is not None:
            following = yield from _carved_member(data, found, paths, budget)
        at = data.find(LOCAL, following)


def _carved_member(
    data: bytes, found: tuple[ZipEntry, int], paths: MemberPaths, budget: Budget
) -> Generator[Item, None, int]:
    """Returns where its bytes end."""
    entry, start = found
    if _is_folder(entry):
        return start
    budget.spend_member()
    path = paths.place(entry.name)
    if entry.is_encrypted:
        yield Problem(SkipReason.ENCRYPTED, path, "password")
        return start + (entry.packed or 0)
    unpacked = _unpacked(data, start, entry, budget)
    yield from _handed_on(unpacked, path, entry.name)
    return start + unpacked.used


def _is_folder(entry: ZipEntry) -> bool:
    return entry.name.endswith(("/", "\\")) and not entry.packed
