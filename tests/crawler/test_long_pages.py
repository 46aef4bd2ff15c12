"""Long pages: read piece by piece they give what they give when read whole."""

from __future__ import annotations

import pytest

from crawler.errors import PageTooCostlyError
from crawler.listings import Listing, parse_listing
from crawler.listings.long_pages import LONG_PAGE, long_listing
from crawler.listings.parsing import read_listing
from crawler.markup import PARSED_BYTES, parse_html

URL = "http://files.example.org/pub/"
# Links of the site before the rows and of the server behind them, which are no rows.
HEAD = """<html><head><title>Index of /pub/</title></head><body>
<p><a href="/about">About us</a> <a href="/help.html">Help</a></p><h1>Index of /pub/</h1>"""
FOOT = '<address><a href="http://www.acme.example/httpd/">httpd/1.30</a></address></body></html>'
# Few rows and long ones: a page has to be longer than a piece, not slow.
NUMBERS = range(3_600)
PAD = "x" * 250
NGINX_ROWS = "".join(
    f"<a rel='{PAD}' href='letter-{n}.pdf'>letter-{n}.pdf</a>             02-Jan-2023 03:04      {n * 7}\r\n"
    for n in NUMBERS
)
NGINX = f"<hr><pre><a href='../'>../</a>\r\n{NGINX_ROWS}</pre><hr>"
IIS_ROWS = "".join(
    f" 1/31/2023  1:48 AM    {n * 7} <A REL='{PAD}' HREF='/pub/letter-{n}.pdf'>letter-{n}.pdf</A><br>" for n in NUMBERS
)
IIS = f"<pre><A HREF='/'>[To Parent Directory]</A><br><br>{IIS_ROWS}</pre><hr>"
TABLE_ROWS = "".join(
    f"<tr><td><a rel='{PAD}' href='letter-{n}.pdf'>letter-{n}.pdf</a></td><td>2023-01-02 03:04</td><td>{n} KB</td></tr>"
    for n in NUMBERS
)
TABLE = f"<table><tr><th>Name</th><th>Last modified</th><th>Size</th></tr>{TABLE_ROWS}</table>"
BODIES = TABLE.replace("<table>", "<table><tbody>").replace("</table>", "</tbody></table>")
ROW = f"<tr><td><a rel='{PAD}' href='letter-3500.pdf"
TWO_TABLES = TABLE.replace(ROW, f"</table><p>More</p><table>{ROW}")
LIST_ROWS = "".join(
    f"<li><a href='folder-{n}/'>folder-{n}/</a></li><li><a rel='{PAD}' href='letter-{n}.pdf'>letter-{n}.pdf</a></li>"
    for n in NUMBERS
)
LIST = f"<ul>{LIST_ROWS}</ul>"
DIV_ROWS = "".join(
    f"<div><a rel='{PAD}' href='letter-{n}.pdf'>letter-{n}.pdf</a><i>2023-01-02 03:04</i><i>{n} KB</i></div>"
    for n in NUMBERS
)
MAKES = {"nginx": NGINX, "iis": IIS, "table": TABLE, "body": BODIES, "two tables": TWO_TABLES, "list": LIST}


def whole(page: str) -> Listing:
    tree = parse_html(page.encode(), "text/html")
    assert tree is not None
    return read_listing(tree, URL, "text/html")


def by_pieces(page: str) -> Listing | None:
    assert len(page) > LONG_PAGE
    return long_listing(page.encode(), URL, "text/html")


def upper_tags(page: str) -> str:
    for tag in ("table", "tbody", "tr", "td", "th", "ul", "li", "a", "pre", "br"):
        page = page.replace(f"<{tag} ", f"<{tag.upper()} ").replace(f"<{tag}>", f"<{tag.upper()}>")
        page = page.replace(f"</{tag}>", f"</{tag.upper()}>")
    return page


@pytest.mark.slow
@pytest.mark.parametrize("make", MAKES)
def test_pieces_give_what_the_whole_gives(make: str) -> None:
    page = HEAD + MAKES[make] + FOOT
    expected = whole(page)
    assert len(expected.entries) >= len(NUMBERS)
    assert by_pieces(page) == expected


@pytest.mark.parametrize("make", ["table", "list", "iis"])
def test_tags_in_upper_case(make: str) -> None:
    page = HEAD + MAKES[make] + FOOT
    assert by_pieces(upper_tags(page)) == whole(page)


def test_base_is_honoured_in_every_piece() -> None:
    found = by_pieces(HEAD.replace("<head>", '<head><base href="/other/">') + NGINX + FOOT)
    assert found is not None
    assert {entry.url.rpartition("/")[0] for entry in found.entries} == {"http://files.example.org/other"}


def test_rows_that_come_twice_are_told_once() -> None:
    page = HEAD + NGINX + NGINX + FOOT
    found = by_pieces(page)
    assert found is not None
    assert len(found.entries) == len(NUMBERS)


def test_rows_that_are_not_cut_by_pieces_are_read_whole() -> None:
    page = f"{HEAD}<div>{DIV_ROWS}</div>"
    assert by_pieces(page) is None
    assert len(parse_listing(page.encode(), URL, "text/html").entries) == len(NUMBERS)


def test_a_row_longer_than_a_piece_is_read_whole() -> None:
    page = HEAD + TABLE.replace("3500 KB", "3500 KB</td><td>" + "x" * (LONG_PAGE + LONG_PAGE // 2))
    assert by_pieces(page) is None
    assert len(parse_listing(page.encode(), URL, "text/html").entries) == len(NUMBERS)


@pytest.mark.parametrize("where", ["a row", "the footer"])
def test_what_is_longer_than_a_piece_and_shorter_than_the_head_is_read(where: str) -> None:
    text = "y" * 600_000
    place = ">letter-3500.pdf" if where == "a row" else "<address>"
    page = HEAD + TABLE + FOOT
    assert by_pieces(page.replace(place, f" title='{text}'{place}" if where == "a row" else text + place)) == whole(
        page
    )


def test_a_page_too_long_to_be_read_whole_and_without_rows_to_cut_at_is_refused() -> None:
    page = HEAD + TABLE.replace("3500 KB", "3500 KB</td><td>" + "x" * PARSED_BYTES)
    with pytest.raises(PageTooCostlyError):
        by_pieces(page)
    assert parse_listing(page.encode(), URL, "text/html") == Listing(is_listing=False)


def test_an_article_is_none_however_long() -> None:
    page = "<title>Letters</title>" + "<p>Dear Dr Example, <a href='/x'>thank you</a></p>\n" * 30_000
    assert by_pieces(page) is None
    assert not parse_listing(page.encode(), URL, "text/html").is_listing
