"""Copies of one letter among the letters of a pack: the same words, and at most another list of recipients."""

from __future__ import annotations

import hashlib
from array import array
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matchers.normaliser import Normalised
from matchers.shingles import distinct
from matchers.siphash import Words
from matchers.spill import SpillFile
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
    """Takes the words of letter after letter, on disk; finds the copies at the end. 24 bytes a letter in memory."""

    def __init__(self, folder: Path) -> None:
        self._words = SpillFile(folder, "<u8")
        self._keys = array("Q")
        self._word_ends = array("Q", [0])
        self._shingle_ends = array("Q", [0])

    def add(self, tokens: Words, numbers: Words, shingles: int) -> None:
        """Take one letter.

        Args:
            tokens: hashes of its words in order.
            numbers: of these the long numbers.
            shingles: how many it has.
        """
        digest = hashlib.blake2b(distinct(np.sort(numbers)).tobytes(), digest_size=_DIGEST_BYTES).digest()
        self._keys.append(int.from_bytes(digest, "little"))
        self._word_ends.append(self._word_ends[-1] + len(tokens))
        self._shingle_ends.append(self._shingle_ends[-1] + shingles)
        self._words.append(tokens)

    def close(self) -> None:
        """Let go of the file."""
        self._words.close()

    def groups(self, hashes: Words) -> list[list[int]]:
        """The letters that are copies of one another, by number, groups and members ascending.

        Args:
            hashes: the shingles of all letters, in the order in which they were taken.
        """
        words = self._words.read()
        keys = np.array(self._keys, dtype=np.uint64)
        order = np.argsort(keys, kind="stable")
        edges = np.flatnonzero(np.diff(keys[order])) + 1
        found: list[list[int]] = []
        for same_numbers in np.split(order, edges):
            if len(same_numbers) > 1:
                found += self._copies(same_numbers.tolist(), hashes, words)
        return sorted(found)

    def shingles_of(self, letter: int, hashes: Words) -> Words:
        """The different shingles of one letter, in ascending order."""
        return distinct(np.sort(hashes[self._shingle_ends[letter] : self._shingle_ends[letter + 1]]))

    def _copies(self, letters: list[int], hashes: Words, words: Words) -> list[list[int]]:
        """The groups among letters with the same long numbers; each letter is held against the first of each group."""
        sketches = np.zeros((min(len(letters), MOST_KINDS), _SKETCH_PARTS), dtype=np.uint64)
        groups: list[list[int]] = []
        for letter in letters:
            own = self.shingles_of(letter, hashes)
            if not len(own):
                continue
            sketch = own[np.searchsorted(own, _SKETCH_STARTS) % len(own)]
            alike = np.flatnonzero((sketches[: len(groups)] == sketch).sum(axis=1) >= _SKETCH_AGREE)
            for at in alike.tolist():
                first = groups[at][0]
                if are_copies((own, self._words_of(letter, words)), self._compared(first, hashes, words)):
                    groups[at].append(letter)
                    break
            else:
                if len(groups) < MOST_KINDS:
                    sketches[len(groups)] = sketch
                    groups.append([letter])
        return [group for group in groups if len(group) > 1 and self._variants(group, words) <= MOST_VARIANTS]

    def _variants(self, group: list[int], words: Words) -> int:
        return len({hashlib.blake2b(self._words_of(letter, words).tobytes()).digest() for letter in group})

    def _compared(self, letter: int, hashes: Words, words: Words) -> tuple[Words, Words]:
        return self.shingles_of(letter, hashes), self._words_of(letter, words)

    def _words_of(self, letter: int, words: Words) -> Words:
        return np.asarray(words[self._word_ends[letter] : self._word_ends[letter + 1]])


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
