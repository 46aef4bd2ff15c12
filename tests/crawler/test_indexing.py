"""What keeps a search engine out, and what only seems to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from crawler.indexing import (
    Barred,
    PageSays,
    barred_by_header,
    barred_by_robots,
    canonical_links,
    indexable,
    page_says,
)
from crawler.markup import parse_html
from documents.exposure import IndexBasis, Truth

NOW = datetime(2026, 11, 22, tzinfo=UTC)
URL = "http://h.example/letters/a.html"


@pytest.mark.parametrize(
    ("lines", "barred"),
    [
        ([], Barred.NOBODY),
        (["noindex"], Barred.ALL),
        (["none"], Barred.ALL),
        (["NoIndex, nofollow"], Barred.ALL),
        (["nofollow", "noindex"], Barred.ALL),
        (["nofollow, noarchive, nosnippet"], Barred.NOBODY),
        (["googlebot: noindex"], Barred.SOME),
        (["otherbot: noindex, nofollow"], Barred.NOBODY),
        (["googlebot: nofollow, otherbot: noindex"], Barred.NOBODY),
        (["otherbot: nofollow, googlebot: noindex"], Barred.SOME),
        (["*: noindex"], Barred.ALL),
        (["googlebot: noindex", "noindex"], Barred.ALL),
        (["unavailable_after: 25 Jun 2010 15:00:00 PST"], Barred.ALL),
        (["unavailable_after: Friday, 25-Jun-10 15:00:00 UTC"], Barred.ALL),
        (["unavailable_after: Fri, 25 Jun 2010 15:00:00 GMT, nofollow"], Barred.ALL),
        (["unavailable_after: 2010-06-25T15:00:00Z"], Barred.ALL),
        (["unavailable_after: 2010-06-25"], Barred.ALL),
        (["unavailable_after: 25 Jun 2099 15:00:00 GMT"], Barred.NOBODY),
        (["unavailable_after: some day"], Barred.NOBODY),
        (["googlebot: unavailable_after: 25 Jun 2010 15:00:00 GMT"], Barred.SOME),
        (["max-snippet: 20, noindex"], Barred.ALL),
        (["noindexed"], Barred.NOBODY),
    ],
)
def test_the_header(lines: list[str], barred: Barred) -> None:
    assert barred_by_header(lines, NOW) is barred


@given(st.lists(st.text(max_size=300), max_size=5))
def test_no_header_breaks_it(lines: list[str]) -> None:
    assert barred_by_header(lines, NOW) in Barred
    assert isinstance(canonical_links(",".join(lines)), list)


@pytest.mark.parametrize(
    ("text", "barred"),
    [
        ("", Barred.NOBODY),
        ("User-agent: *\nDisallow: /", Barred.ALL),
        ("User-agent: *\nDisallow: /letters/", Barred.ALL),
        ("User-agent: *\nDisallow: /other/", Barred.NOBODY),
        ("User-agent: Stray\nDisallow: /", Barred.NOBODY),
        ("User-agent: Googlebot\nDisallow: /", Barred.SOME),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Googlebot\nAllow: /", Barred.SOME),
    ],
)
def test_robots_txt(text: str, barred: Barred) -> None:
    assert barred_by_robots(Protego.parse(text), URL) is barred


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("", PageSays()),
        ("<meta name=robots content='noindex,nofollow'>", PageSays(Barred.ALL)),
        ("<META NAME='Robots' CONTENT='NONE'>", PageSays(Barred.ALL)),
        ("<meta name=googlebot content=noindex>", PageSays(Barred.SOME)),
        ("<meta name=description content='noindex is a word'>", PageSays()),
        ("<meta name=robots content='index, follow'>", PageSays()),
        ("<meta name=robots>", PageSays()),
        ("<link rel=canonical href='/letters/a.html'>", PageSays()),
        ("<link rel=canonical href='/letters/b.html'>", PageSays(is_elsewhere=True)),
        ("<base href='/x/'><link rel=canonical href='a.html'>", PageSays(is_elsewhere=True)),
        ("<link rel=canonical href='http://[bad/'>", PageSays()),
        ("<link rel='shortlink canonical' href='http://other.example/'>", PageSays(is_elsewhere=True)),
    ],
)
def test_the_page(head: str, says: PageSays) -> None:
    tree = parse_html(f"<html><head>{head}</head><body>text</body></html>".encode(), "text/html", lambda: None)
    assert tree is not None
    assert page_says(tree, URL) == says


def test_a_link_header_may_name_the_canonical_address_of_a_file() -> None:
    header = '<http://h.example/a.pdf>; rel="canonical", </style.css>; rel=preload'
    assert canonical_links(header) == ["http://h.example/a.pdf"]
    assert canonical_links("</style.css>; rel=preload") == []


@pytest.mark.parametrize(
    ("robots", "header", "page", "answer"),
    [
        (Barred.NOBODY, Barred.NOBODY, PageSays(), (Truth.YES, IndexBasis.NOTHING_FORBIDS)),
        (Barred.ALL, Barred.NOBODY, PageSays(), (Truth.NO, IndexBasis.ROBOTS_TXT)),
        (Barred.NOBODY, Barred.ALL, PageSays(), (Truth.NO, IndexBasis.X_ROBOTS_TAG)),
        (Barred.NOBODY, Barred.NOBODY, PageSays(Barred.ALL), (Truth.NO, IndexBasis.META_ROBOTS)),
        (Barred.SOME, Barred.NOBODY, PageSays(), (Truth.YES, IndexBasis.SOME_ENGINES)),
        (None, Barred.NOBODY, PageSays(), (Truth.UNKNOWN, IndexBasis.ROBOTS_TXT)),
        (None, Barred.ALL, PageSays(), (Truth.NO, IndexBasis.X_ROBOTS_TAG)),
        (Barred.NOBODY, Barred.NOBODY, None, (Truth.UNKNOWN, IndexBasis.PAGE_NOT_READ)),
        (Barred.NOBODY, Barred.NOBODY, PageSays(is_elsewhere=True), (Truth.UNKNOWN, IndexBasis.CANONICAL)),
    ],
)
def test_the_answer_has_a_basis(
    robots: Barred | None, header: Barred, page: PageSays | None, answer: tuple[Truth, IndexBasis]
) -> None:
    assert indexable(robots, header, page) == answer
