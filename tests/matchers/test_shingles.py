"""Shingles and winnowing: what is equal hashes alike, and a shared run is never missed."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matchers.shingles import covered, distinct, shingle_hashes, winnowed
from matchers.siphash import SipKey

KEY = SipKey.from_bytes(b"shingle key 0123")
SYMBOLS = st.lists(st.integers(0x61, 0x64), min_size=0, max_size=80)
K, WINDOW = 6, 4


def hashes_of(symbols: list[int]) -> list[int]:
    return [int(value) for value in shingle_hashes(np.array(symbols, dtype=np.uint32), K, KEY)]


@given(SYMBOLS)
def test_shingles_are_equal_exactly_when_their_text_is(symbols: list[int]) -> None:
    hashes = hashes_of(symbols)
    texts = [tuple(symbols[start : start + K]) for start in range(len(symbols) - K + 1)]
    assert len(hashes) == len(texts)
    assert len(set(hashes)) == len(set(texts))
    assert len(set(zip(hashes, texts, strict=True))) == len(set(texts))


def test_all_of_unicode_goes_in() -> None:
    high = [0x10FFFF - number for number in range(K)]
    assert len({*hashes_of(high), *hashes_of(high[::-1]), *hashes_of([1] * K)}) == 3


def test_another_key_gives_other_hashes() -> None:
    symbols = np.arange(97, 120, dtype=np.uint32)
    other = shingle_hashes(symbols, K, SipKey.from_bytes(b"another key 0123"))
    assert not set(other.tolist()) & set(hashes_of(symbols.tolist()))


@given(SYMBOLS, SYMBOLS, st.lists(st.integers(0x61, 0x7A), min_size=K + WINDOW - 1, max_size=30))
def test_a_shared_run_of_window_and_shingle_is_always_found(
    before: list[int], after: list[int], run: list[int]
) -> None:
    def kept(symbols: list[int]) -> set[int]:
        hashes = shingle_hashes(np.array(symbols, dtype=np.uint32), K, KEY)
        return set(hashes[winnowed(hashes, np.ones(len(hashes), dtype=np.bool_), WINDOW)].tolist())

    # The index is winnowed and the document is not: every shingle of the document is looked up.
    assert kept([*before, *run]) & set(hashes_of([*run, *after]))


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=60))
def test_winnowing_keeps_only_what_it_may_and_something_in_every_window(rows: list[tuple[int, bool]]) -> None:
    hashes = np.array([value for value, _ in rows], dtype=np.uint64)
    eligible = np.array([may for _, may in rows], dtype=np.bool_)
    chosen = winnowed(hashes, eligible, WINDOW)
    assert eligible[chosen].all()
    assert (np.diff(chosen) > 0).all()
    for start in range(max(0, len(rows) - WINDOW + 1)):
        if eligible[start : start + WINDOW].any():
            assert ((chosen >= start) & (chosen < start + WINDOW)).any()


@given(st.lists(st.booleans(), max_size=40))
def test_covered_marks_every_symbol_of_marked_shingles(marks: list[bool]) -> None:
    expected = {place for start, mark in enumerate(marks) if mark for place in range(start, start + K)}
    assert set(np.flatnonzero(covered(np.array(marks, dtype=np.bool_), K)).tolist()) == expected


@given(st.lists(st.integers(0, 20)).map(sorted))
def test_distinct(values: list[int]) -> None:
    assert distinct(np.array(values, dtype=np.int64)).tolist() == sorted(set(values))
