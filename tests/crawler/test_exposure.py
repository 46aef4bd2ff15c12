"""What is recorded of how each document lies open, on a real server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

LISTING = (
    '<html><head><title>Index of /files/</title></head><body><h1>Index of /files/</h1><hr><pre><a href="../">../</a>\n'
    '<a href="letter.txt">letter.txt</a>      02-Jan-2023 03:04     12\n</pre><hr></body></html>'
)


def exposures(crawled: Any) -> dict[str, dict[str, Any]]:
    return dict(zip(crawled.fetched, (document["exposure"] for document in crawled.documents), strict=True))


def test_a_row_of_a_listing_is_listed_and_a_link_is_not(web: Any, crawl: Callable[..., Any]) -> None:
    web.links("/", "/files/", "/alone.txt")
    web.page("/files/", LISTING)
    web.page("/files/letter.txt", "a letter", Content_Type="text/plain")
    web.page("/alone.txt", "a letter", Content_Type="text/plain")
    found = exposures(crawl(web.url + "/"))
    told = {path: (each["listed"], each["is_listing"]) for path, each in found.items()}
    assert told == {
        "/": ("no", "no"),
        "/files/": ("no", "yes"),
        "/files/letter.txt": ("yes", "no"),
        "/alone.txt": ("no", "no"),
    }


def test_the_way_that_led_to_it(web: Any, crawl: Callable[..., Any]) -> None:
    web.links("/", "/a/")
    web.links("/a/", "/a/letter.txt")
    web.page("/a/letter.txt", "a letter", Content_Type="text/plain")
    found = exposures(crawl(web.url + "/"))
    assert found["/"]["reached_by"] == []
    assert found["/a/letter.txt"]["reached_by"] == [web.url + "/", web.url + "/a/"]


def test_the_address_as_found_is_kept_where_it_differs(web: Any, crawl: Callable[..., Any]) -> None:
    web.links("/", "/b%2ehtml", "/plain.html")
    web.page("/b%2ehtml", "text")
    web.page("/plain.html", "text")
    found = exposures(crawl(web.url + "/"))
    told = {path: each["found_as"] for path, each in found.items()}
    assert told == {"/": None, "/b.html": web.url + "/b%2ehtml", "/plain.html": None}


def test_what_keeps_search_engines_out(web: Any, crawl: Callable[..., Any]) -> None:
    web.links("/", "/open.txt", "/tagged.pdf", "/meta.html", "/closed/a.txt", "/elsewhere.pdf")
    web.page("/robots.txt", "User-agent: *\nDisallow: /closed/\nUser-agent: Stray\nAllow: /", Content_Type="text/plain")
    web.page("/open.txt", "a letter", Content_Type="text/plain")
    web.page("/tagged.pdf", "a letter", X_Robots_Tag="noindex")
    web.page("/meta.html", "<meta name=robots content=noindex>text")
    web.page("/closed/a.txt", "a letter", Content_Type="text/plain")
    web.page("/elsewhere.pdf", "a letter", Content_Type="application/pdf", Link='<http://o.example/>; rel="canonical"')
    found = exposures(crawl(web.url + "/", robots="obey"))
    told = {path: (each["indexable"], each["index_basis"]) for path, each in found.items()}
    assert told == {
        "/": ("yes", "nothing_forbids"),
        "/open.txt": ("yes", "nothing_forbids"),
        "/tagged.pdf": ("no", "x_robots_tag"),
        "/meta.html": ("no", "meta_robots"),
        "/closed/a.txt": ("no", "robots_txt"),
        "/elsewhere.pdf": ("unknown", "canonical"),
    }
    assert {each["robots_disallow"] for each in found.values()} == {"no"}


def test_what_robots_txt_says_is_noted_where_it_is_not_obeyed(web: Any, crawl: Callable[..., Any]) -> None:
    web.links("/", "/closed.txt")
    web.page("/robots.txt", "User-agent: *\nDisallow: /closed", Content_Type="text/plain")
    web.page("/closed.txt", "a letter", Content_Type="text/plain")
    found = exposures(crawl(web.url + "/", robots="record", robots_reference="IG-2"))
    assert found["/closed.txt"]["robots_disallow"] == "yes"
    assert found["/"]["robots_disallow"] == "no"


def test_a_page_too_large_to_be_read_leaves_the_answer_open(web: Any, crawl: Callable[..., Any]) -> None:
    web.page("/", "<p>text</p>" + "<i></i>" * 3_000_000)
    crawled = crawl(web.url + "/")
    assert crawled.reasons == {"/": "too_large"}
    exposure = exposures(crawled)["/"]
    assert (exposure["indexable"], exposure["index_basis"], exposure["is_listing"]) == (
        "unknown",
        "page_not_read",
        "unknown",
    )


def test_a_login_is_told_from_a_refusal(web: Any, crawl: Callable[..., Any]) -> None:
    web.links("/", "/basic/", "/forbidden/", "/negotiate/")
    web.page("/basic/", "", 401, WWW_Authenticate='Basic realm="x"')
    web.page("/forbidden/", "", 403)
    web.page("/negotiate/", "", 403, WWW_Authenticate="Negotiate")
    assert crawl(web.url + "/").skipped == {
        "/basic/": ("access_denied", "http_401 login"),
        "/forbidden/": ("access_denied", "http_403"),
        "/negotiate/": ("access_denied", "http_403 login"),
    }


def test_headers_that_serve_as_evidence_are_kept(web: Any, crawl: Callable[..., Any]) -> None:
    web.page("/", "text", Last_Modified="Mon, 02 Jan 2023 03:04:05 GMT", ETag='"abc"', X_Robots_Tag="nofollow")
    document = crawl(web.url + "/").documents[0]
    assert {"server", "last-modified", "etag", "x-robots-tag", "content-length"} <= set(document["headers"])
    assert document["size"] == 4


def test_a_sitemap_is_a_listing_and_a_feed_is_not(web: Any, crawl: Callable[..., Any]) -> None:
    web.links("/", "/feed.xml")
    page = f"<url><loc>{web.url}/a.html</loc></url>"
    web.page("/sitemap.xml", f"<urlset>{page}</urlset>", Content_Type="application/xml")
    item = f"<item><link>{web.url}/b.html</link><description>Dear Ann</description></item>"
    web.page("/feed.xml", f"<rss><channel>{item}</channel></rss>", Content_Type="application/xml")
    found = exposures(crawl(web.url + "/"))
    assert {path: each["is_listing"] for path, each in found.items()} == {
        "/": "no",
        "/feed.xml": "no",
        "/sitemap.xml": "yes",
    }
