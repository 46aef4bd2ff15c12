"""Members of a ZIP container under a budget, from a whole file by its directory, from a cut one by carving."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from documents.records import SkipReason
from extraction.budget import Budget, UnreadableError

_STEP_BYTES = 64 << 10
# Smaller steps when carving: what was decompressed before the damage is kept, up to the step that failed.
_CARVING_STEP_BYTES = 4 << 10
_LOCAL = b"PK\x03\x04"
_LOCAL_SIZE = 30
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Member:
    """One member's bytes. `problem` says why they are not all there."""

    name: str
    data: bytes
    problem: SkipReason | None = None


def read_members(data: bytes, wanted: Callable[[str], bool], budget: Budget) -> Iterator[Member]:
    """The wanted members, in the container's order. Nothing is written to disk, and names are only names.

    Raises:
        BudgetSpentError: what was yielded before it still counts.
        UnreadableError: there is no member at all.
    """
    try:
        container = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError):
        yield from _carved(data, wanted, budget)
        return
    with container:
        listed = container.infolist()
        budget.spend_member(len(listed))
        for info in listed:
            if wanted(info.filename):
                yield _read(container, info, data, budget)


def _read(container: zipfile.ZipFile, info: zipfile.ZipInfo, data: bytes, budget: Budget) -> Member:
    if info.flag_bits & _ENCRYPTED:
        return Member(info.filename, b"", SkipReason.ENCRYPTED)
    kept = bytearray()
    try:
        with container.open(info) as member:
            while chunk := member.read(_STEP_BYTES):
                _keep(kept, chunk, info.compress_size, budget)
    except NotImplementedError:  # a compression that zipfile does not know
        return Member(info.filename, b"", SkipReason.UNREADABLE)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError):  # zipfile drops what it had read
        salvaged = _member_at(data, info.header_offset, budget)
        return Member(info.filename, salvaged.data if salvaged else b"", SkipReason.UNREADABLE)
    return Member(info.filename, bytes(kept))


def _keep(kept: bytearray, chunk: bytes, compressed: int, budget: Budget) -> None:
    budget.spend_bytes(len(chunk))
    budget.judge_member(len(kept) + len(chunk), compressed)
    kept += chunk


def _carved(data: bytes, wanted: Callable[[str], bool], budget: Budget) -> Iterator[Member]:
    """Members by their local headers: what is left of a file whose directory, at its end, is lost."""
    at = data.find(_LOCAL)
    if at < 0:
        raise UnreadableError(SkipReason.TRUNCATED, "no member left")
    while 0 <= at <= len(data) - _LOCAL_SIZE:
        budget.spend_member()
        if wanted(_local_name(data, at)) and (member := _member_at(data, at, budget)):
            yield member
        at = data.find(_LOCAL, at + _LOCAL_SIZE)


def _local_name(data: bytes, at: int) -> str:
    (length,) = struct.unpack("<H", data[at + 26 : at + 28])
    return data[at + _LOCAL_SIZE : at + _LOCAL_SIZE + length].decode("utf-8", "replace")


def _member_at(data: bytes, at: int, budget: Budget) -> Member | None:
    """The member whose local header stands here."""
    if data[at : at + len(_LOCAL)] != _LOCAL or at + _LOCAL_SIZE > len(data):
        return None
    flags, method = struct.unpack("<HH", data[at + 6 : at + 10])
    (size,) = struct.unpack("<I", data[at + 18 : at + 22])
    name_length, extra_length = struct.unpack("<HH", data[at + 26 : at + 30])
    start = at + _LOCAL_SIZE + name_length + extra_length
    return _carve(_local_name(data, at), data, start, (flags, method, size), budget)


def _carve(name: str, data: bytes, start: int, header: tuple[int, int, int], budget: Budget) -> Member:
    flags, method, size = header
    if flags & _ENCRYPTED:
        return Member(name, b"", SkipReason.ENCRYPTED)
    if method == _DEFLATED:
        return _inflated(name, data, start, budget)
    if method != _STORED:
        return Member(name, b"", SkipReason.UNREADABLE)
    following = data.find(_LOCAL, start)
    end = start + size if size else (following if following > 0 else len(data))
    stored = data[start:end]
    budget.spend_bytes(len(stored))
    return Member(name, stored, SkipReason.TRUNCATED if end > len(data) else None)


def _inflated(name: str, data: bytes, start: int, budget: Budget) -> Member:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    kept, at = bytearray(), start
    while not inflater.eof and at < len(data):
        step = data[at : at + _CARVING_STEP_BYTES]
        at += len(step)
        while step and not inflater.eof:
            try:
                chunk = inflater.decompress(step, _STEP_BYTES)
            except zlib.error:
                return Member(name, bytes(kept), SkipReason.UNREADABLE)
            _keep(kept, chunk, at - start, budget)
            step = inflater.unconsumed_tail
    return Member(name, bytes(kept), None if inflater.eof else SkipReason.TRUNCATED)
