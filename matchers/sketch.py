"""What is kept of a document that was seen: some of its keyed shingles and where they stand, sealed. No text.

Of all shingles those with the smallest hashes are kept, one in 16. A pack keeps the smallest of every eight that follow
one another, so nearly all that a sketch keeps of a letter the letter's pack keeps too, and the pack's own table answers
for a document that nobody has at hand any more. `python -m benchmarks.sketches` shows what that finds.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matchers.document_text import DocumentText
from matchers.errors import SketchError
from matchers.normaliser_version import NORMALISER_VERSION
from matchers.pack import Pack
from matchers.parts import PART_POINTS, part_of, part_ranges
from matchers.seals import SALT_BYTES, Part, Seal
from matchers.shingle_table import STORED_SHIFT
from matchers.siphash import Words
from matchers.verdicts import Piece

SKETCH_VERSION: Final = 1
# Of so many shingles one is kept. At 32 a passage of 60 words at 5 % character error shows two shingles in 80 of 100
# documents, at 16 in 98, at 8 in all; the size of a sketch goes with it.
ONE_IN: Final = 16
# A longer document is sampled more sparsely, down to this; where 60 words leave four
# shingles; of one that is longer still the sketch is empty and says so.
SPARSEST: Final = 64
# Shingles of one sketch, 250 kB: text of half a million symbols at one in 16, of two million at one in 64.
MOST_SHINGLES: Final = 32_768
# Files inside one document whose places are kept; those that follow count as the last one's neighbours, as no file.
MOST_FILES: Final = 4_096

_HEADER = struct.Struct("<BBHIQI")
_PARTIAL, _TOO_LONG = 1, 2
_MARK_BYTES: Final = 8
_ID_BYTES: Final = 8
_GAP: Final = 255
_LOW_BYTES: Final = 6


@dataclass(frozen=True, slots=True, repr=False)
class Sketch:
    """A document's sketch, open.

    Attributes:
        symbols: of its text.
        one_in: of so many shingles one was kept.
        places: the symbol that each kept shingle begins with, ascending.
        hashes: of the shingles, as the pack stores them.
        files: the first symbol of each file inside, and its path; ascending.
        is_partial: text of the document could not be read, or it holds recordings, of which a sketch says nothing.
        is_too_long: nothing was kept.
    """

    symbols: int
    one_in: int
    places: NDArray[np.int64]
    hashes: Words
    files: tuple[tuple[int, str], ...] = ()
    is_partial: bool = False
    is_too_long: bool = False

    def file_at(self, symbol: int) -> str:
        """The file inside that a symbol is of; empty for the document's own text."""
        found = ""
        for start, path in self.files:
            if start > symbol:
                break
            found = path
        return found


@dataclass(frozen=True, slots=True, repr=False)
class StoredSketch:
    """A sketch, sealed, and which key opens it."""

    space: str
    content: bytes


class Sketcher:
    """Makes and opens the sketches that go with a pack's key.

    Attributes:
        space: tells whether a sketch was made under the same key, shingles and normaliser: only then it can be opened.
    """

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        keyring = pack.keyring
        self._subkey = keyring.current.subkey("sketches")
        self._mark_key = keyring.current.subkey("sketch-mark")
        told = json.dumps([SKETCH_VERSION, NORMALISER_VERSION, pack.parameters.shingle_symbols, len(keyring.layers)])
        root = keyring.root.subkey("sketch-space")
        self.space = hashlib.blake2b(told.encode() + root, digest_size=_ID_BYTES, key=self._mark_key).hexdigest()

    def sketched(
        self, pieces: Sequence[Piece], partial: bool = False, file_of: Callable[[str], str] = lambda path: ""
    ) -> Sketch:
        """The sketch of a document's text; `file_of` names the file inside that a piece of this path is of."""
        taken = _Taken()
        for start, end in part_ranges(sum(len(piece.text) for piece in pieces), PART_POINTS, 0):
            part = part_of(pieces, start, end).pieces
            text = DocumentText(part)
            taken.files(part, text, file_of)
            taken.shingles(self._pack.shingles_of(text.text), len(text.text))
        return taken.sketch(partial)

    def sealed(self, sketch: Sketch, sha256: str) -> bytes:
        """A sketch as it is stored; it belongs to the document of this digest alone."""
        salt = secrets.token_bytes(SALT_BYTES)
        content = np.frombuffer(_packed(sketch), dtype=np.uint8)
        body = salt + Seal(self._subkey, salt).applied(Part.SKETCH, content).tobytes()
        return body + self._mark(body, sha256)

    def opened(self, stored: bytes, sha256: str) -> Sketch:
        """What `sealed` was given.

        Raises:
            SketchError: it was made under another key or for another document, or was altered.
        """
        body, mark = stored[:-_MARK_BYTES], stored[-_MARK_BYTES:]
        if len(body) < SALT_BYTES + _HEADER.size or not hmac.compare_digest(mark, self._mark(body, sha256)):
            raise SketchError("a sketch was made under another key, is another document's, or was altered")
        salt, content = body[:SALT_BYTES], np.frombuffer(body, dtype=np.uint8, offset=SALT_BYTES)
        return _unpacked(Seal(self._subkey, salt).applied(Part.SKETCH, content).tobytes())

    def stored(
        self, pieces: Sequence[Piece], sha256: str, partial: bool, file_of: Callable[[str], str]
    ) -> StoredSketch:
        """The sketch of a document of this digest, sealed."""
        return StoredSketch(self.space, self.sealed(self.sketched(pieces, partial, file_of), sha256))

    def _mark(self, body: bytes, sha256: str) -> bytes:
        return hashlib.blake2b(sha256.encode() + body, digest_size=_MARK_BYTES, key=self._mark_key).digest()


