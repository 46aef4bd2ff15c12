"""How many letters each shingle is in: what is common is template, what is rare tells letters apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matchers.shingles import distinct
from matchers.siphash import Words
from matchers.spill import PARTS, PartedRecords


@dataclass(frozen=True, slots=True, repr=False)
class Frequencies:
    """The shingles that are in more than one letter.

    Attributes:
        template: sorted hashes of those in `frequent_from` letters or more.
        few: sorted hashes of the others.
        few_counts: letters that each of `few` is in, 2 or more.
    """

    template: Words
    few: Words
    few_counts: NDArray[np.uint8]

    def of(self, hashes: Words) -> tuple[NDArray[np.bool_], NDArray[np.uint8]]:
        """For each shingle of a letter of the pack: is it template, and if not, how many letters have it."""
        frequent = contains(self.template, hashes)
        counts = np.ones(len(hashes), dtype=np.uint8)
        if len(self.few):
            at = np.minimum(np.searchsorted(self.few, hashes), len(self.few) - 1)
            counts = np.where(self.few[at] == hashes, self.few_counts[at], counts)
        return frequent, counts


def contains(ordered: Words, hashes: Words) -> NDArray[np.bool_]:
    """Which of the hashes are in a sorted array."""
    return contains_at(ordered, hashes, np.searchsorted(ordered, hashes))


def contains_at(ordered: Words, hashes: Words, places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the hashes are in a sorted array at the places that `searchsorted` gave."""
    if not len(ordered):
        return np.zeros(len(hashes), dtype=np.bool_)
    found: NDArray[np.bool_] = ordered[np.minimum(places, len(ordered) - 1)] == hashes
    return found


class FrequencyCounter:
    """Takes the shingles of letter after letter, on disk; counts at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts = PartedRecords(folder, "<u8")
        self._excess: PartedRecords | None = None

    def add(self, letters: list[Words]) -> None:
        """Add the shingles of whole letters, one array a letter."""
        once = np.concatenate([distinct(np.sort(hashes)) for hashes in letters])
        self._parts.add(once, once)

    def count_once(self, copies: Iterable[Words]) -> None:
        """Letters that were added are copies of one letter: what they share counts once. Distinct shingles of each."""
        hashes, counts = np.unique(np.concatenate(list(copies)), return_counts=True)
        excess = np.repeat(hashes, counts - 1)
        self._excess = self._excess or PartedRecords(self._folder, "<u8")
        self._excess.add(excess, excess)

    def close(self) -> None:
        """Let go of the files."""
        self._parts.close()
        if self._excess:
            self._excess.close()

    def count(self, frequent_from: int) -> Frequencies:
        """Count everything added. A shingle is template from `frequent_from` letters on."""
        template, few, few_counts = [], [], []
        for number in range(PARTS):
            hashes, counts = np.unique(np.asarray(self._parts.part(number)), return_counts=True)
            if self._excess:
                more, times = np.unique(np.asarray(self._excess.part(number)), return_counts=True)
                counts[np.searchsorted(hashes, more)] -= times
            frequent = counts >= frequent_from
            shared = (counts > 1) & ~frequent
            template.append(hashes[frequent])
            few.append(hashes[shared])
            few_counts.append(counts[shared].astype(np.uint8))
        return Frequencies(np.concatenate(template), np.concatenate(few), np.concatenate(few_counts))
