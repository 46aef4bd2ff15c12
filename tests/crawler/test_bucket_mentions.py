"""Buckets that a crawl's pages, scripts, headers and redirects name: on record where wanted, and never asked."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest

SECRET = "c2VjcmV0c2VjcmV0c2VjcmV0"
SIGNED = f"X-Amz-Credential=AKIAEXAMPLEEXAMPLE99&X-Amz-Signature={SECRET}"


def leads(crawled: Any) -> set[tuple[str, str, str, str]]:
    return {(lead["provider"], lead["account"] or lead["name"], lead["key"], lead["met_in"]) for lead in crawled.leads}


def site(web: Any) -> None:
    policy = "default-src 'self' csp-eht.s3.amazonaws.com *.s3.amazonaws.com"
    web.page(
        "/",
        '<img src="https://storage.googleapis.com/gcs-eht/logo.png"><script src="/app.js"></script>'
        '<link rel="stylesheet" href="/x.css"><a href="/data.json">d</a><a href="/old">o</a>'
        '<a href="/leaflet.pdf">p</a>'
        '<a href="https://html-eht.s3.eu-west-2.amazonaws.com/2026/Letter 1.pdf">letter</a>',
        Content_Security_Policy=policy,
        Content_Security_Policy_Report_Only="img-src https://ehtscans.blob.core.windows.net",
        Link="<https://link-eht.s3.amazonaws.com/x.css>; rel=preload",
    )
    web.page("/app.js", r'var u="https:\/\/js-eht.s3.amazonaws.com\/k.js"', Content_Type="text/javascript")
    web.page("/data.json", r'{"u": "s3:\/\/json-eht\/a"}', Content_Type="application/json")
    web.redirect("/old", f"https://moved-eht.s3.amazonaws.com/letters/a.pdf?{SIGNED}")
    web.page("/leaflet.pdf", "%PDF-1.4 /URI (https://pdf-eht.s3.amazonaws.com/b.pdf)", Content_Type="application/pdf")
    loc = "<urlset><url><loc>https://map-eht.s3.amazonaws.com/c.pdf</loc></url></urlset>"
    web.page("/sitemap.xml", loc, Content_Type="text/xml")


def test_every_place_that_names_a_bucket(web: Any, crawl: Callable[..., Any]) -> None:
    site(web)
    crawled = crawl(web.url, behaviour={"harvest": True})
    assert leads(crawled) == {
        ("gcs", "gcs-eht", "logo.png", "html"),
        ("s3", "html-eht", "2026/Letter 1.pdf", "html"),
        ("s3", "csp-eht", "", "csp"),
        ("azure", "ehtscans", "", "csp"),
        ("s3", "link-eht", "x.css", "link"),
        ("s3", "js-eht", "k.js", "script"),
        ("s3", "json-eht", "a", "json"),
        ("s3", "moved-eht", "letters/a.pdf", "redirect"),
        ("s3", "pdf-eht", "b.pdf", "document"),
        ("s3", "map-eht", "c.pdf", "sitemap"),
    }
    parents = {lead["name"]: lead["parent"] for lead in crawled.leads}
    assert parents["js-eht"] == f"{web.url}/app.js"
    assert parents["moved-eht"] == f"{web.url}/old"


def test_nothing_is_recorded_unless_the_scope_wants_it(web: Any, crawl: Callable[..., Any]) -> None:
    site(web)
    assert crawl(web.url).leads == []


def test_signatures_are_neither_kept_nor_sent(web: Any, crawl: Callable[..., Any]) -> None:
    web.page(
        "/",
        f'<a href="https://eht.s3.amazonaws.com/a.pdf?{SIGNED}">a</a>'
        f'<a href="https://acct.blob.core.windows.net/letters/b.pdf?sv=2022-11-02&sp=r&sig={SECRET}">b</a>'
        f'<a href="/go?u=https%3A%2F%2Feht.s3.amazonaws.com%2Fc.pdf%3FX-Amz-Signature%3D{SECRET}">c</a>',
    )
    web.redirect("/go", f"https://eht.s3.amazonaws.com/c.pdf?{SIGNED}")
    crawled = crawl(web.url, behaviour={"harvest": True})
    assert {(lead["key"], lead["had_credential"]) for lead in crawled.leads} >= {("a.pdf", True), ("b.pdf", True)}
    assert all(lead["had_credential"] for lead in crawled.leads)
    for said in (repr(crawled.leads), repr(crawled.skipped), repr(crawled.conduct), repr(web.all_asked)):
        assert SECRET not in said
        assert "AKIAEXAMPLE" not in said


def test_a_body_that_is_too_long_to_look_through_is_told(web: Any, crawl: Callable[..., Any]) -> None:
    words = b"lorem ipsum " * 1_000_000
    packed = gzip.compress(b"see s3://first-eht/ " + words + b" s3://last-eht/")
    web.page("/", packed, Content_Type="text/plain", Content_Encoding="gzip")
    crawled = crawl(web.url, behaviour={"harvest": True})
    assert leads(crawled) == {("s3", "first-eht", "", "text")}
    assert ("too_large", "buckets_not_read") in crawled.skipped.values()


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_pages_in_other_encodings(encoding: str, web: Any, crawl: Callable[..., Any]) -> None:
    page = '<html><a href="https://eht.s3.amazonaws.com/Befund Müller.pdf">x</a>'.encode(encoding)
    web.page("/", page, Content_Type=f"text/html; charset={encoding}")
    crawled = crawl(web.url, behaviour={"harvest": True})
    assert leads(crawled) == {("s3", "eht", "Befund Müller.pdf", "html")}