class _Taken:
    """What has been kept of a document so far, part by part; more sparsely where it grows too much."""

    def __init__(self) -> None:
        self._one_in = ONE_IN
        self._places: list[NDArray[np.int64]] = []
        self._hashes: list[Words] = []
        self._files: list[tuple[int, str]] = []
        self._symbols = 0

    def files(self, pieces: Sequence[Piece], text: DocumentText, file_of: Callable[[str], str]) -> None:
        for piece, start in zip(pieces, text.piece_starts.tolist(), strict=False):
            path = file_of(piece.path)
            before = self._files[-1][1] if self._files else ""
            if path != before:
                self._files.append((self._symbols + start, path if len(self._files) < MOST_FILES else ""))

    def shingles(self, hashes: Words, symbols: int) -> None:
        kept = np.flatnonzero(hashes < _limit(self._one_in))
        self._places.append(kept + self._symbols)
        self._hashes.append(hashes[kept])
        self._symbols += symbols
        while self._one_in <= SPARSEST and sum(map(len, self._places)) > MOST_SHINGLES:
            self._thin_out()

    def _thin_out(self) -> None:
        self._one_in *= 2
        masks = [part < _limit(self._one_in) for part in self._hashes]
        self._places = [part[mask] for part, mask in zip(self._places, masks, strict=True)]
        self._hashes = [part[mask] for part, mask in zip(self._hashes, masks, strict=True)]

    def sketch(self, partial: bool) -> Sketch:
        if self._one_in > SPARSEST:
            nothing = np.zeros(0, dtype=np.int64)
            return Sketch(self._symbols, self._one_in, nothing, nothing.astype(np.uint64), (), partial, True)
        places = np.concatenate([np.zeros(0, dtype=np.int64), *self._places])
        hashes = np.concatenate([np.zeros(0, dtype=np.uint64), *self._hashes])
        return Sketch(self._symbols, self._one_in, places, hashes, tuple(self._files[: MOST_FILES + 1]), partial)


def _limit(one_in: int) -> np.uint64:
    return np.uint64((1 << 64) // one_in)


def _packed(sketch: Sketch) -> bytes:
    """Places as gaps of a byte, 255 for more to come; of each hash the 52 bits that a sketch of one in 16 has."""
    gaps = np.diff(sketch.places, prepend=0)
    long = gaps // _GAP
    steps = np.full(len(gaps) + int(long.sum()), _GAP, dtype=np.uint8)
    steps[np.cumsum(long + 1) - 1] = gaps % _GAP
    bits = np.ascontiguousarray(sketch.hashes >> np.uint64(STORED_SHIFT)).view(np.uint8).reshape(-1, 8)
    high = np.append(bits[:, _LOW_BYTES], np.zeros(len(bits) % 2, dtype=np.uint8))
    halves = high[::2] | high[1::2] << np.uint8(4)
    files = zlib.compress(json.dumps(sketch.files).encode()) if sketch.files else b""
    flags = _PARTIAL * sketch.is_partial | _TOO_LONG * sketch.is_too_long
    header = _HEADER.pack(SKETCH_VERSION, flags, sketch.one_in, len(bits), sketch.symbols, len(steps))
    return b"".join((header, steps.tobytes(), bits[:, :_LOW_BYTES].tobytes(), halves.tobytes(), files))


def _unpacked(content: bytes) -> Sketch:
    version, flags, one_in, count, symbols, steps = _HEADER.unpack_from(content)
    if version != SKETCH_VERSION:
        raise SketchError("a sketch is of another version; the next full sweep replaces it")
    parts = _cut(content, _HEADER.size, (steps, count * _LOW_BYTES, (count + 1) // 2))
    taken, low, halves = (np.frombuffer(part, dtype=np.uint8) for part in parts[:3])
    bits = np.zeros((count, 8), dtype=np.uint8)
    bits[:, :_LOW_BYTES] = low.reshape(-1, _LOW_BYTES)
    bits[:, _LOW_BYTES] = np.column_stack((halves & np.uint8(15), halves >> np.uint8(4))).ravel()[:count]
    places = np.cumsum(taken, dtype=np.int64)[taken < _GAP]
    files = json.loads(zlib.decompress(parts[3])) if parts[3] else []
    hashes = bits.view("<u8").ravel() << np.uint64(STORED_SHIFT)
    named = tuple((int(start), str(path)) for start, path in files)
    return Sketch(symbols, one_in, places, hashes, named, bool(flags & _PARTIAL), bool(flags & _TOO_LONG))


def _cut(content: bytes, start: int, sizes: Sequence[int]) -> list[bytes]:
    """Parts of these sizes, one after the other, and what follows them."""
    return list(_pieces_of(content, start, sizes))


def _pieces_of(content: bytes, start: int, sizes: Sequence[int]) -> Iterator[bytes]:
    for size in sizes:
        yield content[start : start + size]
        start += size
    yield content[start:]
