"""A web server that does as it is told, and a way to run one unit in a process of its own."""

from __future__ import annotations

import atexit
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SERVER = Path(__file__).parent / "crawl_server.py"
# A crawl of these tests takes a few seconds; this only ends one that hangs.
LONGEST_CRAWL = 60

Page = Callable[["Handler"], None]
_OF_EVERY_CRAWL = re.compile(r"/(?:robots\.txt|sitemap\.xml|stray-no-such-page-[^/]*)$")


class Handler(BaseHTTPRequestHandler):
    """Looks its path up in the server's pages; keeps connections open as real servers do."""

    protocol_version = "HTTP/1.1"
    web: Web

    def do_GET(self) -> None:
        self.web.all_asked.append(self.path)
        self.web.times.append(time.monotonic())
        self.web.agents.append(self.headers.get("User-Agent", ""))
        self.web.headers.append({name.lower(): value for name, value in self.headers.items()})
        page = self.web.pages.get(self.path.partition("?")[0])
        if page is None:
            self.answer(404, b"not here")
        else:
            page(self)

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "text/html; charset=utf-8", **(headers or {})}.items():
            self.send_header(name, value)
        if "Content-Length" not in (headers or {}):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read `web.asked`."""


@dataclass
class Web:
    """One server: what it answers, and what it was asked."""

    port: int
    pages: dict[str, Page] = field(default_factory=dict)
    all_asked: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def asked(self) -> list[str]:
        """What was asked beside what every crawl asks a host for: its rules, its sitemap, a page that is not there."""
        return [path for path in self.all_asked if not _OF_EVERY_CRAWL.search(path)]

    def page(self, path: str, body: str | bytes, status: int = 200, **headers: str) -> None:
        content = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = lambda handler: handler.answer(status, content, named)

    def links(self, path: str, *addresses: str) -> None:
        self.page(path, "".join(f'<p><a href="{address}">x</a></p>' for address in addresses))

    def redirect(self, path: str, to: str, status: int = 302) -> None:
        self.page(path, b"", status, Location=to)


@pytest.fixture(scope="module")
def start_web() -> Iterator[Callable[[], Web]]:
    """Servers for the tests of one module."""
    servers = []

    def start() -> Web:
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        web = Web(server.server_port)
        server.RequestHandlerClass = type("BoundHandler", (Handler,), {"web": web})
        threading.Thread(target=partial(server.serve_forever, 0.05), daemon=True).start()
        servers.append(server)
        return web

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def web(start_web: Callable[[], Web]) -> Web:
    """A server of the test's own."""
    return start_web()


@dataclass
class Crawled:
    """What the sink saw."""

    entries: list[dict[str, Any]]
    documents: list[dict[str, Any]]
    skips: list[dict[str, Any]]
    order: list[dict[str, Any]]
    requests: int
    conduct: list[dict[str, Any]]
    error: str
    start: str
    leads: list[dict[str, Any]]

    def _path(self, url: str) -> str:
        host = self.start.split("/", 3)[:3]
        return url.removeprefix("/".join(host))

    @property
    def fetched(self) -> list[str]:
        """Paths of documents, in order."""
        return [self._path(document["url"]) for document in self.documents]

    @property
    def listed(self) -> list[str]:
        return [self._path(entry["url"]) for entry in self.entries]

    @property
    def skipped(self) -> dict[str, tuple[str, str]]:
        """Path to reason and detail."""
        return {self._path(skip["url"]): (skip["reason"], skip["detail"]) for skip in self.skips}

    @property
    def reasons(self) -> dict[str, str]:
        return {path: reason for path, (reason, _) in self.skipped.items()}


@cache
def crawl_server() -> str:
    """The socket of a process that crawls, started once; it ends with us, as its standard input does."""
    path = str(Path(tempfile.mkdtemp(prefix="stray-crawl-")) / "socket")
    server = subprocess.Popen(
        [sys.executable, "-W", "error", str(SERVER), path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        start_new_session=True,
    )
    atexit.register(end, server)
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n"
    return path


def end(server: subprocess.Popen[bytes]) -> None:
    server.communicate()


def ask(path: str, given: dict[str, Any]) -> dict[str, Any]:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(LONGEST_CRAWL)
        connection.connect(path)
        connection.sendall(json.dumps(given).encode() + b"\n")
        with connection.makefile("rb") as answer:
            told: dict[str, Any] = json.loads(answer.read())
    return told


def crawl_unit(
    url: str,
    kind: str = "site",
    limits: dict[str, Any] | None = None,
    behaviour: dict[str, Any] | None = None,
    **target: Any,
) -> Crawled:
    named = target.pop("private_addresses", ["127.0.0.1", "::1"])
    scope = {
        "organisation": "Example Hospital",
        "contact": "security@example.org",
        "authority": {"who": "J. Example", "reference": "IG-1", "expires": target.pop("expires", "2099-12-31")},
        "pack": {"path": "pack", "key": "pack.key"},
        "network": {"private_addresses": named, **target.pop("network", {})},
        "names": {"harvest": (behaviour or {}).get("harvest", False)},
        "limits": {"requests_per_second": 1000, "timeout_seconds": 5, **(limits or {})},
        "site": [{"url": url, "kind": kind, "tier": "own", "authority": "IG-1", "robots": "record", **target}],
    }
    ran = ask(crawl_server(), {"scope": scope, "behaviour": behaviour or {}, "environment": dict(os.environ)})
    # Nothing is logged, and nothing warns: a URL in it could name a patient.
    assert ran["err"] == ""
    assert ran["status"] == 0
    records = [json.loads(line) for line in ran["out"].splitlines()]
    end = records.pop()
    by_kind: dict[str, list[dict[str, Any]]] = {"entry": [], "document": [], "skipped": [], "lead": []}
    for record in records:
        by_kind[record["record"]].append(record)
    return Crawled(
        by_kind["entry"],
        by_kind["document"],
        by_kind["skipped"],
        records,
        end["requests"],
        end["conduct"],
        end["error"],
        url,
        by_kind["lead"],
    )


@pytest.fixture(scope="session")
def crawl() -> Callable[..., Crawled]:
    """Runs one unit: `crawl(url, kind, limits={}, behaviour={}, robots=...)`."""
    return crawl_unit
