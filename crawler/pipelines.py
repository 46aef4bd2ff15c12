"""From Scrapy's items to the sink."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler

from crawler.crawl import Crawl, crawl_of
from crawler.items import Harvest


class SinkPipeline:
    """Hands each harvest over and waits until it is taken: Scrapy fetches less while it waits."""

    def __init__(self, crawl: Crawl) -> None:
        self._crawl = crawl

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawl_of(crawler))

    async def process_item(self, item: Harvest) -> Harvest:
        """See Scrapy."""
        await self._crawl.hand(item)
        return item
