"""7z archives: py7zr reads the directory and decompresses; which bytes, how many and how far is decided here.

py7zr's own extraction asks the system for its memory (a file that a worker can not open), refuses archives for the
names in them, and decompresses up to 128 MB at a time.
"""

from __future__ import annotations

import io
import lzma
import struct
import zlib
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from py7zr import SevenZipFile
from py7zr.compressor import SevenZipDecompressor
from py7zr.exceptions import AbsolutePathError, ArchiveError, PasswordRequired, UnsupportedCompressionMethodError
from py7zr.properties import CompressionMethod

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError, UnreadableError
from extraction.containers.leftovers import leftover
from extraction.containers.unpacking import unpack
from extraction.paths import MemberPaths
from extraction.records import Content, Embedded, Problem

_STEP_BYTES = 256 << 10
# Bytes of the directory: 3,000 members with names of 255 characters take 1.6 MB, packed a tenth of it.
MAX_DIRECTORY_BYTES = 32 << 20
_SIGNATURE_BYTES = 32
# What py7zr raises for damaged archives: its own errors, and what Python makes of numbers that can not be.
_DAMAGE = (
    *(ArchiveError, AbsolutePathError, lzma.LZMAError, zlib.error, struct.error, OSError, EOFError, ValueError),
    *(LookupError, AssertionError, TypeError, AttributeError, ArithmeticError, RecursionError),
)
# Packed bytes given to a decompressor at once. Some can not be told to stop: their output may be 32,000 times that.
_BLOCK_BYTES = 1 << 20
_SMALL_BLOCK_BYTES = 1 << 10
_UNSTOPPABLE = frozenset(
    [CompressionMethod.MISC_DEFLATE, CompressionMethod.MISC_DEFLATE64, CompressionMethod.MISC_ZSTD]
)
_USUAL_FILTERS = (
    {"id": lzma.FILTER_LZMA2, "dict_size": 64 << 20},
    {"id": lzma.FILTER_LZMA1, "dict_size": 64 << 20, "lc": 3, "lp": 0, "pb": 2},
)
# Bytes below which what a wrong filter made of a stream is taken for noise.
_LEAST_BYTES = 64
_Trouble = tuple[SkipReason, str]
_TOO_LARGE: _Trouble = (SkipReason.BUDGET_SPENT, "member bytes")
Item = Embedded | Problem


class _CutError(EOFError):
    """A stream takes nothing and gives nothing, and should."""


class _Source:
    """What a folder's files come out of, one behind the other."""

    def __init__(self, decompressor: SevenZipDecompressor, file: io.BytesIO, start: int) -> None:
        self._decompressor = decompressor
        self._file = file
        self._at = start

    def next(self, count: int) -> bytes:
        """The next bytes, at most so many; none while it is busy."""
        self._file.seek(self._at)
        chunk: bytes = self._decompressor.decompress(self._file, count)
        at, self._at = self._at, self._file.tell()
        if not chunk and self._at == at:
            raise _CutError
        return chunk


def read_seven_zip(data: bytes, budget: Budget) -> Content:
    """The members, read while the router goes through them.

    Raises:
        UnreadableError: the directory is encrypted or damaged.
    """
    at, size = int.from_bytes(data[12:20], "little"), int.from_bytes(data[20:28], "little")
    if at + size + _SIGNATURE_BYTES > len(data):
        return Content(problems=(Problem(SkipReason.TRUNCATED, "", "no directory"),), embedded=_first(data, budget))
    if size > MAX_DIRECTORY_BYTES:
        raise BudgetSpentError("directory bytes")
    file = io.BytesIO(data)
    try:
        archive = SevenZipFile(file, "r")
    except PasswordRequired:
        raise UnreadableError(SkipReason.ENCRYPTED, "password, names too") from None
    except UnsupportedCompressionMethodError:
        raise UnreadableError(SkipReason.UNREADABLE, "compression method of the directory") from None
    except _DAMAGE as error:
        raise UnreadableError(SkipReason.UNREADABLE, type(error).__name__) from None
    return Content(embedded=_all(archive, file, at + size + _SIGNATURE_BYTES, budget))


def _all(archive: SevenZipFile, file: io.BytesIO, end: int, budget: Budget) -> Iterator[Item]:
    """The members, and what lies behind the archive."""
    paths = MemberPaths()
    yield from _members(archive, file, paths, budget)
    yield from leftover(file.getvalue()[end:], paths, budget)


