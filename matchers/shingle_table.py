"""The table of all shingles that a pack knows: template, shared by a few letters, kept with their places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntFlag
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchers.compiled import NUMBER, compiled, filled, given
from matchers.errors import PackDamagedError
from matchers.postings import KIND_BITS, Postings, RowKind, kinds_of, unpacked_postings
from matchers.seals import RowSeal
from matchers.siphash import Words

# Bits of a hash that a row stores, and so all that tells shingles apart: among the 600,000,000 rows of a million
# letters one foreign shingle in 120,000,000 is taken for one of them.
STORED_BITS = 56
STORED_SHIFT = 64 - STORED_BITS
STORED_MASK = np.uint64(2**64 - 2**STORED_SHIFT)
# A bucket's entry in the directory: the first row above, and these bits that say which hashes it may hold. They are
# what turns most absent shingles away: one access to memory in place of two halves the time of a look-up.
FILTER_WIDTH = np.uint64(28)
_FILTER_SOURCE = np.uint64(0xFFFF)
_FILTER_SHIFT = np.uint64(16)
_STORED = np.uint64(STORED_SHIFT)
_ONE = np.uint64(1)
# Rows from which a row stores 32 bits of its hash and the directory, of 2**24 buckets or more, the others. Below, that
# directory would be larger than the four bytes a row that it saves.
HALVED_FROM = 1 << 25
HALVED_BUCKET_BITS = 24
# Shingles that are looked up together: their accesses to memory then overlap. 256 to 4,096 take the same time.
_TOGETHER = 1024
# Rows opened at a time by `rows`: 40 MB.
ROWS_TOGETHER = 1 << 20
_ENTRY_BYTES = 8


class ShingleKind(IntFlag):
    """What a pack knows of a shingle; FEW and KEPT may both be."""

    TEMPLATE = 1  # in so many letters that it counts as the organisation's template
    FEW = 2  # in two letters or more
    KEPT = 4  # in the index, with its places


_FLAGS = np.zeros(len(RowKind), dtype=np.uint8)
_FLAGS[[RowKind.UNIQUE, RowKind.SHARED]] = ShingleKind.KEPT
_FLAGS[RowKind.FEW] = ShingleKind.FEW
_FLAGS[RowKind.TEMPLATE] = ShingleKind.TEMPLATE
_KEPT = np.uint8(ShingleKind.KEPT)
_UNIQUE, _FEW = int(RowKind.UNIQUE), int(RowKind.FEW)
_KIND_MASK, _MOST_COUNTED = np.uint64(3), np.uint64(0xFFFFFFFF)


@compiled(
    NUMBER, *((given("u8"), given(remainder), given("u8"), NUMBER, filled("i8", 2)) for remainder in ("u4", "u8"))
)
def find_rows(
    directory: Words, remainders: NDArray[Any], hashes: Words, shift: int, out: NDArray[np.int64]
) -> int | np.int64:
    """Fill in (place in `hashes`, first row, rows) of those that have rows, down the columns; returns how many.

    `hashes[i] >> shift` is the bucket; `out` has a column more than there are hashes. A directory that is damaged
    gives wrong answers, and never another memory's.
    """
    found, first, counts = out[0], out[1], out[2]
    bits, end, touched = np.uint64(shift), np.int64(len(remainders)), np.uint64(0)
    hits: int | np.int64 = 0
    for begin in range(0, len(hashes) if end else 0, _TOGETHER):
        maybe = hits
        for index in range(begin, min(len(hashes), begin + _TOGETHER)):
            bit = (hashes[index] >> _STORED & _FILTER_SOURCE) * FILTER_WIDTH >> _FILTER_SHIFT
            found[maybe] = index
            maybe += np.int64(directory[hashes[index] >> bits] >> bit & _ONE)
        for place in range(hits, maybe):
            first[place] = min(np.int64(directory[hashes[found[place]] >> bits] >> FILTER_WIDTH), end - 1)
            touched ^= remainders[first[place]]  # all are asked for before the first is waited for
        for place in range(hits, maybe):
            wanted, row = hashes[found[place]] >> _STORED, first[place]
            last = min(np.int64(directory[(hashes[found[place]] >> bits) + _ONE] >> FILTER_WIDTH), end)
            while row < last and remainders[row] < remainders.dtype.type(wanted):
                row += 1
            first[hits], counts[hits] = row, 0
            while row < last and remainders[row] == remainders.dtype.type(wanted):
                row += 1
            found[hits], counts[hits] = found[place], row - first[hits]
            hits += np.int64(counts[hits] > 0)
    found[-1] = np.int64(touched)  # or the compiler would leave the touching out
    return hits


@compiled(NUMBER, (given("u8"), filled("i8", 2), filled("u1"), filled("u4")))
def tell_heads(heads: Words, rows: NDArray[np.int64], kinds: NDArray[np.uint8], counts: NDArray[np.uint32]) -> int:
    """Fill in what the first rows of shingles say of these; returns how many are kept.

    Args:
        heads: first rows, open.
        rows: as `find_rows` fills it in. The columns of those that are kept are moved to the front, and narrowed to
            the rows of their places.
        kinds: for each shingle `ShingleKind` flags.
        counts: for each shingle how many letters it is in.
    """
    kept = 0
    for at in range(len(heads)):
        kind, known = np.int64(heads[at] & _KIND_MASK), min(heads[at] >> KIND_BITS, _MOST_COUNTED)
        found, first, count = rows[0, at], rows[1, at], rows[2, at]
        flags = _FLAGS[kind]
        if kind >= _FEW:
            counts[found] = known
        else:
            counts[found] = 1 if kind == _UNIQUE else count
        if kind == _FEW:
            first, count = first + 1, count - 1
            if count:
                flags |= _KEPT
        kinds[found] = flags
        if flags & _KEPT:
            rows[0, kept], rows[1, kept], rows[2, kept] = found, first, count
            kept += 1
    return kept


@dataclass(frozen=True, slots=True, repr=False)
class LookUp:
    """What a table knows of some shingles.

    Attributes:
        kinds: for each shingle `ShingleKind` flags; 0 where it is absent.
        counts: for each shingle how many letters it is in: 0 where it is absent; for one that is kept and neither few
            nor template 1, or the rows it has where they are known to be shared.
    """

    kinds: NDArray[np.uint8]
    counts: NDArray[np.uint32]
    _table: ShingleTable = field(repr=False)
    _found: NDArray[np.int64] = field(repr=False)
    _first: NDArray[np.int64] = field(repr=False)
    _rows: NDArray[np.int64] = field(repr=False)

    @property
    def template(self) -> NDArray[np.bool_]:
        """Which shingles are template."""
        return (self.kinds & np.uint8(ShingleKind.TEMPLATE)).astype(np.bool_)

    @property
    def few(self) -> NDArray[np.bool_]:
        """Which shingles two letters have, or more, that are not template."""
        return (self.kinds & np.uint8(ShingleKind.FEW)).astype(np.bool_)

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Which shingles have postings."""
        return (self.kinds & np.uint8(ShingleKind.KEPT)).astype(np.bool_)

    @property
    def posting_rows(self) -> int:
        """Rows that `postings` has: known before they are opened."""
        return int(self._rows.sum())

    @property
    def postings(self) -> Postings:
        """Every place of every kept shingle, in the order of the shingles: 25 bytes a row, and 50 while it is made."""
        return self._table.opened_postings(self._found, self._first, self._rows)


