"""Asks each host once for a page that can not be there, and knows its answer again in the place of other pages."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.crawl import Crawl, crawl_of
from crawler.frontier import Place
from crawler.markup import is_html, needs_browser
from crawler.planning import PAGE_SUFFIXES
from crawler.soft_404 import Likeness, canary_url, kind_of, likeness_of, refusal
from fetching.errors import FetchingError
from fetching.statuses import reason_of_status
from scope.units import UnitKind
from scope.urls import canonical_url

_CANARY = "canary"
# Kinds of addresses (folder, page, each ending) that one crawl asks for: a site has three or four.
MOST_CANARIES = 12
_PAGE_KINDS = PAGE_SUFFIXES | {"/"}


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a server says of what is not there, and where it said so after redirects."""

    likeness: Likeness
    url: str


class SoftNotFoundMiddleware:
    """Stands outside of redirects and decoding, so that it sees what a page's reader would."""

    def __init__(self, crawler: Crawler, crawl: Crawl) -> None:
        self._crawler = crawler
        self._crawl = crawl
        self._answers: dict[str, asyncio.Future[_Answer | None]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler, crawl_of(crawler))

    async def process_response(self, request: Request, response: Response) -> Response:
        """Raises FetchingError for a page that says what the server says of everything that is not there."""
        place = request.meta.get("place")
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        if not isinstance(place, Place) or not self._is_suspect(place, response, content_type):
            return response
        answer = await self._answer_for(kind_of(place.url))
        if answer is None or canonical_url(answer.url) == place.url:
            return response
        found = likeness_of(response.body, content_type, f"{place.asked} {response.url}")
        if found is None or not found[0].says_the_same(answer.likeness) or needs_browser(found[1]):
            return response
        raise FetchingError(*refusal(found[0].asks_password))

    def _is_suspect(self, place: Place, response: Response, content_type: str) -> bool:
        """A page that a link or a guess led to; or one that stands where a file was said to be."""
        if place.depth == 0 or reason_of_status(response.status) or not is_html(content_type, response.body):
            return False
        is_page = kind_of(place.url) in _PAGE_KINDS
        return not is_page or self._crawl.unit.kind is UnitKind.SITE

    async def _answer_for(self, kind: str) -> _Answer | None:
        if kind not in self._answers:
            if len(self._answers) >= MOST_CANARIES:
                return None
            self._answers[kind] = asyncio.ensure_future(self._ask(kind))
        return await self._answers[kind]

    async def _ask(self, kind: str) -> _Answer | None:
        """The canary's answer; None where the server says plainly that it is not there, or says nothing."""
        url = canary_url(self._crawl.unit.start_url, kind)
        try:
            response = await self._crawler.engine.download_async(Request(url, meta={_CANARY: True}))
        except Exception:  # noqa: BLE001 - whatever it is, nothing is known of what is not there
            return None
        if reason_of_status(response.status):
            return None
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        found = likeness_of(response.body, content_type, f"{url} {response.url}")
        return None if found is None else _Answer(found[0], response.url)
