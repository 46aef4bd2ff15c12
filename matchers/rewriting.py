"""A new generation of a pack: letters kept from earlier packs, and new ones. Every change of a pack is made this way.

New letters are counted first, over all their shingles and with what the earlier pack knows of these; then each letter
is written; then the rows of all tables are brought together. What grows with the pack is on disk.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matchers.counting import Earlier, NewLetters
from matchers.keyring import Keyring
from matchers.letter_writer import LetterWriter, array_files, classified
from matchers.pack_format import PackCounts, PackParameters
from matchers.postings import RowKind, kinds_of, packed_postings
from matchers.seals import RowSeal
from matchers.shingle_counts import COUNTED
from matchers.shingle_table import ShingleTable
from matchers.shingle_table_writer import TableWriter
from matchers.shingles import winnowed
from matchers.siphash import Words
from matchers.spill import PARTS, PartedRecords
from matchers.staging import StagedLetters
from matchers.table_rows import ROW, Rows, brought_together, in_parts, kept_rows, layered_parts

# Places kept of one shingle in one letter; a letter that repeats itself hundreds of times must not flood the index.
MOST_PLACES = 4


@dataclass(frozen=True, slots=True, repr=False)
class Written:
    """What was written.

    Attributes:
        pack_id: keyed digest of all of it, but for salts and seals.
        counts: how much.
        sealed_figures: of the whole pack.
        columns: free columns of the register, in the order in which anchors name them.
        too_short: ids of new letters that have no shingle.
        copies: ids of letters that are copies of one letter, a new one among them.
    """

    pack_id: str
    counts: PackCounts
    sealed_figures: str
    columns: tuple[str, ...]
    too_short: tuple[str, ...]
    copies: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, repr=False)
class Target:
    """What is written: where, under which keys, with which parameters, as which generation."""

    folder: Path
    keyring: Keyring
    parameters: PackParameters
    generation: str


class Rewriting:
    """Writes one generation. Usable once.

    Args:
        target: what is written.
        earlier: packs whose letters are kept; these come first, in this order.
    """

    def __init__(self, target: Target, earlier: Sequence[Earlier] = ()) -> None:
        self._target = target
        self._earlier = earlier
        self._parameters = target.parameters
        self._too_short: list[str] = []

    def write(self, staged: StagedLetters | None = None) -> Written:
        """Write everything; the chosen letters are new ones. With new ones there is at most one earlier pack."""
        target = self._target
        known = self._earlier[0] if self._earlier else None
        copies: tuple[tuple[str, ...], ...] = ()
        with ExitStack() as stack:
            files = stack.enter_context(array_files(target.folder))
            places = stack.enter_context(closing(PartedRecords(target.folder, ROW)))
            counted = stack.enter_context(closing(PartedRecords(target.folder, COUNTED)))
            columns = known.pack.manifest.columns if known else ()
            letters = LetterWriter(files, target.keyring, target.generation, columns)
            self._write_kept(letters)
            most = sum(len(one.pack.table) for one in self._earlier)
            if staged is not None:
                new = NewLetters(staged, known, self._parameters, target.folder)
                table = new.count(counted)
                most += len(table) + self._write_new(letters, new, table, places)
                copies = new.copies
            writer = TableWriter(
                (files["table_directory"], files["table_remainders"], files["table_values"]),
                RowSeal(target.keyring.current.subkey("rows"), target.generation),
                most,
            )
            template = self._write_table(writer, letters, (counted, places), stack)
        return Written(
            pack_id=letters.content.hexdigest(),
            counts=PackCounts(letters.letters, writer.rows, template, letters.tokens, dict(letters.anchors)),
            sealed_figures=letters.sealed_figures,
            columns=tuple(letters.columns),
            too_short=tuple(self._too_short),
            copies=copies,
        )

    def _write_kept(self, letters: LetterWriter) -> None:
        for one in self._earlier:
            for number in np.flatnonzero(one.kept).tolist():
                letters.write(one.pack.letter(number).opened())

    def _write_new(self, letters: LetterWriter, new: NewLetters, table: ShingleTable, places: PartedRecords) -> int:
        """Write the new letters and deal out their places; returns how many places these are."""
        placed = 0
        for letter in new:
            found = table.look_up(letter.shingles)
            counts = np.maximum(found.counts, np.uint32(1))
            records = self._places(letters.letters, letter.shingles, found.template, counts)
            places.add(records["hash"], records)
            placed += len(records)
            if not len(letter.shingles):
                self._too_short.append(letter.letter_id)
            letters.write(classified(letter, found.template, counts, self._parameters.shingle_symbols))
        return placed

    def _places(
        self, letter: int, hashes: Words, frequent: NDArray[np.bool_], counts: NDArray[np.uint32]
    ) -> NDArray[np.void]:
        kept = winnowed(hashes, ~frequent, self._parameters.window)
        order = np.argsort(hashes[kept], kind="stable")
        ordered = hashes[kept][order]
        first = np.searchsorted(ordered, ordered)
        kept = kept[order[np.arange(len(ordered)) - first < MOST_PLACES]]
        records = np.zeros(len(kept), dtype=ROW)
        records["hash"] = hashes[kept]
        records["value"] = packed_postings(letter, kept, counts[kept] == 1)
        return records

    def _write_table(
        self,
        writer: TableWriter,
        letters: LetterWriter,
        spilled: tuple[PartedRecords, PartedRecords],
        stack: ExitStack,
    ) -> int:
        """Write the rows of all; returns how many shingles are template."""
        counted, places = spilled
        streams = [stack.enter_context(closing(self._parts(one))) for one in self._earlier]
        template = 0
        for number in range(PARTS):
            rows = brought_together(
                [next(stream) for stream in streams],
                counted.part(number),
                places.part(number),
                self._parameters.frequent_from,
            )
            writer.append(rows.hashes, rows.values)
            letters.content.update(rows.hashes.tobytes())
            letters.content.update(rows.values.tobytes())
            template += int((kinds_of(rows.values) == RowKind.TEMPLATE).sum())
        writer.finish()
        return template

    def _parts(self, one: Earlier) -> Generator[Rows, None, None]:
        rows = kept_rows(one.pack.table, one.numbers)
        layers = len(one.pack.keyring.layers)
        if layers < len(self._target.keyring.layers):
            return layered_parts(rows, self._target.keyring, layers, self._target.folder)
        return in_parts(rows)
