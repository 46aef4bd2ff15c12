"""robots.txt: RFC 9309 in the small, and obeyed at a real server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crawler.robots import ROBOTS_BYTES, product_token, rules_of_answer
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
    assert site.asked[0] == "/robots.txt"
    assert site.asked.count("/robots.txt") == 1
    assert {line["refused"] for line in crawled.conduct if "refused" in line} == {"robots"}


def test_it_is_ignored_where_the_scope_says_so(site: Any, crawl: Callable[..., Any]) -> None:
    site.page("/robots.txt", "User-agent: *\nDisallow: /", Content_Type="text/plain")
    crawled = crawl(site.url, robots="ignore")
    assert "/private/a.html" in crawled.fetched
    assert "/robots.txt" not in site.asked


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
    assert set(site.asked) == {"/robots.txt"}
