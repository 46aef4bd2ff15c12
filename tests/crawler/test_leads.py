"""What a site leads to besides links: sitemaps, pictures, scripts, data, headers."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest

from crawler.leads import MOST_SITEMAPS


def sitemap(*addresses: str, index: bool = False) -> bytes:
    row, root = ("sitemap", "sitemapindex") if index else ("url", "urlset")
    rows = "".join(f"<{row}><loc>{address}</loc></{row}>" for address in addresses)
    return f'<?xml version="1.0"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</{root}>'.encode()


def test_sitemaps_are_read_wherever_they_are_named(web: Any, crawl: Callable[..., Any]) -> None:
    web.page("/", "welcome")
    web.page("/robots.txt", f"Sitemap: {web.url}/maps/index.xml\nSitemap: http://elsewhere.example/sitemap.xml")
    nested = [f"{web.url}/maps/{name}" for name in ("packed.xml.gz", "sitemap.txt", "index.xml")]
    web.page("/maps/index.xml", sitemap(*nested, index=True), Content_Type="application/xml")
    packed = gzip.compress(sitemap(f"{web.url}/a.pdf", "http://elsewhere.example/x.pdf"))
    web.page("/maps/packed.xml.gz", packed, Content_Type="application/gzip")
    web.page("/maps/sitemap.txt", f"{web.url}/b.pdf\nftp://127.0.0.1/c.pdf\n", Content_Type="text/plain")
    web.page("/sitemap.xml", sitemap(f"{web.url}/d.html", f"{web.url}/logout"), Content_Type="text/xml")
    for name in ("a.pdf", "b.pdf", "d.html"):
        web.page(f"/{name}", "text")
    crawled = crawl(web.url, robots="obey")
    assert {"/a.pdf", "/b.pdf", "/d.html", "/sitemap.xml", "/maps/index.xml"} <= set(crawled.fetched)
    assert crawled.reasons == {"/logout": "action_link", "/maps/": "not_found"}
    assert web.all_asked.count("/maps/index.xml") == 1
    assert set(crawled.fetched) - {"/"} <= set(crawled.listed)


@pytest.mark.parametrize("answer", [404, 403])
def test_a_sitemap_that_is_not_there_leaves_no_record(answer: int, web: Any, crawl: Callable[..., Any]) -> None:
    web.page("/", "welcome")
    web.page("/sitemap.xml", "no", answer)
    crawled = crawl(web.url)
    assert "/sitemap.xml" in web.all_asked
    assert crawled.order == crawled.documents


def test_a_page_in_place_of_a_sitemap_is_none(web: Any, crawl: Callable[..., Any]) -> None:
    web.page("/", "welcome")
    web.page("/sitemap.xml", "<html>our shop", 200)
    crawled = crawl(web.url)
    assert crawled.order == crawled.documents


def test_a_sitemap_that_nobody_could_read_is_told(web: Any, crawl: Callable[..., Any]) -> None:
    web.page("/", "welcome")
    web.page("/sitemap.xml", "maintenance", 500)
    assert crawl(web.url).reasons == {"/sitemap.xml": "server_error"}
    web.page("/sitemap.xml", sitemap(f"{web.url}/a.html")[:-30], Content_Type="text/xml")
    assert crawl(web.url).skipped == {"/sitemap.xml": ("truncated", "links_not_read")}


def test_below_the_root_of_a_host_no_sitemap_is_guessed(web: Any, crawl: Callable[..., Any]) -> None:
    web.page("/clinic/", "welcome")
    web.page("/robots.txt", f"Sitemap: {web.url}/sitemap.xml")
    crawl(web.url + "/clinic/")
    assert set(web.all_asked) == {"/robots.txt", "/clinic/"}


def test_addresses_in_scripts_and_data_are_followed(web: Any, crawl: Callable[..., Any]) -> None:
    web.page(
        "/app/",
        """<div data-href="a.pdf" data-delete-url="/app/gone"></div><button onclick="location.href='b.html'">b</button>
        <script src="main.js"></script><script src="/jquery.min.js"></script>
        <script id="__NEXT_DATA__" type="application/json">{"props": {"file": "\\/app\\/c.pdf"}}</script>
        <script type="application/ld+json">{"@type": "Report", "contentUrl": "d.docx"}</script>text""",
    )
    web.page("/app/main.js", "fetch('/app/api/letters'); post('/app/api/letters/save')", Content_Type="text/javascript")
    letters = '{"items": [{"title": "x", "url": "/app/letters/7"}], "next": "/app/api/letters?page=2"}'
    web.page("/app/api/letters", letters, Content_Type="application/json")
    for path in ("a.pdf", "b.html", "c.pdf", "d.docx", "letters/7"):
        web.page(f"/app/{path}", "text")
    crawled = crawl(web.url + "/app/")
    followed = ["", "a.pdf", "b.html", "c.pdf", "d.docx", "main.js", "api/letters", "letters/7", "api/letters?page=2"]
    assert sorted(crawled.fetched) == sorted(f"/app/{path}" for path in followed)
    assert not [path for path in web.asked if "gone" in path or "save" in path]


def test_pictures_that_may_be_letters_are_fetched_and_the_rest_is_noted(web: Any, crawl: Callable[..., Any]) -> None:
    web.page(
        "/",
        """<nav><img src="/img/scan-of-building.jpg"></nav><img src="/img/logo.png"><img src=letter-scan.jpg>
        <img srcset="p1.jpg 300w, big.jpg 1200w" width=900><img src="data:image/png;base64,AAAA">"""
        + "<p>many words here " * 30,
    )
    for path in ("/letter-scan.jpg", "/big.jpg"):
        web.page(path, b"\xff\xd8\xff\xe0", Content_Type="image/jpeg")
    crawled = crawl(web.url)
    assert sorted(crawled.fetched) == ["/", "/big.jpg", "/letter-scan.jpg"]
    assert sorted(crawled.listed) == ["/big.jpg", "/img/logo.png", "/img/scan-of-building.jpg", "/letter-scan.jpg"]


def test_a_picture_that_was_noted_is_fetched_where_a_link_names_it(web: Any, crawl: Callable[..., Any]) -> None:
    web.page("/", "<img src=thumb.jpg>" + "<p>many words here " * 30 + "<a href=page.html>next</a>")
    web.links("/page.html", "/thumb.jpg")
    web.page("/thumb.jpg", b"\xff\xd8\xff\xe0", Content_Type="image/jpeg")
    assert "/thumb.jpg" in crawl(web.url).fetched


def test_addresses_in_headers_are_followed(web: Any, crawl: Callable[..., Any]) -> None:
    link = '</style.css>; rel=preload, </canonical.html>; rel="canonical", </next.html>;rel=next'
    web.page("/", "text", Link=link, Refresh="0; url=/fresh.html")
    for name in ("canonical", "next", "fresh"):
        web.page(f"/{name}.html", "text")
    assert sorted(crawl(web.url).fetched) == ["/", "/canonical.html", "/fresh.html", "/next.html"]


def test_a_stored_page_of_an_open_directory_leads_nowhere(web: Any, crawl: Callable[..., Any]) -> None:
    web.page(
        "/",
        '<title>Index of /</title><h1>Index of /</h1><pre><a href="data.json">data.json</a> 2024-01-02 03:04 5</pre>',
    )
    web.page("/data.json", '{"url": "/other.pdf"}', Content_Type="application/json")
    web.page("/sitemap.xml", sitemap(f"{web.url}/other.pdf"), Content_Type="text/xml")
    assert crawl(web.url, "open_directory").fetched == ["/", "/data.json"]


@pytest.mark.slow
def test_sitemaps_without_end_are_read_so_far(web: Any, crawl: Callable[..., Any]) -> None:
    def another(handler: Any) -> None:
        number = int(handler.path.partition("=")[2] or 0)
        more = [f"{web.url}/map.xml?n={number * 20 + step}" for step in range(1, 21)]
        handler.answer(200, sitemap(*more, index=True), {"Content-Type": "text/xml"})

    web.page("/", "welcome")
    web.page("/robots.txt", f"Sitemap: {web.url}/map.xml?n=0")
    web.pages["/map.xml"] = another
    crawled = crawl(web.url)
    assert sum(path.startswith("/map.xml") for path in web.asked) == MOST_SITEMAPS
    assert {skip["detail"] for skip in crawled.skips} == {"sitemaps"}
