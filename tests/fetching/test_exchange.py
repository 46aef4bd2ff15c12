from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fetching.dialler import Dialler
from fetching.exchange import UNWANTED_BYTES
from fetching.wire import Wire
from scope.model import SiteTarget
from tests.conftest import MakeErrand, MakeScope

SIZES = {"/denied": 700, "/gone": 0, "/moved": 90, "/there": 12, "/large": 1 << 20, "/chunked": 300}
STATUSES = {"/denied": 403, "/gone": 404, "/moved": 302}


class _Server(ThreadingHTTPServer):
    """Keeps an access log: what was asked, the status, bytes of the body that were sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.access: list[tuple[str, int, int]] = []
        self.connections = 0

    def get_request(self) -> tuple[object, object]:  # type: ignore[override] # as its own
        self.connections += 1
        return super().get_request()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        size, status = SIZES[self.path], STATUSES.get(self.path, 200)
        self.server.access.append((self.path, status, size))
        self.send_response(status)
        if self.path == "/moved":
            self.send_header("Location", "/there")
        if self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(size))
        self.end_headers()
        self.wfile.flush()
        framed = b"%x\r\n%s\r\n0\r\n\r\n" % (size, b"x" * size)
        try:
            self.wfile.write(framed if self.path == "/chunked" else b"x" * size)
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Said in `access`."""


@pytest.fixture
def server() -> Iterator[_Server]:
    with _Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield running
        running.shutdown()


def test_what_nobody_reads_is_counted_as_the_server_counts_it(
    server: _Server, make_scope: MakeScope, make_errand: MakeErrand, tmp_path: Path
) -> None:
    host = f"http://127.0.0.1:{server.server_port}"
    scope = make_scope(SiteTarget(url=f"{host}/", tier="own", authority="IG-1"), timeout_seconds=20)
    errand = make_errand(scope, conduct=tmp_path / "conduct.jsonl")
    with Wire(errand, Dialler(errand.guard)) as wire:
        for path in ("/denied", "/gone", "/moved", "/denied"):
            with wire.get(host + path):
                pass
        assert server.connections == 1, "a small rest is read, and its connection kept"
        with wire.get(f"{host}/chunked") as answer:
            answer.read(1 << 20)
        with wire.get(f"{host}/large") as answer:
            for _ in answer.chunks():
                break
    errand.conduct.close()
    lines = [json.loads(line) for line in (tmp_path / "conduct.jsonl").read_text().splitlines()]
    large = lines.pop()
    told = [(line["status"], line["bytes"]) for line in lines]
    assert told == [(status, size) for path, status, size in server.access if path != "/large"]
    assert 0 < large["bytes"] <= SIZES["/large"]
    assert SIZES["/large"] > UNWANTED_BYTES
    assert errand.budget.bytes == sum(line["bytes"] for line in [*lines, large])
