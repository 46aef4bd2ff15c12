"""Records and strings of Excel's binary files ([MS-XLS]; BIFF2 to BIFF8), bounded."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from extraction.budget import BudgetSpentError
from extraction.old_office.code_pages import decoded

BOF_BIFF8 = 0x0600
BOF_BIFF5 = 0x0500
# Records of one workbook. A million cells are a million records, 17 MB, and take 5 s.
MAX_RECORDS = 4_000_000
_CONTINUE = 0x3C
_WIDE, _EXTENDED, _RICH = 0x01, 0x04, 0x08


@dataclass(frozen=True, slots=True)
class Record:
    """One record with those that continue it.

    Attributes:
        kind: its number.
        blocks: its bytes, then those of each continuation: strings start anew in each.
        at: where it begins in the stream.
    """

    kind: int
    blocks: list[bytes] = field(repr=False)
    at: int

    @property
    def data(self) -> bytes:
        """Without the continuations."""
        return self.blocks[0]


class Records:
    """Iterates over a stream's records. `cut`: the last one was not all there.

    Iterating raises BudgetSpentError behind `MAX_RECORDS`.
    """

    def __init__(self, stream: bytes, start: int = 0) -> None:
        self._stream = stream
        self._start = start
        self.cut = False

    def __iter__(self) -> Iterator[Record]:
        waiting: Record | None = None
        stream, size, at = self._stream, len(self._stream), self._start
        for number in itertools.count():
            if at + 4 > size:
                break
            if number == MAX_RECORDS:
                raise BudgetSpentError("records")
            kind, length = struct.unpack_from("<HH", stream, at)
            if not kind and not length:  # what fills the last sector
                break
            data = stream[at + 4 : at + 4 + length]
            self.cut = len(data) < length
            if kind == _CONTINUE and waiting:
                waiting.blocks.append(data)
            else:
                if waiting:
                    yield waiting
                waiting = Record(kind, [data], at)
            at += 4 + length
        if waiting:
            yield waiting


class Blocks:
    """Reads on from one block into the next."""

    def __init__(self, blocks: list[bytes], at: int = 0) -> None:
        self._blocks = blocks
        self._block = 0
        self._at = at

    def take(self, count: int) -> bytes:
        """So many bytes, fewer at the end."""
        out = b""
        while len(out) < count and self._block < len(self._blocks):
            part = self._blocks[self._block][self._at : self._at + count - len(out)]
            out += part
            self._at += len(part)
            if len(out) < count:
                self._next()
        return out

    def number(self, size: int) -> int | None:
        """An unsigned one, or None at the end."""
        raw = self.take(size)
        return int.from_bytes(raw, "little") if len(raw) == size else None

    def string(self, count_size: int) -> str | None:
        """A string of BIFF8: length, flags, characters, formatting. None at the end."""
        count, flags = self.number(count_size), self.number(1)
        if count is None or flags is None:
            return None
        runs = (self.number(2) or 0) if flags & _RICH else 0
        extension = (self.number(4) or 0) if flags & _EXTENDED else 0
        text = self.characters(count, bool(flags & _WIDE))
        self._skip(4 * runs + extension)
        return text

    def characters(self, count: int, wide: bool) -> str:
        """So many; in a further block they begin with a byte that says anew how wide they are."""
        parts: list[str] = []
        while count > 0 and self._block < len(self._blocks):
            block = self._blocks[self._block]
            raw = block[self._at : self._at + count * (2 if wide else 1)]
            raw = raw[: len(raw) & ~1] if wide else raw
            parts.append(raw.decode("utf-16-le" if wide else "latin-1", "surrogatepass"))
            count -= len(raw) // 2 if wide else len(raw)
            self._at += len(raw)
            if count > 0:
                self._next()
                wide = bool((self.number(1) or 0) & _WIDE)
        return "".join(parts)

    def _skip(self, count: int) -> None:
        while count > 0 and self._block < len(self._blocks):
            step = min(count, len(self._blocks[self._block]) - self._at)
            self._at += step
            count -= step
            if count > 0:
                self._next()

    def _next(self) -> None:
        self._block += 1
        self._at = 0


def text_of(record: Record, at: int, count_size: int, version: int, codec: str) -> str:
    """The string that begins there; empty where it does not."""
    if version >= BOF_BIFF8:
        return Blocks(record.blocks, at).string(count_size) or ""
    count = int.from_bytes(record.data[at : at + count_size], "little")
    return decoded(record.data[at + count_size : at + count_size + count], codec)


def rk_number(raw: int) -> float:
    """A number in 30 bits: the upper ones of a float, or an integer; hundredths where the first bit says so."""
    if raw & 2:
        value = float((raw >> 2) - (1 << 30 if raw & 0x80000000 else 0))
    else:
        (value,) = struct.unpack("<d", struct.pack("<II", 0, raw & 0xFFFFFFFC))
    return value / 100 if raw & 1 else value
