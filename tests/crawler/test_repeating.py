"""A connection that is lost once is asked over once more; the second time it is an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_servers_that_close_kept_connections_without_a_word(web: Any, crawl: Callable[..., Any]) -> None:
    def close(handler: Any) -> None:
        handler.answer(200, b"text")
        handler.close_connection = True  # and no `Connection: close` to say so

    names = [f"/{number}.txt" for number in range(12)]
    web.links("/", *names)
    web.pages |= dict.fromkeys(names, close)
    # One after another: each finds the connection that the one before left, and it is closed by then.
    crawled = crawl(web.url, limits={"requests_per_second": 20})
    assert crawled.skips == []
    assert len(crawled.documents) == 13


def test_a_page_that_always_hangs_up_is_asked_twice_and_each_time_counts(web: Any, crawl: Callable[..., Any]) -> None:
    def hang_up(handler: Any) -> None:
        handler.close_connection = True

    web.links("/", "/gone.txt")
    web.pages["/gone.txt"] = hang_up
    crawled = crawl(web.url)
    assert crawled.reasons == {"/gone.txt": "host_down"}
    assert web.asked.count("/gone.txt") == 2
    assert crawled.requests == len(crawled.conduct) == len(web.all_asked)
