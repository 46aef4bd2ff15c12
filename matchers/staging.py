"""Letters on their way into a pack, without their text, sealed on disk: what a killed build had read is not read again.

Letters are written in batches, each a file of its own that appears whole or not at all. A batch also serves as the
memory of a build: the shingles and words of any letter can be opened alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import struct
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matchers.anchors import Anchor
from matchers.hashed_letter import MARK_BYTES, NO_MARK, HashedLetter
from matchers.keyring import Keyring
from matchers.letter_marks import LetterMarks
from matchers.normaliser_version import NORMALISER_VERSION
from matchers.pack_format import FORMAT_VERSION, STAGED_PREFIX, PackParameters, sync_folder
from matchers.private_files import make_private_folder, private_opener
from matchers.seals import RowSeal
from matchers.siphash import Words
from matchers.spill import mapped

# Letters of a batch. 2,000 letters of 2,500 symbols are 52 MB in memory before they are written, and half a minute of
# extraction on two cores that a kill can cost.
LETTERS_A_BATCH = 2000
_HEADER = struct.Struct("<16s16sQ")  # nonce, digest of what is sealed, letters
_WORD = 8
_NONCE_BYTES = 16
_DIGEST_BYTES = 16
_DIGEST_CHUNK = 1 << 20
_SUFFIX = ".batch"
# How many elements a letter has in each section, in the order of the first section's columns.
_COLUMNS = ("ids", "anchors", "places", "tokens", "shingles", "symbols")
# Sections after the first: name, bytes of an element, column that counts its elements; marks have one for each letter.
_SECTIONS = (
    ("marks", 2 * MARK_BYTES, None),
    ("ids", 1, "ids"),
    ("anchors", 1, "anchors"),
    ("places", 1, "places"),
    ("shapes", 1, "tokens"),
    ("numbers", 1, "tokens"),
    ("tokens", _WORD, "tokens"),
    ("shingles", _WORD, "shingles"),
)


def staged_folder(pack: Path, keyring: Keyring, parameters: PackParameters) -> Path:
    """Where letters for this pack wait; another key, other parameters or another version wait elsewhere."""
    layers = b"".join((keyring.root.master, *keyring.layers))
    told = f"{FORMAT_VERSION} {NORMALISER_VERSION} {parameters} ".encode() + layers
    return pack / f"{STAGED_PREFIX}{keyring.current.digest('staging', told)}"


class StagedLetters:
    """The letters that wait in one folder, and which of them are chosen: those of now, and those resumed.

    Args:
        folder: where they wait.
        keyring: of the pack.
        only_read: somebody else may be at work in the folder, so nothing is tidied there.
    """

    def __init__(self, folder: Path, keyring: Keyring, *, only_read: bool = False) -> None:
        self._folder = folder
        self._subkey = keyring.current.subkey("staged")
        self._waiting: list[HashedLetter] = []
        self._batches: list[_Batch] = []
        self._chosen = array("I")
        self._whole: _Batch | None = None
        if not only_read:
            make_private_folder(folder)
        for path in sorted(folder.iterdir()):
            if path.suffix == _SUFFIX and _is_whole(path):
                self._batches.append(_Batch(path, self._subkey))
            elif not only_read:
                path.unlink()
        self._firsts = np.cumsum([0, *(len(batch) for batch in self._batches)])
        self.marks = LetterMarks(map(self._id_and_mark, range(int(self._firsts[-1]))))

    @property
    def chosen(self) -> NDArray[np.int64]:
        """Numbers of the chosen letters."""
        return np.array(self._chosen, dtype=np.int64)

    def add(self, letters: Sequence[HashedLetter]) -> None:
        """Take and choose letters; from `LETTERS_A_BATCH` on they go to disk."""
        first = int(self._firsts[-1]) + len(self._waiting)
        self._chosen.extend(range(first, first + len(letters)))
        self._waiting += letters
        if len(self._waiting) >= LETTERS_A_BATCH:
            self.flush()

    def resume(self, letter_id: str, mark: bytes) -> bool:
        """Choose a letter that was on disk at the beginning; False if it was not."""
        number = self.marks.number_of(letter_id, mark)
        if number is None:
            return False
        self._chosen.append(number)
        return True

    def flush(self) -> None:
        """Write out what is in memory; only what is on disk can be read."""
        if self._waiting:
            number = 1 + max((batch.number for batch in self._batches), default=0)
            path = self._folder / f"{number:08}{_SUFFIX}"
            _write(path, self._waiting, self._subkey)
            self._waiting = []
            self._batches.append(_Batch(path, self._subkey))
            self._firsts = np.append(self._firsts, self._firsts[-1] + len(self._batches[-1]))

    def chosen_ids(self) -> Iterator[tuple[str, bytes]]:
        """Id and mark of every chosen letter; all are on disk."""
        return map(self._id_and_mark, self._chosen)

    def can_be_resumed(self) -> bool:
        """Is there a letter on disk that a next build could tell to be the same?"""
        return any(batch.mark(at) != NO_MARK for batch in self._batches for at in range(len(batch)))

    def letter(self, number: int) -> HashedLetter:
        """One letter, whole. Its batch is opened with it, because who wants one letter wants the next one."""
        batch, at = self._of(number)
        if batch is not self._whole:
            if self._whole:
                self._whole.close()
            batch.open_whole()
            self._whole = batch
        return batch.letter(at)

    def shingles(self, number: int) -> Words:
        """Its shingles in order."""
        batch, at = self._of(number)
        return batch.words("shingles", at)

    def tokens(self, number: int) -> Words:
        """Hashes of its words in order."""
        batch, at = self._of(number)
        return batch.words("tokens", at)

    def numbers(self, number: int) -> NDArray[np.bool_]:
        """Which of its words are long numbers."""
        batch, at = self._of(number)
        return batch.part("numbers", at).astype(np.bool_)

    def remove(self) -> None:
        """Let go of everything, on disk too."""
        self._batches, self._waiting, self._firsts, self._chosen = [], [], np.array([0]), array("I")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _id_and_mark(self, number: int) -> tuple[str, bytes]:
        batch, at = self._of(number)
        return batch.letter_id(at), batch.mark(at)

    def _of(self, number: int) -> tuple[_Batch, int]:
        at = int(np.searchsorted(self._firsts, number, side="right")) - 1
        return self._batches[at], number - int(self._firsts[at])


class _Batch:
    """One file. Any part of any letter can be opened alone, because the seal counts words from the beginning."""

    def __init__(self, path: Path, subkey: bytes) -> None:
        self.number = int(path.stem)
        raw = mapped(path, "<u1")
        nonce, _, letters = _HEADER.unpack(raw[: _HEADER.size].tobytes())
        self._letters = int(letters)
        self._words = raw[_HEADER.size :].view("<u8")
        self._seal = RowSeal(subkey, nonce.hex())
        self._open: NDArray[np.uint8] | None = None
        size = self._letters * len(_COLUMNS) * 4
        counts = self._opened(0, size).view("<u4").reshape(self._letters, len(_COLUMNS)).astype(np.int64)
        self._symbols = counts[:, _COLUMNS.index("symbols")]
        self._starts: dict[str, NDArray[np.int64]] = {}
        begin = _padded(size)
        for name, width, column in _SECTIONS:
            sizes = np.full(self._letters, width) if column is None else counts[:, _COLUMNS.index(column)] * width
            self._starts[name] = begin + np.concatenate(([0], np.cumsum(sizes)))
            begin = _padded(int(self._starts[name][-1]))

    def __len__(self) -> int:
        return self._letters

    def part(self, name: str, at: int) -> NDArray[np.uint8]:
        """One section of one letter, in bytes."""
        starts = self._starts[name]
        return self._opened(int(starts[at]), int(starts[at + 1]))

    def words(self, name: str, at: int) -> Words:
        """The same in words."""
        return self.part(name, at).view("<u8").astype(np.uint64, copy=False)

    def letter_id(self, at: int) -> str:
        return self.part("ids", at).tobytes().decode()

    def mark(self, at: int) -> bytes:
        return self.part("marks", at).tobytes()[:MARK_BYTES]

    def letter(self, at: int) -> HashedLetter:
        marks = self.part("marks", at).tobytes()
        return HashedLetter(
            letter_id=self.letter_id(at),
            mark=marks[:MARK_BYTES],
            content=marks[MARK_BYTES:],
            symbols=int(self._symbols[at]),
            tokens=self.words("tokens", at),
            shapes=self.part("shapes", at),
            numbers=self.part("numbers", at).astype(np.bool_),
            places=self.part("places", at),
            shingles=self.words("shingles", at),
            anchors=tuple(Anchor(kind, value) for kind, value in json.loads(self.part("anchors", at).tobytes())),
        )

    def open_whole(self) -> None:
        """Open all of it at once, to be read letter by letter."""
        self._open = self._opened(0, len(self._words) * _WORD)

    def close(self) -> None:
        """Let go of what `open_whole` opened."""
        self._open = None

    def _opened(self, start: int, end: int) -> NDArray[np.uint8]:
        if self._open is not None:
            return self._open[start:end]
        first, last = start // _WORD, -(-end // _WORD)
        words = self._seal.applied(np.arange(first, last), np.asarray(self._words[first:last]))
        return words.view(np.uint8)[start - first * _WORD : end - first * _WORD]


def _is_whole(path: Path) -> bool:
    """Is a batch what was written?"""
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    with path.open("rb") as file:
        header = file.read(_HEADER.size)
        while chunk := file.read(_DIGEST_CHUNK):
            digest.update(chunk)
    return len(header) == _HEADER.size and _HEADER.unpack(header)[1] == digest.digest()


def _write(path: Path, letters: Sequence[HashedLetter], subkey: bytes) -> None:
    """Put a batch on disk so that it is there whole or not at all, also after a power cut."""
    content = np.frombuffer(b"".join(map(_filled, _sections(letters))), dtype="<u8")
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = RowSeal(subkey, nonce.hex()).applied(np.arange(len(content)), content).tobytes()
    fresh = path.with_suffix(".part")
    with open(fresh, "wb", opener=private_opener) as file:
        digest = hashlib.blake2b(sealed, digest_size=_DIGEST_BYTES).digest()
        file.write(_HEADER.pack(nonce, digest, len(letters)) + sealed)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    sync_folder(path.parent)


def _sections(letters: Sequence[HashedLetter]) -> Iterator[bytes]:
    """In the order of `_SECTIONS`, the counts before them."""
    ids = [letter.letter_id.encode() for letter in letters]
    anchors = [json.dumps([(anchor.kind, anchor.value) for anchor in letter.anchors]).encode() for letter in letters]
    counts = [
        (len(own), len(anchored), len(one.places), len(one.tokens), len(one.shingles), one.symbols)
        for own, anchored, one in zip(ids, anchors, letters, strict=True)
    ]
    yield np.array(counts, dtype="<u4").tobytes()
    yield b"".join(letter.mark + letter.content for letter in letters)
    yield b"".join(ids)
    yield b"".join(anchors)
    yield b"".join(letter.places.tobytes() for letter in letters)
    yield b"".join(letter.shapes.tobytes() for letter in letters)
    yield b"".join(letter.numbers.tobytes() for letter in letters)
    yield b"".join(letter.tokens.astype("<u8").tobytes() for letter in letters)
    yield b"".join(letter.shingles.astype("<u8").tobytes() for letter in letters)


def _filled(section: bytes) -> bytes:
    return section + bytes(_padded(len(section)) - len(section))


def _padded(size: int) -> int:
    return -(-size // _WORD) * _WORD
