"""Reads an origin's robots.txt before its first page: to obey it, or to note what it says, as the target wants."""

from __future__ import annotations

import asyncio
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.utils.httpobj import urlparse_cached

from crawler.crawl import Crawl, crawl_of
from crawler.failures import reason_of_error
from crawler.robots import ROBOTS_BYTES, Rules, product_token, rules_of_answer
from fetching.errors import NotAskedError
from scope.model import RobotsPolicy

_OWN = "robots"


class RobotsMiddleware:
    """One reading an origin and crawl; all its pages wait for it."""

    def __init__(self, crawler: Crawler, crawl: Crawl) -> None:
        self._crawler = crawler
        self._crawl = crawl
        self._agent = product_token(crawl.errand.user_agent)
        self._rules: dict[str, asyncio.Future[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler, crawl_of(crawler))

    async def process_request(self, request: Request) -> None:
        """Where rules are obeyed: raises NotAskedError for what is disallowed, for all while they are unknown."""
        if _OWN in request.meta:
            return
        parts = urlparse_cached(request)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._read(origin))
        rules = await self._rules[origin]
        self._crawl.robots[origin] = rules
        refused = rules.refusal(request.url)
        if refused and self._crawl.target.robots is RobotsPolicy.OBEY:
            raise NotAskedError(*refused)

    async def _read(self, origin: str) -> Rules:
        request = Request(
            f"{origin}/robots.txt",
            meta={_OWN: True, "download_maxsize": max(ROBOTS_BYTES, self._crawl.errand.limits.body_bytes)},
        )
        try:
            response = await self._crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - whatever it is, the rules are unknown and the reason is passed on
            reason, detail = reason_of_error(error)
            return Rules(None, self._agent, (reason, f"robots.txt {detail}".strip()))
        rules = rules_of_answer(response.status, response.body, self._agent)
        self._crawl.crawl_delay = max(self._crawl.crawl_delay, rules.crawl_delay)
        return rules
