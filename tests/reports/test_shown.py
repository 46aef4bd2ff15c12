"""Masked unless revealed; never able to steer what shows it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.shown import Shown, printable

MASKED, REVEALED = Shown(reveal=False), Shown(reveal=True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain name.pdf", "plain name.pdf"),
        ("Ärztin-письмо-手紙.pdf", "Ärztin-письмо-手紙.pdf"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\tb\r\nc", "a\\tb\\r\\nc"),
        ("\u202efdp.exe", "\\u202efdp.exe"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("line\u2028para\u2029", "line\\u2028para\\u2029"),
        ("\x9b31m\x7f", "\\x9b31m\\x7f"),
        ("caf\udce9", "caf\\udce9"),
        ("\U000e0041", "\\U000e0041"),
        ("e\u0301", "e\u0301"),
        ("e" + "\u0301" * 6, "e" + "\u0301" * 4 + "\\u0301" * 2),
        ("[bold]x[/bold]", "[bold]x[/bold]"),
    ],
)
def test_what_is_not_plainly_seen_is_written_out(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_whatever_comes_in_one_line_of_printable_text_comes_out(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert len(shown.splitlines()) <= 1
    assert printable(shown) == shown


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example.org/letters/Planted-Jane.pdf",
        "http://files.example.org/?name=Planted-Jane",
        "http://Planted-Jane@files.example.org/",
        "invalid:[Planted-Jane",
        "http://[Planted-Jane",
    ],
)
def test_a_place_is_masked_unless_it_is_revealed(url: str) -> None:
    assert "planted" not in MASKED.url(url).lower()
    assert REVEALED.url(url) == url


def test_of_a_path_inside_a_file_pages_stay_and_names_do_not() -> None:
    assert MASKED.member("") == ""
    assert MASKED.member("#page=3") == "#page=3"
    masked = MASKED.member("bundle.zip!/Planted Jane?.pdf#page=12")
    assert masked.endswith(".pdf#page=12")
    assert "Planted" not in masked
    assert "Planted" not in MASKED.member("mail.eml!/#page=Planted")
    assert REVEALED.member("a.zip!/Planted Jane.pdf") == "a.zip!/Planted Jane.pdf"
    assert MASKED.place("http://h/a.pdf", "").count("!") == 0
    assert " ! ~" in MASKED.place("http://h/a.zip", "b.pdf")
    assert MASKED.place("http://h/a.zip", "!/Planted/Jane.zip!/b.pdf#page=2").endswith(".pdf#page=2")
    assert "Planted" not in MASKED.member("!/Planted/Jane.zip!/Planted#mail=3#part=Planted")
    assert MASKED.member("!/a/b.xlsx#sheet=2").count("/") == 2
    assert MASKED.member("#mail=3!/b.pdf#page=2").startswith("#mail=3!/~")
    assert REVEALED.place("http://h/a.zip", "!/b.pdf#page=2") == "http://h/a.zip!/b.pdf#page=2"
