"""Counting shingles over letters on disk."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matchers.shingle_counts import ShingleCounter
from matchers.siphash import Words


def words(values: list[int]) -> Words:
    return np.array([value << 58 for value in values], dtype=np.uint64)


def counts(counter: ShingleCounter) -> dict[int, int]:
    parts = [
        dict(zip((part["hash"] >> np.uint64(58)).tolist(), part["count"].tolist(), strict=True))
        for part in counter.counted()
    ]
    counter.close()
    return {value: count for part in parts for value, count in part.items()}


@given(
    st.lists(st.lists(st.integers(0, 63), max_size=30), max_size=6),
    st.dictionaries(st.integers(0, 63), st.integers(1, 9)),
)
@settings(deadline=None, max_examples=40)
def test_it_counts_letters_and_not_occurrences(letters: list[list[int]], known: dict[int, int]) -> None:
    counter = ShingleCounter(Path())
    for letter in letters:
        counter.add([words(letter)])
    counter.know(words(list(known)), np.array(list(known.values()), dtype=np.uint32))
    expected = Counter(value for letter in letters for value in set(letter))
    right = {value: expected[value] + known.get(value, 0) for value in {*expected, *known}}
    assert counts(counter) == {value: count for value, count in right.items() if count > 1 or value in known}


def test_copies_count_once(tmp_path: Path) -> None:
    counter = ShingleCounter(tmp_path)
    counter.add([words([1, 2, 3]), words([1, 2, 4]), words([1, 9])])
    counter.count_once([words([1, 2, 3]), words([1, 2, 4])])
    assert counts(counter) == {1: 2}


def test_what_two_letters_tell_of_one_shingle_counts_once(tmp_path: Path) -> None:
    counter = ShingleCounter(tmp_path)
    counter.know(words([1, 2]), np.array([1, 3], dtype=np.uint32))
    counter.know(words([2, 1]), np.array([1, 2], dtype=np.uint32))
    assert counts(counter) == {1: 2, 2: 3}
