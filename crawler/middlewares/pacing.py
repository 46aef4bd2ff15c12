"""Waits for the pacer before each request, and tells it what the host answered."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.crawl import Crawl, crawl_of
from fetching.errors import StoppedError
from fetching.pacing import THROTTLE_RETRIES, THROTTLE_STATUSES

# Longest Crawl-delay that is followed, seconds. Above it a unit of four hours would see less than 500 places; a site
# that asks for more has to be told apart in the scope by its rate.
LONGEST_CRAWL_DELAY = 30.0
_THROTTLED = "throttled"


class PacingMiddleware:
    """One request waits at a time, so a host that asks for quiet gets it from all that follow."""

    def __init__(self, crawl: Crawl) -> None:
        self._crawl = crawl
        self._pacer = crawl.errand.pacer
        self._turn = asyncio.Lock()
        self._quiet_until = 0.0
        self._last = 0.0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawl_of(crawler))

    async def process_request(self, request: Request) -> None:
        """Returns when the request may be made; raises StoppedError when the crawl stops meanwhile."""
        async with self._turn:
            await self._wait(self._pacer.reserve())
            while (now := time.monotonic()) < self._quiet_until:
                await self._wait(max(self._pacer.reserve(), self._quiet_until - now))
            delay = min(self._crawl.crawl_delay, LONGEST_CRAWL_DELAY)
            if delay:
                await self._wait(self._last + delay - time.monotonic())
            self._last = time.monotonic()

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """Repeats a throttled request, a few times; what is throttled still goes on as it is."""
        told = response.headers.get("Retry-After")
        wait = self._pacer.answered(response.status, told.decode("latin-1") if told else None)
        if response.status not in THROTTLE_STATUSES:
            return response
        self._quiet_until = max(self._quiet_until, time.monotonic() + wait)
        times = request.meta.get(_THROTTLED, 0)
        if times >= THROTTLE_RETRIES:
            return response
        if self._crawl.stopping.is_set():  # it was not asked as often as it should be: interrupted, not throttled
            raise StoppedError
        return request.replace(meta={**request.meta, _THROTTLED: times + 1})

    async def _wait(self, seconds: float) -> None:
        if seconds > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._crawl.stopping.wait(), seconds)
        if self._crawl.stopping.is_set():
            raise StoppedError
