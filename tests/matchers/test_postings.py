"""A posting is 64 bits and comes back as it was."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matchers.postings import packed_postings, unpacked_postings

ROWS = st.lists(st.tuples(st.integers(0, (1 << 31) - 1), st.booleans()), min_size=1)


@given(st.integers(0, (1 << 32) - 1), ROWS)
def test_what_goes_in_comes_out(letter: int, rows: list[tuple[int, bool]]) -> None:
    positions = np.array([row[0] for row in rows])
    unique = np.array([row[1] for row in rows])
    found = unpacked_postings(positions, packed_postings(letter, positions, unique))
    assert found.letter.tolist() == [letter] * len(rows)
    assert found.position.tolist() == positions.tolist()
    assert found.unique.tolist() == unique.tolist()
