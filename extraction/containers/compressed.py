"""One file compressed: gzip, bzip2, xz, lzma, zlib and zstd, each of them perhaps several streams in a row."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError, UnreadableError
from extraction.containers.leftovers import leftover, padding_end
from extraction.containers.unpacking import (
    Stream,
    Unpacked,
    bzip2_stream,
    inflate_stream,
    unpack,
    xz_stream,
    zlib_stream,
    zstd_stream,
)
from extraction.paths import MemberPaths
from extraction.records import Content, Embedded, Problem

_GZIP = b"\x1f\x8b"
_GZIP_HEAD = 10
_GZIP_TAIL = struct.Struct("<II")
_TEXT_CHECKSUM, _EXTRA, _NAME, _COMMENT = 0x02, 0x04, 0x08, 0x10
_DEFLATE = 8
# A frame of zstd that carries no data, and may stand before others.
_SKIPPABLE = b"\x2a\x4d\x18"


@dataclass(frozen=True, slots=True)
class _Header:
    """Of one gzip member: where its stream begins, and the file name it gives."""

    start: int
    name: str = field(repr=False)


def read_gzip(data: bytes, budget: Budget) -> Content:
    """The file inside; its members are joined, as gzip does, and the first one's name is its name."""
    first = _gzip_header(data, 0)
    if first is None:
        raise UnreadableError(SkipReason.UNREADABLE, "header")
    return _content(_gzip_members(data, first, budget), first.name, data, budget)


def read_bzip2(data: bytes, budget: Budget) -> Content:
    """The file inside."""
    return _content(_streams(bzip2_stream, data, b"BZh", budget), "", data, budget)


def read_xz(data: bytes, budget: Budget) -> Content:
    """The file inside."""
    return _content(_streams(xz_stream, data, b"\xfd7zXZ\x00", budget), "", data, budget)


def read_lzma(data: bytes, budget: Budget) -> Content:
    """The file inside; what is behind it is no second stream."""
    return _content(_streams(xz_stream, data, None, budget), "", data, budget)


def read_zlib(data: bytes, budget: Budget) -> Content:
    """The same."""
    return _content(_streams(zlib_stream, data, None, budget), "", data, budget)


def read_zstd(data: bytes, budget: Budget) -> Content:
    """The file inside."""
    return _content(_streams(zstd_stream, data, b"\x28\xb5\x2f\xfd", budget), "", data, budget)


def _content(unpacked: Unpacked, name: str, data: bytes, budget: Budget) -> Content:
    paths = MemberPaths()
    path = paths.place(name)
    problems = (Problem(unpacked.reason, path, unpacked.detail),) if unpacked.reason else ()
    return Content(
        problems=problems, embedded=_files(Embedded(path, unpacked.data, name), unpacked, data, paths, budget)
    )


def _files(
    file: Embedded, unpacked: Unpacked, data: bytes, paths: MemberPaths, budget: Budget
) -> Iterator[Embedded | Problem]:
    """The file, and what lies behind its last stream."""
    if file.data:
        yield file
    if unpacked.reason is None:
        yield from leftover(data[unpacked.used :], paths, budget)


def _joined(parts: list[Unpacked], at: int) -> Unpacked:
    """All streams as one, up to the end of the last."""
    last = parts[-1]
    whole = parts[0].data if len(parts) == 1 else b"".join(part.data for part in parts)
    return Unpacked(whole, at, last.reason, last.detail, last.is_spent)


def _streams(make: Callable[[], Stream], data: bytes, mark: bytes | None, budget: Budget) -> Unpacked:
    parts: list[Unpacked] = []
    at, view, total = 0, memoryview(data), 0
    while True:
        budget.spend_member()
        part = unpack(make, view[at:], budget, budget.judge_ratio)
        parts.append(part)
        total += len(part.data)
        at += max(part.used, 1)
        if part.reason is None and (spent := _too_much(total, at, budget)):
            parts[-1] = Unpacked(part.data, part.used, SkipReason.BUDGET_SPENT, spent)
        following = padding_end(data, at)
        is_more = mark is not None and (data.startswith(mark, following) or data.startswith(_SKIPPABLE, following + 1))
        if parts[-1].reason or not is_more:
            return _joined(parts, at)
        at = following


def _too_much(size: int, packed: int, budget: Budget) -> str:
    """Streams that are each small enough, and together too large."""
    try:
        budget.judge_ratio(size, packed)
    except BudgetSpentError as error:
        return str(error)
    return ""


def _gzip_members(data: bytes, first: _Header, budget: Budget) -> Unpacked:
    parts: list[Unpacked] = []
    header: _Header | None = first
    at, view, total = 0, memoryview(data), 0
    while header is not None:
        budget.spend_member()
        part = unpack(inflate_stream, view[header.start :], budget, budget.judge_ratio)
        at = header.start + part.used
        part = _checked(part, data, at)
        total += len(part.data)
        at += _GZIP_TAIL.size
        if part.reason is None and (spent := _too_much(total, at, budget)):
            part = Unpacked(part.data, part.used, SkipReason.BUDGET_SPENT, spent)
        parts.append(part)
        at = padding_end(data, at)
        header = _gzip_header(data, at) if part.reason is None else None
    return _joined(parts, at)


def _checked(part: Unpacked, data: bytes, at: int) -> Unpacked:
    if part.reason:
        return part
    if at + _GZIP_TAIL.size > len(data):
        return Unpacked(part.data, part.used, SkipReason.TRUNCATED, "ends early")
    crc, size = _GZIP_TAIL.unpack_from(data, at)
    if (crc, size) != (zlib.crc32(part.data), len(part.data) & 0xFFFFFFFF):
        return Unpacked(part.data, part.used, SkipReason.UNREADABLE, "checksum")
    return part


def _gzip_header(data: bytes, at: int) -> _Header | None:
    head = data[at : at + _GZIP_HEAD]
    if len(head) < _GZIP_HEAD or head[:2] != _GZIP or head[2] != _DEFLATE:
        return None
    flags, at = head[3], at + _GZIP_HEAD
    if flags & _EXTRA:
        at += 2 + int.from_bytes(data[at : at + 2], "little")
    name = b""
    if flags & _NAME:
        name, at = _zero_ended(data, at)
    if flags & _COMMENT:
        _, at = _zero_ended(data, at)
    return _Header(at + (2 if flags & _TEXT_CHECKSUM else 0), _decoded_name(name))


def _zero_ended(data: bytes, at: int) -> tuple[bytes, int]:
    end = data.find(b"\x00", at)
    end = len(data) if end < 0 else end
    return data[at:end], end + 1


def _decoded_name(raw: bytes) -> str:
    """Latin-1 by the standard; UTF-8 by what programs do."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
