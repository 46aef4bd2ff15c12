"""Copies of one letter among the letters of a pack: the same words, and at most another list of recipients."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from matchers.normaliser import Normalised
from matchers.shingles import distinct
from matchers.siphash import Words
from matchers.tokens import Tokens

# Digits from which a word is a number that belongs to one person, day or telephone: copies have all of these in common.
# A number of the national register has four at its end, a written year has four.
LONG_NUMBER_DIGITS = 4
# Share of the shingles of either letter that the other has. A list of recipients of 150 symbols leaves 0.94 of a page;
# other patients' letters on the same template have 0.8 to 0.95 in common where they are short, so this alone does not
# tell copies.
COPY_SHINGLES = 0.8
# Share of the letter, from its beginning, in which every word must stand somewhere in the other: who it is about is
# said there, and who gets copies is said below.
COPY_SAME_WORDS = 0.6
# Parts that hashes fall into by their first bits; the smallest shingle of each part is kept, and letters that agree in
# fewer than half are not compared. Letters with 0.8 in common either way agree in 11 of 16, with 0.9 in 13.
_SKETCH_PARTS = 16
_SKETCH_AGREE = 8
_SKETCH_STARTS = np.arange(_SKETCH_PARTS, dtype=np.uint64) << np.uint64(60)
# Letters with the same long numbers, no two of them copies, that further letters are held against; more have no number.
MOST_KINDS = 4096
# Different texts in a group; where there are more, a form was filled in at its end for one person after the other.
MOST_VARIANTS = 8
# Copies that a group may have; what is there more often is a form or a leaflet, and stays template.
MOST_COPIES = 64
_DIGEST_BYTES = 8


class CopyFinder:
    """Takes the long numbers of letter after letter; finds the copies at the end. 8 bytes a letter in memory.

    Args:
        shingles: gives the shingles of a letter, by its place among those taken.
        words: gives the hashes of its words.
    """

    def __init__(self, shingles: Callable[[int], Words], words: Callable[[int], Words]) -> None:
        self._shingles = shingles
        self._words = words
        self._keys = array("Q")

    def add(self, numbers: Words) -> None:
        """Take one letter: hashes of its long numbers."""
        digest = hashlib.blake2b(distinct(np.sort(numbers)).tobytes(), digest_size=_DIGEST_BYTES).digest()
        self._keys.append(int.from_bytes(digest, "little"))

    def groups(self) -> list[list[int]]:
        """The letters that are copies of one another, by number, groups and members ascending."""
        keys = np.array(self._keys, dtype=np.uint64)
        order = np.argsort(keys, kind="stable")
        edges = np.flatnonzero(np.diff(keys[order])) + 1
        found: list[list[int]] = []
        for same_numbers in np.split(order, edges):
            if len(same_numbers) > 1:
                found += self._copies(same_numbers.tolist())
        return sorted(found)

    def shingles_of(self, letter: int) -> Words:
        """The different shingles of one letter, in ascending order."""
        return distinct(np.sort(self._shingles(letter)))

    def _copies(self, letters: list[int]) -> list[list[int]]:
        """The groups among letters with the same long numbers; each letter is held against the first of each group."""
        sketches = np.zeros((min(len(letters), MOST_KINDS), _SKETCH_PARTS), dtype=np.uint64)
        groups: list[list[int]] = []
        for letter in letters:
            own = self.shingles_of(letter)
            if not len(own):
                continue
            sketch = own[np.searchsorted(own, _SKETCH_STARTS) % len(own)]
            alike = np.flatnonzero((sketches[: len(groups)] == sketch).sum(axis=1) >= _SKETCH_AGREE)
            for at in alike.tolist():
                first = groups[at][0]
                if are_copies((own, self._words(letter)), (self.shingles_of(first), self._words(first))):
                    groups[at].append(letter)
                    break
            else:
                if len(groups) < MOST_KINDS:
                    sketches[len(groups)] = sketch
                    groups.append([letter])
        return [group for group in groups if len(group) > 1 and self._variants(group) <= MOST_VARIANTS]

    def _variants(self, group: list[int]) -> int:
        return len({hashlib.blake2b(self._words(letter).tobytes()).digest() for letter in group})


def are_copies(one: tuple[Words, Words], other: tuple[Words, Words]) -> bool:
    """Are two letters with the same long numbers copies, each given as its shingles, ascending, and its words?"""
    (shingles, words), (other_shingles, other_words) = one, other
    most, least = max(len(shingles), len(other_shingles)), min(len(shingles), len(other_shingles))
    if least < COPY_SHINGLES * most:
        return False
    shared = len(np.intersect1d(shingles, other_shingles, assume_unique=True))
    return shared >= COPY_SHINGLES * most and _same_above(words, other_words) and _same_above(other_words, words)


def _same_above(words: Words, others: Words) -> bool:
    return bool(np.isin(words[: int(np.ceil(COPY_SAME_WORDS * len(words)))], others).all())


def long_numbers(text: Normalised, tokens: Tokens) -> NDArray[np.bool_]:
    """Which words hold digits enough to be a number that belongs to one person, day or telephone."""
    digits = np.concatenate(([0], np.cumsum(text.numeric)))
    marks: NDArray[np.bool_] = digits[tokens.starts[1:]] - digits[tokens.starts[:-1]] >= LONG_NUMBER_DIGITS
    return marks
