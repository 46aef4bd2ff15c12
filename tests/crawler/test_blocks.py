"""Rows around links: what a row is, what it takes in, and that hostile pages cost no more than their length."""

# ruff: noqa: E501 - small pages
from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from lxml import etree

from crawler.listings import parse_listing
from crawler.listings.addresses import Addresses
from crawler.listings.blocks import Found, blocks_of
from crawler.markup import parse_text

URL = "http://files.example.org/pub/"
TITLE = "<title>Index of /pub/</title><h1>Index of /pub/</h1>"


def blocks(page: str) -> Found:
    tree = parse_text(page.encode())
    assert tree is not None
    return blocks_of(tree, Addresses(URL, URL))


def rows(page: str) -> list[tuple[str, list[str]]]:
    return [(block.tag, [row.target.name for row in block.rows]) for block in blocks(page).blocks]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<ul><li><a href=a>a</a><li><a href=b>b</a></ul>", [("li", ["a", "b"])]),
        ("<pre><a href=a>a</a> 1K\n<a href=b>b</a> 2K\n</pre>", [("a", ["a", "b"])]),
        ("<table><tr><td><a href=a>a</a><td>1K<tr><td><a href=b>b</a><td>2K</table>", [("tr", ["a", "b"])]),
        ("<div><div><a href=a>a</a> 1K</div><div><a href=b>b</a> 2K</div></div>", [("div", ["a", "b"])]),
        # Each in a holder of its own stands alone.
        ("<ul><li><a href=a>a</a></ul><ul><li><a href=b>b</a></ul>", [("li", ["a"]), ("li", ["b"])]),
        # An icon that is a link too, and one that downloads what the name shows.
        ("<table><tr><td><a href=a><img></a><td><a href=a>a</a><tr><td><a href=b>b</a></table>", [("tr", ["a", "b"])]),
        ("<ul><li><a href='?f=a'>a</a> <a href='?f=a&action=get'>get</a><li><a href='?f=b'>b</a></ul>", [("li", ["a", "b"])]),
        # A grid: each cell is a row.
        ("<table><tr><td><a href=a>a</a><td><a href=b>b</a><tr><td><a href=c>c</a></table>",
         [("td", ["a", "b"]), ("tr", ["c"])]),
        # A page's frame is no row.
        ("<table><tr><td><a href=menu>m</a><td><table><tr><td><a href=a>a</a><td>1<tr><td><a href=b>b</a></table></table>",
         [("td", ["menu"]), ("tr", ["a", "b"])]),
    ],
)  # fmt: skip
def test_what_a_row_is(page: str, expected: list[tuple[str, list[str]]]) -> None:
    assert rows(page) == expected


def test_ways_back_and_other_orders_are_told_apart() -> None:
    found = blocks(
        "<pre><a href=?C=N;O=D>Name</a> <a href=?C=M;O=A>Date</a>\n<a href=../>../</a>\n<a href=a>a</a>\n</pre>"
    )
    assert found.order_links == 2
    assert [row.target.url for row in found.back] == ["http://files.example.org/"]
    assert [row.target.name for block in found.blocks for row in block.rows] == ["a"]


def test_of_several_links_the_one_that_names_it_is_taken() -> None:
    (block,) = blocks("<ul><li><a href=a.pdf><img></a><a href=a.pdf>a.pdf</a><a href=a.pdf>download</a></ul>").blocks
    assert [row.label for row in block.rows] == ["a.pdf"]


def test_a_row_takes_in_what_surrounds_its_link() -> None:
    (block,) = blocks("<div><div><span><a href=a>a</a></span><i>1K</i></div><div><a href=b>b</a></div></div>").blocks
    assert [etree.tostring(row.element)[:5] for row in block.rows] == [b"<div>", b"<div>"]


def names(count: int, row: str) -> str:
    return "".join(row.format(number) for number in range(count))


