"""TAR archives of every dialect: files in their turn; links and devices hold nothing and are left alone."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError
from extraction.containers.leftovers import leftover, padding_end
from extraction.paths import MemberPaths
from extraction.records import Content, Embedded, Problem

_BLOCK = tarfile.BLOCKSIZE
_STEP_BYTES = 64 << 10
# Blocks looked at for the next header after a damaged one; 64 MiB, the most that one member may have.
_SEARCHED_BLOCKS = (64 << 20) // _BLOCK
_DAMAGE = (tarfile.TarError, ValueError, EOFError, OSError, RecursionError, OverflowError, IndexError)
# Damaged headers after which an archive is given up: one that consists of them is made to waste time (40 ms each).
MAX_DAMAGED_HEADERS = 30
# Bytes of an extended header (long names, attributes), and digits in a row in it: Python's own reader takes a time that
# grows with their square. Those of GNU tar and bsdtar have some hundred bytes.
MAX_EXTENDED_BYTES = 1 << 20
MAX_DIGITS = 1000
# Keys of extended headers that hold what somebody wrote: comments, attributes of the file system.
_TOLD = re.compile(r"comment$|(?:SCHILY|LIBARCHIVE)\.xattr\.")
# Types that hold no file: links, devices, folders, and lists of what is in a folder (GNU's "D").
_WITHOUT_FILE = frozenset(tarfile.SUPPORTED_TYPES) | {b"D"}
Item = Embedded | Problem


def read_tar(data: bytes, budget: Budget) -> Content:
    """The files, read while the router goes through them."""
    return Content(embedded=_members(data, budget))


def _members(data: bytes, budget: Budget) -> Iterator[Item]:
    """Of all archives that lie one behind the other, and what lies between and behind them."""
    paths, at, damaged = MemberPaths(), 0, 0
    while at < len(data):
        walk = _Walk(data, at, paths, budget)
        yield from walk.items()
        if walk.damaged_at is None:
            at = padding_end(data, walk.ended_at)
            if not _is_header(data, at):
                at -= (at - walk.ended_at) % _BLOCK
                end = _next_header(data, at) or len(data)
                yield from leftover(data[at:end], paths, budget)
                at = end
            continue
        if walk.damaged_at >= len(data):  # the file that ends early says so
            return
        found = _next_header(data, walk.damaged_at + _BLOCK)
        is_cut = found is None and walk.damaged_at + _BLOCK > len(data)
        yield Problem(SkipReason.TRUNCATED if is_cut else SkipReason.UNREADABLE, "", "header")
        damaged += 1
        if found is None:
            return
        if damaged == MAX_DAMAGED_HEADERS:
            yield Problem(SkipReason.BUDGET_SPENT, "", "damaged headers")
            return
        at = found


def _is_header(data: bytes, at: int) -> bool:
    """Of any dialect, by its checksum."""
    try:
        tarfile.TarInfo.frombuf(data[at : at + _BLOCK], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def _next_header(data: bytes, at: int) -> int | None:
    """The next block that is a header by its checksum."""
    for block in range(at, min(len(data), at + _SEARCHED_BLOCKS * _BLOCK), _BLOCK):
        if data[block + 257 : block + 262] == b"ustar" and _is_header(data, block):
            return block
    return None


class _Header(tarfile.TarInfo):
    """Refuses extended headers that would take a regular expression hours."""

    def _proc_pax(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        file = archive.fileobj
        if self.size > MAX_EXTENDED_BYTES:
            raise tarfile.HeaderError("extended header")
        start = file.tell()
        content = file.read(self.size)
        file.seek(start)
        if any(len(run[0]) > MAX_DIGITS for run in re.finditer(rb"\d++", content)):
            raise tarfile.HeaderError("extended header")
        header: tarfile.TarInfo = super()._proc_pax(archive)  # type: ignore[misc]
        return header


class _Walk:
    """Through the members from one place on, as far as their headers are sound."""

    def __init__(self, data: bytes, at: int, paths: MemberPaths, budget: Budget) -> None:
        self._data = data
        self._at = at
        self._paths = paths
        self._budget = budget
        self._comments: set[str] = set()
        self.damaged_at: int | None = None
        # Where the members end that were met; of use where no header is damaged.
        self.ended_at = len(data)

    def items(self) -> Iterator[Item]:
        file = io.BytesIO(self._data)
        file.seek(self._at)
        try:
            archive = tarfile.TarFile(fileobj=file, tarinfo=_Header)
        except _DAMAGE:
            self.damaged_at = self._at
            return
        while (member := self._next(archive)) is not None:
            archive.members = []  # type: ignore[attr-defined] # it would keep all that it has seen
            self._budget.spend_member()
            yield from self._told(archive, member)
            if member.issparse():
                yield from self._sparse(archive, member, self._paths.place(member.name))
            elif member.isreg() or (member.size and member.type not in _WITHOUT_FILE):
                yield from self._plain(member, self._paths.place(member.name))
        self.ended_at = min(archive.offset, len(self._data))
        if self.damaged_at is None and self.ended_at <= self._at:  # no step forward
            self.damaged_at = self._at

    def _next(self, archive: tarfile.TarFile) -> tarfile.TarInfo | None:
        """The next member; None at the end, and where a header is damaged."""
        try:
            member = archive.next()
        except _DAMAGE:
            self.damaged_at = archive.offset
            return None
        if member is None and archive.offset < len(self._data) and not self._is_end(archive.offset):
            self.damaged_at = archive.offset
        elif member is None and archive.offset > len(self._data):
            self.damaged_at = len(self._data)
        return member

    def _told(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[Item]:
        """What people or programs wrote of an archive or a member, each text once."""
        for key, value in (("comment", archive.pax_headers.get("comment", "")), *member.pax_headers.items()):
            if _TOLD.match(key) and value.strip() and value not in self._comments:
                self._comments.add(value)
                self._budget.spend_member()
                yield Embedded(self._paths.place("comment"), value.encode("utf-8", "replace"), "")

    def _is_end(self, at: int) -> bool:
        return not self._data[at : at + _BLOCK].strip(b"\x00")

    def _plain(self, member: tarfile.TarInfo, path: str) -> Iterator[Item]:
        """A slice of what was counted before: nothing is decompressed."""
        kept = min(member.size, self._budget.limits.member_bytes)
        content = self._data[member.offset_data : member.offset_data + kept]
        if len(content) < kept:
            yield Problem(SkipReason.TRUNCATED, path, "ends early")
        elif kept < member.size:
            yield Problem(SkipReason.BUDGET_SPENT, path, "member bytes")
        if content:
            yield Embedded(path, content, member.name)

    def _sparse(self, archive: tarfile.TarFile, member: tarfile.TarInfo, path: str) -> Iterator[Item]:
        """Its holes are filled with zeros: a terabyte of them takes one block."""
        kept, reason, detail = bytearray(), None, ""
        try:
            file = archive.extractfile(member)
            while file is not None and len(kept) < member.size:
                chunk = file.read(_STEP_BYTES)
                if not chunk:
                    raise EOFError
                self._budget.spend_bytes(len(chunk))
                kept += chunk
                self._budget.judge_member(len(kept), archive.offset - member.offset_data)
        except BudgetSpentError as error:
            reason, detail = SkipReason.BUDGET_SPENT, str(error)
        except _DAMAGE:
            reason, detail = SkipReason.TRUNCATED, "ends early"
        if reason:
            yield Problem(reason, path, detail)
        if kept:
            yield Embedded(path, bytes(kept), member.name)
