"""Asks the guard before every request: starts, links, redirect hops, repeats and robots.txt alike."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler

from crawler.crawl import crawl_of
from fetching.errors import UrlDeniedError
from scope.guard import Guard


class GuardMiddleware:
    """Fails closed: what is not allowed is not asked, whatever its meta says."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawl_of(crawler).errand.guard)

    def process_request(self, request: Request) -> None:
        """Raises UrlDeniedError with the guard's denial."""
        if denied := self._guard.url(request.url):
            raise UrlDeniedError.from_denied(denied)
