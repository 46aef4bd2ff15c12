"""Has a browser draw the pages that say nothing without one, where the target allows it."""

from __future__ import annotations

import asyncio
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import HtmlResponse, Response

from crawler.browser import Fetched, Renderer
from crawler.crawl import Crawl, crawl_of
from crawler.errors import BrowserMissingError, PageTooCostlyError
from crawler.frontier import Place
from crawler.markup import PARSED_BYTES, is_html, needs_browser, parse_html

# Key in the meta of a request that a page in the browser made.
OF_BROWSER = "of_browser"
# Key in the meta of a request whose page a browser would have drawn: which part is not installed.
BROWSER_MISSING = "browser_missing"
# Key in the meta of a request whose answer is what a browser made of it.
RENDERED = "rendered"


class RenderingMiddleware:
    """The page stays what the server sent where the browser fails: that it needs one is then on record."""

    def __init__(self, crawler: Crawler, crawl: Crawl) -> None:
        self._crawler = crawler
        self._crawl = crawl
        self._renderer = Renderer(self._fetch)
        crawler.signals.connect(self._closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor; not there where the target has nothing rendered."""
        crawl = crawl_of(crawler)
        if not crawl.target.render:
            raise NotConfigured
        return cls(crawler, crawl)

    async def process_response(self, request: Request, response: Response) -> Response:
        """The answer, with what its scripts made of it."""
        if not isinstance(request.meta.get("place"), Place) or not _is_empty(response):
            return response
        given = Fetched(response.status, _content_type(response), response.body)
        drawing = asyncio.ensure_future(self._renderer.render(response.url, given))
        stopping = asyncio.ensure_future(self._crawl.stopping.wait())
        await asyncio.wait([drawing, stopping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not drawing.done():
            drawing.cancel()
            return response
        try:
            text = drawing.result()
        except BrowserMissingError as error:
            request.meta[BROWSER_MISSING] = error.part
            return response
        except Exception:  # noqa: BLE001 - a page at which the browser fails still needs one
            return response
        return self._drawn(request, response, text)

    def _drawn(self, request: Request, response: Response, text: str) -> Response:
        body = text.encode("utf-8", "replace")
        self._crawl.errand.budget.received(len(body))
        if len(body) > self._crawl.errand.limits.body_bytes:
            return response
        request.meta[RENDERED] = True
        headers = response.headers.copy()
        headers["Content-Type"] = "text/html; charset=utf-8"
        return response.replace(cls=HtmlResponse, headers=headers, body=body, encoding="utf-8")

    async def _fetch(self, url: str) -> Fetched | None:
        """Through all components, as any request of the crawl."""
        try:
            response = await self._crawler.engine.download_async(Request(url, meta={OF_BROWSER: True}))
        except Exception:  # noqa: BLE001 - on record by then; to the page it is not there
            return None
        return Fetched(response.status, _content_type(response), response.body)

    async def _closed(self) -> None:
        await self._renderer.close()


def _content_type(response: Response) -> str:
    return (response.headers.get("Content-Type") or b"").decode("latin-1")


def _is_empty(response: Response) -> bool:
    """Does this page show nothing until its scripts have run?"""
    content_type = _content_type(response)
    if len(response.body) > PARSED_BYTES or not is_html(content_type, response.body):
        return False
    try:
        tree = parse_html(response.body, content_type)
    except PageTooCostlyError:
        return False
    return tree is not None and needs_browser(tree)
