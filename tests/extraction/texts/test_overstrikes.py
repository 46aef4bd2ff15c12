from __future__ import annotations

import pytest

from extraction.texts.overstrikes import struck


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("cafe\x08' and Mu\x08\"ller, l'e\x08`re", "café and Müller, l'ère"),
        ("caf'\x08e", "café"),
        ("r\x08~ed", "red"),  # no such letter: the letter stays
        ("O\x08/rsted", "Ørsted"),
        ("word\x08\x08\x08\x08____ and word\x08\x08\x08\x08----", "word and word"),
        ("____\x08\x08\x08\x08word", "word"),
        ("wrodd\x08\x08\x08\x08ord", "wordd"),
        ("Dear\x08\x08\x08\x08", "Dear"),
        ("\x08\x08Dear", "Dear"),
    ],
)
def test_two_characters_at_one_place(written: str, shown: str) -> None:
    assert struck(written) == shown


@pytest.mark.parametrize("end", ["", " ", "\n"])
def test_letters_that_are_all_struck_over_are_all_kept(end: str) -> None:
    words = "Dear Dr Sample thank you for asking us to see this lady".split()
    written = end.join("".join(f"{letter}\x08" for letter in word) for word in words)
    assert struck(written) == end.join(words)


def test_a_long_text_of_backspaces_keeps_its_letters() -> None:
    assert struck("Dear\x08\x08\x08\x08Yours " * 200_000).count("Dear") == 200_000
