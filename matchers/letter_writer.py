"""The array files of a pack in the making that hold what belongs to single letters, each part sealed by its letter."""

from __future__ import annotations

import hashlib
import secrets
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matchers.alignment import words_within
from matchers.anchors import MOST_COLUMNS, Anchor, encoded
from matchers.errors import PackBuildError
from matchers.hashed_letter import HashedLetter
from matchers.identifiers import Kind
from matchers.keyring import Keyring
from matchers.pack_format import ARRAYS, array_path
from matchers.seals import SALT_BYTES, Part, Seal, sealed_figures
from matchers.shingles import covered
from matchers.spill import ArrayFile
from matchers.stored_letter import LetterSizes, OpenedLetter
from matchers.token_shapes import TokenClass, unpack_shapes, with_classes
from matchers.tokens import salted

# Symbols of text that a letter shares with other letters without a break before it counts as shared text: about eight
# words. Common turns of phrase are shorter.
SHARED_RUN_SYMBOLS = 40
# Template shingles of a letter from which their counts tell how many letters share its template, and which of these
# counts: parts of a template that all letters of a house have stand above, parts that some of the clinic have below.
SIBLING_SHINGLES = 100
SIBLING_PERCENTILE = 75
# Letters with a template, fewest siblings first: where one stands whose template counts as a rare one.
RARE_TEMPLATE_PERCENTILE = 10
_PACK_ID_BYTES = 8


class LetterWriter:
    """Takes letters one by one; every letter gets a new salt, also one that comes from an earlier pack.

    Attributes:
        columns: free columns of the register; those of the letters that are taken come to those given.
        anchors: how many were taken of each kind.
        content: keyed digest of all that was taken.
    """

    def __init__(
        self, files: dict[str, ArrayFile], keyring: Keyring, generation: str, columns: Sequence[str] = ()
    ) -> None:
        self._files = files
        self.columns = list(columns)
        self.anchors: Counter[str] = Counter()
        self._subkey = keyring.current.subkey("letters")
        self._pack_seal = Seal(self._subkey, generation.encode())
        self._next = LetterSizes()
        self._shared = array("f")
        self._siblings = array("I")
        self.content = hashlib.blake2b(digest_size=_PACK_ID_BYTES, key=keyring.root.subkey("pack-id"))

    @property
    def letters(self) -> int:
        """Letters taken so far."""
        return len(self._shared)

    @property
    def tokens(self) -> int:
        """Tokens of all letters taken so far."""
        return self._next.token_start

    @property
    def sealed_figures(self) -> str:
        """The share of a middling letter that others have too, and how many letters show a template that few do."""
        templated = [count for count in self._siblings if count]
        rare = np.percentile(templated, RARE_TEMPLATE_PERCENTILE) if templated else 0
        return sealed_figures(self._pack_seal, (float(np.median(self._shared)), float(rare)))

    def write(self, letter: OpenedLetter) -> None:
        """Take a letter; of its sizes all count but where its parts began."""
        salt = secrets.token_bytes(SALT_BYTES)
        seal = Seal(self._subkey, salt)
        letter_id = letter.letter_id.encode()
        anchors = self._encoded(letter.anchors)
        sizes = replace(
            letter.sizes,
            token_start=self._next.token_start,
            place_start=self._next.place_start,
            id_start=self._next.id_start,
            anchor_start=self._next.anchor_start,
            tokens=len(letter.tokens),
            place_bytes=len(letter.places),
            id_bytes=len(letter_id),
            anchor_bytes=len(anchors),
        )
        self._next = sizes.next_start()
        self._shared.append(sizes.shared_share)
        self._siblings.append(sizes.siblings)
        for name, part, content in (
            ("letter_sizes", Part.SIZES, _bytes(sizes.packed())),
            ("letter_ids", Part.LETTER_ID, _bytes(letter_id)),
            ("token_shapes", Part.SHAPES, letter.shapes),
            ("place_bits", Part.PLACES, letter.places),
            ("anchors", Part.ANCHORS, _bytes(anchors)),
        ):
            self._files[name].append(seal.applied(part, content))
        tokens = np.asarray(letter.tokens, dtype="<u2")
        self._files["token_hashes"].append(seal.applied(Part.TOKENS, tokens).view("<u2"))
        self._files["salts"].append(_bytes(salt))
        for told in (letter_id, sizes.content, letter.shapes.tobytes(), anchors):
            self.content.update(len(told).to_bytes(8, "little") + told)

    def _encoded(self, anchors: Sequence[Anchor]) -> bytes:
        """As the pack stores them; raises PackBuildError where the register has too many free columns."""
        known = {*self.columns, *Kind}
        self.columns += sorted({anchor.kind for anchor in anchors} - known)
        if len(self.columns) > MOST_COLUMNS:
            raise PackBuildError(f"the register has more than {MOST_COLUMNS} free columns; leave some out")
        self.anchors.update(anchor.kind for anchor in anchors)
        return encoded(anchors, self.columns)


@contextmanager
def array_files(folder: Path) -> Iterator[dict[str, ArrayFile]]:
    """All array files of a pack, to be written; closed with the block."""
    files = {name: ArrayFile(array_path(folder, name), dtype) for name, dtype in ARRAYS.items()}
    try:
        yield files
    finally:
        for file in files.values():
            file.close()


def classified(
    letter: HashedLetter, frequent: NDArray[np.bool_], counts: NDArray[np.uint32], length: int
) -> OpenedLetter:
    """A new letter as a pack holds it.

    Args:
        letter: as it was staged.
        frequent: which of its shingles are template.
        counts: how many letters have each, 1 or more.
        length: symbols of a shingle.
    """
    lengths = unpack_shapes(letter.shapes).lengths
    starts = np.concatenate(([0], np.cumsum(lengths)))
    shared = covered(frequent | (counts > 1), length)
    classes = np.full(len(lengths), TokenClass.UNIQUE, dtype=np.uint8)
    classes[words_within(shared, starts)] = TokenClass.FEW
    classes[words_within(covered(frequent, length), starts)] = TokenClass.TEMPLATE
    multiplier = secrets.randbits(64) | 1
    return OpenedLetter(
        letter_id=letter.letter_id,
        sizes=LetterSizes(
            symbols=letter.symbols,
            shared=symbols_in_runs(shared, SHARED_RUN_SYMBOLS),
            siblings=_siblings(counts[frequent]),
            multiplier=multiplier,
            mark=letter.mark,
            content=letter.content,
        ),
        tokens=salted(letter.tokens, np.uint64(multiplier)),
        shapes=with_classes(letter.shapes, classes),
        places=letter.places,
        anchors=letter.anchors,
    )


def _siblings(counts: NDArray[np.uint32]) -> int:
    """How many letters share the template of a letter whose template shingles have these counts."""
    if len(counts) < SIBLING_SHINGLES:
        return 0
    place = len(counts) * SIBLING_PERCENTILE // 100
    return int(np.partition(counts, place)[place])


def symbols_in_runs(marks: NDArray[np.bool_], at_least: int) -> int:
    """Marked symbols that stand in unbroken runs of `at_least`."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], marks, [False])).astype(np.int8)))
    runs = edges[1::2] - edges[::2]
    return int(runs[runs >= at_least].sum())


def _bytes(content: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(content, dtype=np.uint8)
