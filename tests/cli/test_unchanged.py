"""Sweeps after the first: asked by validators, followed on where pages are as they were, read where they are not."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from tests.cli.conftest import Workspace


class Pages(ThreadingHTTPServer):
    """A site of pages with ETags; `asked` has each path with the status that it was answered by."""

    pages: dict[str, bytes]
    asked: list[tuple[str, int]]


class Handler(BaseHTTPRequestHandler):
    server: Pages

    def do_GET(self) -> None:
        body = self.server.pages.get(self.path)
        etag = f'"{hash(body)}"'
        status = 404 if body is None else 304 if self.headers["If-None-Match"] == etag else 200
        self.server.asked.append((self.path, status))
        sent = body if status == 200 and body is not None else b""
        self.send_response(status)
        self.send_header("ETag", etag)
        if status != 304:
            self.send_header("Content-Type", "text/html" if self.path.endswith(("/", ".html")) else "text/plain")
            self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: Any) -> None: ...


@contextmanager
def site(pages: dict[str, bytes]) -> Iterator[Pages]:
    server = Pages(("127.0.0.1", 0), Handler)
    server.pages, server.asked = pages, []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def swept(workspace: Workspace, server: Pages, *options: str) -> tuple[dict[str, Any], dict[str, int]]:
    """What a sweep said, and how each path was answered; a path that is known to answer is asked plainly besides."""
    server.asked.clear()
    told = workspace.stray("sweep", "--format", "json", *options)
    assert told.stdout, told.stderr
    statuses: dict[str, int] = {}
    for path, status in server.asked:
        statuses[path] = max(status, statuses.get(path, 0))
    return json.loads(told.stdout), {path: status for path, status in statuses.items() if path in server.pages}


def link(*paths: str) -> bytes:
    return "".join(f'<p><a href="{path}">a document that is said to be {path}</a></p>' for path in paths).encode()


def test_what_is_as_it_was_is_asked_for_and_not_fetched(workspace: Workspace) -> None:
    texts = [path.read_bytes() for path in sorted(workspace.ground.letters_folder.rglob("*.*"))[:3]]
    pages = {"/": link("/a.html", "/b.html"), "/a.html": link("/deep/c.html"), "/b.html": link("/one.txt")}
    pages |= {"/deep/c.html": link("/deep/two.txt"), "/one.txt": texts[0], "/deep/two.txt": texts[1]}
    with site(pages) as server:
        url = f"http://127.0.0.1:{server.server_address[1]}/"
        workspace.edit({
            r"\[\[site\]\].*": f'[[site]]\nurl = "{url}"\ntier = "own"\nauthority = "IG-1"\n'
            "[incremental]\nsampled = 0\n",
        })  # fmt: skip
        first, answered = swept(workspace, server)
        assert (first["findings"]["new"], first["unchanged"], set(answered.values())) == (2, 0, {200})

        again, answered = swept(workspace, server)
        assert (again["findings"]["open"], again["documents"]) == (2, 0)
        assert again["unchanged"] == len(pages)
        assert answered == dict.fromkeys(pages, 304), "pages below those that are as they were are reached all the same"

        pages["/deep/c.html"] = link("/deep/two.txt", "/deep/new.txt")
        pages["/deep/new.txt"] = texts[2]
        del pages["/one.txt"]
        third, answered = swept(workspace, server)
        assert third["findings"] == {"new": 1, "open": 1, "reappeared": 0, "unknown": 1, "gone": 0}
        assert {path for path, status in answered.items() if status == 200} == {"/deep/c.html", "/deep/new.txt"}

        full, answered = swept(workspace, server, "--full")
        assert (full["unchanged"], set(answered.values())) == (0, {200})
    with duckdb.connect(str(workspace.database), read_only=True) as connection:
        outcomes = connection.execute("SELECT DISTINCT outcome FROM entries WHERE url NOT LIKE '%one.txt'").fetchall()
    assert outcomes == [("fetched",)]
