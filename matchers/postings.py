"""What the rows of the table of shingles say, 64 bits each; places of kept shingles as a look-up gives them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchers.siphash import Words

# The lowest bits of the value of a row: its kind.
KIND_BITS = np.uint64(2)
_KIND_MASK = np.uint64(3)
_LETTER_SHIFT = np.uint64(32)
_POSITION_BITS = np.uint64(0x3FFFFFFF)
# Symbols that a letter may have; places are kept in 30 bits.
MOST_SYMBOLS = 1 << 30


class RowKind(IntEnum):
    """What a row of the table of shingles says."""

    UNIQUE = 0  # a place of a kept shingle, which no other letter has
    SHARED = 1  # a place of a kept shingle, which other letters have too
    FEW = 2  # how many letters have the shingle, 2 or more; its places follow
    TEMPLATE = 3  # how many letters have the shingle; it is template and has no places


@dataclass(frozen=True, slots=True, repr=False)
class Postings:
    """Kept shingles that a document has too, one row for each place in a letter.

    Attributes:
        document: symbol of the document that the shingle begins with.
        letter: number of the letter in the pack.
        position: symbol of the letter that the shingle begins with.
        unique: whether no other letter has the shingle.
    """

    document: NDArray[np.int64]
    letter: NDArray[np.int64]
    position: NDArray[np.int64]
    unique: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.document)

    def where(self, chosen: NDArray[Any]) -> Postings:
        """The chosen rows, by mask or by index."""
        return Postings(self.document[chosen], self.letter[chosen], self.position[chosen], self.unique[chosen])


def packed_postings(letter: int, positions: NDArray[np.int64], unique: NDArray[np.bool_]) -> Words:
    """Values of one letter's rows: its number in the upper half, the position, and whether no other letter has it."""
    upper = np.uint64(letter) << _LETTER_SHIFT
    return upper | positions.astype(np.uint64) << KIND_BITS | (~unique).astype(np.uint64)


def packed_counts(kind: RowKind, counts: NDArray[Any]) -> Words:
    """Values of rows that say how many letters have a shingle: `RowKind.FEW` or `RowKind.TEMPLATE`."""
    return counts.astype(np.uint64) << KIND_BITS | np.uint64(kind)


def kinds_of(values: Words) -> NDArray[np.uint8]:
    """The `RowKind` of each row, by its opened value."""
    return (values & _KIND_MASK).astype(np.uint8)


def counts_of(values: Words) -> Words:
    """How many letters rows of the kinds FEW and TEMPLATE say."""
    return values >> KIND_BITS


def unpacked_postings(document: NDArray[np.int64], packed: Words) -> Postings:
    """The rows for the places of a document where they were found."""
    return Postings(
        document,
        (packed >> _LETTER_SHIFT).astype(np.int64),
        (packed >> KIND_BITS & _POSITION_BITS).astype(np.int64),
        kinds_of(packed) == RowKind.UNIQUE,
    )
