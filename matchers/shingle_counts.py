"""How many letters each shingle is in, counted over all shingles of all letters: what many have is template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matchers.hash_order import runs, sorted_hashes
from matchers.shingles import distinct
from matchers.siphash import Words
from matchers.spill import PARTS, PartedRecords

COUNTED = np.dtype([("hash", "<u8"), ("count", "<u8")])


class ShingleCounter:
    """Takes the shingles of letter after letter, on disk; counts at the end."""

    def __init__(self, folder: Path) -> None:
        self._once = PartedRecords(folder, "<u8")
        self._excess = PartedRecords(folder, "<u8")
        self._known = PartedRecords(folder, COUNTED)

    def add(self, letters: Iterable[Words]) -> None:
        """Add the shingles of whole letters, one array a letter."""
        if once := [distinct(np.sort(hashes)) for hashes in letters]:
            together = np.concatenate(once)
            self._once.add(together, together)

    def count_once(self, copies: Iterable[Words]) -> None:
        """Letters that were added are copies of one letter: what they share counts once. Distinct shingles of each."""
        hashes, counts = np.unique(np.concatenate(list(copies)), return_counts=True)
        excess = np.repeat(hashes, counts - 1)
        self._excess.add(excess, excess)

    def know(self, hashes: Words, counts: NDArray[np.uint32]) -> None:
        """Letters that are not added have these shingles too. Of what is told of a shingle twice the larger counts."""
        records = np.zeros(len(hashes), dtype=COUNTED)
        records["hash"], records["count"] = hashes, counts
        self._known.add(hashes, records)

    def close(self) -> None:
        """Let go of the files."""
        for parts in (self._once, self._excess, self._known):
            parts.close()

    def counted(self) -> Iterator[NDArray[np.void]]:
        """For each part the shingles that two letters have, or more, or that were told as known; ascending."""
        for number in range(PARTS):
            known = _largest(self._known.part(number))
            hashes, counts = runs(sorted_hashes(self._once.part(number)))
            more, times = runs(sorted_hashes(self._excess.part(number)))
            counts[np.searchsorted(hashes, more)] -= times
            several = counts > 1
            several[np.searchsorted(hashes, np.intersect1d(hashes, known["hash"], assume_unique=True))] = True
            found, inverse = np.unique(np.concatenate((hashes[several], known["hash"])), return_inverse=True)
            records = np.zeros(len(found), dtype=COUNTED)
            records["hash"] = found
            both = np.concatenate((counts[several].astype(np.uint64), known["count"]))
            np.add.at(records["count"], inverse, both)
            yield records


def run_starts(ordered: Words) -> NDArray[np.int64]:
    """Where each different value of an ascending array stands first."""
    return np.flatnonzero(np.append(len(ordered) > 0, ordered[1:] != ordered[:-1])[: len(ordered)])


def _largest(records: NDArray[np.void]) -> NDArray[np.void]:
    """Of the records of one hash the one with the largest count."""
    ordered = records[np.lexsort((records["count"], records["hash"]))]
    return ordered[np.flatnonzero(np.append(ordered["hash"][1:] != ordered["hash"][:-1], True)[: len(ordered)])]
