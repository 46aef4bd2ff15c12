"""Orders of hashes equal those of numpy, whatever the values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers import hash_order
from matchers.hash_order import dealt, runs, sorted_hashes
from matchers.siphash import Words

HASHES = st.lists(st.integers(0, (1 << 64) - 1), max_size=50)


def words(values: list[int]) -> Words:
    return np.array(values, dtype=np.uint64)


@given(HASHES, st.integers(1, 8))
def test_dealt_parts_are_whole_and_keep_their_order(hashes: list[int], bits: int) -> None:
    order, ends = dealt(words(hashes), bits)
    parts = np.split(words(hashes)[order], ends[:-1])
    assert ends[-1] == len(hashes)
    assert [part.tolist() for part in parts] == [
        [hashed for hashed in hashes if hashed >> 64 - bits == number] for number in range(1 << bits)
    ]


@pytest.mark.parametrize("count", [0, 1, 4095, 4096, 50_000])
@pytest.mark.parametrize("first", [0, 6, 40, 64])
def test_sorted(count: int, first: int) -> None:
    """Hashes that have their first bits in common, as those of one part have; with all 64 they are equal."""
    hashes = np.random.default_rng(1).integers(0, 1 << 64, count, dtype=np.uint64)
    hashes = hashes >> np.uint64(first) | np.uint64(1 << 63) if first < 64 else hashes * np.uint64(0)
    before = hashes.copy()
    assert (sorted_hashes(hashes) == np.sort(hashes)).all()
    assert (hashes == before).all()


@given(HASHES)
def test_sorted_by_passes(hashes: list[int]) -> None:
    one, other = words(hashes), words(hashes)
    result = other if hash_order._sort(one, other) else one
    assert result.tolist() == sorted(hashes)


@given(st.lists(st.integers(0, 12)).map(sorted))
def test_runs(values: list[int]) -> None:
    found, counts = runs(words(values))
    assert dict(zip(found.tolist(), counts.tolist(), strict=True)) == {value: values.count(value) for value in values}
    assert found.tolist() == sorted(set(values))
