"""One byte says all of a token's shape."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matchers.token_shapes import TokenClass, pack_shapes, unpack_shapes, with_classes
from matchers.tokens import LONGEST_TOKEN


@given(st.lists(st.tuples(st.integers(1, LONGEST_TOKEN), st.sampled_from(TokenClass), st.booleans())))
def test_what_goes_in_comes_out(rows: list[tuple[int, TokenClass, bool]]) -> None:
    lengths, classes = (np.array([row[part] for row in rows], dtype=np.uint8) for part in range(2))
    numeric = np.array([row[2] for row in rows], dtype=np.bool_)
    shapes = unpack_shapes(with_classes(pack_shapes(lengths, numeric), classes))
    assert list(zip(shapes.lengths, shapes.classes, shapes.numeric, strict=True)) == rows
