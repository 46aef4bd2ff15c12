"""Tells the conduct log of every request that was made, and of every one that was not."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.crawl import crawl_of
from crawler.failures import reason_of_error
from fetching.conduct import ConductLog
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
        self._conduct.answered(request.method, request.url, response.status, len(response.body))
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Refused before the network, or failed on it."""
        reason, detail = reason_of_error(exception)
        if isinstance(exception, NotAskedError):
            self._conduct.refused(request.url, str(reason))
        else:
            self._conduct.failed(request.method, request.url, detail)
