"""What both spiders do: turn answers and failures of planned places into harvests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.ancestors import Ancestors
from crawler.crawl import Crawl
from crawler.errors import PageTooCostlyError
from crawler.evidence import evidence_of
from crawler.exposure import exposure_of, is_challenge, login_asked
from crawler.failures import reason_of_error
from crawler.frontier import Place
from crawler.heads import refusal_of_head, take_head
from crawler.indexing import PageSays, page_says
from crawler.items import Answer, Harvest
from crawler.leads import NOT_MISSED, Leads
from crawler.listings.addresses import orders_anew
from crawler.listings.listing import Listing
from crawler.listings.long_pages import LONG_PAGE, long_listing
from crawler.listings.structured import most_bytes, structured_listing
from crawler.markup import PARSED_BYTES, is_html, needs_browser, parse_html
from crawler.middlewares.redirects import HOPS
from crawler.middlewares.rendering import BROWSER_MISSING, RENDERED
from crawler.pages import links_of, overlong_links
from crawler.planning import Planner
from crawler.revisiting import known_of, led_to, take_unchanged, was_asked
from documents.exposure import LOGIN_ASKED, Truth
from documents.records import Skipped, SkipReason
from fetching.batches import marked
from fetching.statuses import reason_of_status
from scope.units import UnitKind
from scope.urls import canonical_url


class UnitSpider(Spider):
    """Fetches what the frontier holds; a subclass says what a page leads to."""

    def __init__(self, crawl: Crawl, **more: Any) -> None:
        super().__init__(name=crawl.unit.kind.value, **more)
        self.crawl = crawl
        self.planner = Planner(
            crawl.target, crawl.frontier, crawl.errand.limits, crawl.errand.memory, hears=crawl.errand.hears
        )
        self.ancestors = Ancestors(crawl.target, crawl.frontier)
        # What else leads on; an open directory leads on by its rows and by links.
        self.leads = Leads(crawl, self.planner) if crawl.unit.kind is UnitKind.SITE else None

    async def start(self) -> AsyncIterator[Any]:
        """Nothing: the frontier holds the start already."""
        nothing: list[Request] = []
        for request in nothing:
            yield request

    def answered(self, response: Response) -> Iterator[Harvest]:
        """The callback of every planned request."""
        place = _place(response.request)
        if not self.crawl.frontier.finish(place):
            return
        harvest = Harvest()
        if place.depth == 0 and self.leads is not None:
            self.leads.of_start(place, harvest, answered=True)
        refused = refusal_of_head(response) if place.head else reason_of_status(response.status)
        if was_asked(response):
            self._not_modified(response, place, harvest)
        elif refused is not None:
            reason, detail = refused
            if reason is SkipReason.ACCESS_DENIED and login_asked(response.headers):
                detail = f"{detail} {LOGIN_ASKED}"
            if is_challenge(response.headers):
                detail = f"{detail} challenge"
            self._skip(place, reason, detail, harvest)
        elif place.head:
            errand = self.crawl.errand
            heard = errand.limits.body_bytes if errand.hears else 0
            take_head(response, place, self.crawl.frontier, harvest, heard)
        else:
            self._take(response, place, harvest)
        self.crawl.mentions.give(harvest)
        harvest.changes = self.crawl.frontier.changes()
        yield harvest

    def failed(self, failure: Failure) -> Iterator[Harvest]:
        """The errback of every planned request."""
        request: Request | None = getattr(failure, "request", None)
        place = _place(request)
        if not self.crawl.frontier.finish(place) or failure.value is None:
            return
        reason, detail = reason_of_error(failure.value)
        if reason is SkipReason.TLS_ERROR and request is not None:
            detail = self.crawl.certificates.fault_of(request.url) or detail
        if self.crawl.frontier.closed is not None and reason is SkipReason.INTERRUPTED:
            # What was under way ends for the same reason as what still waits.
            reason, detail = self.crawl.frontier.closed
        harvest = Harvest()
        self._skip(place, reason, detail, harvest)
        if place.depth == 0 and self.leads is not None:
            self.leads.of_start(place, harvest, answered=False)
        self.crawl.mentions.give(harvest)
        harvest.changes = self.crawl.frontier.changes()
        yield harvest

    @staticmethod
    def _skip(place: Place, reason: SkipReason, detail: str, harvest: Harvest) -> None:
        if not (place.is_guess and reason in NOT_MISSED):
            harvest.skips.append(Skipped(place.url, reason, detail, parent=place.parent))

    def read(self, tree: etree._Element, url: str, place: Place, harvest: Harvest) -> None:
        """Plan what a page leads to. `url` is the page's, after redirects."""
        raise NotImplementedError

    def _not_modified(self, response: Response, place: Place, harvest: Harvest) -> None:
        """A place that is as it was; one of which nothing can be said waits again, to be fetched whole."""
        known, url = known_of(self.crawl, response), canonical_url(response.url)
        if known is None:
            self.crawl.frontier.push(place)
            return
        if url != place.url:
            self.crawl.frontier.is_new(url)
        take_unchanged(known, url, place, self.planner, harvest)
        self.ancestors.of(url, place, is_page=known.led_to.is_page)

    def _take(self, response: Response, place: Place, harvest: Harvest) -> None:
        url = canonical_url(response.url)
        redirected = HOPS in response.meta
        if redirected:
            self.crawl.frontier.is_new(url)
        harvest.answer = Answer(
            url=url,
            body=response.body,
            fetched_at=datetime.now(UTC),
            status=response.status,
            headers=evidence_of(response.headers) | ({"x-stray-rendered": "1"} if RENDERED in response.meta else {}),
            requested_url=place.url if redirected and place.url != url else None,
            parent=place.parent,
        )
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        self.crawl.mentions.of_answer(response, harvest)
        if self.leads is not None:
            self.leads.of_headers(response.headers, response.url, place, harvest)
        if is_html(content_type, response.body):
            harvest.is_listing, harvest.says = Truth.UNKNOWN, None
            self._read_page(response, content_type, place, harvest)
        else:
            self._read_file(response, content_type, place, harvest)
        if place.is_guess and not harvest.entries:
            harvest.answer = None  # what answers there is no sitemap
            return
        page = is_html(content_type, response.body)
        self.ancestors.of(url, place, is_page=page)
        exposure = exposure_of(self.crawl, response, place, harvest)
        kept = led_to(self.crawl, response, place, harvest, page=page)
        harvest.answer = replace(harvest.answer, exposure=exposure, led_to=kept)

    def _read_page(self, response: Response, content_type: str, place: Place, harvest: Harvest) -> None:
        """Links of a page; the page itself is a document already, so what goes wrong here is recorded beside it."""
        url = canonical_url(response.url)
        try:
            if len(response.body) >= LONG_PAGE and self._read_long(response, content_type, place, harvest):
                return
            if len(response.body) > PARSED_BYTES:
                harvest.skips.append(Skipped(url, SkipReason.TOO_LARGE, "links_not_read", parent=place.parent))
                return
            nested = Skipped(url, SkipReason.TOO_LARGE, "links_not_read nesting", parent=place.parent)
            tree = parse_html(response.body, content_type, lambda: harvest.skips.append(nested))
            if tree is None:
                harvest.is_listing, harvest.says = Truth.NO, PageSays()
                return
            harvest.says = page_says(tree, response.url)
            self.read(tree, response.url, place, harvest)
            if needs_browser(tree):
                missing = response.meta.get(BROWSER_MISSING)
                reason = SkipReason.EXTRA_MISSING if missing else SkipReason.NEEDS_BROWSER
                harvest.skips.append(Skipped(url, reason, missing or "", parent=place.parent))
            elif self.leads is not None and harvest.is_listing is Truth.NO:
                self.leads.judge(tree, place, harvest)
        except PageTooCostlyError as error:
            harvest.skips.append(Skipped(url, SkipReason.TOO_LARGE, f"links_not_read {error}", parent=place.parent))
        except Exception as error:  # noqa: BLE001 - a page that nobody foresaw costs its links, not the unit
            detail = f"links_not_read {type(error).__name__}"
            harvest.skips.append(Skipped(url, SkipReason.PARSER_CRASHED, detail, parent=place.parent))

    def _read_long(self, response: Response, content_type: str, place: Place, harvest: Harvest) -> bool:
        """A listing of very many rows is read by pieces; of the page around them, what stands in its first."""
        listing = long_listing(response.body, response.url, content_type)
        if listing is None:
            return False
        self.plan_rows(listing, place, harvest)
        tree = parse_html(response.body[:LONG_PAGE], content_type)
        if tree is not None:
            harvest.says = page_says(tree, response.url)
            self.plan_links(tree, response.url, place, listing, harvest)
        return True

    def _read_file(self, response: Response, content_type: str, place: Place, harvest: Harvest) -> None:
        """Rows of a listing that is data; of a site, what else a file leads to. A stored file lists no folder."""
        url = response.url
        is_folder = urlsplit(url).path.endswith("/") or bool(urlsplit(url).query) or place.depth == 0
        if not (is_folder or self.leads):
            return
        if len(response.body) > most_bytes(response.body):
            harvest.skips.append(
                Skipped(canonical_url(url), SkipReason.TOO_LARGE, "links_not_read", parent=place.parent)
            )
            return
        try:
            listing = structured_listing(response.body, url, content_type)
            if listing is not None and listing.is_listing:
                self.plan_rows(listing, place, harvest)
            elif self.leads is not None:
                self.leads.of_file(response.body, content_type, url, place, harvest)
        except Exception as error:  # noqa: BLE001 - as for pages
            detail = f"links_not_read {type(error).__name__}"
            harvest.skips.append(Skipped(canonical_url(url), SkipReason.PARSER_CRASHED, detail, parent=place.parent))

    def plan_rows(self, listing: Listing, place: Place, harvest: Harvest) -> None:
        """Record all rows of a listing and plan those that are new."""
        listing = replace(listing, entries=marked(listing.entries))
        harvest.is_listing = Truth.YES if listing.is_listing else Truth.NO
        self.planner.rows(listing, place, harvest)

    def plan_links(self, tree: etree._Element, url: str, place: Place, listing: Listing, harvest: Harvest) -> None:
        """Plan what a page leads to besides the rows that are planned already; addresses too long to follow are told.

        In a listing, links back to where we came from and to the same rows in another order are left out.
        """
        known = {entry.url.removesuffix("/") for entry in listing.entries}
        if listing.is_listing:
            known |= {came.removesuffix("/") for came in (url, place.url, place.parent) if came}
            place = replace(place, trail=(*place.trail, listing.digest))
        for address in links_of(tree, url):
            if address.removesuffix("/") in known or (listing.is_listing and orders_anew(address, url)):
                continue
            self.planner.link(address, place, url, harvest)
        if self.leads is not None and not listing.is_listing:
            self.leads.of_page(tree, url, place, harvest)
        self.planner.overlong(overlong_links(tree, url), url, harvest)


def _place(request: Request | None) -> Place:
    place = request.meta.get("place") if request is not None else None
    if not isinstance(place, Place):
        raise TypeError("the frontier makes every request, and each has its place")
    return place
