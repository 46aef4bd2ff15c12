"""The download handler: checks the address first, ends what is too slow, counts bytes, can be stopped at once."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from scrapy import Request, signals
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from crawler.connections import bound_heads
from crawler.crawl import crawl_of
from crawler.heads import HEAD
from crawler.middlewares.repeating import REPEATED
from crawler.tls import NotingContextFactory
from crawler.tunnels import TunnelPool
from documents.dictation import HEADER_BYTES
from documents.records import SkipReason
from fetching.errors import FetchingError, NoAnswerError, StoppedError
from fetching.exchange import SLOWEST_RATE
from fetching.proxying import PROXY_LINE_BROKE
from fetching.secure_line import lines_broken

# Key of a request's Transfer in its meta.
_TRANSFER = "transfer"
# Key of a request's meta: bytes that came before it failed.
RECEIVED = "received"
# Scrapy's flag on an answer that ended where its connection did.
_OF_NO_LENGTH = "partial"
_CLOSES_AFTER_ANSWER = "HTTP/1.0"


@dataclass(slots=True)
class _Transfer:
    """One download: since when, how many bytes so far, which task waits for it, why it was given up."""

    task: asyncio.Task[object]
    began: float
    received: int = 0
    given_up: FetchingError | None = None
    timer: asyncio.TimerHandle | None = None


class GuardedDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP handler, asked through the guard by resolved address."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._crawl = crawl_of(crawler)
        # Scrapy's setting for this is deprecated, and nothing takes its place.
        self._contextFactory = NotingContextFactory(self._crawl.certificates)  # type: ignore[assignment] # zope
        self._timeout = self._crawl.errand.limits.timeout_seconds
        self._use_proxy()
        # Twisted would ask again by itself where a kept connection is lost: uncounted, unpaced, off the record.
        self._pool.retryAutomatically = False
        bound_heads(self._pool)
        crawler.signals.connect(self._received, signal=signals.bytes_received)

    def _use_proxy(self) -> None:
        dialler = self._crawl.dialler
        if dialler.proxy is not None:
            from twisted.internet import reactor  # noqa: PLC0415 - importing it installs one

            kept = self._pool.maxPersistentPerHost
            self._pool = TunnelPool(reactor, dialler, self._contextFactory, self._timeout)
            self._pool.maxPersistentPerHost = kept

    async def download_request(self, request: Request) -> Response:
        """See Scrapy. Raises FetchingError for what the crawl itself ends, Scrapy's errors for the rest."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a download runs in a task")
        transfer = _Transfer(task, time.monotonic())
        self._crawl.download_began(task)
        self._set_timer(transfer)
        try:
            return await self._download(request, transfer)
        except asyncio.CancelledError:
            if self._crawl.stopping.is_set():
                transfer.given_up = NoAnswerError(SkipReason.INTERRUPTED, "under_way")
            if transfer.given_up is None:
                raise
            task.uncancel()
            raise transfer.given_up from None
        except Exception:
            request.meta[RECEIVED] = transfer.received
            raise
        finally:
            if transfer.timer is not None:
                transfer.timer.cancel()
            self._crawl.download_ended(task)
            request.meta.pop(_TRANSFER, None)

    async def _download(self, request: Request, transfer: _Transfer) -> Response:
        if self._crawl.stopping.is_set():
            raise StoppedError
        host = urlparse_cached(request).hostname or ""
        if not self._crawl.dialler.is_resolved_by_proxy(host):
            await self._crawl.resolution.addresses(host)
        request.meta[_TRANSFER] = transfer
        if REPEATED in request.meta:
            self._drop_kept_connections()
        broken = lines_broken()
        response = await super().download_request(request)
        if _OF_NO_LENGTH in response.flags and lines_broken() != broken:
            raise NoAnswerError(SkipReason.TRUNCATED, PROXY_LINE_BROKE)
        if response.protocol == _CLOSES_AFTER_ANSWER:
            # Twisted keeps the connection all the same, and every second request would be lost on a dead one.
            self._pool.persistent = False
            self._drop_kept_connections()
        return response

    def _drop_kept_connections(self) -> None:
        self._pool.closeCachedConnections()  # type: ignore[no-untyped-call] # Twisted has few types

    def _received(self, data: bytes, request: Request) -> None:
        self._crawl.errand.budget.received(len(data))
        transfer = request.meta.get(_TRANSFER)
        if transfer is not None:
            transfer.received += len(data)
            if HEAD in request.meta and transfer.received >= HEADER_BYTES:
                # Asked for a part, this server sends all. What came serves; the rest is not read.
                raise StopDownload(fail=False)

    def _check(self, transfer: _Transfer) -> None:
        """The timeout has passed: go on only while a large file comes at a fair rate."""
        elapsed = time.monotonic() - transfer.began
        if transfer.received < elapsed * SLOWEST_RATE:
            transfer.given_up = NoAnswerError(SkipReason.TIMED_OUT, "too_slow" if transfer.received else "no_answer")
            transfer.task.cancel()
        else:
            self._set_timer(transfer)

    def _set_timer(self, transfer: _Transfer) -> None:
        transfer.timer = asyncio.get_running_loop().call_later(self._timeout, self._check, transfer)
