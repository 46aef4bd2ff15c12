"""Tokens: words by their hashes, of no use across letters."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matchers.normaliser import normalise
from matchers.siphash import SipKey
from matchers.tokens import LONGEST_TOKEN, letter_key, salted, tokens_of

KEY = SipKey.from_bytes(b"the token key 01")
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


def test_salts_part_the_letters() -> None:
    hashes = tokens_of(normalise("one two three four five six"), KEY).hashes
    keys = [letter_key(SUBKEY, salt) for salt in (b"a" * 16, b"b" * 16)]
    both = salted(np.concatenate((hashes, hashes)), keys, np.array([6, 6]))
    assert both.dtype == np.uint16
    assert (both[:6] == salted(hashes, keys[:1], np.array([6]))).all()
    assert (both[:6] != both[6:]).any()
