"""From a symbol back to the code point it came from, in about two bits a code point."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matchers.normaliser import Offsets


def pack_places(offsets: Offsets) -> NDArray[np.uint8]:
    """Offsets that do not decrease as bits: a 0 for each code point passed, a 1 for each symbol."""
    count = len(offsets)
    if not count:
        return np.zeros(0, dtype=np.uint8)
    bits = np.zeros(int(offsets[-1]) + count, dtype=np.bool_)
    bits[offsets + np.arange(count)] = True
    return np.packbits(bits)


def unpack_places(packed: NDArray[np.uint8]) -> Offsets:
    """The offsets that `pack_places` was given."""
    ones = np.flatnonzero(np.unpackbits(packed))
    return (ones - np.arange(len(ones))).astype(np.int32)
