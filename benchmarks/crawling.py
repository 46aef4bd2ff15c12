"""Crawl speed: our site spider beside a bare Scrapy spider and wget, on the same local site, each in its own process.

    python -m benchmarks.crawling               a small site, all of them in turn
    python -m benchmarks.crawling long [PAGES]  one large site, ours alone: does memory stay where it is?

`ours` hands its records to nobody; `kept` saves each page with its records, as a sweep does, and reads no document.
Wall time depends on the machine and on who else uses it; CPU time a request and the ratio are the figures to compare.
"""

from __future__ import annotations

import asyncio
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response, TextResponse

from crawler.source import SiteSource
from documents.records import Document, Entry, Skipped
from documents.sink import NoBuckets
from fetching.budget import Budget
from fetching.conduct import ConductLog
from fetching.errand import Errand
from fetching.pacing import Pacer
from findings.keys import DatabaseKey
from findings.records import SweepRecord, UnitOutcome, UnitRecord, UnitState, new_sweep_id
from findings.rows import Judged
from findings.spool import SweepSpool, UnitSpool
from matchers.verdicts import Judgement, Verdict
from scope.guard import Guard
from scope.model import Scope
from scope.units import Unit, units_of

# A site small enough for a minute in all, and large enough that starting up does not count.
PAGES = 400
# Links of a page: a menu that all pages share, and some of its own.
SHARED_LINKS = 10
OWN_LINKS = 10
# Each spider runs this often, in turn; the run with the least CPU time counts, being the least disturbed.
ROUNDS = 2
# Ends a run that hangs, seconds.
LONGEST_RUN = 40
# Pages of the long run, and how often its memory is looked at.
LONG_PAGES = 200_000
LOOKS = 10


def page(number: int, pages: int) -> bytes:
    """A page of about 3 kB."""
    own = [(number * OWN_LINKS + each + 1) % pages for each in range(OWN_LINKS)]
    links = "".join(f'<li><a href="/page{each}.html">page {each}</a></li>' for each in [*range(SHARED_LINKS), *own])
    text = "<p>Nothing here is about a person. It is a page of a web site, long enough to be one.</p>" * 15
    # Something of its own: a page that says what all others say is a trap, and is left.
    own_text = f"<p>Reference {10_000_000 + number}.</p>"
    return f"<html><head><title>{number}</title></head><body><ul>{links}</ul>{own_text}{text}</body></html>".encode()


def body_of(path: bytes, pages: int) -> bytes | None:
    """The page at a path, if there is one."""
    name = path.removeprefix(b"/page").removesuffix(b".html")
    if path != b"/" and not (name.isdigit() and int(name) < pages):
        return None
    return page(0 if path == b"/" else int(name), pages)


async def serve(pages: int) -> None:
    """Serve a site of so many pages on a free port, printed first, until killed."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = body_of(head.split(b" ", 2)[1], pages)
                status, sent = (b"200 OK", body) if body is not None else (b"404 Not Found", b"")
                about = b"Content-Type: text/html; charset=utf-8\r\nContent-Length: %d" % len(sent)
                writer.write(b"HTTP/1.1 " + status + b"\r\n" + about + b"\r\n\r\n" + sent)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class CountingSink(NoBuckets):
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


class KeepingSink(NoBuckets):
    """Keeps records in a unit's spool; every document counts as read and clear."""

    def __init__(self, spool: UnitSpool) -> None:
        self._spool = spool
        self.documents = 0

    def entry(self, entry: Entry) -> None:
        """See Sink."""
        self._spool.entry(entry)

    def listed(self, entries: Sequence[Entry]) -> None:
        """See Sink."""
        self._spool.entries(entries)

    def document(self, document: Document) -> None:
        """See Sink."""
        self._spool.document(document, Judged("text/html", Judgement(Verdict.CLEAR, (), ())))
        self.documents += 1

    def skipped(self, skipped: Skipped) -> None:
        """See Sink; a page that is not seen makes the run worthless."""
        raise RuntimeError(skipped.reason)


def errand_for(url: str, spool: UnitSpool | None = None) -> tuple[Unit, Errand]:
    """The site as a target, and everything that a sweep uses: guard, robots.txt, pacer, budget, conduct log."""
    scope = Scope.model_validate(
        {
            "organisation": "Benchmark",
            "contact": "benchmark@example.org",
            "authority": {"who": "x", "reference": "x", "expires": date.max},
            "pack": {"path": "pack", "key": "pack.key"},
            "network": {"private_addresses": ["127.0.0.1"]},
            "limits": {"requests_per_second": 1000, "requests": 10**7, "seconds": 10**6, "bytes": 10**12},
            "site": [{"url": url, "tier": "own", "authority": "x"}],
        }
    )
    limits = scope.limits
    pacer = Pacer(limits.requests_per_second)
    store = spool.store if spool else None
    errand = Errand(Guard(scope), limits, Budget(limits), pacer, ConductLog(), "Stray/0.1 (benchmark)", store=store)
    return next(units_of(scope)), errand


