"""robots.txt: RFC 9309 in the small, and obeyed at a real server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crawler.robots import MOST_SITEMAP_LINES, ROBOTS_BYTES, product_token, rules_of_answer
from documents.exposure import Truth
from documents.records import SkipReason

RULES = b"""User-agent: *
Disallow: /

User-agent: stray
Disallow: /private/
Allow: /private/open.html
Crawl-delay: 2
"""
URL = "http://www.example.org"


def test_our_group_counts_and_its_longest_rule() -> None:
    rules = rules_of_answer(200, RULES, "Stray")
    assert rules.refusal(f"{URL}/letters/a.pdf") is None
    assert rules.refusal(f"{URL}/private/a.pdf") == (SkipReason.ROBOTS, "disallowed")
    assert rules.refusal(f"{URL}/private/open.html") is None
    assert rules.crawl_delay == 2.0


def test_what_is_noted_of_a_url() -> None:
    rules = rules_of_answer(200, RULES, "Stray")
    assert rules.disallows(f"{URL}/letters/a.pdf") is Truth.NO
    assert rules.disallows(f"{URL}/private/a.pdf") is Truth.YES
    assert rules_of_answer(503, b"", "Stray").disallows(f"{URL}/a") is Truth.UNKNOWN
    assert rules_of_answer(404, b"", "Stray").disallows(f"{URL}/a") is Truth.NO


def test_sitemaps_that_it_names_are_counted() -> None:
    text = "".join(f"Sitemap: {URL}/{number}.xml\n" for number in range(MOST_SITEMAP_LINES + 1))
    assert rules_of_answer(200, text.encode(), "Stray").sitemaps == tuple(
        f"{URL}/{number}.xml" for number in range(MOST_SITEMAP_LINES)
    )
    assert rules_of_answer(404, text.encode(), "Stray").sitemaps == ()


# RFC 9309: groups for us are one, the longest rule decides, `allow` where two are as long, case of our name is nothing.
@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("User-agent: stray\nDisallow: /a\nUser-agent: STRAY\nDisallow: /b", "/b", False),
        ("User-agent: stray\nUser-agent: other\nDisallow: /a", "/a", False),
        ("User-agent: *\nDisallow: /\nUser-agent: Stray\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/letter.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/letter.pdf?a", True),
        ("User-agent: *\nDisallow: /caf%C3%A9", "/caf\u00e9/x", False),
        ("User-agent: *\nDisallow: /a?b=", "/a?b=1", False),
        ("Disallow: /", "/a", True),
        ("User-agent: *\r\n\r\nDisallow: /a # not there", "/a", False),
    ],
)
def test_groups_and_patterns(text: str, path: str, allowed: bool) -> None:
    assert (rules_of_answer(200, text.encode(), "Stray").refusal(URL + path) is None) == allowed


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_no_file_means_no_rules(status: int) -> None:
    assert rules_of_answer(status, b"User-agent: *\nDisallow: /", "Stray").refusal(f"{URL}/a") is None


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 302, 304])
def test_no_answer_means_not_now(status: int) -> None:
    rules = rules_of_answer(status, b"<html>maintenance</html>", "Stray")
    assert rules.refusal(f"{URL}/a") == (SkipReason.ROBOTS, f"robots_http_{status}")


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00rubbish", b"<html><body>soft 404</body></html>", b"Disallow"])
def test_rubbish_is_no_rule(body: bytes) -> None:
    rules = rules_of_answer(200, body, "Stray")
    assert rules.refusal(f"{URL}/a") is None
    assert rules.crawl_delay == 0


def test_what_comes_after_the_cap_is_not_read() -> None:
    padding = b"#" * ROBOTS_BYTES
    assert rules_of_answer(200, padding + b"\nUser-agent: *\nDisallow: /", "Stray").refusal(f"{URL}/a") is None
    assert rules_of_answer(200, b"User-agent: *\nDisallow: /\n" + padding, "Stray").refusal(f"{URL}/a") is not None


def test_the_product_token_leaves_the_organisation_out() -> None:
    """A rule for googlebot is not ours because an organisation's name holds the word."""
    assert product_token("Stray/0.1 (Googlebot Hospital; a@example.org)") == "Stray"


@pytest.fixture
def site(web: Any) -> Any:
    web.links("/", "/open.html", "/private/a.html", "/moved")
    web.redirect("/moved", "/private/b.html")
    for path in ("/open.html", "/private/a.html", "/private/b.html"):
        web.page(path, "text")
    return web


def test_it_is_obeyed_hops_included(site: Any, crawl: Callable[..., Any]) -> None:
    site.page("/robots.txt", "User-agent: *\nDisallow: /private/", Content_Type="text/plain")
    crawled = crawl(site.url, robots="obey")
    assert crawled.fetched == ["/", "/open.html"]
    assert crawled.skipped == {"/private/a.html": ("robots", "disallowed"), "/moved": ("robots", "disallowed")}
    assert site.all_asked[0] == "/robots.txt"
    assert site.all_asked.count("/robots.txt") == 1
    assert {line["refused"] for line in crawled.conduct if "refused" in line} == {"robots"}


def test_it_is_read_and_noted_where_the_scope_says_so(site: Any, crawl: Callable[..., Any]) -> None:
    site.page("/robots.txt", "User-agent: *\nDisallow: /private/", Content_Type="text/plain")
    crawled = crawl(site.url, robots="record")
    assert sorted(crawled.fetched) == ["/", "/open.html", "/private/a.html", "/private/b.html"]
    assert crawled.reasons == {"/private/": "not_found"}
    assert site.all_asked[0] == "/robots.txt"


def test_rules_that_nobody_gave_stop_nothing_where_they_are_only_noted(site: Any, crawl: Callable[..., Any]) -> None:
    site.page("/robots.txt", "maintenance", 500)
    assert "/private/a.html" in crawl(site.url, robots="record").fetched


@pytest.mark.parametrize(
    ("page", "skipped"),
    [
        ((503, {"Retry_After": "0"}), ("robots", "robots_http_503")),
        (
            (302, {"Location": "http://elsewhere.example/robots.txt"}),
            ("denied_by_guard", "robots.txt outside the scope"),
        ),
        ((302, {"Location": "/robots.txt"}), ("redirect_loop", "robots.txt loop")),
    ],
)
def test_unknown_rules_leave_everything_unknown(
    page: tuple[int, dict[str, str]], skipped: tuple[str, str], site: Any, crawl: Callable[..., Any]
) -> None:
    status, headers = page
    site.page("/robots.txt", b"", status, **headers)
    crawled = crawl(site.url, robots="obey")
    assert crawled.documents == []
    ((reason, detail),) = crawled.skipped.values()
    assert reason == skipped[0]
    assert detail.startswith(skipped[1])
    assert set(site.all_asked) == {"/robots.txt"}
