"""One letter as a pack holds it: where its parts lie, how large they are, and the parts, opened when asked for."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchers.anchors import Anchor, decoded
from matchers.normaliser import Offsets
from matchers.places import unpack_places
from matchers.seals import SALT_BYTES, Part, Seal
from matchers.siphash import Words
from matchers.token_shapes import TokenShapes, unpack_shapes
from matchers.tokens import SaltedTokens, salted

_SIZES = struct.Struct("<4Q7IQ8s8s")
SIZES_BYTES = _SIZES.size
_NOTHING = bytes(8)


@dataclass(frozen=True, slots=True, repr=False)
class LetterSizes:
    """Where a letter's parts begin in their files, how long they are, and what is short enough to stand beside.

    Attributes:
        token_start: in token_hashes and token_shapes.
        place_start: in place_bits.
        id_start: in letter_ids.
        anchor_start: in anchors.
        tokens: how many.
        place_bytes: of place_bits.
        id_bytes: of letter_ids.
        anchor_bytes: of anchors.
        symbols: of the letter.
        shared: of these in long runs that other letters have too.
        siblings: how many letters of the pack share its template; 0 where it has too little of one to say.
        multiplier: the odd number that parts its tokens from those of other letters.
        mark: of its file and its row of the register; zeros where it has none.
        content: keyed digest of its words and their places.
    """

    token_start: int = 0
    place_start: int = 0
    id_start: int = 0
    anchor_start: int = 0
    tokens: int = 0
    place_bytes: int = 0
    id_bytes: int = 0
    anchor_bytes: int = 0
    symbols: int = 0
    shared: int = 0
    siblings: int = 0
    multiplier: int = 1
    mark: bytes = _NOTHING
    content: bytes = _NOTHING

    @classmethod
    def unpacked(cls, raw: bytes) -> LetterSizes:
        """What `packed` gave."""
        return cls(*_SIZES.unpack(raw))

    def packed(self) -> bytes:
        """`SIZES_BYTES` bytes."""
        return _SIZES.pack(*(getattr(self, name) for name in _FIELDS))

    def next_start(self) -> LetterSizes:
        """Of a letter without content that follows this one."""
        return LetterSizes(
            token_start=self.token_start + self.tokens,
            place_start=self.place_start + self.place_bytes,
            id_start=self.id_start + self.id_bytes,
            anchor_start=self.anchor_start + self.anchor_bytes,
        )

    @property
    def shared_share(self) -> float:
        """The share of the letter that it has in common with other letters, in long runs."""
        return self.shared / max(1, self.symbols)


_FIELDS = tuple(field.name for field in fields(LetterSizes))


@dataclass(frozen=True, slots=True, repr=False)
class OpenedLetter:
    """All that a pack holds of one letter but its rows in the table of shingles, open.

    Attributes:
        letter_id: its id.
        sizes: symbols, shared, multiplier, mark and content count; where things begin does not.
        tokens: 16-bit hashes under its multiplier.
        shapes: one byte a token, with classes.
        places: packed.
        anchors: of its registered identifiers.
    """

    letter_id: str
    sizes: LetterSizes
    tokens: SaltedTokens
    shapes: NDArray[np.uint8]
    places: NDArray[np.uint8]
    anchors: tuple[Anchor, ...]


class StoredLetter:
    """One letter of an opened pack. Each method opens what it returns anew.

    Args:
        arrays: of the pack.
        subkey: under which letters are sealed.
        number: of the letter.
        columns: free columns of the pack's register, which its anchors name by number.
    """

    def __init__(
        self, arrays: Mapping[str, NDArray[Any]], subkey: bytes, number: int, columns: Sequence[str] = ()
    ) -> None:
        self._arrays = arrays
        self._columns = columns
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

    def sealed_tokens(self) -> SaltedTokens:
        """The same as they lie on disk."""
        start = self.sizes.token_start
        return np.asarray(self._arrays["token_hashes"][start : start + self.sizes.tokens], dtype=np.uint16)

    def salted(self, hashes: Words) -> SaltedTokens:
        """A document's tokens, to compare with its own."""
        return salted(hashes, np.uint64(self.sizes.multiplier))

    def places(self) -> Offsets:
        """For each of its symbols the code point of its text."""
        return unpack_places(self._part(Part.PLACES, "place_bits", self.sizes.place_start, self.sizes.place_bytes))

    def anchors(self) -> list[Anchor]:
        """Hashes of its registered identifiers."""
        raw = self._part(Part.ANCHORS, "anchors", self.sizes.anchor_start, self.sizes.anchor_bytes)
        return decoded(raw.tobytes(), self._columns)

    def opened(self) -> OpenedLetter:
        """Everything, to be sealed anew."""
        sizes = self.sizes
        return OpenedLetter(
            letter_id=self.letter_id,
            sizes=sizes,
            tokens=self.tokens(),
            shapes=self._part(Part.SHAPES, "token_shapes", sizes.token_start, sizes.tokens),
            places=self._part(Part.PLACES, "place_bits", sizes.place_start, sizes.place_bytes),
            anchors=tuple(self.anchors()),
        )

    def _part(self, part: Part, name: str, start: int, count: int) -> NDArray[np.uint8]:
        return self._seal.applied(part, self._arrays[name][start : start + count])
