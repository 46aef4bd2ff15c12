"""One letter as a pack holds it: where its parts lie, how large they are, and the parts, opened when asked for."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchers.normaliser import Offsets
from matchers.places import unpack_places
from matchers.seals import SALT_BYTES, Part, Seal
from matchers.siphash import Words
from matchers.token_shapes import TokenShapes, unpack_shapes
from matchers.tokens import SaltedTokens, letter_multiplier, salted

_SIZES = struct.Struct("<3Q5I")
SIZES_BYTES = _SIZES.size


@dataclass(frozen=True, slots=True, repr=False)
class LetterSizes:
    """Where a letter's parts begin in their files, and how long they are.

    Attributes:
        token_start: in token_hashes and token_shapes.
        place_start: in place_bits.
        id_start: in letter_ids.
        tokens: how many.
        place_bytes: of place_bits.
        id_bytes: of letter_ids.
        symbols: of the letter.
        shared: of these in long runs that other letters have too.
    """

    token_start: int
    place_start: int
    id_start: int
    tokens: int
    place_bytes: int
    id_bytes: int
    symbols: int
    shared: int = 0

    @classmethod
    def unpacked(cls, raw: bytes) -> LetterSizes:
        """What `packed` gave."""
        return cls(*_SIZES.unpack(raw))

    def packed(self) -> bytes:
        """`SIZES_BYTES` bytes."""
        return _SIZES.pack(*astuple(self))

    def next_start(self) -> LetterSizes:
        """Of a letter without content that follows this one."""
        starts = self.token_start + self.tokens, self.place_start + self.place_bytes, self.id_start + self.id_bytes
        return LetterSizes(*starts, tokens=0, place_bytes=0, id_bytes=0, symbols=0)

    @property
    def shared_share(self) -> float:
        """The share of the letter that it has in common with other letters, in long runs."""
        return self.shared / max(1, self.symbols)


class StoredLetter:
    """One letter of an opened pack. Each method opens what it returns anew."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], subkey: bytes, number: int) -> None:
        self._arrays = arrays
        self._seal = Seal(subkey, arrays["salts"][number * SALT_BYTES : (number + 1) * SALT_BYTES].tobytes())
        sizes = arrays["letter_sizes"][number * SIZES_BYTES : (number + 1) * SIZES_BYTES]
        self.sizes = LetterSizes.unpacked(self._seal.applied(Part.SIZES, sizes).tobytes())

    @property
    def letter_id(self) -> str:
        """The organisation's own name for it."""
        return self._part(Part.LETTER_ID, "letter_ids", self.sizes.id_start, self.sizes.id_bytes).tobytes().decode()

    def shapes(self) -> TokenShapes:
        """Length, class and kind of its tokens."""
        return unpack_shapes(self._part(Part.SHAPES, "token_shapes", self.sizes.token_start, self.sizes.tokens))

    def tokens(self) -> SaltedTokens:
        """Its tokens, as `salted` gives a document's."""
        raw = self._part(Part.TOKENS, "token_hashes", self.sizes.token_start, self.sizes.tokens)
        return raw.view("<u2").astype(np.uint16, copy=False)

    def salted(self, hashes: Words) -> SaltedTokens:
        """A document's tokens, to compare with its own."""
        return salted(hashes, letter_multiplier(self._seal))

    def places(self) -> Offsets:
        """For each of its symbols the code point of its text."""
        return unpack_places(self._part(Part.PLACES, "place_bits", self.sizes.place_start, self.sizes.place_bytes))

    def _part(self, part: Part, name: str, start: int, count: int) -> NDArray[np.uint8]:
        return self._seal.applied(part, self._arrays[name][start : start + count])
