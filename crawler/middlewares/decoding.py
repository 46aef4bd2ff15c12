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
# Members of one gzip stream. Written by a person's hand it has one, by a log a few hundred; bgzip makes one for each
# 64 KiB, so that the default body limit of 32 MiB holds 512.
MOST_MEMBERS = 10_000
# Bytes handed to zlib at a time. It copies what of them lies behind a member's end, so 10,000 members cost 640 MB of
# copying at most, 0.1 s.
_PIECE_BYTES = 64 << 10
_GZIP_MARK = b"\x1f\x8b"


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
        NoAnswerError: more than the limit, more members than anyone writes, or cut short.
        zlib.error: not such a stream.
    """
    stream = memoryview(body)
    text = bytearray()
    at = members = 0
    while at < len(stream):
        members += 1
        if members > MOST_MEMBERS:
            raise NoAnswerError(SkipReason.UNREADABLE, "gzip_members")
        at = _past_padding(stream, _inflated_member(stream, at, limit, window, text))
        if stream[at : at + len(_GZIP_MARK)] != _GZIP_MARK:
            break  # rubbish after the stream, which every client ignores
    return bytes(text)


def _inflated_member(stream: memoryview, at: int, limit: int, window: int, text: bytearray) -> int:
    """Append one member, which begins at `at`, to `text`; where it ends."""
    inflater = zlib.decompressobj(window)
    while at < len(stream):
        piece = stream[at : at + _PIECE_BYTES]
        at += len(piece)
        text += inflater.decompress(piece, limit - len(text) + 1)
        if len(text) > limit:
            raise NoAnswerError(SkipReason.TOO_LARGE, "decoded")
        if inflater.eof:
            return at - len(inflater.unused_data)
    raise NoAnswerError(SkipReason.TRUNCATED, "content_encoding")


def _past_padding(stream: memoryview, at: int) -> int:
    """The first place from `at` on that is not a NUL, or the end."""
    while at < len(stream):
        piece = bytes(stream[at : at + _PIECE_BYTES])
        rest = piece.lstrip(b"\x00")
        at += len(piece) - len(rest)
        if rest:
            break
    return at
