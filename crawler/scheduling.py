"""Scrapy's scheduler, fed by the frontier: a request is made when its turn comes, and not per link."""

from __future__ import annotations

from collections import deque
from typing import Self

from scrapy import Request
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler

from crawler.crawl import Crawl, crawl_of
from crawler.heads import HEAD_META, HEAD_REQUEST
from crawler.revisiting import conditions_at
from crawler.settings import CONCURRENCY
from crawler.spiders.unit import UnitSpider
from documents.records import SkipReason

# Places under way or waiting for the sink; a kill has as many fetched again at most.
MOST_UNSAVED = 4 * CONCURRENCY
# Rows of listings that wait for the sink, about 1 kB each: what comes on top is what is under way.
MOST_ROWS = 20_000


class FrontierScheduler(BaseScheduler):
    """Best first, and breadth first among equals; hops and repeats of a request under way go before."""

    def __init__(self, crawl: Crawl, spider: UnitSpider) -> None:
        self._crawl = crawl
        self._spider = spider
        self._again: deque[Request] = deque()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        spider = crawler.spider
        if not isinstance(spider, UnitSpider):
            raise TypeError("the frontier serves a unit's spider only")
        return cls(crawl_of(crawler), spider)

    def has_pending_requests(self) -> bool:
        """Is there something to ask for?"""
        return bool(self._again) or not self._crawl.frontier.is_exhausted

    def enqueue_request(self, request: Request) -> bool:
        """Take a redirect's next hop or a throttled request: both belong to a place that is under way."""
        self._again.append(request)
        return True

    def next_request(self) -> Request | None:
        """The next request; None when the queue is empty or the budget is spent."""
        if self._again:
            return self._again.popleft()
        if limit := self._crawl.errand.budget.spent:
            self._crawl.frontier.close(SkipReason.BUDGET_SPENT, limit)
        if self._holds_back():
            return None
        place = self._crawl.frontier.next()
        if place is None:
            return None
        return Request(
            place.asked,
            callback=self._spider.answered,
            errback=self._spider.failed,
            headers=HEAD_REQUEST if place.head else conditions_at(self._crawl, place.url),
            meta={"place": place, **(HEAD_META if place.head else {})},
            dont_filter=True,
        )

    def _holds_back(self) -> bool:
        """Is there so much done and not saved that a kill would cost too many requests twice, or memory too much?"""
        frontier, courier = self._crawl.frontier, self._crawl.courier
        if courier.rows >= MOST_ROWS:
            return True
        return frontier.unsaved >= MOST_UNSAVED and (frontier.is_anything_under_way or courier.is_busy)
