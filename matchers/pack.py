"""An opened pack: its arrays mapped from disk, and the look-ups that a matcher makes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchers.errors import PackDamagedError
from matchers.frequencies import contains
from matchers.keys import PackKey
from matchers.normaliser import NORMALISER_VERSION, Normalised, Offsets
from matchers.pack_format import (
    ARRAYS,
    FORMAT_VERSION,
    Manifest,
    PackParameters,
    array_path,
    check_files,
    read_manifest,
)
from matchers.places import unpack_places
from matchers.shingles import shingle_hashes
from matchers.siphash import SipKey, Words
from matchers.spill import mapped
from matchers.token_shapes import TokenShapes, unpack_shapes
from matchers.tokens import SALT_BYTES, SaltedTokens, Tokens, letter_key, salted, tokens_of

# Bytes of array files up to which opening a pack reads and digests them all; 256 MB take about half a second. Larger
# packs are held against their sizes, and against their digests by `Pack.verify`.
VERIFIED_AT_OPENING = 256 << 20


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


class Pack:
    """One pack, ready to be matched against. Made by `open_pack`; may be shared by threads."""

    def __init__(self, folder: Path, manifest: Manifest, key: PackKey) -> None:
        self._folder = folder
        self._manifest = manifest
        arrays = manifest.arrays_folder(folder)
        self._arrays = {name: mapped(array_path(arrays, name), dtype) for name, dtype in ARRAYS.items()}
        self._shingle_key = SipKey.from_bytes(key.subkey("shingles"))
        self._token_key = SipKey.from_bytes(key.subkey("tokens"))
        self._salting_key = key.subkey("letters")
        self.median_shared = _median_share(self._arrays["letter_shared"], self._arrays["letter_sizes"])

    @property
    def pack_id(self) -> str:
        """The same for packs of the same letters, key and parameters."""
        return self._manifest.pack_id

    @property
    def letters(self) -> int:
        """How many letters the pack holds."""
        return self._manifest.counts.letters

    @property
    def shingles(self) -> int:
        """How many rare shingles were kept."""
        return self._manifest.counts.shingles

    @property
    def template_shingles(self) -> int:
        """How many shingles count as the organisation's template."""
        return self._manifest.counts.template_shingles

    @property
    def bytes_per_letter(self) -> float:
        """Bytes on disk for one letter, on average."""
        return sum(mark.size for mark in self._manifest.files.values()) / self.letters

    @property
    def parameters(self) -> PackParameters:
        """What the pack was built with."""
        return self._manifest.parameters

    @property
    def format_version(self) -> int:
        """The version of the files."""
        return FORMAT_VERSION

    @property
    def normaliser_version(self) -> int:
        """The version of the normaliser that the letters went through."""
        return NORMALISER_VERSION

    def verify(self) -> None:
        """Hold every file against its digest.

        Raises:
            PackDamagedError: the first that differs.
        """
        check_files(self._folder, self._manifest, digests=True)

    def shingles_of(self, text: Normalised) -> Words:
        """The keyed shingles of a document."""
        return shingle_hashes(text.symbols, self.parameters.shingle_symbols, self._shingle_key)

    def tokens_of(self, text: Normalised) -> Tokens:
        """The keyed tokens of a document."""
        return tokens_of(text, self._token_key)

    def is_template(self, hashes: Words) -> NDArray[np.bool_]:
        """Which shingles are the organisation's template."""
        return contains(self._arrays["template_hashes"], hashes)

    def postings(self, hashes: Words) -> Postings:
        """Every kept shingle among these, with every place it has; `document` counts in `hashes`."""
        index = self._arrays["index_hashes"]
        order = np.argsort(hashes)
        ordered = hashes[order]
        first = np.searchsorted(index, ordered, side="left")
        counts = np.searchsorted(index, ordered, side="right") - first
        rows = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(int(counts.sum()))
        return Postings(
            np.repeat(order, counts).astype(np.int64),
            self._arrays["index_letters"][rows].astype(np.int64),
            self._arrays["index_positions"][rows].astype(np.int64),
            self._arrays["index_frequencies"][rows] == 1,
        )

    def letter_id(self, letter: int) -> str:
        """The opaque id of a letter."""
        return bytes(self._slice("letter_ids", "letter_id_ends", letter)).decode()

    def letter_symbols(self, letter: int) -> int:
        """How many symbols a letter has."""
        return int(self._arrays["letter_sizes"][letter])

    def shared_share(self, letter: int) -> float:
        """The share of a letter that it has in common with other letters, in long runs."""
        return float(self._arrays["letter_shared"][letter]) / max(1, self.letter_symbols(letter))

    def token_shapes(self, letter: int) -> TokenShapes:
        """Length, class and kind of a letter's tokens."""
        return unpack_shapes(self._slice("token_shapes", "token_ends", letter))

    def token_hashes(self, letter: int) -> SaltedTokens:
        """A letter's tokens under its own salt."""
        return np.asarray(self._slice("token_hashes", "token_ends", letter), dtype=np.uint16)

    def salted_for(self, letter: int, hashes: Words) -> SaltedTokens:
        """A document's tokens under the salt of one letter."""
        salt = bytes(self._arrays["salts"][letter * SALT_BYTES : (letter + 1) * SALT_BYTES])
        return salted(hashes, [letter_key(self._salting_key, salt)], np.array([len(hashes)]))

    def places(self, letter: int) -> Offsets:
        """For each symbol of a letter the code point of its text."""
        return unpack_places(self._slice("place_bits", "place_ends", letter))

    def _slice(self, name: str, ends_name: str, letter: int) -> NDArray[Any]:
        ends = self._arrays[ends_name]
        start = int(ends[letter - 1]) if letter else 0
        return self._arrays[name][start : int(ends[letter])]


def open_pack(folder: Path, key: PackKey) -> Pack:
    """Open a pack for matching.

    Raises:
        PackError: it is missing, not a pack, of another version, of another key, or damaged; the text says which.
    """
    manifest = read_manifest(folder, key)
    small = sum(mark.size for mark in manifest.files.values()) <= VERIFIED_AT_OPENING
    try:
        check_files(folder, manifest, digests=small)
        return Pack(folder, manifest, key)
    except (OSError, PackDamagedError):
        # A build may have put a new pack in place between reading the manifest and its arrays.
        fresh = read_manifest(folder, key)
        if fresh.generation == manifest.generation:
            raise
    check_files(folder, fresh, digests=small)
    return Pack(folder, fresh, key)


def _median_share(shared: NDArray[Any], sizes: NDArray[Any]) -> float:
    """The share of a middling letter that it has in common with others."""
    return float(np.median(shared / np.maximum(sizes, 1)))
