"""Rows of the tables of earlier packs and of new letters, brought together part by part into the rows of one table."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matchers.keyring import Keyring
from matchers.postings import KIND_BITS, RowKind, kinds_of, packed_counts
from matchers.shingle_counts import run_starts
from matchers.shingle_table import ShingleTable
from matchers.siphash import Words
from matchers.spill import PART_STARTS, PARTS, PartedRecords

ROW = np.dtype([("hash", "<u8"), ("value", "<u8")])
# The number of a letter that is not kept.
GONE = -1
_LETTER_SHIFT = np.uint64(32)
_BELOW_LETTER = np.uint64(0xFFFFFFFF)
_SHARED = np.uint64(RowKind.SHARED)
_KIND_MASK = np.uint64(3)


@dataclass(frozen=True, slots=True, repr=False)
class Rows:
    """Rows in ascending order of their hashes, with open values; what is said of a hash stands before its places."""

    hashes: Words
    values: Words

    def __len__(self) -> int:
        return len(self.hashes)

    def where(self, chosen: NDArray[np.bool_]) -> Rows:
        """Some of them."""
        return Rows(self.hashes[chosen], self.values[chosen])

    @classmethod
    def of(cls, records: NDArray[np.void]) -> Rows:
        """From records in any order."""
        rows = cls(records["hash"].astype(np.uint64), records["value"].astype(np.uint64))
        order = np.lexsort((kinds_of(rows.values) < RowKind.FEW, rows.hashes))
        return cls(rows.hashes[order], rows.values[order])


def kept_rows(table: ShingleTable, numbers: NDArray[np.int64]) -> Iterator[Rows]:
    """The rows of an earlier table, in parts that follow one another, without those of letters that are gone.

    What is said of a shingle stays, also where the letters that it was counted in are gone: without their text nobody
    can count it anew.

    Args:
        table: the earlier one.
        numbers: for each of its letters the number in the new pack, or `GONE`.
    """
    for hashes, values in table.rows():
        is_place = kinds_of(values) < RowKind.FEW
        moved = np.zeros(len(values), dtype=np.int64)
        moved[is_place] = numbers[(values[is_place] >> _LETTER_SHIFT).astype(np.int64)]
        kept = moved != GONE
        places = values & _BELOW_LETTER | np.maximum(moved, 0).astype(np.uint64) << _LETTER_SHIFT
        yield Rows(hashes[kept], np.where(is_place, places, values)[kept])


def in_parts(rows: Iterator[Rows]) -> Generator[Rows, None, None]:
    """The same, dealt as `PartedRecords` deals: `PARTS` times what belongs to one part."""
    waiting: list[Rows] = []
    number = 0
    for chunk in rows:
        piece = chunk
        while number < PARTS - 1 and len(piece) and piece.hashes[-1] >= PART_STARTS[number]:
            cut = int(np.searchsorted(piece.hashes, PART_STARTS[number]))
            yield _joined([*waiting, Rows(piece.hashes[:cut], piece.values[:cut])])
            waiting, number = [], number + 1
            piece = Rows(piece.hashes[cut:], piece.values[cut:])
        waiting.append(piece)
    for _ in range(number, PARTS):
        yield _joined(waiting)
        waiting = []


def layered_parts(rows: Iterator[Rows], keyring: Keyring, first: int, folder: Path) -> Generator[Rows, None, None]:
    """The same under further layers of keys, which put the rows in another order."""
    parts = PartedRecords(folder, ROW)
    try:
        for piece in rows:
            records = np.zeros(len(piece), dtype=ROW)
            records["hash"], records["value"] = keyring.layered(piece.hashes, first), piece.values
            parts.add(records["hash"], records)
        for number in range(PARTS):
            yield Rows.of(parts.part(number))
    finally:
        parts.close()


def brought_together(
    earlier: Sequence[Rows], counted: NDArray[np.void], places: NDArray[np.void], frequent_from: int
) -> Rows:
    """The rows of one part of the new table.

    Args:
        earlier: of each earlier table.
        counted: shingles of new letters with how many letters have them, those of the earlier tables included; a
            shingle that is not named here is in one letter, and that is a new one.
        places: records of the new letters' places.
        frequent_from: letters that share a shingle from which it is template.
    """
    new = Rows.of(places)
    if len(earlier) != 1:
        return _resolved([*earlier, new], _totals(earlier, counted), frequent_from)
    old = earlier[0]
    touched = np.isin(old.hashes, counted["hash"])
    resolved = _resolved([old.where(touched), new], _totals([old.where(touched)], counted), frequent_from)
    return _merged(old.where(~touched), resolved)


@dataclass(frozen=True, slots=True, repr=False)
class _Totals:
    """How many letters have each of these shingles, ascending, and which are template whatever their number."""

    hashes: Words
    counts: NDArray[np.uint64]
    template: NDArray[np.bool_]


def _totals(earlier: Sequence[Rows], counted: NDArray[np.void]) -> _Totals:
    heads = [_heads(rows) for rows in earlier]
    hashes = np.concatenate([*(head.hashes for head in heads), counted["hash"]])
    found, inverse = np.unique(hashes, return_inverse=True)
    counts = np.zeros(len(found), dtype=np.uint64)
    template = np.zeros(len(found), dtype=np.bool_)
    start = 0
    for head in heads:
        at = inverse[start : start + len(head.hashes)]
        counts[at] += head.counts
        template[at] |= head.template
        start += len(head.hashes)
    counts[inverse[start:]] = counted["count"]
    return _Totals(found, counts, template)


def _heads(rows: Rows) -> _Totals:
    """What one earlier table says of each shingle. Places alone are those of one letter."""
    first = run_starts(rows.hashes)
    values = rows.values[first]
    kinds = kinds_of(values)
    counts = np.where(kinds >= RowKind.FEW, values >> KIND_BITS, np.uint64(1))
    return _Totals(rows.hashes[first], counts, kinds == RowKind.TEMPLATE)


def _resolved(pieces: Sequence[Rows], totals: _Totals, frequent_from: int) -> Rows:
    """What is said of each shingle, by its total, and its places, unless it is template."""
    template = totals.template | (totals.counts >= np.uint64(frequent_from))
    several = (totals.counts > np.uint64(1)) | template
    kinds = np.where(template, np.uint64(RowKind.TEMPLATE), np.uint64(RowKind.FEW))
    said = Rows(totals.hashes, packed_counts(RowKind.UNIQUE, totals.counts) | kinds).where(several)
    together = _joined(pieces)
    places = together.where(kinds_of(together.values) < RowKind.FEW)
    if len(totals.hashes):
        at = np.minimum(np.searchsorted(totals.hashes, places.hashes), len(totals.hashes) - 1)
        known = totals.hashes[at] == places.hashes
        shared = (known & several[at]).astype(np.uint64) * _SHARED
        places = Rows(places.hashes, places.values & ~_KIND_MASK | shared).where(~(known & template[at]))
    ordered = np.argsort(places.hashes, kind="stable")
    return _merged(said, Rows(places.hashes[ordered], places.values[ordered]))


def _merged(first: Rows, second: Rows) -> Rows:
    """Two ascending lists of rows as one; of equal hashes those of the first list stand first."""
    together = _joined([first, second])
    order = np.argsort(together.hashes, kind="stable")
    return Rows(together.hashes[order], together.values[order])


def _joined(pieces: Sequence[Rows]) -> Rows:
    if not pieces:
        return Rows(np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.uint64))
    return Rows(np.concatenate([piece.hashes for piece in pieces]), np.concatenate([piece.values for piece in pieces]))