class ShingleTable:
    """Rows in the order of their hashes; each has a value of 64 bits, sealed by its row number."""

    def __init__(
        self, directory: NDArray[np.uint8], remainders: NDArray[np.uint8], values: NDArray[np.uint8], row_seal: RowSeal
    ) -> None:
        """Over the three files as bytes, mapped; what shapes they have shows in their sizes.

        Raises:
            PackDamagedError: the sizes do not belong together.
        """
        buckets, rows = len(directory) // _ENTRY_BYTES - 1, len(values) // _ENTRY_BYTES
        width = len(remainders) // rows if rows else _ENTRY_BYTES
        self._bucket_bits = max(buckets, 1).bit_length() - 1
        halved = width != _ENTRY_BYTES
        whole = (len(directory), len(values), len(remainders)) == ((buckets + 1) * 8, rows * 8, rows * width)
        if not whole or width not in {4, 8} or buckets != 1 << self._bucket_bits:
            raise PackDamagedError("the table of shingles is damaged; restore the pack or build it again")
        if halved and self._bucket_bits < HALVED_BUCKET_BITS:
            raise PackDamagedError("the table of shingles is damaged; restore the pack or build it again")
        self._directory = directory.view("<u8")
        self._remainders = remainders.view(f"<u{width}")
        self._values = values.view("<u8")
        self._row_seal = row_seal
        self._shift = 64 - self._bucket_bits

    def __len__(self) -> int:
        return len(self._values)

    def look_up(self, hashes: Words) -> LookUp:
        """What the table knows of each of these shingles: 29 bytes of memory for each, and 52 more for each found."""
        rows = np.empty((3, len(hashes) + 1), dtype=np.int64)
        hits = find_rows(self._directory, self._remainders, np.ascontiguousarray(hashes), self._shift, rows)
        kinds = np.zeros(len(hashes), dtype=np.uint8)
        counts = np.zeros(len(hashes), dtype=np.uint32)
        kept = tell_heads(self._opened(rows[1, :hits]), rows, kinds, counts)
        return LookUp(kinds, counts, self, *rows[:, :kept].copy())

    def opened_postings(
        self, document: NDArray[np.int64], first: NDArray[np.int64], counts: NDArray[np.int64]
    ) -> Postings:
        """The postings in `counts[i]` rows from `first[i]` on, for place `document[i]` of a document."""
        total = int(counts.sum())
        rows = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(total)
        opened = self._opened(rows)
        postings = kinds_of(opened) <= RowKind.SHARED  # others stand here where two hashes agree in all stored bits
        of_row = np.repeat(document, counts)
        if postings.all():
            return unpacked_postings(of_row, opened)
        return unpacked_postings(of_row[postings], opened[postings])

    def rows(self, together: int = ROWS_TOGETHER, one_in: int = 1) -> Iterator[tuple[Words, Words]]:
        """All rows in order as (hashes, opened values), about `together` at a time.

        Of a hash the upper `STORED_BITS` are known, the others are 0. Rows of one hash come together. With `one_in`,
        a power of two, the rows of the smallest hashes: of so many one.
        """
        buckets = len(self._directory) - 1
        step = max(1, buckets * together // max(1, len(self)))
        last = max(1, buckets // one_in)
        for low in range(0, last, step):
            high = min(last, low + step)
            starts = (self._directory[low : high + 1] >> FILTER_WIDTH).astype(np.int64)
            part = slice(int(starts[0]), int(starts[-1]))
            if part.start == part.stop:
                continue
            hashes = self._remainders[part].astype(np.uint64) << _STORED
            if self._remainders.itemsize < _ENTRY_BYTES:
                of_row = np.repeat(np.arange(low, high, dtype=np.uint64), np.diff(starts))
                hashes |= of_row << np.uint64(self._shift)
            yield hashes, self._opened(np.arange(part.start, part.stop))

    def _opened(self, rows: NDArray[np.int64]) -> Words:
        return self._row_seal.applied(rows, self._values[rows])
