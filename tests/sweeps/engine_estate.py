"""A small estate for whoever runs units: two hosts with a folder each, one with two; and what came of a sweep of it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb

from cli.pack_build import build_from_files
from demo_range.letters import known_letters
from demo_range.rendering import Format, rendered
from scope.model import Scope

LETTERS = 6
# Letters of a folder that hosts give while they hold back the others.
GIVEN = 2


class Hold:
    """Hosts that keep letters back: at the first request for one of these something is done.

    Requests for them stay under way until `release`, so what is done meets units at work, however fast or slow.
    """

    def __init__(self, act: Callable[[Hold], object]) -> None:
        self._act = act
        self._first = threading.Lock()
        self._released = threading.Event()
        self.broken: list[Exception] = []

    def meet(self) -> None:
        """A letter was asked for; returns when it may be given."""
        if self._first.acquire(blocking=False):
            try:
                self._act(self)
            except Exception as error:  # noqa: BLE001 - this thread is the server's; the test is told
                self.broken.append(error)
        self._released.wait()

    @property
    def was_met(self) -> bool:
        """Has a letter been asked for that is kept back?"""
        return self._first.locked()

    def release(self) -> None:
        """From now on everything is answered."""
        self._released.set()


@dataclass
class Host:
    """Folders of letters on one server, and when each was asked for something."""

    letters: list[bytes]
    hold: Hold | None = None
    port: int = 0
    asked: list[tuple[float, str]] = field(default_factory=list)

    def folder(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/{name}/"

    def body(self, path: str) -> bytes | None:
        parts = path.strip("/").split("/")
        if len(parts) == 1 and parts[0] in ("a", "b"):
            rows = "".join(f'<a href="{number}.txt">{number}.txt</a>\n' for number in range(len(self.letters)))
            return f"<html><title>Index of /{parts[0]}</title><pre>{rows}</pre></html>".encode()
        if len(parts) == 2 and parts[1].removesuffix(".txt").isdigit():
            return self.letters[int(parts[1].removesuffix(".txt"))]
        return None

    def keeps_back(self, path: str) -> bool:
        """Is it a letter that a hold holds back?"""
        number = path.rpartition("/")[2].removesuffix(".txt")
        return number.isdigit() and int(number) >= GIVEN

    def spans(self) -> dict[str, tuple[float, float]]:
        """For each folder the first and the last time that it was asked for."""
        times: dict[str, list[float]] = {}
        for at, path in self.asked:
            if path != "/robots.txt":
                times.setdefault(path.split("/")[1], []).append(at)
        return {folder: (min(each), max(each)) for folder, each in times.items()}


@contextmanager
def serving(host: Host) -> Iterator[Host]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host.asked.append((time.monotonic(), self.path))
            if (hold := host.hold) is not None and host.keeps_back(self.path):
                hold.meet()
            body = host.body(self.path)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", "text/plain" if self.path.endswith(".txt") else "text/html")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def handle(self) -> None:
            with contextlib.suppress(ConnectionError):  # the other end was killed
                super().handle()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    host.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class SmallEstate:
    """Two hosts, three folders, three units."""

    folder: Path
    busy: Host
    other: Host

    @contextmanager
    def held(self, act: Callable[[Hold], object]) -> Iterator[Hold]:
        """Within the block all but GIVEN letters of a folder are kept back; `act` is done at the first, in a thread."""
        hold = Hold(act)
        self.busy.hold = self.other.hold = hold
        try:
            yield hold
        finally:
            self.busy.hold = self.other.hold = None
            hold.release()
        assert hold.was_met
        assert hold.broken == []

    def scope(self, name: str, **more: Any) -> Scope:
        """With a database of its own."""
        folder = self.folder / name
        folder.mkdir()
        urls = (self.busy.folder("a"), self.busy.folder("b"), self.other.folder("a"))
        return Scope.model_validate({
            "organisation": "Example Hospital", "contact": "security@example.org",
            "authority": {"who": "w", "reference": "r", "expires": date.max.isoformat()},
            "pack": {"path": str(self.folder / "pack"), "key": str(self.folder / "pack.key")},
            "database": {"file": str(folder / "findings.duckdb"), "key": str(folder / "findings.key")},
            "network": {"private_addresses": ["127.0.0.1"]},
            "limits": {"requests_per_second": 1000},
            "site": [{"url": url, "kind": "open_directory", "tier": "own", "authority": "r"} for url in urls],
        } | more)  # fmt: skip


@contextmanager
def small_estate(folder: Path) -> Iterator[SmallEstate]:
    letters = known_letters(3, 1)[:LETTERS]
    (folder / "letters").mkdir()
    for letter in letters:
        (folder / "letters" / f"{letter.letter_id}.txt").write_bytes(rendered(Format.TXT, letter.sheet))
    build_from_files((folder / "letters",), folder / "pack", folder / "pack.key", None)
    bodies = [rendered(Format.TXT, letter.sheet) for letter in letters]
    with serving(Host(bodies)) as busy, serving(Host(bodies)) as other:
        yield SmallEstate(folder, busy, other)


def answers(scope: Scope) -> dict[str, list[tuple[Any, ...]]]:
    """What a database says of a sweep, but for times and ids that are each database's own."""
    questions = {
        "findings": "SELECT url, member, letter_id, verdict, state, containment, evidence FROM open_findings",
        "entries": "SELECT url, outcome, kind, size FROM entries",
        "documents": "SELECT unit_id, url, sha256, verdict FROM documents",
        "skips": "SELECT unit_id, url, member, reason FROM skips",
        "units": "SELECT unit_id, state, requests FROM units",
    }
    with duckdb.connect(str(scope.database.file), read_only=True) as connection:
        return {name: sorted(connection.execute(question).fetchall(), key=repr) for name, question in questions.items()}
