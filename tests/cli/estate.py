"""A folder on a loopback server that lists it, a pack, and a scope: an estate that a test can change as it goes on."""

from __future__ import annotations

import json
import subprocess
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from tests.cli.conftest import run_stray

SCOPE = """
organisation = "Example Hospital"
contact = "security@example.org"
{top}
[authority]
who = "J. Example"
reference = "IG-1"
expires = 2099-01-01
[pack]
path = "pack"
key = "pack.key"
[limits]
requests_per_second = 200.0
timeout_seconds = 5.0
[network]
private_addresses = ["127.0.0.0/8"]
[[site]]
url = "{start}"
kind = "open_directory"
tier = "own"
authority = "IG-1"
{more}
"""
# What the server does with a path, in place of sending the file: a status; a page, which stands as long as it is asked
# for by its ETag; or a redirect to this path.
Rules = dict[str, int | bytes | str]


class _Handler(SimpleHTTPRequestHandler):
    rules: ClassVar[Rules] = {}
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        status = next((status for start, status in self.rules.items() if self.path.startswith(start)), None)
        match status:
            case None:
                super().do_GET()
            case int():
                self.send_error(status)
            case str():
                self._send(302, b"", Location=status)
            case bytes():
                etag = f'"{zlib.crc32(status):x}"'
                if self.headers.get("If-None-Match") == etag:
                    self._send(304, b"", ETag=etag)
                else:
                    self._send(200, status, ETag=etag)

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "text/html", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing to standard error."""


@dataclass
class Estate:
    """`www` is served; `rules` say what is answered otherwise; `asked` are the paths that were asked for."""

    folder: Path
    port: int
    rules: Rules
    asked: list[str]
    letters: dict[str, str] = field(default_factory=dict)

    @property
    def www(self) -> Path:
        return self.folder / "www"

    @property
    def start(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def database(self) -> Path:
        return self.folder / "findings.duckdb"

    def scope(self, more: str = "", top: str = "") -> None:
        (self.folder / "scope.toml").write_text(SCOPE.format(start=self.start, more=more, top=top))

    def stray(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return run_stray(*arguments, cwd=self.folder)

    def sweep(self, *arguments: str, command: str = "sweep") -> tuple[int, dict[str, Any], str]:
        """Exit code, summary, standard error."""
        done = self.stray(command, *arguments, "--format", "json")
        lines = done.stdout.splitlines()
        assert lines, done.stderr
        return done.returncode, json.loads(lines[-1]), done.stderr


@contextmanager
def estate(folder: Path) -> Iterator[Estate]:
    """Served until the block ends."""
    (folder / "www").mkdir(parents=True)
    rules: Rules = {}
    asked: list[str] = []
    handler = type("Handler", (_Handler,), {"rules": rules, "asked": asked})
    made: Callable[..., Any] = partial(handler, directory=str(folder / "www"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), made)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Estate(folder, server.server_address[1], rules, asked)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
