# ruff: noqa: RUF001 - typographic marks are what is tested
from __future__ import annotations

import pytest

from extraction.budget import Budget, ExtractionLimits
from extraction.html import READING_CHARACTERS, read_html
from extraction.records import Content

ADDRESS = ["Mrs A Sample", "1 Sample Street", "Sampletown", "ZZ99 9ZZ"]
PROSE = "<p>Thank you for referring this patient, who was seen in the clinic on Monday morning.</p>" * 12
PAGE = f"""<!DOCTYPE html><html lang="en"><head><title>Clinic letters</title>
<meta name="author" content="Example Clinic"><meta property="article:published_time" content="2026-03-05"></head>
<body><nav><a href="/">Home</a></nav><aside>{"<br>".join(ADDRESS)}</aside>
<article><h1>Letter of the week</h1>{PROSE}</article><footer>Registered number EX 0001</footer></body></html>"""


def read(data: bytes) -> Content:
    return read_html(data, Budget(ExtractionLimits()))


def test_matching_text_keeps_what_an_article_leaves_out() -> None:
    content = read(PAGE.encode())
    (piece,) = content.pieces
    lines = piece.text.split("\n")
    assert lines[lines.index("Mrs A Sample") :][:4] == ADDRESS
    assert "Registered number EX 0001" in lines
    assert content.reading is not None
    assert "Thank you for referring" in content.reading
    assert "Registered number" not in content.reading


def test_where_a_page_is_from_is_kept_apart() -> None:
    (origin,) = read(PAGE.encode()).origins
    assert (origin.author, origin.created, origin.language) == ("Example Clinic", "2026-03-05", "en")
    assert origin.title


@pytest.mark.parametrize(
    "data",
    [
        "<meta charset=windows-1252><p>café – £5</p>".encode("cp1252"),
        "<?xml version='1.0' encoding='ISO-8859-1'?><html><p>café – £5</p>".encode("cp1252"),
        "<meta charset=utf-8><p>café – £5</p>".encode("cp1252"),  # declared wrongly, as old sites do
        "<meta charset=iso-8859-1><p>café – £5</p>".encode(),
        "<p>café – £5</p>".encode("utf-16"),
    ],
)
def test_charsets_of_pages(data: bytes) -> None:
    assert read(data).pieces[0].text == "café – £5"


def test_a_page_too_long_to_read_is_matched_all_the_same() -> None:
    content = read(b"<p>" + b"word " * (READING_CHARACTERS // 5 + 1))
    assert content.reading is None
    assert len(content.pieces[0].text) >= READING_CHARACTERS


@pytest.mark.parametrize("markup", ["", "<!-- nothing -->", "<html></html>", "<" * 5000, "<div " * 2000, "\x00<p>\x00"])
def test_broken_pages_raise_nothing(markup: str) -> None:
    read(markup.encode())


def test_bytes_without_a_meaning_are_a_problem() -> None:
    assert read("<p>text</p>".encode("utf-16")[:-1]).problems
