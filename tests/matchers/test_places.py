"""Places are kept exactly."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matchers.normaliser import normalise
from matchers.places import pack_places, unpack_places


@given(st.lists(st.integers(0, 40)).map(sorted))
def test_what_goes_in_comes_out(offsets: list[int]) -> None:
    assert unpack_places(pack_places(np.array(offsets, dtype=np.int64))).tolist() == offsets


def test_two_bits_a_code_point() -> None:
    text = "The quick brown fox, and so on. " * 100
    assert len(pack_places(normalise(text).offsets)) <= len(text) / 4