# Pages of n parts that once took time as the square of n, or might.
HOSTILE: dict[str, Callable[[int], str]] = {
    "a line of many cells": lambda n: "<table><tr>" + names(n, "<td><a href='a{0}.txt'>a{0}.txt</a>"),
    "an item of many links": lambda n: "<ul><li>" + names(n, "<a href='a{0}.txt'>a{0}.txt</a>"),
    "a division of many links": lambda n: "<div>" + names(n, "<span><a href='a{0}.txt'>a{0}.txt</a></span>"),
    "items within items": lambda n: names(n, "<ul><li><a href='a{0}.txt'>a{0}.txt</a>"),
    "items within items, and much behind": lambda n: (
        names(n // 4, "<ul><li><a href='a{0}.txt'>a{0}.txt</a>") + "<b></b>" * n * 9
    ),
    "links within links, and much behind": lambda n: names(n // 4, "<div><a href='a{0}.txt'>") + "<b>x</b>" * n * 9,
    "lines within lines, and much behind": lambda n: (
        names(n // 4, "<table><tr><td><a href='a{0}.txt'>a{0}.txt</a><td>") + "<b>x</b>" * n * 9
    ),
    "divisions within divisions": lambda n: names(n, "<div><a href='a{0}.txt'>a{0}.txt</a>"),
    "tables within tables": lambda n: names(n // 2, "<table><tr><td><a href='a{0}.txt'>a{0}.txt</a><td>1K"),
    "tables within tables around one link": lambda n: "<table><tr><td>" * (n // 2) + "<a href='a.txt'>a.txt</a>",
    "links below very many marks": lambda n: "<table><tr><td>" + "<b>" * n + names(n, "<i><a href='a{0}'>a{0}</a></i>"),
    "one address below very many marks": lambda n: "<div>" + "<b>" * n + "<i><a href='a.txt'>a.txt</a></i>" * n,
    "one address again and again": lambda n: "<pre>" + "<a href='a.txt'>a.txt</a> 1K\n" * n,
    "rows without anything": lambda n: "<table>" + "<tr><td></td></tr>" * n * 4,
    "lines within one line": lambda n: "<pre>" + names(n, "<a href='a{0}'>a{0}</a> 1 2 3 <b>x</b>"),
    "tables of one row": lambda n: names(n // 2, "<table><tr><td><a href='a{0}'>a{0}</a><td>1K</table>"),
    "pictures without a link": lambda n: "<pre>" + "<img src=/i/folder.gif alt='[DIR]'>" * n + "<a href=a/>a/</a>",
    "queries": lambda n: "<ul>" + names(n, "<li><a href='?dir=a{0}'>a{0}</a>"),
}


def steps(page: str) -> int:
    """Calls, steps of generators included, that reading a page takes: the same on every machine, unlike time."""
    taken = 0

    def count(_frame: FrameType, _event: str, _argument: object) -> None:
        nonlocal taken
        taken += 1

    body = page.encode()
    sys.setprofile(count)
    try:
        parse_listing(body, URL, "text/html")
    finally:
        sys.setprofile(None)
    return taken


@pytest.mark.slow
@pytest.mark.parametrize("shape", HOSTILE)
def test_work_grows_as_the_page_does(shape: str) -> None:
    once, twice = (steps(TITLE + HOSTILE[shape](n)) for n in (400, 800))
    assert twice < 2.5 * once


@pytest.mark.parametrize(
    "text", ["9" * (1 << 20), "-" * (1 << 20), "(" * (1 << 20), "1 " * (1 << 19), "jan 1 " * 170_000]
)
@pytest.mark.parametrize(
    "frame",
    [
        "<pre><a href='a.txt'>a.txt</a> {}\n<a href='b.txt'>b.txt</a> 1K\n</pre>",
        "<table><tr><td><a href='a.txt'>a.txt</a><td>{}<tr><td><a href='b.txt'>b.txt</a><td>1K</table>",
    ],
)
def test_a_row_of_a_megabyte_is_read(frame: str, text: str) -> None:  # fmt: skip
    listing = parse_listing((TITLE + frame.format(text)).encode(), URL, "text/html")
    assert [entry.name for entry in listing.entries] == ["a.txt", "b.txt"]


def test_a_name_of_300_kilobytes_is_kept() -> None:
    name = "n" * 300_000
    page = f"{TITLE}<pre><a href='{name}'>n</a> 1K\n<a href='b.txt'>b.txt</a> 1K\n<a href='c.txt'>c.txt</a> 1K\n</pre>"
    assert [len(entry.name) for entry in parse_listing(page.encode(), URL, "text/html").entries] == [300_000, 5, 5]