def ours(url: str) -> int:
    """Our site spider; its records are counted."""
    unit, errand = errand_for(url)
    sink = CountingSink()
    SiteSource(errand).fetch(unit, sink)
    return sink.documents


def kept(url: str, look: Callable[[int], None] = lambda _: None) -> int:
    """Our site spider; its records and what is still to be fetched are saved page by page. `look` is told of each."""
    with tempfile.TemporaryDirectory() as folder:
        record = UnitRecord.from_unit(errand_for(url)[0])
        now = datetime.now(UTC)
        sweep = SweepRecord(new_sweep_id(now), "benchmark", "Benchmark", "x", now, "0", (record,))
        spool = SweepSpool.create(Path(folder), sweep, DatabaseKey(bytes(32))).unit(record)
        unit, errand = errand_for(url, spool)
        sink = KeepingSink(spool)
        done = threading.Event()
        looking = threading.Thread(target=_look_at, args=(sink, look, done))
        looking.start()
        SiteSource(errand).fetch(unit, sink)
        done.set()
        looking.join()
        spool.finish(UnitOutcome(UnitState.FINISHED, now, datetime.now(UTC)))
        return sink.documents


def _look_at(sink: KeepingSink, look: Callable[[int], None], done: threading.Event) -> None:
    while not done.wait(1):
        look(sink.documents)


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


def wget(url: str) -> int:
    """Wget as the manual has it: follow every link, store every page."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["wget", "--recursive", "--level=inf", "--quiet", f"--directory-prefix={folder}", url]
        subprocess.run(command, check=False)  # it fails where one of its answers is an error: there is no robots.txt
        return sum(path.is_file() for path in Path(folder).rglob("*"))


SPIDERS = {"ours": ours, "kept": kept, "bare": bare, "wget": wget}


def run_here(role: str, url: str) -> None:
    """Crawl in this process and print what it took; imports are done and do not count."""
    whose = resource.RUSAGE_CHILDREN if role == "wget" else resource.RUSAGE_SELF
    before, began = resource.getrusage(whose), time.perf_counter()
    pages = SPIDERS[role](url)
    after, ended = resource.getrusage(whose), time.perf_counter()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"pages": pages, "cpu": cpu, "wall": ended - began, "rss_mb": after.ru_maxrss / 1024}))


@contextmanager
def local_site(pages: int = PAGES) -> Iterator[str]:
    """The site's URL while its server runs."""
    command = [sys.executable, "-m", __spec__.name, "serve", str(pages)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
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
    assert figures["pages"] == PAGES + 1, (role, figures)
    return figures


def compare() -> dict[str, dict[str, float]]:
    """All spiders on one site; the least disturbed run of each."""
    installed = [role for role in SPIDERS if role != "wget" or shutil.which("wget")]
    runs: dict[str, list[dict[str, float]]] = {role: [] for role in installed}
    with local_site() as url:
        for _ in range(ROUNDS):
            for role in installed:
                runs[role].append(measured(role, url))
    return {role: min(each, key=lambda figures: figures["cpu"]) for role, each in runs.items()}


def long_run(pages: int) -> None:
    """One crawl of a large site in this process, and the memory that it has on its way."""
    began = time.perf_counter()
    steps = iter(range(pages // LOOKS, pages + 1, pages // LOOKS))
    awaited = next(steps)

    def look(done: int) -> None:
        nonlocal awaited
        if done >= awaited:
            awaited = next(steps, pages * 2)
            print(f"  {done:8,} pages  {time.perf_counter() - began:6.0f} s  {memory_mb():4.0f} MB", flush=True)

    with local_site(pages) as url:
        found = kept(url, look)
    assert found == pages + 1, found
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {found:8,} pages  {time.perf_counter() - began:6.0f} s  {peak:4.0f} MB at most")


def memory_mb() -> float:
    """What this process holds in memory now."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


def tell(found: dict[str, dict[str, float]]) -> None:
    """Print a comparison."""
    print(f"crawl of {PAGES + 1} pages with {SHARED_LINKS + OWN_LINKS} links each")
    for role, figures in found.items():
        pages, cpu = figures["pages"], figures["cpu"]
        speed = f"{pages / figures['wall']:6.0f} pages/s  {cpu / pages * 1000:5.2f} CPU-ms/page"
        print(f"  {role:5} {speed}  {figures['rss_mb']:4.0f} MB")
    for peer in ("bare", "wget"):
        if peer in found:
            ratio = found["ours"]["cpu"] / found[peer]["cpu"]
            faster = found[peer]["wall"] / found["ours"]["wall"]
            print(f"  ours takes {ratio:.2f} of the CPU time of {peer}, and is {faster:.1f} times as fast")


def main() -> None:
    """Print the comparison or the long run, or be one of its processes."""
    match sys.argv[1:]:
        case ["serve", pages]:
            asyncio.run(serve(int(pages)))
        case ["long", *pages]:
            long_run(int(pages[0]) if pages else LONG_PAGES)
        case [spider, url]:
            run_here(spider, url)
        case _:
            tell(compare())


if __name__ == "__main__":
    main()
