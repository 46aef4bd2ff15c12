"""What a pack says of each token beside its hash, in one byte: length, class, whether it holds a digit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

_LENGTH_BITS = 0x0F
_CLASS_SHIFT = 4
_CLASS_BITS = 0x03
_NUMERIC_BIT = 0x40


class TokenClass(IntEnum):
    """How far a word of a letter tells that letter from others."""

    UNIQUE = 0  # no other letter has it in these surroundings
    FEW = 1  # a few letters share the passage
    TEMPLATE = 2  # many do


@dataclass(frozen=True, slots=True, repr=False)
class TokenShapes:
    """Of each token of one letter: its symbols, its class, whether it holds a digit."""

    lengths: NDArray[np.int64]
    classes: NDArray[np.uint8]
    numeric: NDArray[np.bool_]


def pack_shapes(lengths: NDArray[np.uint8], numeric: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """One byte a token; all of class 0."""
    return lengths | numeric * np.uint8(_NUMERIC_BIT)


def with_classes(packed: NDArray[np.uint8], classes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put a class into each byte that `pack_shapes` gave."""
    return packed | classes << np.uint8(_CLASS_SHIFT)


def unpack_shapes(packed: NDArray[np.uint8]) -> TokenShapes:
    """What `pack_shapes` and `with_classes` were given."""
    return TokenShapes(
        (packed & _LENGTH_BITS).astype(np.int64),
        (packed >> _CLASS_SHIFT & _CLASS_BITS).astype(np.uint8),
        (packed & _NUMERIC_BIT) != 0,
    )
