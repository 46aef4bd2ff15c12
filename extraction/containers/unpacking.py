"""One compressed stream under the budget, in small steps: what came out before damage, or before a limit, is kept."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError

try:
    from compression import zstd  # type: ignore[import-not-found, unused-ignore]
except ImportError:  # before Python 3.14
    from backports import zstd
try:
    from inflate64 import Inflater
except ImportError:  # it has no wheel for this processor
    Inflater = None

# Bytes given to a decompressor at once, and taken from it.
STEP_BYTES = 64 << 10
# The same on the second way through a damaged stream, of which all up to the damage is wanted.
FINE_STEP_BYTES = 256
# Memory that an xz stream's dictionary may take: `xz -9` asks for 65 MiB, a hostile header for 4 GiB.
MAX_DICTIONARY_BYTES = 256 << 20
# Packed bytes given at once to a decompressor that can not be told when to stop. Deflate64 makes 1,500 of one.
_UNSTOPPABLE_STEP_BYTES = 4 << 10
_DAMAGE = (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, zstd.ZstdError)


class Stream(Protocol):
    """What `bz2` and `lzma` call a decompressor."""

    @property
    def eof(self) -> bool:
        """Has the stream ended by itself?"""

    @property
    def needs_input(self) -> bool:
        """Does it wait for packed bytes?"""

    @property
    def unused_data(self) -> bytes:
        """Packed bytes behind its end."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """The next bytes, at most so many."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What one stream gave.

    Attributes:
        data: as much as there is.
        used: packed bytes that it took.
        reason, detail: why it is not all; None where it is.
        is_spent: the whole document's budget is spent, not only what one file may take.
    """

    data: bytes = field(repr=False)
    used: int
    reason: SkipReason | None = None
    detail: str = ""
    is_spent: bool = False


def unpack(
    make: Callable[[], Stream], packed: memoryview, budget: Budget, judge: Callable[[int, int], None] | None = None
) -> Unpacked:
    """Decompress one stream. Raises nothing for what it holds.

    Args:
        make: what decompresses it; asked twice if the stream is damaged.
        packed: the stream, and perhaps what follows it.
        budget: of the document.
        judge: says by an error that this is too much, of bytes and packed bytes so far; one member's limits otherwise.
    """
    run = _Run(make, packed, budget, judge or budget.judge_member)
    try:
        while not run.is_done:
            run.step(STEP_BYTES)
    except BudgetSpentError as error:
        return run.ended(SkipReason.BUDGET_SPENT, str(error), is_spent=run.is_spent)
    except MemoryError:
        return run.ended(SkipReason.BUDGET_SPENT, "memory")
    except _DAMAGE:
        run.salvage()
        return run.ended(SkipReason.UNREADABLE, "damaged data")
    return run.ended(SkipReason.TRUNCATED, "ends early") if run.is_cut else run.ended(None, "")


class _Run:
    """One way through a stream."""

    def __init__(
        self, make: Callable[[], Stream], packed: memoryview, budget: Budget, judge: Callable[[int, int], None]
    ) -> None:
        self._judge = judge
        self._make = make
        self._stream: Stream | None = None
        self._packed = packed
        self._budget = budget
        self._at = 0
        self._kept = bytearray()
        self.is_cut = False
        self.is_spent = False

    @property
    def is_done(self) -> bool:
        return self.is_cut or (self._stream is not None and self._stream.eof)

    def step(self, size: int) -> None:
        """The next bytes, counted."""
        chunk = self._next(size)
        self._kept += chunk
        try:
            self._budget.spend_bytes(len(chunk))
        except BudgetSpentError:
            self.is_spent = True
            raise
        self._judge(len(self._kept), self._at)

    def salvage(self) -> None:
        """Once more from the start in small steps, up to the damage. What was counted is not counted again."""
        kept = self._kept
        self._stream, self._at, self._kept = None, 0, bytearray()
        try:
            while not self.is_done:
                chunk = self._next(FINE_STEP_BYTES)
                self._kept += chunk
                if len(self._kept) > len(kept):
                    self._budget.spend_bytes(len(chunk))
        except (*_DAMAGE, BudgetSpentError, MemoryError):
            if len(self._kept) < len(kept):
                self._kept = kept

    def ended(self, reason: SkipReason | None, detail: str, is_spent: bool = False) -> Unpacked:
        unused = len(self._stream.unused_data) if self._stream is not None and self._stream.eof else 0
        return Unpacked(bytes(self._kept), self._at - unused, reason, detail, is_spent)

    def _next(self, size: int) -> bytes:
        if self._stream is None:
            self._stream = self._make()
        packed = b""
        if self._stream.needs_input:
            packed = bytes(self._packed[self._at : self._at + size])
            self._at += len(packed)
            if not packed:
                self.is_cut = True
                return b""
        chunk = self._stream.decompress(packed, size)
        if not packed and not chunk and not self._stream.needs_input and not self._stream.eof:
            raise EOFError  # it neither takes nor gives
        return chunk


class _Inflate:
    """`zlib`'s decompressor in the manner of `bz2`'s."""

    def __init__(self, window_bits: int) -> None:
        self._inflater = zlib.decompressobj(window_bits)
        self._full = False

    @property
    def eof(self) -> bool:
        return self._inflater.eof

    @property
    def needs_input(self) -> bool:
        return not self._inflater.unconsumed_tail and not self._full

    @property
    def unused_data(self) -> bytes:
        return self._inflater.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        chunk = self._inflater.decompress(self._inflater.unconsumed_tail + data, max_length)
        self._full = len(chunk) == max_length
        return chunk


class _Inflate64:
    """Deflate with a window of 64 KiB, which ZIP has as method 9; its library gives all that comes out of a step."""

    def __init__(self) -> None:
        self._inflater = Inflater()
        self._waiting = b""
        self.unused_data = b""

    @property
    def eof(self) -> bool:
        return bool(self._inflater.eof)

    @property
    def needs_input(self) -> bool:
        return not self._waiting

    def decompress(self, data: bytes, max_length: int) -> bytes:
        packed = self._waiting + data
        step = min(_UNSTOPPABLE_STEP_BYTES, max_length)
        self._waiting = packed[step:]
        chunk: bytes = self._inflater.inflate(packed[:step])
        return chunk


class _Lzma:
    """LZMA as ZIP has it (method 14): four bytes of version and size, five of properties, then the bare stream."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._head = b""
        self._decompressor: lzma.LZMADecompressor | None = None
        self._given = 0

    @property
    def eof(self) -> bool:
        return self._decompressor is not None and (self._decompressor.eof or self._given >= self._size > 0)

    @property
    def needs_input(self) -> bool:
        return self._decompressor is None or self._decompressor.needs_input

    @property
    def unused_data(self) -> bytes:
        return b"" if self._decompressor is None else self._decompressor.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        if self._decompressor is None:
            self._head += data
            length = int.from_bytes(self._head[2:4], "little")
            if len(self._head) < 4 + length or len(self._head) < 4:  # noqa: PLR2004 - version and size
                return b""
            data, properties = self._head[4 + length :], self._head[4 : 4 + length]
            self._decompressor = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[_lzma_filter(properties, self._size)])
        chunk = self._decompressor.decompress(data, max_length)
        self._given += len(chunk)
        return chunk


