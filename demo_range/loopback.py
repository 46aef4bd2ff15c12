"""Threaded HTTP servers on a free port of 127.0.0.1 that stop without leaving a thread or a socket behind."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from types import TracebackType
from typing import Any, Self

LOOPBACK = "127.0.0.1"
HTML = "text/html; charset=utf-8"
FINE_PAGE = b"<!DOCTYPE html><title>Fine</title><p>All is well here."
# Seconds between two looks of the accepting loop at whether it should stop; bounds how long a stop takes.
_POLL_SECONDS = 0.05
# Seconds given to handlers to end once their connections are cut.
_STOP_SECONDS = 5.0


class DemoRangeError(Exception):
    """The range could not be set up; the message says what is missing or what did not start. Root of this room."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request that arrived: header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]


Handler = Callable[..., BaseHTTPRequestHandler]


class ListeningServer(ThreadingHTTPServer):
    """The socket side: knows its open connections, so that it can cut them. Handlers may wait on `stopping`."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, handler: Handler, port: int = 0) -> None:
        super().__init__((LOOPBACK, port), handler)
        self.stopping = threading.Event()
        self.requests: list[Request] = []
        self._open: set[socket.socket] = set()
        self._changed = threading.Condition()

    def server_bind(self) -> None:
        """Bind without looking up the host's name, which can take seconds where DNS is away."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Note the connection, then handle it in its own thread."""
        with self._changed:
            self._open.add(request)
        super().process_request(request, client_address)

    @contextmanager
    def watching(self, connection: socket.socket) -> Iterator[None]:
        """Cut this socket too when the server stops; for one that wraps an accepted connection."""
        with self._changed:
            self._open.add(connection)
        try:
            yield
        finally:
            with self._changed:
                self._open.discard(connection)
                self._changed.notify_all()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Runs in the connection's thread."""
        with self.watching(request):
            super().process_request_thread(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the exercise."""

    def server_close(self) -> None:
        """Cut every connection and wait for the handlers."""
        super().server_close()
        self.stopping.set()
        with self._changed:
            for connection in self._open:
                _cut(connection)
            self._changed.wait_for(lambda: not self._open, _STOP_SECONDS)


def _cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:  # the peer was faster
        return


class LoopbackServer:
    """A server that runs between `with` and its end; `.url` has no trailing slash.

    Args:
        handler: answers a request.
        port: to listen on; any free one if not given. One that comes back after it was down has the same again.
    """

    scheme = "http"

    def __init__(self, handler: Handler, port: int = 0) -> None:
        self._handler = handler
        self._wanted_port = port
        self._server: ListeningServer | None = None
        self._thread: threading.Thread | None = None

    def listening(self) -> ListeningServer:
        """The socket side, freshly bound; a subclass may prepare it."""
        return ListeningServer(self._handler, self._wanted_port)

    def __enter__(self) -> Self:
        self._server = self.listening()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    @property
    def port(self) -> int:
        """The port it listens on."""
        if self._server is None:
            raise DemoRangeError("the server has not been started; use it in a with statement")
        return self._server.server_port

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return f"{self.scheme}://{LOOPBACK}:{self.port}"

    @property
    def requests(self) -> list[Request]:
        """Every request so far, in the order of arrival."""
        return [] if self._server is None else self._server.requests


class RecordingHandler(BaseHTTPRequestHandler):
    """Says nothing on standard error and notes each request."""

    protocol_version = "HTTP/1.1"
    server: ListeningServer
    # Seconds that an idle connection is kept.
    timeout = 30

    def parse_request(self) -> bool:
        """Note the request once its head is read."""
        parsed = super().parse_request()
        if parsed:
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.server.requests.append(Request(self.command, self.path, headers))
        return parsed

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


class AnsweringHandler(RecordingHandler):
    """Answers GET and HEAD in one place: `answer`, which sends the fine page unless a subclass does otherwise."""

    def do_GET(self) -> None:
        """Answer a GET."""
        self.answer()

    def do_HEAD(self) -> None:
        """Answer a HEAD; `send_page` leaves the body out."""
        self.answer()

    def answer(self) -> None:
        """Write the whole answer."""
        self.send_page(HTTPStatus.OK)

    def send_page(self, status: int, body: bytes = FINE_PAGE, content_type: str = HTML, **headers: str) -> None:
        """One answer with its length stated; underscores in header names stand for hyphens."""
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
