"""A pack held against itself: every file, every letter, every row of its table, and its counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matchers.errors import PackDamagedError
from matchers.letter_marks import LetterMarks
from matchers.pack import Pack
from matchers.pack_format import ARRAYS, array_path
from matchers.postings import RowKind, kinds_of, unpacked_postings
from matchers.siphash import Words
from matchers.sound_store import Recording, StoredRecordings
from matchers.stored_letter import LetterSizes, StoredLetter


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at: letters, rows of the table of shingles, and recordings."""

    letters: int
    rows: int
    recordings: int = 0


def verify_pack(pack: Pack, folder: Path) -> Verified:
    """Look at everything in a pack. At a million letters this takes minutes.

    Raises:
        PackDamagedError: the first thing that is not as it should be.
    """
    pack.verify()
    symbols = _letters(pack, folder)
    rows = _table(pack, symbols, folder)
    return Verified(pack.letters, rows, _recordings(pack, folder))


def _recordings(pack: Pack, folder: Path) -> int:
    """Every recording opened; opening them holds their sizes against one another."""
    if pack.recordings is None:
        return 0
    ids: list[tuple[str, bytes]] = []
    for number, recording in enumerate(_opened(pack.recordings, folder)):
        ids.append((recording.recording_id, b""))
        if int(np.count_nonzero(recording.frames)) != pack.recordings.speaking[number]:
            raise _damaged(folder, f"recording {number} can not be opened")
    if not LetterMarks(ids).is_distinct():
        raise _damaged(folder, "two recordings have one id")
    return len(ids)


def _opened(recordings: StoredRecordings, folder: Path) -> Iterator[Recording]:
    try:
        yield from recordings.opened()
    except UnicodeDecodeError:
        raise _damaged(folder, "a recording can not be opened") from None


def _letters(pack: Pack, folder: Path) -> NDArray[np.int64]:
    """Every letter opened; gives the symbols of each."""
    expected = LetterSizes()
    symbols = np.zeros(pack.letters, dtype=np.int64)
    ids: list[tuple[str, bytes]] = []
    anchors: Counter[str] = Counter()
    for number in range(pack.letters):
        letter = pack.letter(number)
        if not _follows(letter.sizes, expected) or not _is_consistent(letter):
            raise _damaged(folder, f"letter {number} of {pack.letters} can not be opened")
        expected = letter.sizes.next_start()
        symbols[number] = letter.sizes.symbols
        ids.append((letter.letter_id, b""))
        anchors.update(anchor.kind for anchor in letter.anchors())
    sizes = {name: array_path(pack.manifest.arrays_folder(folder), name).stat().st_size for name in ARRAYS}
    if _file_sizes(expected) != {name: sizes[name] for name in _file_sizes(expected)}:
        raise _damaged(folder, "there is more in its files than its letters say")
    if not LetterMarks(ids).is_distinct():
        raise _damaged(folder, "two letters have one id")
    if expected.token_start != pack.manifest.counts.tokens or dict(anchors) != dict(pack.manifest.counts.anchors):
        raise _damaged(folder, "its letters do not agree with its counts")
    return symbols


def _follows(sizes: LetterSizes, expected: LetterSizes) -> bool:
    return (sizes.token_start, sizes.place_start, sizes.id_start, sizes.anchor_start) == (
        expected.token_start, expected.place_start, expected.id_start, expected.anchor_start,
    )  # fmt: skip


def _is_consistent(letter: StoredLetter) -> bool:
    """Do the parts of a letter agree with one another? With a wrong salt they would not."""
    try:
        opened = letter.opened()
    except (UnicodeDecodeError, PackDamagedError):
        return False
    symbols = letter.sizes.symbols
    return len(letter.places()) == symbols == int(letter.shapes().lengths.sum()) and bool(opened.letter_id)


def _file_sizes(end: LetterSizes) -> dict[str, int]:
    """Bytes of the files that hold letters one behind the other."""
    return {
        "token_hashes": 2 * end.token_start,
        "token_shapes": end.token_start,
        "place_bits": end.place_start,
        "letter_ids": end.id_start,
        "anchors": end.anchor_start,
    }


def _table(pack: Pack, symbols: NDArray[np.int64], folder: Path) -> int:
    """Every row opened, in order."""
    highest, rows, template = np.uint64(0), 0, 0
    length = pack.parameters.shingle_symbols
    for hashes, values in pack.table.rows():
        if hashes[0] < highest or (hashes[1:] < hashes[:-1]).any():
            raise _damaged(folder, "the rows of its table are not in order")
        if not _are_places(values[kinds_of(values) < RowKind.FEW], symbols, length):
            raise _damaged(folder, "a row of its table names a place that no letter has")
        highest = hashes[-1]
        rows += len(hashes)
        template += int((kinds_of(values) == RowKind.TEMPLATE).sum())
    counts = pack.manifest.counts
    if (rows, template) != (counts.shingles, counts.template_shingles):
        raise _damaged(folder, "the rows of its table do not agree with its counts")
    return rows


def _are_places(values: Words, symbols: NDArray[np.int64], length: int) -> bool:
    places = unpacked_postings(np.zeros(len(values), dtype=np.int64), values)
    if not len(values):
        return True
    if int(places.letter.max()) >= len(symbols):
        return False
    return bool((places.position <= symbols[places.letter] - length).all())


def _damaged(folder: Path, what: str) -> PackDamagedError:
    return PackDamagedError(f"{folder}: is damaged: {what}; restore the pack or build it again")
