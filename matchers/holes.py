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
class Holes:
    """Holes among the words `start` to `end` of a letter, of which the first and the last are found.

    Attributes:
        start: first word.
        end: after the last word.
        rows: start and end of each hole.
        furniture: words of page furniture that is left out.
    """

    start: int
    end: int
    rows: NDArray[np.int64]
    furniture: int

    @property
    def share(self) -> float:
        """The share of the words that lie in holes."""
        return float((self.rows[:, 1] - self.rows[:, 0]).sum()) / (self.end - self.start - self.furniture)

    def unbroken(self, places: NDArray[np.int64]) -> list[tuple[int, int]]:
        """The ranges between holes that hold something found."""
        edges = [self.start, *self.rows.ravel().tolist(), self.end]
        pairs = zip(edges[::2], edges[1::2], strict=True)
        return [(low, high) for low, high in pairs if (places[low:high] >= 0).any()]


class LetterWords:
    """The words of one letter: salted hashes and classes."""

    def __init__(self, hashes: SaltedTokens, classes: NDArray[np.uint8]) -> None:
        self._hashes = hashes
        self._template = classes == TokenClass.TEMPLATE
        self._pairs: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None

    def holes(self, places: NDArray[np.int64], start: int, end: int) -> Holes:
        """Holes among the words `start` to `end`.

        Args:
            places: for each word of the letter the word of the document it is, or -1.
            start: first word; found.
            end: after the last word, which is found.
        """
        runs = start + missing_runs(places[start:end] >= 0)
        lengths = runs[:, 1] - runs[:, 0]
        is_long = lengths > longest_noise(lengths, end - start)
        long, lengths = runs[is_long], lengths[is_long]
        furniture = np.zeros(len(long), dtype=np.bool_)
        for at in np.flatnonzero(_may_be_furniture(places, long, lengths)).tolist():
            furniture[at] = self._is_furniture(*long[at].tolist())
        return Holes(start, end, long[~furniture], int(lengths[furniture].sum()))

    def hole_share(self, places: NDArray[np.int64]) -> float:
        """The share of the words between the first and the last one found that lie in holes."""
        found = np.flatnonzero(places >= 0)
        if not len(found):
            return 1.0
        return self.holes(places, int(found[0]), int(found[-1]) + 1).share

    def _is_furniture(self, start: int, end: int) -> bool:
        """Is a run that is only left out text that every page has?"""
        template = float(self._template[start:end].mean())
        return template >= FURNITURE_TEMPLATE or self._repeated(start, end) >= FURNITURE_REPEATED

    def _repeated(self, start: int, end: int) -> float:
        """The share of the pairs of neighbouring words that the letter has elsewhere too."""
        self._pairs = self._pairs or _first_and_last(self._hashes)
        first, last = self._pairs
        return float(((first[start : end - 1] < start) | (last[start : end - 1] >= end)).mean())


def _first_and_last(hashes: SaltedTokens) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each pair of neighbouring words, by its first word, where the letter has the pair first and last."""
    wide = hashes.astype(np.uint32)
    pairs = wide[:-1] << _PAIR_SHIFT | wide[1:]
    order = np.argsort(pairs, kind="stable")
    ordered = pairs[order]
    begins = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    counts = np.diff(begins, append=len(pairs))
    first, last = np.empty(len(pairs), dtype=np.int64), np.empty(len(pairs), dtype=np.int64)
    first[order] = np.repeat(order[begins], counts)
    last[order] = np.repeat(order[begins + counts - 1], counts)
    return first, last


def _may_be_furniture(
    places: NDArray[np.int64], runs: NDArray[np.int64], lengths: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which missing runs are long enough, and have next to nothing in the document in their place."""
    instead = places[runs[:, 1]] - places[runs[:, 0] - 1] - 1
    return (lengths >= FURNITURE_WORDS) & (instead >= 0) & (instead <= FURNITURE_INSTEAD)


def missing_runs(found: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Runs of words that were not found: rows of start and end."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], found, [True])).astype(np.int8)))
    return edges.reshape(-1, 2)


def longest_noise(lengths: NDArray[np.int64], total: int) -> int:
    """Words of the longest missing run that the loss rate of this text explains; longer runs are holes.

    The loss rate is taken from what is left when holes are set aside, round by round: noise is spread evenly, other
    text comes in runs.

    Args:
        lengths: of the runs that are missing.
        total: words of the text.
    """
    ordered = np.sort(lengths)
    lost = [0, *np.cumsum(ordered).tolist()]
    noise = lost[-1]
    longest = total
    for _ in range(_LOSS_ROUNDS):
        loss = min(0.9, max(LEAST_LOSS, noise / max(1, total - (lost[-1] - noise))))
        longest = max(SHORTEST_HOLE - 1, math.ceil(math.log(HOLE_CHANCE / max(1, total)) / math.log(loss)) - 1)
        noise = lost[int(np.searchsorted(ordered, longest, side="right"))]
    return longest
