"""A browser without a network: it draws a page, and each thing that the page asks for is fetched by us, or refused.

What it asks for is handed to it (`route.fulfill`). Its own way out leads to a proxy that is not there, for loopback and
names alike, so that what slips past the hand-over reaches nobody.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.errors import BrowserMissingError

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium
    from playwright.async_api import Page, Playwright, Route, WebSocketRoute

# Names of the program, as distributions and makers call it.
PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
# Time for one page, seconds: to load, and for its scripts to fall silent. Of a page that never does, what is there by
# then is taken.
RENDER_SECONDS = 15.0
# Requests of one page that are fetched for it; what comes after is refused. Pages drawn by scripts ask for 10 to 40.
MOST_REQUESTS = 60
# Pages after which the browser is started anew, so that what it holds does not grow.
PAGES_OF_ONE_BROWSER = 50
# Memory of one page's scripts, MiB.
SCRIPT_MEMORY = 256
# What a page is drawn from; pictures, styles, fonts and sounds add no word to it.
_FETCHED = frozenset(["document", "script", "xhr", "fetch"])
_NOWHERE = "http://127.0.0.1:9"
_ARGUMENTS = (
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--disable-extensions",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-pings",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    f"--js-flags=--max-old-space-size={SCRIPT_MEMORY}",
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer for the browser."""

    status: int
    content_type: str
    body: bytes


# Fetches an address as the crawl does: guard, robots.txt, budget, pace, record. None where it is refused or fails.
Fetch = Callable[[str], Awaitable[Fetched | None]]


class Renderer:
    """One browser, started when the first page wants it; one page at a time.

    Args:
        fetch: the only way to anything.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._turn = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._browser: Chromium | None = None
        self._pages = 0

    async def render(self, url: str, given: Fetched) -> str:
        """The page's HTML when its scripts have run. `given` is the page itself, which is not fetched again.

        Raises:
            BrowserMissingError: the extra or the program is not installed.
            playwright.async_api.Error: the browser fails at this page.
            TimeoutError: it does not answer.
        """
        async with self._turn:
            if self._pages >= PAGES_OF_ONE_BROWSER:
                await self.close()
            browser = self._browser or await self._start()
            self._pages += 1
            try:
                return await asyncio.wait_for(self._drawn(browser, url, given), 2 * RENDER_SECONDS)
            except TimeoutError:
                await self.close()
                raise

    async def close(self) -> None:
        """End the browser, and what it may still do."""
        browser, playwright = self._browser, self._playwright
        self._browser = self._playwright = None
        self._pages = 0
        if browser is not None:
            await browser.close()
        if playwright is not None:
            await playwright.stop()

    async def _start(self) -> Chromium:
        try:
            from playwright.async_api import async_playwright  # noqa: PLC0415 - an extra
        except ImportError:
            raise BrowserMissingError("browser") from None
        program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
        if program is None:
            raise BrowserMissingError("chromium")
        self._playwright = await async_playwright().start()
        self._browser = await self._playwright.chromium.launch(
            executable_path=program,
            args=list(_ARGUMENTS),
            proxy={"server": _NOWHERE},
            # The kernel's walls around the browser; it has none for root, who should not crawl.
            chromium_sandbox=os.geteuid() != 0,
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )
        return self._browser

    async def _drawn(self, browser: Chromium, url: str, given: Fetched) -> str:
        context = await browser.new_context(accept_downloads=False, service_workers="block")
        try:
            page = await context.new_page()
            hand_over = _HandOver(self._fetch, url, given)
            await context.route("**/*", hand_over.answer)
            await context.route_web_socket("**/*", _refuse_socket)
            context.on("page", lambda opened: asyncio.ensure_future(_shut(opened, page)))
            await self._load(page, url)
            return await page.content()
        finally:
            await context.close()

    @staticmethod
    async def _load(page: Page, url: str) -> None:
        from playwright.async_api import TimeoutError as SlowError  # noqa: PLC0415 - an extra

        milliseconds = RENDER_SECONDS * 1000
        try:
            await page.goto(url, wait_until="networkidle", timeout=milliseconds)
        except SlowError:
            return  # what is drawn by now is what there is


class _HandOver:
    """Answers the requests of one page."""

    def __init__(self, fetch: Fetch, url: str, given: Fetched) -> None:
        self._fetch = fetch
        self._url = url
        self._given: Fetched | None = given
        self._left = MOST_REQUESTS

    async def answer(self, route: Route) -> None:
        """Hand over what was fetched; refuse what is no plain reading."""
        request = route.request
        found = None
        if request.method == "GET" and request.resource_type in _FETCHED:
            found = await self._answer_for(request.url, is_page=request.resource_type == "document")
        if found is None:
            await route.abort()
        else:
            headers = {"Content-Type": found.content_type, "Cache-Control": "no-store"}
            await route.fulfill(status=found.status, headers=headers, body=found.body)

    async def _answer_for(self, url: str, *, is_page: bool) -> Fetched | None:
        if is_page:
            # The page once. To go elsewhere is to leave it, and where a page leads to we see for ourselves.
            given, self._given = self._given, None
            return given if url == self._url else None
        self._left -= 1
        return await self._fetch(url) if self._left >= 0 else None


def _refuse_socket(_: WebSocketRoute) -> None:
    """A socket that nobody connects to a server stays silent."""


async def _shut(opened: Page, own: Page) -> None:
    """Windows that a page opens."""
    if opened is not own:
        await opened.close()
