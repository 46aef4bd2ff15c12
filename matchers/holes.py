"""Holes: where a document goes on like a letter and says other things, or leaves things out, beyond what is noise."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchers.token_shapes import TokenClass
from matchers.tokens import SaltedTokens

# Chance that a run of lost words as long as this one is noise; a longer run is a hole.
HOLE_CHANCE = 0.01
# Words: a shorter run is never a hole (a hyphenated word, a digit group). Then the least loss that noise has.
SHORTEST_HOLE = 3
LEAST_LOSS = 0.02
_LOSS_ROUNDS = 4
# Page furniture, which a letter kept as pages has in the midst of a sentence and an excerpt of it may lack: words that
# may stand in the document instead, the share of its words that are template, and the share of its pairs of words that
# stand on another page too, where no other letter shows the template.
FURNITURE_INSTEAD = 2
FURNITURE_TEMPLATE = 0.75
FURNITURE_REPEATED = 0.6
FURNITURE_WORDS = 8
_PAIR_SHIFT = np.uint32(16)


@dataclass(frozen=True, slots=True, repr=False)
class LetterWords:
    """The words of one letter: salted hashes and classes."""

    hashes: SaltedTokens
    classes: NDArray[np.uint8]

    def holes(self, places: NDArray[np.int64], start: int, end: int) -> tuple[NDArray[np.int64], int]:
        """Holes among the words `start` to `end` as rows of start and end, and the words of page furniture there.

        Args:
            places: for each word of the letter the word of the document it is, or -1.
            start: first word; found.
            end: after the last word, which is found.
        """
        runs = start + missing_runs(places[start:end] >= 0)
        long = runs[runs[:, 1] - runs[:, 0] > longest_noise(places[start:end] >= 0)]
        furniture = np.array([self._is_furniture(places, low, high) for low, high in long.tolist()], dtype=np.bool_)
        lengths = long[:, 1] - long[:, 0]
        return long[~furniture], int(lengths[furniture].sum())

    def unbroken(self, places: NDArray[np.int64], start: int, end: int) -> list[tuple[int, int]]:
        """The ranges between holes that hold something found."""
        holes, _ = self.holes(places, start, end)
        edges = [start, *holes.ravel().tolist(), end]
        pairs = zip(edges[::2], edges[1::2], strict=True)
        return [(low, high) for low, high in pairs if (places[low:high] >= 0).any()]

    def hole_share(self, places: NDArray[np.int64]) -> float:
        """The share of the words between the first and the last one found that lie in holes."""
        found = np.flatnonzero(places >= 0)
        if not len(found):
            return 1.0
        start, end = int(found[0]), int(found[-1]) + 1
        holes, furniture = self.holes(places, start, end)
        return float((holes[:, 1] - holes[:, 0]).sum()) / (end - start - furniture)

    def _is_furniture(self, places: NDArray[np.int64], start: int, end: int) -> bool:
        """Is a missing run only left out, and text that every page has?"""
        if start == 0 or end == len(places) or end - start < FURNITURE_WORDS:
            return False
        if not 0 <= places[end] - places[start - 1] - 1 <= FURNITURE_INSTEAD:
            return False
        template = float((self.classes[start:end] == TokenClass.TEMPLATE).mean())
        return template >= FURNITURE_TEMPLATE or self._repeated(start, end) >= FURNITURE_REPEATED

    def _repeated(self, start: int, end: int) -> float:
        """The share of the pairs of neighbouring words that the letter has elsewhere too."""
        wide = self.hashes.astype(np.uint32)
        pairs = wide[:-1] << _PAIR_SHIFT | wide[1:]
        elsewhere = np.concatenate((pairs[:start], pairs[end:]))
        return float(np.isin(pairs[start : end - 1], elsewhere).mean())


def missing_runs(found: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Runs of words that were not found: rows of start and end."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], found, [True])).astype(np.int8)))
    return edges.reshape(-1, 2)


def longest_noise(found: NDArray[np.bool_]) -> int:
    """Words of the longest missing run that the loss rate of this text explains; longer runs are holes.

    The loss rate is taken from what is left when holes are set aside, round by round: noise is spread evenly, other
    text comes in runs.
    """
    runs = missing_runs(found)
    lengths = runs[:, 1] - runs[:, 0]
    total, longest = len(found), len(found)
    for _ in range(_LOSS_ROUNDS):
        noise = int(lengths[lengths <= longest].sum())
        kept = total - int(lengths[lengths > longest].sum())
        loss = min(0.9, max(LEAST_LOSS, noise / max(1, kept)))
        longest = max(SHORTEST_HOLE - 1, math.ceil(math.log(HOLE_CHANCE / max(1, total)) / math.log(loss)) - 1)
    return longest
