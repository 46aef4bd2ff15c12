"""Sitemaps of every form; and files made to be costly."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crawler.sitemaps import MOST_ADDRESSES, Sitemap, SitemapRow, read_sitemap

URL = "http://www.example.org"
NAMESPACE = b'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def rows(body: bytes, name: str = "sitemap.xml") -> list[str]:
    sitemap = read_sitemap(body, name)
    assert sitemap is not None
    assert sitemap.is_whole
    return [row.address for row in sitemap.rows]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"<urlset %s><url><loc> %s/a </loc><lastmod>2024-01-02</lastmod></url></urlset>", ["/a"]),
        (
            b"<?xml version='1.0'?>\n<!-- made --><urlset %s><url><loc>%s/a?b=1&amp;c=2</loc></url></urlset>",
            ["/a?b=1&c=2"],
        ),
        (b"<s:urlset xmlns:s='x' %s><s:url><s:loc>%s/a</s:loc></s:url></s:urlset>", ["/a"]),
        (b"<urlset %s><url><loc>%s/a&b</loc></url><url><loc/></url></urlset>", ["/a"]),
        (b"<feed %s><entry><link href='%s/a'/></entry></feed>", ["/a"]),
    ],
)
def test_xml(body: bytes, found: list[str]) -> None:
    assert rows(body % (NAMESPACE, URL.encode())) == [URL + path for path in found]


def test_rss_names_pages_and_files() -> None:
    item = f"<item><link>{URL}/i</link><enclosure url='{URL}/e.pdf'/></item>"
    assert rows(f"<rss><channel>{item}</channel></rss>".encode(), "feed") == [f"{URL}/i", f"{URL}/e.pdf"]


def test_pictures_of_a_page_are_left_to_the_page() -> None:
    image = (
        "<i:image xmlns:i='http://www.google.com/schemas/sitemap-image/1.1'><i:loc>http://x/logo.png</i:loc></i:image>"
    )
    assert rows(f"<urlset><url><loc>{URL}/a</loc>{image}</url></urlset>".encode()) == [f"{URL}/a"]


def test_an_index_leads_to_sitemaps() -> None:
    body = f"<sitemapindex><sitemap><loc>{URL}/1.xml</loc></sitemap></sitemapindex>".encode()
    assert read_sitemap(body, "sitemap.xml") == Sitemap([SitemapRow(f"{URL}/1.xml", is_sitemap=True)])


def test_packed_and_plain() -> None:
    assert rows(gzip.compress(f"<urlset><url><loc>{URL}/a</loc></url></urlset>".encode(), mtime=0), "x.xml.gz") == [
        f"{URL}/a"
    ]
    assert rows(f"\ufeff{URL}/a\r\n\r\nnothing\n{URL}/b".encode(), "sitemap.txt") == [f"{URL}/a", f"{URL}/b"]
    assert rows(gzip.compress(f"{URL}/a\n".encode()), "sitemap2.txt.gz") == [f"{URL}/a"]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"<html><urlset>" + bytes(5_000), "a.pdf"),
        (b"http://www.example.org/a\n", "letters.txt"),
        (gzip.compress(b"<urlset/>", mtime=0), "letters.tar.gz"),
        (b"", "sitemap.xml"),
        (b" " * 5_000 + b"<urlset>", "sitemap.xml"),
    ],
)
def test_what_is_none(body: bytes, name: str) -> None:
    if b"<html" in body:
        body = body.replace(b"<urlset>", b"")
    assert read_sitemap(body, name) is None


@pytest.mark.parametrize(
    "body",
    [
        f"<urlset><url><loc>{URL}/a</loc></url><url><loc>{URL}/lett".encode(),
        b"<urlset>" + b"<x/>" * 1_000_001 + b"</urlset>",
    ],
)
def test_a_part_says_that_it_is_one(body: bytes) -> None:
    sitemap = read_sitemap(body, "sitemap.xml")
    assert sitemap is not None
    assert not sitemap.is_whole
    assert [row.address for row in sitemap.rows] in ([], [f"{URL}/a"])


def test_a_packed_one_that_was_cut_is_not_whole() -> None:
    whole = gzip.compress(b"<urlset>" + bytes(range(256)) * 100)
    assert read_sitemap(whole[:-50], "sitemap.xml.gz") == Sitemap(is_whole=False)


def test_a_bomb_is_not_unpacked() -> None:
    assert read_sitemap(gzip.compress(bytes(51 << 20)), "sitemap.xml.gz") == Sitemap(is_whole=False)


def test_more_addresses_than_the_protocol_allows() -> None:
    sitemap = read_sitemap(b"<urlset>" + b"<url><loc>http://x/</loc></url>" * (MOST_ADDRESSES + 1) + b"</urlset>", "x")
    assert sitemap is not None
    assert len(sitemap.rows) == MOST_ADDRESSES
    assert not sitemap.is_whole


def test_entities_and_files_outside_are_left_alone() -> None:
    entities = '<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">'
    body = f"<!DOCTYPE urlset [{entities}]><urlset><url><loc>{URL}/&x;&b;</loc></url></urlset>"
    assert rows(body.encode()) == [f"{URL}/"]


@given(some.binary(max_size=300))
def test_nothing_makes_it_fail(body: bytes) -> None:
    read_sitemap(body, "sitemap.txt")
    read_sitemap(b"<urlset>" + body, "sitemap.xml")
    read_sitemap(b"\x1f\x8b" + body, "sitemap.xml.gz")
