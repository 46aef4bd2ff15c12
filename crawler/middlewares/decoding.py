"""Takes content encodings off: within the size limit, and never half.

Scrapy's own component returns what it could read of a gzip stream that was cut, without a word (scrapy.utils.gz).
"""

from __future__ import annotations

import zlib
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from crawler.crawl import crawl_of
from documents.records import SkipReason
from fetching.budget import Budget
from fetching.errors import NoAnswerError

_GZIP = frozenset(["gzip", "x-gzip"])
_PLAIN = frozenset(["", "identity"])
_AUTO_HEADER = zlib.MAX_WBITS | 32
# Encodings stacked on each other that are taken off; more is an attack.
MOST_LAYERS = 3


class DecodingMiddleware:
    """gzip and deflate, which is what is asked for."""

    def __init__(self, budget: Budget, limit: int) -> None:
        self._budget = budget
        self._limit = limit

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        errand = crawl_of(crawler).errand
        return cls(errand.budget, errand.limits.body_bytes)

    def process_response(self, request: Request, response: Response) -> Response:
        """Raises NoAnswerError: too large when decoded, cut short, or an encoding that nobody asked for."""
        if b"Content-Encoding" not in response.headers:
            return response
        layers = [
            name.strip().lower()
            for value in response.headers.getlist("Content-Encoding")
            for name in value.decode("latin-1").split(",")
        ]
        body = response.body
        if len(layers) > MOST_LAYERS:
            raise NoAnswerError(SkipReason.UNREADABLE, "content_encoding")
        for layer in reversed(layers):
            body = self._decoded(body, layer)
        self._budget.received(max(0, len(body) - len(response.body)))
        headers = response.headers.copy()
        del headers["Content-Encoding"]
        kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
        return response.replace(cls=kind, headers=headers, body=body)

    def _decoded(self, body: bytes, layer: str) -> bytes:
        if layer in _PLAIN or not body:
            return body
        if layer in _GZIP:
            return inflated(body, self._limit)
        if layer == "deflate":
            try:
                return inflated(body, self._limit)
            except zlib.error:
                return inflated(body, self._limit, -zlib.MAX_WBITS)  # raw deflate, which some servers mean
        raise NoAnswerError(SkipReason.UNREADABLE, "content_encoding")


def inflated(body: bytes, limit: int, window: int = _AUTO_HEADER) -> bytes:
    """A gzip (of any number of members) or deflate stream as bytes, at most `limit` of them.

    Raises:
        NoAnswerError: more than the limit, or cut short.
        zlib.error: not such a stream.
    """
    parts: list[bytes] = []
    left = limit
    while body:
        inflater = zlib.decompressobj(window)
        part = inflater.decompress(body, left + 1)
        left -= len(part)
        if left < 0:
            raise NoAnswerError(SkipReason.TOO_LARGE, "decoded")
        if not inflater.eof:
            raise NoAnswerError(SkipReason.TRUNCATED, "content_encoding")
        parts.append(part)
        body = inflater.unused_data.lstrip(b"\x00")
        if body and not body.startswith(b"\x1f\x8b"):
            break  # rubbish after the stream, which every client ignores
    return b"".join(parts)
