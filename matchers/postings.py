"""Where kept shingles stand: in the pack as 64 bits each, in a document's look-up as rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchers.siphash import Words

_LETTER_SHIFT = np.uint64(32)
_POSITION_SHIFT = np.uint64(1)
_POSITION_BITS = np.uint64(0x7FFFFFFF)
_UNIQUE_BIT = np.uint64(1)


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
    """Postings of one letter: its number in the upper half, the position, and whether no other letter has it."""
    upper = np.uint64(letter) << _LETTER_SHIFT
    return upper | positions.astype(np.uint64) << _POSITION_SHIFT | unique.astype(np.uint64)


def unpacked_postings(document: NDArray[np.int64], packed: Words) -> Postings:
    """The rows for the places of a document where they were found."""
    return Postings(
        document,
        (packed >> _LETTER_SHIFT).astype(np.int64),
        (packed >> _POSITION_SHIFT & _POSITION_BITS).astype(np.int64),
        (packed & _UNIQUE_BIT).astype(np.bool_),
    )
