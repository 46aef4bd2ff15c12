"""An opened pack: its arrays mapped from disk, and the look-ups that a matcher makes."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from matchers.errors import PackDamagedError
from matchers.keyring import Keyring
from matchers.keys import PackKey
from matchers.letter_marks import LetterMarks
from matchers.normaliser import Normalised
from matchers.normaliser_version import NORMALISER_VERSION
from matchers.pack_format import (
    ARRAYS,
    Manifest,
    PackParameters,
    array_path,
    check_files,
)
from matchers.pack_head import held_against_files
from matchers.seals import RowSeal, Seal, opened_figures
from matchers.shingle_table import LookUp, ShingleTable
from matchers.shingles import shingle_hashes
from matchers.siphash import SipKey, Words
from matchers.sound_store import StoredRecordings
from matchers.spill import mapped
from matchers.stored_letter import StoredLetter
from matchers.thresholds import DEFAULT_THRESHOLDS, Thresholds
from matchers.tokens import Tokens, token_key, tokens_of


class Pack:
    """One pack, ready to be matched against. Made by `open_pack`; may be shared by threads."""

    def __init__(self, folder: Path, manifest: Manifest, key: PackKey) -> None:
        self._folder = folder
        self._manifest = manifest
        arrays = manifest.arrays_folder(folder)
        self._arrays = {name: mapped(array_path(arrays, name), dtype) for name, dtype in ARRAYS.items()}
        self.keyring = keyring_of(folder, manifest, key)
        self._shingle_key = SipKey.from_bytes(self.keyring.root.subkey("shingles"))
        self._token_key = token_key(self.keyring.root.subkey("tokens"))
        self._letter_key = key.subkey("letters")
        self._key = key
        directory, remainders, values = (
            self._arrays[f"table_{name}"] for name in ("directory", "remainders", "values")
        )
        self.table = ShingleTable(directory, remainders, values, RowSeal(key.subkey("rows"), manifest.generation))
        try:
            of_pack = Seal(self._letter_key, manifest.generation.encode())
            self.median_shared, self.rare_template = opened_figures(of_pack, manifest.sealed_figures)
        except ValueError:
            raise PackDamagedError(f"{folder}: its manifest is damaged; restore the pack or build it again") from None

    @property
    def pack_id(self) -> str:
        """The same for packs of the same letters, key and parameters."""
        return self._manifest.pack_id

    @property
    def manifest(self) -> Manifest:
        """What its pack.json says."""
        return self._manifest

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
    def thresholds(self) -> Thresholds:
        """How sure a verdict must be: from calibration on the organisation's letters, or the matcher's own."""
        return self._manifest.thresholds or DEFAULT_THRESHOLDS

    @property
    def format_version(self) -> int:
        """The version of the files."""
        return self._manifest.format_version

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
        hashes = shingle_hashes(text.symbols, self.parameters.shingle_symbols, self._shingle_key)
        return self.keyring.layered(hashes)

    def tokens_of(self, text: Normalised) -> Tokens:
        """The keyed tokens of a document."""
        return tokens_of(text, self._token_key)

    def look_up(self, hashes: Words) -> LookUp:
        """What the pack knows of each of these shingles."""
        return self.table.look_up(hashes)

    def letter(self, number: int) -> StoredLetter:
        """One letter, by the number that postings give."""
        return StoredLetter(self._arrays, self._letter_key, number, self._manifest.columns)

    @cached_property
    def recordings(self) -> StoredRecordings | None:
        """The known recordings, opened when they are first asked for; None where there are none.

        Raises:
            PackDamagedError: they can not be opened.
        """
        sounds = self._manifest.sounds
        return StoredRecordings(self._folder, sounds, self._key) if sounds else None

    def sealed(self, name: str) -> NDArray[Any]:
        """One of its arrays as it lies on disk."""
        return self._arrays[name]

    def marks(self) -> LetterMarks:
        """Id and mark of every letter, by their numbers. Opens them all: 20 seconds for a million."""
        stored = map(self.letter, range(self.letters))
        return LetterMarks((letter.letter_id, letter.sizes.mark) for letter in stored)


def keyring_of(folder: Path, manifest: Manifest, key: PackKey) -> Keyring:
    """The keys of a pack; its own key has been held against the manifest.

    Raises:
        PackDamagedError: what the manifest holds of them was changed.
    """
    try:
        return Keyring.opened(key, manifest.keyring)
    except ValueError:
        raise PackDamagedError(f"{folder}: its manifest is damaged; restore the pack or build it again") from None


def open_pack(folder: Path, key: PackKey) -> Pack:
    """Open a pack for matching.

    Raises:
        PackError: it is missing, not a pack, of another version, of another key, or damaged; the text says which.
    """
    return held_against_files(folder, key, lambda manifest: Pack(folder, manifest, key))
