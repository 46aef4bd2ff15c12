"""Tells the conduct log of every request that was made, and of every one that was not."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.crawl import crawl_of
from crawler.downloading import RECEIVED
from crawler.failures import reason_of_error
from crawler.middlewares.redirects import HOPS
from crawler.middlewares.rendering import OF_BROWSER
from fetching.conduct import ConductLog, Why
from fetching.errors import NotAskedError


class ConductMiddleware:
    """Stands nearest to the network, so it sees each hop and each repeat."""

    def __init__(self, conduct: ConductLog) -> None:
        self._conduct = conduct

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawl_of(crawler).errand.conduct)

    def process_response(self, request: Request, response: Response) -> Response:
        """An answer came."""
        self._conduct.answered(request.method, request.url, response.status, len(response.body), _why(request))
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Refused before the network, or failed on it."""
        reason, detail = reason_of_error(exception)
        if isinstance(exception, NotAskedError):
            self._conduct.refused(request.url, str(reason), _why(request))
        else:
            received = request.meta.pop(RECEIVED, 0)
            self._conduct.failed(request.method, request.url, detail, _why(request), received=received)


def _why(request: Request) -> Why | None:
    """Where the request itself says it."""
    if HOPS in request.meta:
        return Why.REDIRECT
    return Why.BROWSER if OF_BROWSER in request.meta else None
