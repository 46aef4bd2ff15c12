"""The crawler's two sources: one Scrapy crawl for one unit, in a process of its own."""

from __future__ import annotations

import asyncio
from typing import ClassVar
from urllib.parse import urlsplit

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.reactor import is_reactor_installed

from crawler.crawl import Crawl
from crawler.errors import CrawlError, ProcessUsedError
from crawler.quiet import silence
from crawler.settings import crawl_settings
from crawler.spiders.open_directory import OpenDirectorySpider
from crawler.spiders.site import SiteSpider
from crawler.spiders.unit import UnitSpider
from documents.records import SkipReason
from documents.sink import Sink
from fetching.aliases import alias_leads
from fetching.errand import Errand
from scope.model import SiteTarget
from scope.units import Unit

# How often the outside's word to stop is looked for, seconds: quick for a person at Ctrl-C, nothing for the processor.
STOP_LOOKED_FOR = 0.1


class _UnitProcess(AsyncCrawlerProcess):
    """Scrapy's process, with what the resolver needs; Scrapy builds the resolver from the process."""

    def __init__(self, crawl: Crawl) -> None:
        super().__init__(crawl_settings(crawl.errand))
        self.resolution = crawl.resolution


class _CrawlSource:
    """Implements fetching.source.Source."""

    spider: ClassVar[type[UnitSpider]]

    def __init__(self, errand: Errand) -> None:
        self._errand = errand

    def fetch(self, unit: Unit, sink: Sink) -> None:
        """See Source. Blocks until the unit is done; leaves signals to the process's owner.

        Raises:
            ProcessUsedError: this process has crawled before.
            CrawlError: the crawl did not run.
            Exception: whatever the sink raised to end the unit.
        """
        if not isinstance(unit.target, SiteTarget):
            raise TypeError(f"not a unit of the crawler: {unit.kind}")
        if is_reactor_installed():
            raise ProcessUsedError
        silence()
        crawl = Crawl(unit, unit.target, self._errand, sink)
        crawl.begin()
        _tell_alias(unit, self._errand, sink)
        try:
            self._run(crawl)
        finally:
            crawl.courier.close()
        crawl.settle()
        if crawl.courier.failure is not None:
            raise crawl.courier.failure

    def _run(self, crawl: Crawl) -> None:
        process = _UnitProcess(crawl)
        silence()  # again: Scrapy has configured logging meanwhile
        crawling = process.crawl(self.spider, crawl=crawl)
        watching = asyncio.get_event_loop().create_task(_watch(crawl))
        crawling.add_done_callback(lambda _: watching.cancel())
        process.start(install_signal_handlers=False)
        if crawling.cancelled():
            raise CrawlError("the crawl was cancelled")
        if error := crawling.exception():
            raise CrawlError(f"the crawl did not run: {type(error).__name__}") from None


class SiteSource(_CrawlSource):
    """Fetches a unit of kind `site`."""

    spider = SiteSpider


class OpenDirectorySource(_CrawlSource):
    """Fetches a unit of kind `open_directory`."""

    spider = OpenDirectorySpider


def _tell_alias(unit: Unit, errand: Errand, sink: Sink) -> None:
    """Which bucket the unit's host is an alias of, where the scope wants that known."""
    host = urlsplit(unit.start_url).hostname or ""
    if errand.harvest is not None and errand.guard.url(unit.start_url) is None and not errand.stop.is_set():
        for lead in alias_leads(
            [host], errand.harvest, timeout=errand.limits.timeout_seconds, noted=errand.conduct.looked_up
        ):
            sink.bucket_named(lead)


async def _watch(crawl: Crawl) -> None:
    """Look for the word to stop, from any thread or signal handler, until the crawl is over."""
    while not crawl.errand.stop.is_set():  # noqa: ASYNC110 - set from other threads and signal handlers
        await asyncio.sleep(STOP_LOOKED_FOR)
    crawl.stop(SkipReason.INTERRUPTED, "stopped")
