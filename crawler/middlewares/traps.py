"""Asks for no more pages that a shape leads to which has brought nothing new for long."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler

from crawler.crawl import crawl_of
from crawler.frontier import Place
from crawler.near_duplicates import NearDuplicates
from crawler.planning import is_page
from documents.records import SkipReason
from fetching.errors import NotAskedError


class TrapsMiddleware:
    """Pages only: a file is fetched wherever it lies."""

    def __init__(self, near_duplicates: NearDuplicates) -> None:
        self._near_duplicates = near_duplicates

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawl_of(crawler).near_duplicates)

    def process_request(self, request: Request) -> None:
        """Raises NotAskedError for a page that would say again what others did."""
        place = request.meta.get("place")
        if not isinstance(place, Place) or not is_page(place.url):
            return
        if self._near_duplicates.is_left(place.url, place.parent):
            raise NotAskedError(SkipReason.BUDGET_SPENT, "near_duplicates")
