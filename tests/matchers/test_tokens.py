"""Tokens: words by their hashes, of no use across letters."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matchers.normaliser import normalise
from matchers.tokens import LONGEST_TOKEN, salted, token_key, tokens_of

KEY = token_key(b"the token key 01")
SUBKEY = b"the salting key!"


@given(st.text())
def test_tokens_hold_every_symbol_once_and_are_short(text: str) -> None:
    result = normalise(text)
    tokens = tokens_of(result, KEY)
    lengths = np.diff(tokens.starts)
    assert tokens.starts[0] == 0
    assert tokens.starts[-1] == len(result)
    assert ((lengths > 0) & (lengths <= LONGEST_TOKEN)).all()
    assert len(tokens) == len(lengths) == len(tokens.numeric)


def test_a_word_has_one_hash_wherever_it_stands() -> None:
    tokens = tokens_of(normalise("The scan showed the scan, and no more."), KEY)
    hashes = tokens.hashes.tolist()
    assert hashes[0] == hashes[3]
    assert hashes[1] == hashes[4]
    assert len(set(hashes)) == 6


def test_long_words_are_cut_and_still_compared() -> None:
    tokens = tokens_of(normalise("hysterosalpingogram hysterosalpingograms"), KEY)
    hashes = tokens.hashes.tolist()
    assert len(hashes) == 4
    assert hashes[0] == hashes[2]
    assert hashes[1] != hashes[3]


def test_words_with_digits_are_numeric() -> None:
    assert tokens_of(normalise("seen 12/04 with B12"), KEY).numeric.tolist() == [False, True, True, False, True]


def multiplier(number: int) -> np.uint64:
    """An odd number like those that letters draw."""
    return np.uint64(random.Random(number).getrandbits(64) | 1)  # noqa: S311 - the same in every run


def test_multipliers_part_the_letters() -> None:
    hashes = tokens_of(normalise("one two three four five six"), KEY).hashes
    one, other = (multiplier(number) for number in (1, 2))
    assert salted(hashes, one).dtype == np.uint16
    assert (salted(hashes, one) == salted(hashes, one)).all()
    assert (salted(hashes, one) != salted(hashes, other)).all()


def test_words_that_are_nearly_the_same_fall_together_in_hardly_any_letter() -> None:
    words = [f"{first}{second}{third}" for first in "abdeghk" for second in "aeou" for third in "2346789"]
    hashes = tokens_of(normalise(" ".join(words)), KEY).hashes
    assert len(set(hashes.tolist())) == len(words)
    together = 0
    for number in range(200):
        kept = salted(hashes, multiplier(number))
        together += len(words) - len(set(kept.tolist()))
    pairs = len(words) * (len(words) - 1) / 2
    assert together < 200 * pairs * 2.5 / (1 << 16)


def test_another_key_gives_other_hashes() -> None:
    text = normalise("one two three four five six")
    other = token_key(b"the token key 02")
    assert (tokens_of(text, KEY).hashes != tokens_of(text, other).hashes).all()
