# ruff: noqa: RUF001 - typographic marks are what is tested
from __future__ import annotations

import base64

import pytest

from extraction.budget import Budget, ExtractionLimits
from extraction.reader import extract
from extraction.records import Content, Embedded
from extraction.texts.html import READING_CHARACTERS, read_html

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


def test_files_in_a_page_are_handed_on() -> None:
    packed = base64.b64encode(b"%PDF-1.4 synthetic").decode()
    page = f"<a download='letter.pdf' href='data:application/pdf;base64,{packed}'>x</a><p>text</p>"
    content = read(page.encode())
    assert [(each.path, each.data) for each in content.embedded if isinstance(each, Embedded)] == [
        ("!/letter.pdf", b"%PDF-1.4 synthetic")
    ]
    assert "data:" not in content.pieces[0].text


def test_a_page_drawn_from_data_has_its_text() -> None:
    page = b'<div id=app></div><script type=\'application/json\'>{"letter": "Dear Dr Sample, thank you"}</script>'
    assert "Dear Dr Sample, thank you" in extract(page).text


def test_a_page_saved_by_word_tells_its_origin() -> None:
    page = (
        b"<html xmlns:o='x'><head><meta name=ProgId content=Word.Document>"
        b"<meta name=Generator content='Microsoft Word 15'><!--[if gte mso 9]><xml><o:DocumentProperties>"
        b"<o:Author>Dr Example</o:Author><o:LastAuthor>A Typist</o:LastAuthor><o:Template>clinic.dot</o:Template>"
        b"<o:Created>2026-03-01T10:00:00Z</o:Created><o:Company>Example Clinic</o:Company>"
        b"</o:DocumentProperties></xml><![endif]--></head><body><p class=MsoNormal>Dear<o:p></o:p></p></body></html>"
    )
    (origin,) = read(page).origins
    assert (origin.author, origin.last_author, origin.organisation) == ("Dr Example", "A Typist", "Example Clinic")
    assert (origin.template, origin.tool, origin.created) == ("clinic.dot", "Microsoft Word 15", "2026-03-01T10:00:00Z")
    assert read(page).pieces[0].text == "Dear"


def test_a_letter_that_looks_like_furniture_is_matched_all_the_same() -> None:
    letter = "Dear Dr Sample, thank you for referring this lady, who was seen on Monday."
    page = f"<html><body><footer><nav><ul><li>{letter}</li></ul></nav></footer>{PROSE}</body></html>"
    content = read(page.encode())
    assert letter in content.pieces[0].text
    assert letter not in (content.reading or "")


@pytest.mark.parametrize(("page", "is_cut"), [("<style>a {}", True), ("<style>a {}</style>", False), ("<p>a", False)])
def test_a_page_that_ends_in_a_style_is_cut(page: str, is_cut: bool) -> None:
    content = read_html(f"<html><body>{page}".encode(), Budget(ExtractionLimits()))
    assert bool(content.problems) is is_cut
