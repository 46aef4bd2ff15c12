"""TAR archives of every dialect: files in their turn; links and devices hold nothing and are left alone."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError
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
Item = Embedded | Problem


def read_tar(data: bytes, budget: Budget) -> Content:
    """The files, read while the router goes through them."""
    return Content(embedded=_members(data, budget))


def _members(data: bytes, budget: Budget) -> Iterator[Item]:
    paths, at = MemberPaths(), 0
    for _ in range(MAX_DAMAGED_HEADERS):
        walk = _Walk(data, at, paths, budget)
        yield from walk.items()
        if walk.damaged_at is None or walk.damaged_at >= len(data):  # the file that ends early says so
            return
        following = _next_header(data, walk.damaged_at + _BLOCK)
        is_cut = following is None and walk.damaged_at + _BLOCK > len(data)
        yield Problem(SkipReason.TRUNCATED if is_cut else SkipReason.UNREADABLE, "", "header")
        if following is None:
            return
        at = following
    yield Problem(SkipReason.BUDGET_SPENT, "", "damaged headers")


def _next_header(data: bytes, at: int) -> int | None:
    """The next block that is a header by its checksum."""
    for block in range(at, min(len(data), at + _SEARCHED_BLOCKS * _BLOCK), _BLOCK):
        if data[block + 257 : block + 262] == b"ustar":
            try:
                tarfile.TarInfo.frombuf(data[block : block + _BLOCK], "utf-8", "surrogateescape")
            except tarfile.HeaderError:
                continue
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
        self.damaged_at: int | None = None

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
            if member.issparse():
                yield from self._sparse(archive, member, self._paths.place(member.name))
            elif member.isreg():
                yield from self._plain(member, self._paths.place(member.name))

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
