"""What one crawl's components share: the unit, the errand, the frontier, the way to the sink, the word to stop."""

from __future__ import annotations

import asyncio

from scrapy import Spider
from scrapy.crawler import Crawler

from crawler.bucket_mentions import BucketMentions
from crawler.certificates import Certificates
from crawler.courier import Courier
from crawler.frontier import Frontier, Place
from crawler.items import Harvest
from crawler.leftovers import leftovers
from crawler.near_duplicates import NearDuplicates
from crawler.resolver import Resolution
from crawler.robots import Rules
from documents.records import SkipReason
from documents.sink import Sink
from fetching.dialler import Dialler
from fetching.errand import Errand
from fetching.known_places import read_places
from scope.model import CertificatePolicy, SiteTarget
from scope.units import Unit


class Crawl:
    """One unit on its way.

    Args:
        unit: what to fetch.
        target: the unit's target.
        errand: what to obey.
        sink: where records go.
    """

    def __init__(self, unit: Unit, target: SiteTarget, errand: Errand, sink: Sink) -> None:
        self.unit = unit
        self.target = target
        self.errand = errand
        self.frontier = Frontier(errand.store)
        self.courier = Courier(sink, self.frontier, errand.limits.body_bytes, errand.spool_dir)
        self.dialler = Dialler.of(errand)
        self.resolution = Resolution(self.dialler, errand.limits.timeout_seconds)
        self.certificates = Certificates(reads_on=target.certificates is CertificatePolicy.RECORD)
        # Seconds that robots.txt asks to leave between two requests; learnt under way.
        self.crawl_delay = 0.0
        self.near_duplicates = NearDuplicates()
        self.mentions = BucketMentions(errand.harvest)
        # Rules by origin (`https://host:port`), each read before that origin's first page is.
        self.robots: dict[str, Rules] = {}
        self.stopping = asyncio.Event()
        self._downloads: set[asyncio.Task[object]] = set()

    def begin(self) -> None:
        """Put the unit's start into the frontier, unless a unit that is resumed has it already."""
        if self.frontier.is_new(self.unit.start_url):
            self.frontier.push(Place(self.unit.start_url, self.unit.start_url))
            self.frontier.push_known(read_places(self.errand.places))
            self.frontier.save()

    async def hand(self, harvest: Harvest) -> None:
        """Give a harvest to the sink; when the sink wants no more, end the crawl."""
        await self.courier.hand(harvest)
        if self.courier.failure is not None:
            self.stop(SkipReason.UNIT_FAILED, "sink")

    def stop(self, reason: SkipReason, detail: str) -> None:
        """Fetch nothing more and give up what is under way. For the reactor's thread.

        What ends from here on is on record, but not done: a unit that is resumed fetches it again.
        """
        self.courier.save_no_more()
        self.frontier.close(reason, detail)
        self.stopping.set()
        for task in self._downloads:
            task.cancel()

    def download_began(self, task: asyncio.Task[object]) -> None:
        """Remember a task that `stop` is to cancel."""
        self._downloads.add(task)

    def download_ended(self, task: asyncio.Task[object]) -> None:
        """Forget it."""
        self._downloads.discard(task)

    def settle(self) -> None:
        """Record what is left when the crawl is over: nothing vanishes."""
        reason, detail = self.frontier.closed or (SkipReason.UNIT_FAILED, "no answer recorded")
        for skipped in leftovers(self.frontier, self.unit.start_url, reason, detail):
            self.courier.skip(skipped)


def crawl_of(crawler: Crawler) -> Crawl:
    """The crawl that a Scrapy component belongs to."""
    spider: Spider | None = crawler.spider
    crawl = getattr(spider, "crawl", None)
    if not isinstance(crawl, Crawl):
        raise TypeError("this component runs inside a unit's crawl only")
    return crawl
