"""Follows redirects, hop by hop through the whole chain of checks."""

from __future__ import annotations

from typing import Self
from urllib.parse import urldefrag, urljoin

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from w3lib.url import safe_url_string

from crawler.crawl import Crawl, crawl_of
from crawler.heads import HEAD
from crawler.revisiting import with_conditions_at
from documents.records import SkipReason
from fetching.errors import NoAnswerError
from scope.urls import has_credentials, without_credentials

# Hops that are followed. RFC 9309 asks for five at robots.txt; longer chains of real sites are tracking or loops.
LONGEST_CHAIN = 5
# Key of the URLs asked before in a request's meta.
HOPS = "hops"
_REDIRECTS = frozenset([301, 302, 303, 307, 308])


class RedirectsMiddleware:
    """A hop is a new request, so the guard is asked again; a token that turns up in it is taken out, not replayed."""

    def __init__(self, crawl: Crawl) -> None:
        self._crawl = crawl
        self._mentions = crawl.mentions

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawl_of(crawler))

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """Raises NoAnswerError for loops and long chains."""
        location = response.headers.get("Location")
        if response.status not in _REDIRECTS or location is None:
            return response
        self._mentions.of_redirect(location, request.url)
        target = self._target(request.url, location)
        hops: tuple[str, ...] = (*request.meta.get(HOPS, ()), request.url)
        if target in hops:
            raise NoAnswerError(SkipReason.REDIRECT_LOOP, "loop")
        if len(hops) > LONGEST_CHAIN:
            raise NoAnswerError(SkipReason.REDIRECT_LOOP, "chain")
        headers = request.headers if HEAD in request.meta else with_conditions_at(self._crawl, target, request.headers)
        return request.replace(url=target, headers=headers, meta={**request.meta, HOPS: hops})

    @staticmethod
    def _target(url: str, location: bytes) -> str:
        try:
            target = urldefrag(urljoin(url, safe_url_string(location))).url
            if not target.startswith(("http://", "https://")):
                raise NoAnswerError(SkipReason.DENIED_BY_GUARD, "scheme")
            stripped = without_credentials(target) if has_credentials(target) else target
        except ValueError:
            raise NoAnswerError(SkipReason.DENIED_BY_GUARD, "not a URL") from None
        if stripped == url and stripped != target:
            # The host wants a token that only it gives out: without it, this place is not for anyone.
            raise NoAnswerError(SkipReason.CREDENTIAL_IN_URL, "redirect")
        return stripped
