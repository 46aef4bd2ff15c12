from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from reports.alive import alive_address, give_sign
from reports.notify import NotifyError


@contextmanager
def service(status: int) -> Iterator[tuple[str, list[str]]]:
    """A service that expects signs of life, and the paths that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.path} {self.headers['User-Agent']}")
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Tests keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/ping/abc", asked
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("status", "taken"), [(200, True), (204, True), (404, False), (500, False)])
def test_a_sign_is_one_request(status: int, taken: bool) -> None:
    with service(status) as (address, asked):
        assert give_sign(address) is taken
    assert asked == ["/ping/abc Stray (sign of life)"]


def test_nobody_there_is_no_error() -> None:
    assert give_sign("http://127.0.0.1:9/") is False
    assert give_sign("http://[broken/") is False


def test_the_address_lies_in_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "alive.url"
    path.write_text("# healthchecks\nhttps://alive.example/abc\n")
    path.chmod(0o600)
    assert alive_address(path) == "https://alive.example/abc"
    path.chmod(0o644)
    with pytest.raises(NotifyError, match="others may read"):
        alive_address(path)
    path.chmod(0o600)
    for text in ("", "file:///etc/passwd", "https://a.example\nhttps://b.example\n"):
        path.write_text(text)
        with pytest.raises(NotifyError, match="one address"):
            alive_address(path)
