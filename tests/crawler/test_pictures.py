"""Which pictures may be letters."""

from __future__ import annotations

import pytest

from crawler.markup import parse_html
from crawler.pictures import pictures_of

WORDS = "<p>" + "one of the words of a page " * 20


def pictures(page: str) -> dict[str, bool]:
    tree = parse_html(page.encode(), "text/html")
    assert tree is not None
    return dict(pictures_of(tree))


@pytest.mark.parametrize(
    "picture",
    [
        "<img src='letters/scan0001.jpg'>",
        "<img src='clinic-letter.png'>",
        "<img src='IMG_20240102_103344.jpg'>",
        "<img src='20240102_103344.jpg'>",
        "<img src='a.tif'>",
        "<img src='a.jpg' width=900>",
        "<img src='a.jpg' height='1200px'>",
        "<img src=small.gif data-src='page-3.jpg'>",
        "<img src='thumb.jpg' srcset='scan-s.jpg 300w, scan-l.jpg 1200w'>",
    ],
)
def test_a_scan_is_taken(picture: str) -> None:
    assert list(pictures(picture + WORDS).values()) == [True]


@pytest.mark.parametrize(
    "picture",
    [
        "<img src='building.jpg'>",
        "<img src='logo-letter.png' width=900>",
        "<img src='/icons/document.png'>",
        "<img src='doc.gif'>",
        "<img src='scan.svg'>",
        "<img src='letter.png' width=16>",
        "<header><div><a><img src='letter.png'></a></div></header>",
        "<img src='http://[bad/x.jpg'>",
    ],
)
def test_what_adorns_is_not(picture: str) -> None:
    assert list(pictures(picture + WORDS).values()) == [False]


def test_a_page_that_is_its_picture() -> None:
    assert pictures("<title>5</title><img src='a.jpg'><a href=6>next</a>") == {"a.jpg": True}
    assert pictures("<img src='a.jpg'><img src='b.jpg'><img src='c.jpg'><img src='d.jpg'>")["a.jpg"] is False


def test_the_largest_form_is_meant() -> None:
    assert list(pictures("<img srcset='a.jpg 1x, b.jpg 2x, c.jpg 1.5x'>")) == ["b.jpg"]
    assert list(pictures("<img srcset='a,b.jpg, c.jpg 600w' src=d.jpg>")) == ["c.jpg"]
    assert pictures("<img><img src=''><img src='data:image/png;base64,AA'>") == {}
