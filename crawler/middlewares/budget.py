"""Takes each request from the unit's budget, last of all, when it is about to be made."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler

from crawler.crawl import crawl_of
from fetching.budget import Budget


class BudgetMiddleware:
    """Counts requests; bytes are counted as they come, by the download handler."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawl_of(crawler).errand.budget)

    def process_request(self, request: Request) -> None:
        """Raises BudgetSpentError when nothing is left."""
        self._budget.request()
