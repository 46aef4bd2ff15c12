"""What a pack says of single letters is sealed: added bit by bit to a stream that only key and salt together give.

A stream may serve for one content only: two contents under one stream give away their difference. So every build draws
new salts, and a letter whose arrays are written again gets a new salt.
"""

from __future__ import annotations

import hashlib
import struct
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchers.keys import SUBKEY_BYTES
from matchers.siphash import SipKey, Words, siphash

SALT_BYTES = 16
_FIGURES = struct.Struct("<2d")


class Part(StrEnum):
    """What a stream is for; each part of a letter has its own."""

    SIZES = "sizes"
    LETTER_ID = "letter-id"
    TOKENS = "tokens"
    SHAPES = "shapes"
    PLACES = "places"
    ANCHORS = "anchors"
    FRAMES = "frames"  # of a recording
    FIGURES = "figures"  # of the whole pack
    SKETCH = "sketch"  # of a document that was seen


class Seal:
    """The streams of one letter: SHAKE-256 of subkey, salt and part. Gone with the salt.

    Subkey and salt have a fixed length, so no two of their joins with a part are the same.
    """

    def __init__(self, subkey: bytes, salt: bytes) -> None:
        self._start = hashlib.shake_256(subkey + salt)

    def stream(self, part: Part, size: int) -> bytes:
        """The first bytes of a part's stream."""
        state = self._start.copy()
        state.update(part.encode())
        return state.digest(size)

    def applied(self, part: Part, content: NDArray[Any]) -> NDArray[np.uint8]:
        """Sealed if open, open if sealed, as bytes."""
        raw = np.ascontiguousarray(content).view(np.uint8)
        return raw ^ np.frombuffer(self.stream(part, len(raw)), dtype=np.uint8)


def sealed_figures(seal: Seal, figures: tuple[float, float]) -> str:
    """Two numbers about a whole pack, sealed, in hexadecimal."""
    return bytes(seal.applied(Part.FIGURES, np.frombuffer(_FIGURES.pack(*figures), dtype=np.uint8))).hex()


def opened_figures(seal: Seal, text: str) -> tuple[float, float]:
    """What `sealed_figures` was given; ValueError where the text is none of its."""
    raw = bytes.fromhex(text)
    if len(raw) != _FIGURES.size:
        raise ValueError("not sealed figures")
    first, second = _FIGURES.unpack(bytes(seal.applied(Part.FIGURES, np.frombuffer(raw, dtype=np.uint8))))
    return first, second


class RowSeal:
    """Seals the rows of an index, each of 64 bits under the pseudo-random function of its row number.

    Rows of all letters lie mixed, so they can not go with a letter's salt. Every build has a generation, and with it a
    key, of its own.
    """

    def __init__(self, subkey: bytes, generation: str) -> None:
        key = hashlib.blake2b(generation.encode(), digest_size=SUBKEY_BYTES, key=subkey, person=b"index-rows").digest()
        self._key = SipKey.from_bytes(key)

    def applied(self, rows: NDArray[np.int64], content: Words) -> Words:
        """Sealed if open, open if sealed: `content[i]` stands in row `rows[i]`."""
        return content ^ siphash([rows.astype(np.uint64)], self._key)
