"""The site spider: what it follows, what it leaves alone, and what it says of that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_it_follows_every_kind_of_link_inside_the_target(web: Any, crawl: Callable[..., Any]) -> None:
    web.page(
        "/clinic/",
        """<head><link rel="alternate" href="feed.xml"><link rel="stylesheet" href="style.css">
        <meta http-equiv="refresh" content="0; url=next.html"></head>
        <a href="a.html">a</a><map><area href="area.html"></map><iframe src="frame.html"></iframe>
        <object data="letter.pdf"></object><embed src="letter.docx"><a href="#top">x</a>
        <a href="mailto:a@example.org">m</a><a href="javascript:void(0)">j</a><a href="a.html#part">again</a>
        <a href="/elsewhere/b.html">out</a><a href="http://www.example.com/">out</a><a href="http://[bad/">bad</a>
        <a href="deep/../c.html">c</a><a href="CAPS.HTML">c</a>""",
    )
    for name in ("feed.xml", "next.html", "a.html", "area.html", "frame.html", "letter.pdf", "letter.docx", "c.html"):
        web.page(f"/clinic/{name}", "text")
    crawled = crawl(web.url + "/clinic/")
    followed = ["feed.xml", "next.html", "a.html", "area.html", "frame.html", "letter.pdf", "letter.docx", "c.html"]
    assert sorted(crawled.fetched) == sorted(["/clinic/", *(f"/clinic/{name}" for name in followed)])
    assert crawled.reasons == {"/clinic/CAPS.HTML": "not_found"}
    assert not [path for path in web.asked if path.startswith("/elsewhere")]
    kinds = {entry["name"]: entry["kind"] for entry in crawled.entries}
    assert kinds["a.html"] == "link"
    assert kinds["letter.pdf"] == "file"


def test_files_come_whole_with_their_evidence(web: Any, crawl: Callable[..., Any]) -> None:
    content = bytes(range(256)) * 5_000
    web.links("/", "letter%20of%20J.%20Example.pdf")
    web.page(
        "/letter%20of%20J.%20Example.pdf",
        content,
        Content_Type="application/pdf",
        Last_Modified="Mon, 02 Jan 2023 03:04:05 GMT",
        X_Robots_Tag="noindex",
        Set_Cookie="a=b",
    )
    crawled = crawl(web.url)
    document = crawled.documents[-1]
    assert document["size"] == len(content)
    assert document["parent"] == web.url + "/"
    assert document["headers"]["last-modified"] == "Mon, 02 Jan 2023 03:04:05 GMT"
    assert document["headers"]["x-robots-tag"] == "noindex"
    assert document["headers"]["content-type"] == "application/pdf"
    assert document["headers"]["content-length"] == str(len(content))
    assert "set-cookie" not in document["headers"]
    assert crawled.entries[0]["name"] == "letter of J. Example.pdf"


def test_actions_are_recorded_and_never_asked_for(web: Any, crawl: Callable[..., Any]) -> None:
    web.links("/", "/logout", "/records/delete/7", "/list?action=remove&id=1", "/please%20delete.pdf")
    web.page("/please%20delete.pdf", "a stored file")
    crawled = crawl(web.url)
    assert crawled.reasons == {
        "/logout": "action_link",
        "/records/delete/7": "action_link",
        "/list?action=remove&id=1": "action_link",
    }
    assert web.asked == ["/", "/please%20delete.pdf"]


def test_tokens_are_taken_out_and_never_replayed(web: Any, crawl: Callable[..., Any]) -> None:
    signed = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0123abc&X-Amz-Credential=AKIA"
    web.links(
        "/",
        f"/letter.pdf?{signed}",
        "/page;jsessionid=0123ABC?id=4",
        f"http://user:secret@127.0.0.1:{web.port}/private.txt",
        "/redirected",
        "/session",
    )
    for path in ("/letter.pdf", "/page", "/private.txt", "/other"):
        web.page(path, "text")
    web.redirect("/redirected", "/other?access_token=0123abc")
    web.redirect("/session", "/session?sid=0123abc")
    crawled = crawl(web.url)
    assert {path for path, reason in crawled.reasons.items() if reason == "credential_in_url"} == {
        "/letter.pdf", "/page?id=4", "/private.txt", "/session",
    }  # fmt: skip
    assert sorted(crawled.fetched) == ["/", "/letter.pdf", "/other", "/page?id=4", "/private.txt"]
    assert not [path for path in web.asked if "0123" in path]
    assert not any("authorization" in headers for headers in web.headers)
    records = str([{**record, "head": ""} for record in crawled.order]) + str(crawled.conduct)
    assert "0123" not in records
    assert "secret" not in records


def test_links_are_canonical_and_fetched_once_as_they_are_written(web: Any, crawl: Callable[..., Any]) -> None:
    web.links("/", "/p?b=2&a=1", "/p?a=1&b=2", "/p?a=1&b=2#x", f"HTTP://127.0.0.1:{web.port}/p?a=1&b=2", "/q?x%20y")
    web.page("/p", "text")
    web.page("/q", "text")
    crawled = crawl(web.url)
    assert sorted(web.asked) == ["/", "/p?b=2&a=1", "/q?x%20y"]
    assert crawled.listed == ["/p?a=1&b=2", "/q?x+y="]


def test_depth_is_counted_and_what_lies_deeper_is_recorded(web: Any, crawl: Callable[..., Any]) -> None:
    web.links("/", "/1")
    for number in range(1, 6):
        web.links(f"/{number}", f"/{number + 1}")
    crawled = crawl(web.url, limits={"depth": 3})
    assert crawled.fetched == ["/", "/1", "/2", "/3"]
    assert crawled.skipped == {"/4": ("budget_spent", "depth")}


def test_a_trap_ends(web: Any, crawl: Callable[..., Any]) -> None:
    """Each page of this site links to itself one folder further down, as broken relative links do."""

    def deeper(handler: Any) -> None:
        handler.answer(200, b'<a href="more/page.html">x</a>')

    web.page("/", '<a href="more/page.html">x</a>')
    for times in range(1, 30):
        web.pages["/" + "more/" * times + "page.html"] = deeper
    crawled = crawl(web.url)
    assert len(crawled.fetched) == 3
    above = ("not_found", "http_404")
    assert crawled.skipped == {
        "/more/more/more/page.html": ("budget_spent", "repeating_path"),
        "/more/": above,
        "/more/more/": above,
    }


def test_a_page_that_only_a_browser_can_draw_is_said_to_be_one(web: Any, crawl: Callable[..., Any]) -> None:
    web.page(
        "/",
        '<title>App</title><noscript>Please enable scripts</noscript><div id="root"></div><script src=a.js></script>',
    )
    crawled = crawl(web.url)
    assert crawled.fetched == ["/"]
    assert crawled.reasons == {"/": "needs_browser", "/a.js": "not_found"}


def test_a_page_without_end_of_links_is_a_document_and_says_that_its_links_were_not_read(
    web: Any, crawl: Callable[..., Any]
) -> None:
    web.page("/", "<a href=/x>x</a>" + " " * (8 << 20))
    crawled = crawl(web.url)
    assert crawled.fetched == ["/"]
    assert crawled.skipped == {"/": ("too_large", "links_not_read")}


def test_charsets_and_broken_pages(web: Any, crawl: Callable[..., Any]) -> None:
    web.links("/", "/latin", "/utf16", "/broken", "/pdf", "/typeless")
    web.page("/latin", '<a href="/caf\xe9">x</a>'.encode("latin-1"), Content_Type="text/html")
    web.page("/utf16", '<html><a href="/sixteen">x</a>'.encode("utf-16"), Content_Type="text/html")
    web.page(
        "/broken", b'<a href="/x1"><table><a href=/x2\x00></a><b></i>\xff\xfe<<<a href="/x3', Content_Type="text/html"
    )
    web.page("/pdf", b'%PDF-1.7 <a href="/never">', Content_Type="text/html")
    web.page("/typeless", '<!DOCTYPE html><a href="/sniffed">x</a>', Content_Type="text/plain")
    crawled = crawl(web.url)
    assert set(crawled.listed) >= {"/caf%C3%A9", "/sixteen", "/x1", "/x2", "/sniffed"}
    assert "/never" not in crawled.listed


def test_a_listing_in_a_site_is_read_as_one(web: Any, crawl: Callable[..., Any]) -> None:
    web.links("/", "/files/")
    web.page(
        "/files/",
        """<title>Index of /files</title><h1>Index of /files</h1><pre><a href="?C=N;O=D">Name</a>
        <a href="?C=M;O=A">Last modified</a><hr><a href="/">Parent Directory</a>  -
        <img alt="[DIR]"> <a href="old/">old/</a>   2023-01-02 03:04    -
        <img alt="[   ]"> <a href="letter.pdf">letter.pdf</a>   2023-01-02 03:04  1.2K</pre>""",
    )
    web.page("/files/letter.pdf", "letter")
    crawled = crawl(web.url)
    rows = {entry["name"]: entry for entry in crawled.entries if entry["parent"].endswith("/files/")}
    assert rows["letter.pdf"]["size"] == 1229
    assert rows["letter.pdf"]["size_exact"] is False
    assert rows["letter.pdf"]["modified"] == "2023-01-02 03:04:00"
    assert rows["old"]["kind"] == "directory"
    assert "/files/letter.pdf" in crawled.fetched
    assert not [path for path in web.asked if "C=" in path]
