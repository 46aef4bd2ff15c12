"""Members of a ZIP container under a budget, from a whole file by its directory, from a cut one by carving.

Two ways in: `read_members` gives the wanted ones in the container's order, `MemberIndex` any of them by its place.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError, UnreadableError

_STEP_BYTES = 64 << 10
# Smaller steps when carving: what was decompressed before the damage is kept, up to the step that failed.
_CARVING_STEP_BYTES = 4 << 10
_LOCAL = b"PK\x03\x04"
_CENTRAL = b"PK\x01\x02"
_LOCAL_SIZE = 30
_END, _END_SIZE = b"PK\x05\x06", 22
_PADDING = b"\x00\r\n \x1a"
# Bytes around a container below which they are some program's mark.
_LEAST_STRAY = 16
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x1
# The size stands behind the bytes, not in front of them.
_SIZE_FOLLOWS = 0x8


@dataclass(frozen=True, slots=True)
class Member:
    """One member's bytes. `problem` says why they are not all there."""

    name: str
    data: bytes
    problem: SkipReason | None = None


class MemberIndex:
    """What lies in a container; nothing is decompressed before it is asked for.

    Attributes:
        names: of the members, in the container's order; a name may come twice.
        is_cut: the directory at its end is lost, so that members may be missing which nobody knows of.
    """

    def __init__(self, data: bytes, budget: Budget) -> None:
        """Find the members.

        Raises:
            BudgetSpentError: there are more than may be read.
            UnreadableError: there is no member at all.
        """
        self._data = data
        self._budget = budget
        self._container = _opened(data)
        self._listed = self._container.infolist() if self._container else []
        self._found: list[int] = []
        self.is_cut = self._container is None
        if self.is_cut:
            self._found = _local_headers(data, budget)
        self.names = [info.filename for info in self._listed] or [_local_name(data, at) for at in self._found]

    def read(self, place: int) -> Member:
        """The member that stands at this place of `names`; what is missing of it is its problem.

        Raises:
            BudgetSpentError: too many were read before.
        """
        if self._container is None:
            return _member_at(self._data, self._found[place], self._budget) or Member(
                self.names[place], b"", SkipReason.TRUNCATED
            )
        self._budget.spend_member()
        kept = bytearray()
        try:
            return _read(self._container, self._listed[place], self._data, self._budget, kept)
        except BudgetSpentError:
            return Member(self.names[place], bytes(kept), SkipReason.BUDGET_SPENT)


def bytes_around(data: bytes) -> tuple[bytes, ...]:
    """The container's remark and what stands behind its end, without padding."""
    at = data.rfind(_END)
    if at < 0 or at + _END_SIZE > len(data):
        return ()
    (length,) = struct.unpack_from("<H", data, at + _END_SIZE - 2)
    remark = at + _END_SIZE
    found = (data[remark : remark + length], data[remark + length :])
    return tuple(part for part in found if len(part.strip(_PADDING)) >= _LEAST_STRAY)


def _opened(data: bytes) -> zipfile.ZipFile | None:
    """The container by its directory, or None where that is lost."""
    try:
        container = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError, OSError):
        return None
    if data.startswith(_LOCAL) and all(info.header_offset for info in container.infolist()):
        return None  # the directory of another container, which lies in what is left of this one
    return container


def read_members(data: bytes, wanted: Callable[[str], bool], budget: Budget) -> Iterator[Member]:
    """The wanted members, in the container's order. Nothing is written to disk, and names are only names.

    Raises:
        BudgetSpentError: what was yielded before it still counts.
        UnreadableError: there is no member at all.
    """
    container = _opened(data)
    if container is None:
        yield from _carved(data, wanted, budget)
        return
    with container:
        listed = container.infolist()
        budget.spend_member(len(listed))
        for info in listed:
            if wanted(info.filename):
                yield _read(container, info, data, budget, bytearray())


def _read(container: zipfile.ZipFile, info: zipfile.ZipInfo, data: bytes, budget: Budget, kept: bytearray) -> Member:
    if info.flag_bits & _ENCRYPTED:
        return Member(info.filename, b"", SkipReason.ENCRYPTED)
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
    for at in _local_headers(data, budget):
        if wanted(_local_name(data, at)) and (member := _member_at(data, at, budget)):
            yield member


def _local_headers(data: bytes, budget: Budget) -> list[int]:
    """Where members begin. Those of a container that lies stored in this one are not this one's."""
    at = data.find(_LOCAL)
    if at < 0:
        raise UnreadableError(SkipReason.TRUNCATED, "no member left")
    found: list[int] = []
    while 0 <= at <= len(data) - _LOCAL_SIZE:
        budget.spend_member()
        found.append(at)
        flags, method, size, start = _header(data, at)
        stored = size if method == _STORED and not flags & _SIZE_FOLLOWS else 0
        at = data.find(_LOCAL, start + stored)
    return found


def _header(data: bytes, at: int) -> tuple[int, int, int, int]:
    """Flags, method, compressed size, and where the bytes begin."""
    flags, method = struct.unpack_from("<HH", data, at + 6)
    (size,) = struct.unpack_from("<I", data, at + 18)
    name_length, extra_length = struct.unpack_from("<HH", data, at + 26)
    return flags, method, size, at + _LOCAL_SIZE + name_length + extra_length


def _local_name(data: bytes, at: int) -> str:
    (length,) = struct.unpack("<H", data[at + 26 : at + 28])
    return data[at + _LOCAL_SIZE : at + _LOCAL_SIZE + length].decode("utf-8", "replace")


def _member_at(data: bytes, at: int, budget: Budget) -> Member | None:
    """The member whose local header stands here."""
    if data[at : at + len(_LOCAL)] != _LOCAL or at + _LOCAL_SIZE > len(data):
        return None
    flags, method, size, start = _header(data, at)
    member = _carve(_local_name(data, at), data, start, (flags, method, size), budget)
    (checksum,) = struct.unpack_from("<I", data, at + 14)
    if member.problem is None and not flags & _SIZE_FOLLOWS and zlib.crc32(member.data) != checksum:
        return replace(member, problem=SkipReason.UNREADABLE)
    return member


def _carve(name: str, data: bytes, start: int, header: tuple[int, int, int], budget: Budget) -> Member:
    flags, method, size = header
    if flags & _ENCRYPTED:
        return Member(name, b"", SkipReason.ENCRYPTED)
    if method == _DEFLATED:
        return _inflated(name, data, start, budget)
    if method != _STORED:
        return Member(name, b"", SkipReason.UNREADABLE)
    following = [at for mark in (_LOCAL, _CENTRAL) if (at := data.find(mark, start)) > 0]
    end = start + size if size else min([*following, len(data)])
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
            before = inflater.copy()
            try:
                chunk = inflater.decompress(step, _STEP_BYTES)
            except zlib.error:
                _keep(kept, _up_to_the_damage(before, step), at - start, budget)
                return Member(name, bytes(kept), SkipReason.UNREADABLE)
            _keep(kept, chunk, at - start, budget)
            step = inflater.unconsumed_tail
    return Member(name, bytes(kept), None if inflater.eof else SkipReason.TRUNCATED)


def _up_to_the_damage(inflater: zlib._Decompress, step: bytes) -> bytes:
    """What a step gives byte by byte: all at once, zlib drops what it had of it."""
    kept = bytearray()
    try:
        for place in range(len(step)):
            kept += inflater.decompress(step[place : place + 1])
    except zlib.error:
        pass
    return bytes(kept)
