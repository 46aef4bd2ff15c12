"""Crawl speed: our site spider beside a bare Scrapy spider, on the same local site, each in a process of its own.

    python -m benchmarks.crawling

Wall time depends on the machine and on who else uses it; CPU time a request and the ratio are the figures to compare.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response, TextResponse

from crawler.source import SiteSource
from documents.records import Document, Entry, Skipped
from fetching.budget import Budget
from fetching.conduct import ConductLog
from fetching.errand import Errand
from fetching.pacing import Pacer
from scope.guard import Guard
from scope.model import Scope
from scope.units import units_of

# A site small enough for a minute in all, and large enough that starting up does not count.
PAGES = 400
# Links of a page: a menu that all pages share, and some of its own.
SHARED_LINKS = 10
OWN_LINKS = 10
# Each spider runs this often, in turn; the run with the least CPU time counts, being the least disturbed.
ROUNDS = 2
# Ends a run that hangs, seconds.
LONGEST_RUN = 40


def page(number: int) -> bytes:
    """A page of about 3 kB."""
    own = [(number * OWN_LINKS + each + 1) % PAGES for each in range(OWN_LINKS)]
    links = "".join(f'<li><a href="/page{each}.html">page {each}</a></li>' for each in [*range(SHARED_LINKS), *own])
    text = "<p>Nothing here is about a person. It is a page of a web site, long enough to be one.</p>" * 15
    # Something of its own: a page that says what all others say is a trap, and is left.
    own_text = f"<p>Reference {10_000_000 + number}.</p>"
    return f"<html><head><title>{number}</title></head><body><ul>{links}</ul>{own_text}{text}</body></html>".encode()


async def serve() -> None:
    """Serve the site on a free port, printed first, until killed."""
    bodies = {f"/page{number}.html".encode(): page(number) for number in range(PAGES)} | {b"/": page(0)}

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = bodies.get(head.split(b" ", 2)[1])
                status, sent = (b"200 OK", body) if body is not None else (b"404 Not Found", b"")
                about = b"Content-Type: text/html; charset=utf-8\r\nContent-Length: %d" % len(sent)
                writer.write(b"HTTP/1.1 " + status + b"\r\n" + about + b"\r\n\r\n" + sent)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class CountingSink:
    """Takes records and keeps their number."""

    def __init__(self) -> None:
        self.documents = 0

    def entry(self, entry: Entry) -> None:
        """See Sink."""

    def listed(self, entries: Sequence[Entry]) -> None:
        """See Sink."""

    def document(self, document: Document) -> None:
        """See Sink."""
        self.documents += 1

    def skipped(self, skipped: Skipped) -> None:
        """See Sink; a page that is not seen makes the run worthless."""
        raise RuntimeError(skipped.reason)


def ours(url: str) -> int:
    """Our site spider with everything that a sweep uses: guard, robots.txt, pacer, budget, conduct log, records."""
    scope = Scope.model_validate(
        {
            "organisation": "Benchmark",
            "contact": "benchmark@example.org",
            "authority": {"who": "x", "reference": "x", "expires": date.max},
            "pack": {"path": "pack", "key": "pack.key"},
            "network": {"private_addresses": ["127.0.0.1"]},
            "limits": {"requests_per_second": 1000},
            "site": [{"url": url, "tier": "own", "authority": "x"}],
        }
    )
    limits = scope.limits
    pacer = Pacer(limits.requests_per_second)
    errand = Errand(Guard(scope), limits, Budget(limits), pacer, ConductLog(), "Stray/0.1 (benchmark)")
    sink = CountingSink()
    SiteSource(errand).fetch(next(units_of(scope)), sink)
    return sink.documents


class BareSpider(Spider):
    """As the tutorial has it: follow every link."""

    name = "bare"
    allowed_domains = ("127.0.0.1",)
    pages = 0

    def parse(self, response: Response, **_: Any) -> Iterator[Request]:
        """Count a page and follow its links."""
        BareSpider.pages += 1
        if not isinstance(response, TextResponse):
            return
        yield from response.follow_all(css="a")


def bare(url: str) -> int:
    """Scrapy as it comes, without its log and its two doors for remote control."""
    quiet = {"LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False}
    process = AsyncCrawlerProcess({**quiet, "ROBOTSTXT_OBEY": True, "USER_AGENT": "Stray/0.1 (benchmark)"})
    process.crawl(BareSpider, start_urls=[url])
    process.start(install_signal_handlers=False)
    return BareSpider.pages


SPIDERS = {"ours": ours, "bare": bare}


def run_here(role: str, url: str) -> None:
    """Crawl in this process and print what it took; imports are done and do not count."""
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    pages = SPIDERS[role](url)
    after, ended = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"pages": pages, "cpu": cpu, "wall": ended - began, "rss_mb": after.ru_maxrss / 1024}))


@contextmanager
def local_site() -> Iterator[str]:
    """The site's URL while its server runs."""
    with subprocess.Popen([sys.executable, "-m", __spec__.name, "serve"], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield f"http://127.0.0.1:{int(server.stdout.readline())}/"
        finally:
            server.kill()


def measured(role: str, url: str) -> dict[str, float]:
    """One run in a process of its own."""
    command = [sys.executable, "-m", __spec__.name, role, url]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=LONGEST_RUN, check=True)
    figures: dict[str, float] = json.loads(ran.stdout)
    # The start page has two addresses.
    assert figures["pages"] == PAGES + 1, figures
    return figures


def compare() -> dict[str, dict[str, float]]:
    """Both spiders on one site; the least disturbed run of each."""
    runs: dict[str, list[dict[str, float]]] = {role: [] for role in SPIDERS}
    with local_site() as url:
        for _ in range(ROUNDS):
            for role in SPIDERS:
                runs[role].append(measured(role, url))
    return {role: min(each, key=lambda figures: figures["cpu"]) for role, each in runs.items()}


def main() -> None:
    """Print the comparison, or be one of its processes."""
    match sys.argv[1:]:
        case ["serve"]:
            asyncio.run(serve())
        case [spider, url]:
            run_here(spider, url)
        case _:
            found = compare()
            print(f"crawl of {PAGES + 1} pages with {SHARED_LINKS + OWN_LINKS} links each")
            for role, figures in found.items():
                pages, cpu = figures["pages"], figures["cpu"]
                speed = f"{pages / figures['wall']:6.0f} pages/s  {cpu / pages * 1000:5.2f} CPU-ms/page"
                print(f"  {role:5} {speed}  {figures['rss_mb']:4.0f} MB")
            print(f"  ours takes {found['ours']['cpu'] / found['bare']['cpu']:.2f} of the bare spider's CPU time")


if __name__ == "__main__":
    main()
