"""Writes a table of shingles row by row, in ascending order, in bounded memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matchers.compiled import NUMBER, compiled, filled, given
from matchers.seals import RowSeal
from matchers.shingle_table import (
    FILTER_WIDTH,
    HALVED_BUCKET_BITS,
    HALVED_FROM,
    STORED_MASK,
    STORED_SHIFT,
)
from matchers.siphash import Words
from matchers.spill import ArrayFile

# Rows for which there is a bucket, at most. Twice as many buckets make the directory of a million letters 0.5 GB
# larger and a look-up in it no faster; half as many let every second absent shingle through its filter.
ROWS_PER_BUCKET = 12
_FEWEST_BUCKET_BITS = 4
# Entries of the directory written at a time: 8 MB.
_ENTRIES_TOGETHER = 1 << 20
_FILTER_SOURCE = np.uint64(0xFFFF)
_FILTER_SHIFT = np.uint64(16)
_STORED = np.uint64(STORED_SHIFT)
_ONE = np.uint64(1)


def bucket_bits(rows: int) -> int:
    """The power of two that is the number of buckets of a table with so many rows."""
    enough = max(_FEWEST_BUCKET_BITS, (max(1, rows) // ROWS_PER_BUCKET).bit_length())
    return max(enough, HALVED_BUCKET_BITS) if rows >= HALVED_FROM else enough


@compiled(NUMBER, (given("u8"), NUMBER, NUMBER, NUMBER, filled("u8")))
def fill_directory(hashes: Words, shift: int, row: int, bucket: int, entries: Words) -> int:
    """Fill in the entries from `bucket` on, the first of which is begun, for rows from `row` on; all are within."""
    bits, at, number = np.uint64(shift), 0, np.uint64(row)
    for index in range(len(hashes)):
        own = np.int64(hashes[index] >> bits) - bucket
        while at < own:
            at += 1
            entries[at] = number << FILTER_WIDTH
        low = hashes[index] >> _STORED
        entries[at] |= _ONE << ((low & _FILTER_SOURCE) * FILTER_WIDTH >> _FILTER_SHIFT)
        number += _ONE
    while at < len(entries) - 1:
        at += 1
        entries[at] = number << FILTER_WIDTH
    return at


class DirectoryWriter:
    """The directory of a table, entry by entry, as its rows go by."""

    def __init__(self, file: ArrayFile, rows_at_most: int) -> None:
        self._file = file
        self._bits = bucket_bits(rows_at_most)
        self._bucket = 0
        self._entry = np.uint64(0)
        self.rows = 0

    @property
    def shift(self) -> int:
        """A hash shifted by this is the number of its bucket."""
        return 64 - self._bits

    def append(self, hashes: Words) -> None:
        """Rows with these hashes follow."""
        while len(hashes):
            end = min(1 << self._bits, self._bucket + _ENTRIES_TOGETHER)
            if end < 1 << self._bits:
                taken = int(np.searchsorted(hashes, np.uint64(end) << np.uint64(self.shift)))
            else:
                taken = len(hashes)
            last = int(hashes[taken - 1] >> np.uint64(self.shift)) if taken == len(hashes) else end - 1
            self._advance(hashes[:taken], last)
            if taken < len(hashes):
                self._advance(hashes[:0], end)
            hashes = hashes[taken:]

    def finish(self) -> None:
        """Write the entries that are left, and the one that closes the last bucket."""
        while self._bucket < 1 << self._bits:
            self._advance(np.zeros(0, dtype=np.uint64), min(1 << self._bits, self._bucket + _ENTRIES_TOGETHER))
        self._file.append(np.array([self._entry], dtype="<u8").view(np.uint8))

    def _advance(self, hashes: Words, last: int) -> None:
        """Take rows of buckets up to `last`, which stays open."""
        entries = np.empty(last - self._bucket + 1, dtype=np.uint64)
        entries[0] = self._entry
        fill_directory(np.ascontiguousarray(hashes), self.shift, self.rows, self._bucket, entries)
        self._file.append(entries[:-1].view(np.uint8))
        self._bucket, self._entry = last, entries[-1]
        self.rows += len(hashes)


class TableWriter:
    """Takes rows in ascending order of their hashes; rows of one hash in the order in which they shall stand.

    A row of the kind FEW or TEMPLATE stands before all others of its hash.
    """

    def __init__(self, files: tuple[ArrayFile, ArrayFile, ArrayFile], row_seal: RowSeal, rows_at_most: int) -> None:
        """Over the files of directory, remainders and values, open for bytes; the caller closes them.

        Args:
            files: where to write.
            row_seal: of the generation that is made.
            rows_at_most: no more rows will come. It sets the number of buckets, so it should not be far off.
        """
        directory, self._remainders, self._values = files
        self._directory = DirectoryWriter(directory, rows_at_most)
        self._row_seal = row_seal
        self._most = rows_at_most
        self._halved = rows_at_most >= HALVED_FROM
        self._highest = np.uint64(0)

    @property
    def rows(self) -> int:
        """Rows taken so far."""
        return self._directory.rows

    def append(self, hashes: Words, values: Words) -> None:
        """Take rows: of a hash the upper `STORED_BITS` count; values are open, as matchers/postings.py packs them.

        Raises:
            ValueError: a hash is lower than one before it, or there are more rows than were told.
        """
        if not len(hashes):
            return
        stored = hashes & STORED_MASK
        if stored[0] < self._highest or (stored[1:] < stored[:-1]).any():
            raise ValueError("rows of a table are not in order")
        if self.rows + len(hashes) > self._most:
            raise ValueError("a table has more rows than were told")
        self._highest = stored[-1]
        numbers = np.arange(self.rows, self.rows + len(hashes))
        self._values.append(_bytes(self._row_seal.applied(numbers, values).astype("<u8", copy=False)))
        remainders = stored >> _STORED
        self._remainders.append(_bytes(remainders.astype("<u4" if self._halved else "<u8", copy=False)))
        self._directory.append(stored)

    def finish(self) -> int:
        """Write what is left of the directory; returns how many rows the table has."""
        self._directory.finish()
        return self.rows


def _bytes(content: NDArray[np.uint32] | Words) -> NDArray[np.uint8]:
    return np.ascontiguousarray(content).view(np.uint8)