def _first(data: bytes, budget: Budget) -> Iterator[Item]:
    """Without the directory: the first stream, by the two methods that 7-Zip uses by itself, as one file."""
    for filters in _USUAL_FILTERS:
        found = unpack(partial(lzma.LZMADecompressor, lzma.FORMAT_RAW, filters=[filters]), _packed(data), budget)
        if len(found.data) >= _LEAST_BYTES:
            yield Embedded(MemberPaths().place(""), found.data)
            return


def _packed(data: bytes) -> memoryview:
    return memoryview(data)[_SIGNATURE_BYTES:]


def _members(archive: SevenZipFile, file: io.BytesIO, paths: MemberPaths, budget: Budget) -> Iterator[Item]:
    streams = getattr(archive.header, "main_streams", None)
    if streams is None or getattr(archive.header, "files_info", None) is None:
        return
    positions, pack = streams.packinfo.packpositions, 0
    for folder in streams.unpackinfo.folders:
        files = [member for member in folder.files or () if member.uncompressed and not member.is_directory]
        budget.spend_member(len(files))
        start, pack = positions[pack], pack + len(folder.packed_indices)
        packed = positions[pack] - start
        yield from _folder(_opened(folder, packed, file, archive.afterheader + start), files, paths, budget)


def _opened(folder: Any, packed: int, file: io.BytesIO, start: int) -> _Source | _Trouble:
    """What a folder's files come out of, or why none does."""
    methods = {coder["method"] for coder in folder.coders}
    # Its decoder (pyppmd) begins a thread; where none may be begun, as in a worker, it waits for it for ever.
    if CompressionMethod.PPMD in methods:
        return SkipReason.UNREADABLE, "compression method PPMd"
    try:
        block = _SMALL_BLOCK_BYTES if methods & _UNSTOPPABLE else _BLOCK_BYTES
        decompressor = SevenZipDecompressor(folder.coders, packed, folder.unpacksizes, folder.crc, None, block)
    except PasswordRequired:
        return SkipReason.ENCRYPTED, "password"
    except UnsupportedCompressionMethodError:
        return SkipReason.UNREADABLE, "compression method"
    except (*_DAMAGE, MemoryError) as error:
        return _trouble(error)
    return _Source(decompressor, file, start)


def _folder(source: _Source | _Trouble, files: Iterable[Any], paths: MemberPaths, budget: Budget) -> Iterator[Item]:
    """Files compressed together, one behind the other: those behind a damaged one can not be reached."""
    for member in files:
        path = paths.place(member.filename)
        if isinstance(source, tuple):
            yield Problem(source[0], path, source[1])
            continue
        data, trouble = _taken(source, member, budget)
        if trouble is None and member.crc32 is not None and zlib.crc32(data) != member.crc32:
            yield Problem(SkipReason.UNREADABLE, path, "checksum")
        elif trouble is not None:
            yield Problem(trouble[0], path, trouble[1])
        if data:
            yield Embedded(path, data, member.filename)
        if trouble is not None and trouble != _TOO_LARGE:
            source = trouble


def _taken(source: _Source, member: Any, budget: Budget) -> tuple[bytes, _Trouble | None]:
    """The next file's bytes, as many as one member may have; the others are passed over."""
    kept, left = bytearray(), member.uncompressed
    try:
        while left > 0:
            chunk = source.next(min(left, _STEP_BYTES))
            budget.spend_bytes(len(chunk))
            left -= len(chunk)
            kept += chunk[: max(0, budget.limits.member_bytes - len(kept))]
    except (*_DAMAGE, MemoryError, BudgetSpentError) as error:
        return bytes(kept), _trouble(error)
    return bytes(kept), None if len(kept) == member.uncompressed else _TOO_LARGE


def _trouble(error: Exception) -> _Trouble:
    if isinstance(error, BudgetSpentError):
        return SkipReason.BUDGET_SPENT, str(error)
    if isinstance(error, MemoryError):
        return SkipReason.BUDGET_SPENT, "memory"
    if isinstance(error, _CutError):
        return SkipReason.TRUNCATED, "ends early"
    return SkipReason.UNREADABLE, "damaged data"
