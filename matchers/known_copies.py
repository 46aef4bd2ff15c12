"""Copies of a new letter among the letters of an earlier pack, told by salted words and without the text."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matchers.copies import COPY_SAME_WORDS, COPY_SHINGLES, LONG_NUMBER_DIGITS, MOST_COPIES, MOST_VARIANTS
from matchers.hashed_letter import HashedLetter
from matchers.pack import Pack
from matchers.postings import Postings
from matchers.stored_letter import StoredLetter
from matchers.token_shapes import unpack_shapes
from matchers.tokens import SaltedTokens


class KnownCopies:
    """Asks one earlier pack.

    Args:
        pack: the earlier one.
        kept: for each of its letters whether it stays; a letter that goes is nobody's copy.
    """

    def __init__(self, pack: Pack, kept: NDArray[np.bool_]) -> None:
        self._pack = pack
        self._kept = kept

    def of(self, letter: HashedLetter, postings: Postings) -> list[int]:
        """Numbers of the letters that a new letter is a copy of; none where there are too many, which are a form.

        Args:
            letter: the new one.
            postings: what the pack has of its shingles.
        """
        there = postings.letter[self._kept[postings.letter]]
        letters, hits = np.unique(there, return_counts=True)
        most_first = letters[np.argsort(-hits, kind="stable")][: MOST_COPIES + 1]
        found, contents = [], {letter.content}
        for number in most_first.tolist():
            stored = self._pack.letter(number)
            if is_copy(letter, stored):
                found.append(number)
                contents.add(stored.sizes.content)
        return found if len(found) < MOST_COPIES and len(contents) <= MOST_VARIANTS else []


def is_copy(letter: HashedLetter, stored: StoredLetter) -> bool:
    """Is a new letter a copy of a stored one? The same rule as for two new ones, with words in place of shingles.

    Of two words that differ, one in 130 seems to stand in a letter of 500 words, because hashes have 16 bits; letters
    of two people differ in several words and numbers.
    """
    least, most = sorted((letter.symbols, stored.sizes.symbols))
    if not least or least < COPY_SHINGLES * most:
        return False
    new, old = stored.salted(letter.tokens), stored.tokens()
    mine, theirs = unpack_shapes(letter.shapes), stored.shapes()
    new_numbers = new[mine.numeric & (mine.lengths >= LONG_NUMBER_DIGITS)]
    old_numbers = old[theirs.numeric & (theirs.lengths >= LONG_NUMBER_DIGITS)]
    if not np.isin(new_numbers, old_numbers).all() or not np.isin(old_numbers, new_numbers).all():
        return False
    return _is_within(new, old) and _is_within(old, new)


def _is_within(words: SaltedTokens, others: SaltedTokens) -> bool:
    """Does what is said first stand in the other letter as a whole, and the rest for the most part?"""
    there = np.isin(words, others)
    above = int(np.ceil(COPY_SAME_WORDS * len(words)))
    return bool(there[:above].all() and there.mean() >= COPY_SHINGLES)
