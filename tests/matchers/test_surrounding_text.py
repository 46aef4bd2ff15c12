"""The text that belongs to a letter: its spans, what lies between them, head and end, and nothing of its neighbours."""

from __future__ import annotations

import random

import pytest

from matchers.surrounding_text import END, GAP, HEAD, Ranges, ranges_of, texts_by_letter
from matchers.verdicts import Piece, Span
from tests.matchers.conftest import calls_of


def span(start: int, end: int, piece: str = "p") -> Span:
    return Span(piece, (start, end), (0, end - start))


def test_close_spans_are_one_range_and_far_ones_are_not() -> None:
    assert ranges_of([span(500, 600), span(0, 100)]) == {"p": [(0, 600)]}
    assert ranges_of([span(0, 10), span(10 + GAP + 1, 2000)]) == {"p": [(0, 10), (10 + GAP + 1, 2000)]}


def test_head_and_end_are_read_as_far_as_the_page_goes() -> None:
    text = "a" * 5000
    (((around),),) = texts_by_letter([Piece("p", text)], [{"p": [(2000, 3000)]}])
    assert len(around) == HEAD + 1000 + END
    assert texts_by_letter([Piece("p", "short")], [{"p": [(1, 2)]}]) == [["short"]]
    assert texts_by_letter([Piece("q", "other page")], [{"p": [(1, 2)]}]) == [[]]


def test_a_neighbours_text_is_not_read() -> None:
    text = "A" * 400 + "b" * 300 + "C" * 400
    others: list[Ranges] = [{"p": [(0, 400)]}, {"p": [(700, 1100)], "q": [(0, 5)]}]
    assert texts_by_letter([Piece("p", text)], [{"p": [(450, 650)]}, *others])[0] == ["b" * 300]


def plainly(pieces: list[Piece], own: Ranges, others: list[Ranges]) -> list[str]:
    """The same, looked up anew for each letter in all that there is."""
    texts = []
    for piece in pieces:
        taken = [place for ranges in others for place in ranges.get(piece.path, ())]
        for start, end in own.get(piece.path, ()):
            first = max((other for _, other in taken if other <= start), default=0)
            last = min((other for other, _ in taken if other >= end), default=len(piece.text))
            texts.append(piece.text[max(first, start - HEAD) : min(last, end + END)])
    return texts


@pytest.mark.parametrize("seed", range(20))
def test_each_letter_has_what_a_plain_look_at_all_others_gives_it(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same places in every run
    paths = ["a", "b", "c", "a"]  # a path may come twice
    pieces = [Piece(path, "".join(chance.choices("xyz ", k=chance.choice([0, 900, 9000])))) for path in paths]
    letters = []
    for _ in range(chance.randrange(1, 9)):
        starts = [chance.randrange(9000) for _ in range(chance.randrange(1, 9))]
        spans = [span(at, at + chance.choice([0, 1, 40, 700]), chance.choice("abcd")) for at in starts]
        letters.append(ranges_of(spans))
    expected = [plainly(pieces, own, [other for other in letters if other is not own]) for own in letters]
    assert texts_by_letter(pieces, letters) == expected


def test_the_work_grows_with_the_ranges_not_with_letters_times_pieces() -> None:
    def calls(letters: int) -> int:
        pieces = [Piece(str(number), "text") for number in range(letters * 20)]
        ranges = [{str(number): [(1, 2)] for number in range(one, len(pieces), letters)} for one in range(letters)]
        return calls_of(lambda: texts_by_letter(pieces, ranges))

    assert calls(80) <= 8.5 * calls(10)
