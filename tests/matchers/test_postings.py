"""A row of the table is 64 bits and comes back as it was."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matchers.postings import (
    MOST_SYMBOLS,
    RowKind,
    counts_of,
    kinds_of,
    packed_counts,
    packed_postings,
    unpacked_postings,
)

ROWS = st.lists(st.tuples(st.integers(0, MOST_SYMBOLS - 1), st.booleans()), min_size=1)


@given(st.integers(0, (1 << 32) - 1), ROWS)
def test_what_goes_in_comes_out(letter: int, rows: list[tuple[int, bool]]) -> None:
    positions = np.array([row[0] for row in rows])
    unique = np.array([row[1] for row in rows])
    found = unpacked_postings(positions, packed_postings(letter, positions, unique))
    assert found.letter.tolist() == [letter] * len(rows)
    assert found.position.tolist() == positions.tolist()
    assert found.unique.tolist() == unique.tolist()


@given(st.lists(st.integers(2, (1 << 32) - 1), min_size=1), st.sampled_from([RowKind.FEW, RowKind.TEMPLATE]))
def test_counts_come_out_too(counts: list[int], kind: RowKind) -> None:
    packed = packed_counts(kind, np.array(counts))
    assert counts_of(packed).tolist() == counts
    assert set(kinds_of(packed).tolist()) == {kind}


def test_the_kind_of_a_place_is_whether_others_have_it() -> None:
    packed = packed_postings(3, np.array([1, 2]), np.array([True, False]))
    assert kinds_of(packed).tolist() == [RowKind.UNIQUE, RowKind.SHARED]
