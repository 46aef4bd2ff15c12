"""Long documents in parts."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from matchers.parts import part_of, part_ranges
from matchers.verdicts import Piece, Span


@given(st.integers(0, 5000), st.integers(60, 900), st.integers(0, 50))
def test_parts_hold_everything_and_overlap(total: int, points: int, overlap: int) -> None:
    ranges = list(part_ranges(total, points, overlap))
    assert ranges[0][0] == 0
    assert ranges[-1][1] == total
    assert all(end - start <= points + 1 for start, end in ranges)
    for (_, end), (start, _) in pairwise(ranges):
        assert end - start >= overlap
    if len(ranges) > 1:
        assert min(end - start for start, end in ranges) > overlap


@given(st.lists(st.text(alphabet="abc", max_size=9), max_size=6), st.data())
def test_a_part_is_the_text_between(texts: list[str], data: st.DataObject) -> None:
    pieces = [Piece(f"p{number}", text) for number, text in enumerate(texts)]
    whole = "".join(texts)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    part = part_of(pieces, start, end)
    assert "".join(piece.text for piece in part.pieces) == whole[start:end]
    for number, piece in enumerate(part.pieces):
        span = part.placed(Span(piece.path, (0, len(piece.text)), (0, 1)), number)
        assert texts[int(piece.path[1:])][span.doc[0] : span.doc[1]] == piece.text
