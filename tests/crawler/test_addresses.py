"""What a link's address means beside the page's: relation, name, folder or file; and the short cut for plain ones."""

from __future__ import annotations

import base64
import re
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crawler.listings.addresses import Addresses, Relation, decoded_name, is_sort_link, orders_anew
from documents.records import EntryKind
from scope.urls import canonical_url

URL = "http://files.example.org/pub/letters/"


def relation(href: str, url: str = URL) -> Relation | None:
    target = Addresses(url, url).target(href)
    return None if target is None else target.relation


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("a.pdf", Relation.CHILD),
        ("a%20b/", Relation.CHILD),
        ("./a.pdf", Relation.CHILD),
        ("/pub/letters/a.pdf", Relation.CHILD),
        ("http://FILES.example.org:80/pub/letters/a.pdf", Relation.CHILD),
        ("x/../a.pdf", Relation.CHILD),
        ("2023/a.pdf", Relation.BELOW),
        ("?dir=a", Relation.QUERY),
        ("get.php?file=a.pdf", Relation.QUERY),
        ("", None),
        ("#top", None),
        ("javascript:void(0)", None),
        ("mailto:a@example.org", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("http://[", None),
        ("http://", Relation.ITSELF),
        (".", Relation.ITSELF),
        ("./", Relation.ITSELF),
        ("index.php", Relation.ITSELF),
        ("?", Relation.ITSELF),
        ("..", Relation.ABOVE),
        ("../", Relation.ABOVE),
        ("/", Relation.ABOVE),
        ("/pub", Relation.ABOVE),
        ("?C=N;O=D", Relation.ORDER),
        ("?N=D", Relation.ORDER),
        ("?sort=name&order=desc", Relation.ORDER),
        ("/icons/a.gif", Relation.ELSEWHERE),
        ("/pub/letters2/a.pdf", Relation.ELSEWHERE),
        ("http://files.example.org.evil.example/pub/letters/a.pdf", Relation.OFF_HOST),
        ("https://files.example.org/pub/letters/a.pdf", Relation.OFF_HOST),
        ("//other.example/pub/letters/a.pdf", Relation.OFF_HOST),
        ("http://other.example/?dir=a", Relation.OFF_HOST),
        ("ftp://files.example.org/pub/letters/a.pdf", Relation.OFF_HOST),
    ],
)
def test_relations(href: str, expected: Relation | None) -> None:
    assert relation(href) is expected


def test_below_a_queried_folder() -> None:
    url = "http://files.example.org/list.php?dir=a/b"
    assert relation("?dir=a/b/c", url) is Relation.QUERY
    assert relation("?dir=a", url) is Relation.ABOVE
    assert relation("?dir=", url) is Relation.ITSELF
    assert relation("?dir=a/b", url) is Relation.ITSELF
    assert relation("list.php?dir=a/bc", url) is Relation.QUERY
    assert relation("a.pdf", url) is Relation.CHILD


def test_a_page_without_its_slash_has_rows_beside_and_below() -> None:
    url = URL.rstrip("/")
    assert relation("a.pdf", url) is Relation.CHILD
    assert relation("letters/a.pdf", url) is Relation.BELOW
    assert relation("letters/", url) is Relation.ITSELF
    assert relation("/pub/", url) is Relation.ITSELF


def test_the_page_of_a_folder_stands_for_it() -> None:
    target = Addresses(URL, URL).target("2023/index.html")
    assert target is not None
    assert (target.name, target.is_folder, target.relation) == ("2023", True, Relation.BELOW)


@pytest.mark.parametrize(
    ("href", "name"),
    [
        ("a%20b.pdf", "a b.pdf"),
        ("a%2Fb.pdf", "a/b.pdf"),
        ("%E5%AD%97.txt", "\u5b57.txt"),
        ("100%25.txt", "100%.txt"),
        ("a+b.txt", "a+b.txt"),
        ("a%1Bb", "a\x1bb"),
        ("caf%E9.txt", "caf\xe9.txt"),
        ("?file=a/b/c.pdf", "c.pdf"),
        ("?file=a%5Cb.pdf", "b.pdf"),
        ("?dir=a/b/", "b"),
    ],
)
def test_names_are_decoded(href: str, name: str) -> None:
    target = Addresses(URL, URL).target(href)
    assert target is not None
    assert target.name == name


