"""Ids of letters with their marks, in little memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from matchers.letter_marks import LetterMarks

MARKS = st.binary(min_size=8, max_size=8)


@given(st.dictionaries(st.text(max_size=9), MARKS, max_size=20), st.text(max_size=9))
def test_it_answers_as_a_dictionary_does(letters: dict[str, bytes], other: str) -> None:
    marks = LetterMarks(letters.items())
    assert len(marks) == len(letters)
    assert marks.is_distinct()
    for number, (letter_id, mark) in enumerate(letters.items()):
        assert letter_id in marks
        assert marks.number(letter_id) == number
        assert marks.number_of(letter_id, mark) == (number if any(mark) else None)
        assert marks.number_of(letter_id, bytes([mark[0] ^ 1]) + mark[1:]) is None
    assert (other in marks) == (other in letters)
    assert marks.numbers([*[*letters][::2], "not there at all"]).tolist() == list(range(0, len(letters), 2))


def test_an_id_that_is_given_twice() -> None:
    marks = LetterMarks([("a", b"12345678"), ("b", b""), ("a", b"87654321")])
    assert not marks.is_distinct()
    assert marks.number("a") == 0
    assert [marks.number_of("a", mark) for mark in (b"12345678", b"87654321", b"")] == [0, 2, None]
