"""Rate, Retry-After and Crawl-delay at a real server. Only lower bounds of time are asserted."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any


def test_requests_are_spaced_as_the_scope_says(web: Any, crawl: Callable[..., Any]) -> None:
    web.links("/", *(f"/{number}.txt" for number in range(10)))
    for number in range(10):
        web.page(f"/{number}.txt", "text")
    crawl(web.url, limits={"requests_per_second": 10})
    assert web.times[-1] - web.times[0] > 0.9


def test_a_host_that_asks_for_quiet_gets_it_from_all_requests(web: Any, crawl: Callable[..., Any]) -> None:
    web.links("/", "/busy", *(f"/{number}.txt" for number in range(5)))
    for number in range(5):
        web.page(f"/{number}.txt", "text")

    def busy(handler: Any) -> None:
        once = web.asked.count("/busy") == 1
        handler.answer(429 if once else 200, b"text", {"Retry-After": "1"} if once else {})

    web.pages["/busy"] = busy
    crawled = crawl(web.url, limits={"requests_per_second": 20})
    assert crawled.skips == []
    assert web.asked.count("/busy") == 2
    quiet = max(later - earlier for earlier, later in pairwise(web.times))
    assert quiet > 0.9


def test_a_crawl_delay_is_kept(web: Any, crawl: Callable[..., Any]) -> None:
    web.links("/", "/a.txt", "/b.txt")
    web.page("/a.txt", "text")
    web.page("/b.txt", "text")
    web.page("/robots.txt", "User-agent: *\nCrawl-delay: 0.5\nDisallow:", Content_Type="text/plain")
    crawled = crawl(web.url, robots="obey")
    assert len(crawled.documents) == 3
    assert web.times[-1] - web.times[1] > 0.9