def test_names_are_decoded_in_the_pages_charset() -> None:
    addresses = Addresses(URL, URL, "shift_jis")
    for href, name in [("%8E%9A.txt", "\u5b57.txt"), ("%E5%AD%97.txt", "\u5b57.txt")]:
        target = addresses.target(href)
        assert target is not None
        assert target.name == name
    assert decoded_name("http://h.example/%FF%81", "utf-8") == "\xff\ufffd"
    assert decoded_name("http://h.example/%E9", "no-such-charset") == "\xe9"


def test_a_query_may_name_in_base64() -> None:
    coded = base64.b64encode(b"private/letters 2023").decode()
    target = Addresses(URL, URL).target(f"?folder={coded}")
    assert target is not None
    assert "letters 2023" in target.choices
    assert target.kind is EntryKind.DIRECTORY


@pytest.mark.parametrize(
    ("href", "kind"),
    [("?dir=a", EntryKind.DIRECTORY), ("?file=a", EntryKind.FILE), ("?dir=a&file=b", EntryKind.FILE), ("?id=7", None)],
)
def test_a_parameter_may_say_what_it_names(href: str, kind: EntryKind | None) -> None:
    target = Addresses(URL, URL).target(href)
    assert target is not None
    assert target.kind is kind


def test_commands_name_nothing() -> None:
    target = Addresses(URL, URL).target("?file=a.pdf&action=download")
    assert target is not None
    assert target.choices == ("a.pdf",)


@pytest.mark.parametrize("query", ["a=b&" * 200, "&", "=", "%", "a;b;c", "%00=%00", "dir=%FF", "=" * 200])
def test_no_query_breaks_it(query: str) -> None:
    assert Addresses(URL, URL).target(f"?{query}") is not None


def test_apaches_sort_links() -> None:
    assert is_sort_link("?C=N;O=D")
    assert is_sort_link("http://h.example/?C=M&O=A")
    assert not is_sort_link("?C=N;O=D&x=1")
    assert orders_anew(URL + "?C=N;O=D", URL)
    assert orders_anew(URL + "?sort=size&order=desc", URL)
    assert orders_anew(URL + "?dir=a&sort=size", URL + "?dir=a")
    assert not orders_anew(URL + "?dir=b&sort=size", URL + "?dir=a")
    assert not orders_anew(URL + "?order=7", URL)
    assert not orders_anew(URL + "a/?sort=size", URL)


_HREFS = some.one_of(
    some.text(max_size=20),
    some.text(alphabet="abz09._~-%/AF2eE:;?&=+# ", max_size=20),
    some.lists(some.sampled_from("a %20 %e9 %C3%A9 .. . / // index.php - %2F".split())).map("".join),
)  # fmt: skip
_PAGES = some.sampled_from(
    [URL, URL + "?dir=a/b", "http://files.example.org/", "http://files.example.org:8080/a%20b/", URL + "index.html"]
)


@given(_HREFS, _PAGES)
def test_the_short_cut_gives_what_the_long_way_gives(href: str, url: str) -> None:
    """The short cut is 20 times as fast, and declines whatever it is not sure of."""
    addresses = Addresses(url, url)
    short = addresses._plain(href)
    if short is not None:
        assert short.url == canonical_url(urljoin(url, href))
        assert short == addresses._resolved(href)


@given(_HREFS, _PAGES)
def test_a_row_of_the_folders_own_never_climbs_out_of_it(href: str, url: str) -> None:
    target = Addresses(url, url).target(href)
    if target is not None and target.relation in (Relation.CHILD, Relation.BELOW):
        assert target.url.startswith(re.match(r"[^?]*/", url)[0])  # type: ignore[index]


def test_plain_names_take_the_short_cut() -> None:
    addresses = Addresses(URL, URL)
    for href in ("a.pdf", "a%20b.pdf", "2023/", "./ab.pdf", "/pub/letters/a.pdf", "%e9.txt"):
        assert addresses._plain(href) is not None
