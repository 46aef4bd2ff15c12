"""The counts of new letters' shingles: over all of these letters, and with what earlier packs know."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matchers.copies import MOST_COPIES, CopyFinder
from matchers.hashed_letter import HashedLetter
from matchers.keys import SUBKEY_BYTES
from matchers.known_copies import KnownCopies
from matchers.known_counts import KnownCounts
from matchers.pack import Pack
from matchers.pack_format import PackParameters
from matchers.postings import RowKind, packed_counts
from matchers.seals import RowSeal
from matchers.shingle_counts import ShingleCounter
from matchers.shingle_table import ShingleTable
from matchers.shingle_table_writer import TableWriter
from matchers.siphash import Words
from matchers.spill import PARTS, ArrayFile, PartedRecords, mapped
from matchers.staging import StagedLetters
from matchers.table_rows import GONE

# Letters whose shingles are dealt to parts together: one at a time, what each part gets is too little for a write.
_LETTERS_TOGETHER = 64
_TABLE_FILES = ("counted-directory", "counted-remainders", "counted-values")


@dataclass(frozen=True, slots=True, repr=False)
class Earlier:
    """A pack whose letters are kept, or some of them.

    Attributes:
        pack: the pack, open.
        numbers: for each of its letters the number in the new pack, or `GONE`.
    """

    pack: Pack
    numbers: NDArray[np.int64]

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Which letters stay."""
        kept: NDArray[np.bool_] = self.numbers != GONE
        return kept


class NewLetters:
    """The staged letters that go into the new pack, with the counts of their shingles.

    Args:
        staged: where they are; the chosen ones go in, in this order.
        earlier: the pack whose letters are kept, if there is one.
        parameters: of the new pack.
        folder: for what is spilled.

    Attributes:
        copies: ids of letters that are copies of one letter, a new one among them; known after counting.
    """

    def __init__(
        self,
        staged: StagedLetters,
        earlier: Earlier | None,
        parameters: PackParameters,
        folder: Path,
    ) -> None:
        self._staged = staged
        self._chosen = staged.chosen
        self._earlier = earlier
        self._parameters = parameters
        self._folder = folder
        self.copies: tuple[tuple[str, ...], ...] = ()

    def __iter__(self) -> Iterator[HashedLetter]:
        """The letters in the order in which they go in."""
        return map(self._staged.letter, self._chosen.tolist())

    def count(self, counted: PartedRecords) -> ShingleTable:
        """Count all shingles.

        Args:
            counted: takes those that several letters have, or that the earlier pack knows, as `COUNTED` records.

        Returns:
            The same, but for those that only one letter has.
        """
        counter = ShingleCounter(self._folder)
        rows = 0
        try:
            self._add_all(counter)
            for number, part in enumerate(counter.counted()):
                counted.put(number, part)
                rows += int((part["count"] > 1).sum())
        finally:
            counter.close()
        return self._table(counted, rows)

    def _add_all(self, counter: ShingleCounter) -> None:
        finder = CopyFinder(self._shingles, self._words)
        groups: list[tuple[str, ...]] = []
        waiting: list[Words] = []
        for at, number in enumerate(self._chosen.tolist()):
            words = self._words(at)
            finder.add(words[self._staged.numbers(number)])
            known = self._known_copies(at, counter)
            if known:
                groups.append((*known, self._staged.letter(number).letter_id))
            else:
                waiting.append(self._shingles(at))
            if len(waiting) == _LETTERS_TOGETHER:
                counter.add(waiting)
                waiting = []
        counter.add(waiting)
        self.copies = (*groups, *self._new_copies(finder, counter, {group[-1] for group in groups}))

    def _known_copies(self, at: int, counter: ShingleCounter) -> tuple[str, ...]:
        """Tell the counter what the earlier pack knows of a letter, and name the letters there that it is a copy of."""
        if self._earlier is None:
            return ()
        letter = self._staged.letter(int(self._chosen[at]))
        pack, kept = self._earlier.pack, self._earlier.kept
        found = pack.table.look_up(letter.shingles)
        postings = found.postings
        counts = KnownCounts(pack.letter, kept, self._parameters.shingle_symbols).of(letter, found, postings)
        told = (counts > 0) | (found.kinds > 0)
        counter.know(letter.shingles[told], counts[told])
        copies = KnownCopies(pack, kept).of(letter, postings)
        return tuple(pack.letter(number).letter_id for number in copies)

    def _new_copies(
        self, finder: CopyFinder, counter: ShingleCounter, counted_before: set[str]
    ) -> Iterator[tuple[str, ...]]:
        """Copies of one letter are one letter to the counts, so that they do not turn it into template."""
        for group in finder.groups():
            ids = [self._staged.letter(int(self._chosen[at])).letter_id for at in group]
            fresh = [at for at, letter_id in zip(group, ids, strict=True) if letter_id not in counted_before]
            if len(fresh) > 1:
                if len(group) <= MOST_COPIES:
                    counter.count_once(finder.shingles_of(at) for at in fresh)
                yield tuple(ids)

    def _shingles(self, at: int) -> Words:
        return self._staged.shingles(int(self._chosen[at]))

    def _words(self, at: int) -> Words:
        return self._staged.tokens(int(self._chosen[at]))

    def _table(self, counted: PartedRecords, rows: int) -> ShingleTable:
        """The counts as a table on disk, for quick answers in bounded memory; it goes with the building folder."""
        seal = RowSeal(secrets.token_bytes(SUBKEY_BYTES), "")
        paths = [self._folder / f"{name}.bin" for name in _TABLE_FILES]
        files = [ArrayFile(path, "<u1") for path in paths]
        try:
            writer = TableWriter((files[0], files[1], files[2]), seal, rows)
            for number in range(PARTS):
                part = counted.part(number)
                several = part[part["count"] > 1]
                template = several["count"] >= self._parameters.frequent_from
                values = packed_counts(RowKind.FEW, several["count"]) + template.astype(np.uint64)
                writer.append(several["hash"].astype(np.uint64), values)
            writer.finish()
        finally:
            for file in files:
                file.close()
        directory, remainders, content = (mapped(path, "<u1") for path in paths)
        table = ShingleTable(directory, remainders, content, seal)
        for path in paths:
            path.unlink()  # what is mapped stays until the build ends
        return table
