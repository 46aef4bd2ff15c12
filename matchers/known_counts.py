"""What an earlier pack knows of the shingles of a new letter: how many of its letters have each.

An earlier pack has counts of all shingles that several letters have. Of those that one letter has it has a sample, one
of 8, with its places. But two of the sample that stand in the new letter as far apart as in the earlier one, and that
meet or overlap, show that all text between is the same; and at the ends of such a run the words of both letters, which
the pack has as hashes, say how far the same text goes on. So the counts are nearly those that all texts would give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchers.hashed_letter import HashedLetter
from matchers.postings import Postings
from matchers.shingle_table import LookUp
from matchers.stored_letter import StoredLetter
from matchers.token_shapes import unpack_shapes
from matchers.tokens import SaltedTokens

# Letters of the earlier pack, those with most in common, whose words are compared. Where several letters have a
# shingle it is counted anyway, so what lies beyond is little.
MOST_EXTENDED = 64
# Words that a run is made longer by, at either end: a run begins and ends within 7 symbols of its sample.
_MOST_WORDS = 8


@dataclass(frozen=True, slots=True, repr=False)
class _Runs:
    """Passages that a new letter shares with earlier ones, one row each.

    Attributes:
        letter: number of the earlier letter.
        shift: from a symbol of the new letter to the same one of the earlier letter.
        start: first symbol in the new letter.
        end: the symbol behind the last.
    """

    letter: NDArray[np.int64]
    shift: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]


class KnownCounts:
    """Asks one earlier pack.

    Args:
        stored: gives a letter of it, by number.
        kept: for each letter whether it stays; what goes was counted, and is taken off.
        length: symbols of a shingle.
    """

    def __init__(self, stored: Callable[[int], StoredLetter], kept: NDArray[np.bool_], length: int) -> None:
        self._stored = stored
        self._kept = kept
        self._length = length

    def of(self, letter: HashedLetter, found: LookUp, postings: Postings) -> NDArray[np.uint32]:
        """For each shingle of a new letter how many letters of the earlier pack have it that stay.

        Args:
            letter: the new one.
            found: what the earlier pack has of its shingles.
            postings: those of `found`.
        """
        stays = self._kept[postings.letter]
        with_kept = self._in_common(letter, postings.where(stays))
        with_gone = self._in_common(letter, postings.where(~stays))
        counts = found.counts.astype(np.int64)
        less = np.where(found.template, counts, np.maximum(counts - with_gone, with_kept))
        return np.where(found.template | found.few, less, with_kept).astype(np.uint32)

    def _in_common(self, letter: HashedLetter, postings: Postings) -> NDArray[np.bool_]:
        """Which shingles stand in a passage that some letter of the earlier pack has."""
        runs = runs_of(postings, self._length)
        steps = np.zeros(len(letter.shingles) + 1, dtype=np.int64)
        np.add.at(steps, runs.start, 1)
        np.add.at(steps, runs.end - self._length + 1, -1)
        for start, end in self._extended(letter, runs):
            steps[start] += 1
            steps[end - self._length + 1] -= 1
        common: NDArray[np.bool_] = np.cumsum(steps[:-1]) > 0
        return common

    def _extended(self, letter: HashedLetter, runs: _Runs) -> Iterator[tuple[int, int]]:
        """Runs of the letters with most in common, as far as the words go on alike."""
        numbers, sizes = np.unique(runs.letter, return_counts=True)
        mine = _WordPlaces(unpack_shapes(letter.shapes).lengths)
        for number in numbers[np.argsort(-sizes, kind="stable")][:MOST_EXTENDED].tolist():
            stored = self._stored(number)
            theirs = _WordPlaces(stored.shapes().lengths)
            words = stored.salted(letter.tokens), stored.tokens()
            for at in np.flatnonzero(runs.letter == number).tolist():
                shift = int(runs.shift[at])
                yield (
                    mine.back(theirs, words, int(runs.start[at]), shift),
                    mine.on(theirs, words, int(runs.end[at]), shift),
                )


class _WordPlaces:
    """Where the words of a letter begin, and how far they agree with those of another letter."""

    def __init__(self, lengths: NDArray[np.int64]) -> None:
        self._starts = np.concatenate(([0], np.cumsum(lengths)))

    def on(self, other: _WordPlaces, words: tuple[SaltedTokens, SaltedTokens], end: int, shift: int) -> int:
        """The end of a run, moved on over words that are the same."""
        mine = int(np.searchsorted(self._starts, end - 1, side="right")) - 1
        theirs = int(np.searchsorted(other._starts, int(self._starts[mine]) + shift))
        for _ in range(_MOST_WORDS):
            if not self._same(other, words, (mine, theirs), shift):
                break
            mine, theirs = mine + 1, theirs + 1
            end = max(end, int(self._starts[mine]))
        return end

    def back(self, other: _WordPlaces, words: tuple[SaltedTokens, SaltedTokens], start: int, shift: int) -> int:
        """The start of a run, moved back over words that are the same."""
        mine = int(np.searchsorted(self._starts, start, side="right")) - 1
        theirs = int(np.searchsorted(other._starts, int(self._starts[mine]) + shift))
        for _ in range(_MOST_WORDS):
            if not self._same(other, words, (mine, theirs), shift):
                break
            start = min(start, int(self._starts[mine]))
            mine, theirs = mine - 1, theirs - 1
        return start

    def _same(
        self, other: _WordPlaces, words: tuple[SaltedTokens, SaltedTokens], at: tuple[int, int], shift: int
    ) -> bool:
        """Are these two words the same, in the same place?"""
        mine, theirs = at
        if not (0 <= mine < len(words[0]) and 0 <= theirs < len(words[1])):
            return False
        placed = self._starts[mine : mine + 2] + shift == other._starts[theirs : theirs + 2]
        return bool(placed.all()) and bool(words[0][mine] == words[1][theirs])


def runs_of(postings: Postings, length: int) -> _Runs:
    """Shingles on one diagonal that meet or overlap, joined."""
    shift = postings.position - postings.document
    order = np.lexsort((postings.document, shift, postings.letter))
    letter, shift, place = postings.letter[order], shift[order], postings.document[order]
    apart = (letter[1:] != letter[:-1]) | (shift[1:] != shift[:-1]) | (place[1:] - place[:-1] > length)
    first = np.flatnonzero(np.append(len(place) > 0, apart)[: len(place)])
    last = np.append(first[1:], len(place))[: len(first)] - 1
    return _Runs(letter[first], shift[first], place[first], place[last] + length)
