"""Pieces are one text, and every range finds its piece again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from matchers.document_text import DocumentText
from matchers.normaliser import normalise
from matchers.verdicts import Piece


@given(st.lists(st.text(alphabet="abe 22é\n", max_size=12), max_size=5), st.data())
def test_ranges_lie_in_their_pieces_and_hold_the_same_symbols(texts: list[str], data: st.DataObject) -> None:
    document = DocumentText([Piece(str(number), text) for number, text in enumerate(texts)])
    assert document.symbols == sum(len(normalise(text)) for text in texts)
    start = data.draw(st.integers(0, document.symbols))
    end = data.draw(st.integers(start, document.symbols))
    # Without pairs that fold into one symbol: such a symbol stands at the first of the two.
    symbols: list[int] = []
    for piece, (low, high), (first, last) in document.ranges(start, end):
        part = normalise(texts[piece][low:high]).symbols.tolist()
        assert len(part) == last - first
        symbols += part
    assert symbols == document.text.symbols[start:end].tolist()


def test_no_pieces() -> None:
    document = DocumentText([])
    assert document.symbols == 0
    assert document.ranges(0, 0) == []
