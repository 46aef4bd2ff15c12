"""Links of a page, absolute."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest

from crawler.markup import parse_html
from crawler.pages import LONGEST_ADDRESS, joined, links_of, overlong_links

URL = "http://www.example.org/clinic/page.html"


def links(page: str) -> list[str]:
    tree = parse_html(page.encode(), "text/html")
    assert tree is not None
    return links_of(tree, URL)


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<a href=a.html>", ["http://www.example.org/clinic/a.html"]),
        ("<a href='../a.html'>", ["http://www.example.org/a.html"]),
        ("<a href='?id=1'>", ["http://www.example.org/clinic/page.html?id=1"]),
        ("<a href=' a.html\n'>", ["http://www.example.org/clinic/a.html"]),
        ("<a href='a.html#x'><a href='a.html#y'>", ["http://www.example.org/clinic/a.html"]),
        ("<base href='/other/'><a href='a.html'>", ["http://www.example.org/other/a.html"]),
        ("<base href='http://cdn.example/'><a href='a.html'>", ["http://cdn.example/a.html"]),
        (
            "<link rel='Alternate Stylesheet' href=a.xml><link rel=icon href=b.ico>",
            ["http://www.example.org/clinic/a.xml"],
        ),
        ("<meta http-equiv=Refresh content='5;URL=\"/new.html\"'>", ["http://www.example.org/new.html"]),
        ("<meta http-equiv=refresh content=' 0 ; new.html'>", ["http://www.example.org/clinic/new.html"]),
        ("<meta http-equiv=refresh content='30'>", []),
        (f"<meta http-equiv=refresh content='0;{'x' * (LONGEST_ADDRESS + 1)}'>", []),
        ("<a href='mailto:x@y.z'><a href='JavaScript:x()'><a href='ftp://x/y'><a href='data:,x'><a href=''>", []),
        ("<a href='http://[::1'><a>", []),
        (f"<a href='{'x' * (LONGEST_ADDRESS + 1)}'>", []),
        ("<!-- <a href=hidden.html> -->", []),
    ],
)
def test_links(page: str, found: list[str]) -> None:
    assert links("<html><body>" + page) == found


def test_of_an_address_too_long_to_follow_the_beginning_is_told() -> None:
    long = "x" * LONGEST_ADDRESS
    page = f"<a href='{long}y'><a href='{long}'><a href='data:,{long}'><meta http-equiv=refresh content='0;/{long}'>"
    tree = parse_html(page.encode(), "text/html")
    assert tree is not None
    assert overlong_links(tree, URL) == [f"http://www.example.org/clinic/{long}", f"http://www.example.org/{long[1:]}"]


@pytest.mark.parametrize(
    "base", [URL, "http://h", "http://h/a/b;v=1?q=/x#f", "http://h/a/../b/./c", "http://h//a//", "https://h/%2e%2e/x"]
)
@pytest.mark.parametrize(
    "written", ["a.txt", "a/", "_..b", "0", "a%20b.c", "a%2fb", "a:b", "a/b", "..", ".a", "a;p", "~a"]
)
def test_a_name_is_joined_to_its_folder_as_any_address_is(base: str, written: str) -> None:
    absolute = urljoin(base, written)
    assert joined([written], base) == ([absolute] if absolute.startswith("http") else [])
