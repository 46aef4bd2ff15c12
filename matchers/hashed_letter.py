"""A letter that goes into a pack, and all that is drawn from its text: afterwards the text is not needed any more."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matchers.anchors import Anchor, Stretcher, registered
from matchers.copies import long_numbers
from matchers.document_text import joined
from matchers.errors import PackBuildError
from matchers.keyring import Keyring
from matchers.normaliser import Normalised, normalise
from matchers.pack_format import PackParameters
from matchers.places import pack_places
from matchers.postings import MOST_SYMBOLS
from matchers.shingles import shingle_hashes
from matchers.siphash import SipKey, Words
from matchers.token_shapes import pack_shapes
from matchers.tokens import token_key, tokens_of

MARK_BYTES = 8
NO_MARK = bytes(MARK_BYTES)


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """A letter that the organisation knows it wrote.

    Attributes:
        letter_id: opaque, the organisation's own name for it.
        text: all of it.
        identifiers: of the person that it is about, column of the register to value.
        others: the same of further people that it is about.
        mark: 8 bytes that change when its file or its row of the register changes; empty where nobody compares.
    """

    letter_id: str
    text: str
    identifiers: Mapping[str, str] = field(default_factory=dict)
    mark: bytes = b""
    others: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class HashedLetter:
    """One letter without its text.

    Attributes:
        letter_id: as given.
        mark: as given, or `NO_MARK`.
        content: keyed digest of its words and their places; equal for equal letters of one root.
        symbols: of its normalised text.
        tokens: hashes of its words, not yet salted.
        shapes: one byte a word, no class yet.
        numbers: which words are long numbers, see `matchers.copies`.
        places: from symbols back to code points, packed.
        shingles: every one, in order, as the pack stores them.
        anchors: of its registered identifiers.
    """

    letter_id: str
    mark: bytes
    content: bytes
    symbols: int
    tokens: Words
    shapes: NDArray[np.uint8]
    numbers: NDArray[np.bool_]
    places: NDArray[np.uint8]
    shingles: Words
    anchors: tuple[Anchor, ...] = ()


class LetterHasher:
    """Draws from letters what a pack of this keyring and these parameters needs."""

    def __init__(self, keyring: Keyring, parameters: PackParameters) -> None:
        self._keyring = keyring
        self._length = parameters.shingle_symbols
        self._shingle_key = SipKey.from_bytes(keyring.root.subkey("shingles"))
        self._token_key = token_key(keyring.root.subkey("tokens"))
        self._content_key = keyring.root.subkey("content")
        self._stretcher = Stretcher(keyring.root)
        self._threads = ThreadPoolExecutor(thread_name_prefix="anchors")  # scrypt lets other threads run

    def hashed(self, letters: Sequence[Letter]) -> list[HashedLetter]:
        """Some letters together, which is faster than one by one.

        Raises:
            PackBuildError: one is too long for a pack, or has an identifier that can not be read.
        """
        texts = [normalise(letter.text) for letter in letters]
        if any(len(text) >= MOST_SYMBOLS for text in texts):
            raise PackBuildError(f"a letter has more than {MOST_SYMBOLS:,} symbols; no letter is so long")
        anchors = self._all_anchors(letters)
        together = joined(texts)
        ends = np.cumsum([len(text) for text in texts])
        shingles = self._shingles(together, ends)
        tokens = tokens_of(together, self._token_key)
        shapes = pack_shapes(np.diff(tokens.starts).astype(np.uint8), tokens.numeric)
        numbers = long_numbers(together, tokens)
        cuts = np.searchsorted(tokens.starts[:-1], ends).tolist()
        found = []
        for at, (start, end) in enumerate(zip([0, *cuts[:-1]], cuts, strict=True)):
            places = pack_places(texts[at].offsets)
            words = tokens.hashes[start:end]
            found.append(
                HashedLetter(
                    letter_id=letters[at].letter_id,
                    mark=letters[at].mark or NO_MARK,
                    content=self._content(words, places),
                    symbols=len(texts[at]),
                    tokens=words,
                    shapes=shapes[start:end],
                    numbers=numbers[start:end],
                    places=places,
                    shingles=shingles[at],
                    anchors=anchors[at],
                )
            )
        return found

    def _all_anchors(self, letters: Sequence[Letter]) -> list[tuple[Anchor, ...]]:
        if not any(letter.identifiers or letter.others for letter in letters):
            return [()] * len(letters)
        return list(self._threads.map(self._anchors, letters))

    def _anchors(self, letter: Letter) -> tuple[Anchor, ...]:
        people = (person for person in (letter.identifiers, *letter.others) if person)
        return tuple(anchor for person in people for anchor in registered(person, self._stretcher))

    def _content(self, tokens: Words, places: NDArray[np.uint8]) -> bytes:
        digest = hashlib.blake2b(tokens.tobytes(), digest_size=MARK_BYTES, key=self._content_key)
        digest.update(places.tobytes())
        return digest.digest()

    def _shingles(self, together: Normalised, ends: NDArray[np.int64]) -> list[Words]:
        """The shingles of each letter; those that reach into the next letter are left out."""
        hashes = self._keyring.layered(shingle_hashes(together.symbols, self._length, self._shingle_key))
        starts = np.concatenate(([0], ends[:-1]))
        pairs = zip(starts.tolist(), ends.tolist(), strict=True)
        return [hashes[start : max(start, end - self._length + 1)] for start, end in pairs]