def _lzma_filter(properties: bytes, size: int) -> dict[str, int]:
    if len(properties) != 5:  # noqa: PLR2004 - one byte of lc, lp, pb and four of the dictionary's size
        raise lzma.LZMAError
    packed, dictionary = properties[0], int.from_bytes(properties[1:], "little")
    largest = min(MAX_DICTIONARY_BYTES, max(size, 4096)) if size else MAX_DICTIONARY_BYTES
    return {
        "id": lzma.FILTER_LZMA1,
        "lc": packed % 9,
        "lp": packed // 9 % 5,
        "pb": packed // 45,
        "dict_size": max(4096, min(dictionary, largest)),
    }


def inflate_stream() -> Stream:
    """Of deflate without a header, as ZIP and gzip hold it."""
    return _Inflate(-zlib.MAX_WBITS)


def zlib_stream() -> Stream:
    """Of deflate with zlib's header."""
    return _Inflate(zlib.MAX_WBITS)


def xz_stream() -> Stream:
    """Of xz, and of its predecessor .lzma."""
    return lzma.LZMADecompressor(lzma.FORMAT_AUTO, memlimit=MAX_DICTIONARY_BYTES)


def bzip2_stream() -> Stream:
    """Of bzip2."""
    return bz2.BZ2Decompressor()


def zstd_stream() -> Stream:
    """Of zstd; windows up to 128 MiB, as its own command allows."""
    stream: Stream = zstd.ZstdDecompressor()
    return stream


# ZIP's methods of compression; its methods 1 to 6 are of the eighties.
def zip_stream(method: int, size: int) -> Callable[[], Stream] | None:
    """What decompresses a ZIP member of this method and listed size; None where nothing here does."""
    makers: dict[int, Callable[[], Stream]] = {
        8: inflate_stream,
        12: bzip2_stream,
        14: lambda: _Lzma(size),
        93: zstd_stream,
        95: xz_stream,
    }
    if Inflater is not None:
        makers[9] = _Inflate64
    return makers.get(method)
