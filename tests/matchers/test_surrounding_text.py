"""The text that belongs to a letter: its spans, what lies between them, head and end, and nothing of its neighbours."""

from __future__ import annotations

from matchers.surrounding_text import END, GAP, HEAD, ranges_of, texts_around
from matchers.verdicts import Piece, Span


def span(start: int, end: int, piece: str = "p") -> Span:
    return Span(piece, (start, end), (0, end - start))


def test_close_spans_are_one_range_and_far_ones_are_not() -> None:
    assert ranges_of([span(500, 600), span(0, 100)]) == {"p": [(0, 600)]}
    assert ranges_of([span(0, 10), span(10 + GAP + 1, 2000)]) == {"p": [(0, 10), (10 + GAP + 1, 2000)]}


def test_head_and_end_are_read_as_far_as_the_page_goes() -> None:
    text = "a" * 5000
    ((around),) = texts_around([Piece("p", text)], {"p": [(2000, 3000)]}, [])
    assert len(around) == HEAD + 1000 + END
    assert texts_around([Piece("p", "short")], {"p": [(1, 2)]}, []) == ["short"]
    assert texts_around([Piece("q", "other page")], {"p": [(1, 2)]}, []) == []


def test_a_neighbours_text_is_not_read() -> None:
    text = "A" * 400 + "b" * 300 + "C" * 400
    others = [{"p": [(0, 400)]}, {"p": [(700, 1100)], "q": [(0, 5)]}]
    assert texts_around([Piece("p", text)], {"p": [(450, 650)]}, others) == ["b" * 300]
