"""ZIP archives: every member in its turn; what is encrypted, damaged, cut or too much is said for the member."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError, UnreadableError
from extraction.containers.unpacking import Unpacked, unpack, zip_stream
from extraction.containers.zip_entries import LOCAL, ZipDirectory, ZipEntry, find_directory, listed, local_entry
from extraction.paths import MemberPaths
from extraction.records import Content, Embedded, Problem

_STORED = 0
# What ends a member that was stored without its size: its descriptor, the next member, the directory.
_SIGNATURES = (b"PK\x07\x08", LOCAL, b"PK\x01\x02")
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
        return Content(
            problems=(Problem(SkipReason.TRUNCATED, "", detail),), embedded=_carved(data, MemberPaths(), {}, budget)
        )
    return Content(embedded=_listed(data, directory, budget))


def _listed(data: bytes, directory: ZipDirectory, budget: Budget) -> Iterator[Item]:
    paths, count, seen = MemberPaths(), 0, dict[int, int]()
    for entry in listed(data, directory):
        count += 1
        seen[entry.header] = entry.packed or 0
        if not _is_folder(entry):
            budget.spend_member()
            yield from _member(data, entry, paths, budget)
    if count < directory.members:
        yield Problem(SkipReason.TRUNCATED, "", "directory")
        yield from _carved(data, paths, seen, budget)


def _member(data: bytes, entry: ZipEntry, paths: MemberPaths, budget: Budget) -> Iterator[Item]:
    path = paths.place(entry.name)
    found = local_entry(data, entry.header) if entry.header >= 0 else None
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


def _carved(data: bytes, paths: MemberPaths, seen: Mapping[int, int], budget: Budget) -> Iterator[Item]:
    """Members by their local headers, but those seen (by their place; their packed sizes).

    The members of a stored ZIP inside are its own, so the search goes on behind each.
    """
    at = data.find(LOCAL)
    while at >= 0:
        found = local_entry(data, at)
        following = at + len(LOCAL)
        if found is not None and at in seen:
            following = found[1] + seen[at]
        elif found is not None and not _is_folder(found[0]):
            entry, following = found
            budget.spend_member()
            path = paths.place(entry.name)
            if entry.is_encrypted:
                yield Problem(SkipReason.ENCRYPTED, path, "password")
                following += entry.packed or 0
            else:
                unpacked = _unpacked(data, following, entry, budget)
                following += unpacked.used
                yield from _handed_on(unpacked, path, entry.name)
        at = data.find(LOCAL, following)


def _is_folder(entry: ZipEntry) -> bool:
    return entry.name.endswith(("/", "\\")) and not entry.packed
