"""A server that misbehaves on purpose, one path for each misbehaviour. Every load is bounded."""

from __future__ import annotations

import gzip
import io
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, partial
from http import HTTPStatus
from typing import Any

from demo_range.loopback import FINE_PAGE, AnsweringHandler, ListeningServer, LoopbackServer

MEBIBYTE = 1 << 20
# What an endless answer sends at most, and for how long: enough to pass any limit under test, not to fill a disk.
ENDLESS_BYTES = 64 * MEBIBYTE
ENDLESS_SECONDS = 30.0
# What the gzip bomb unpacks to, from about 200 kB.
BOMB_BYTES = 200 * MEBIBYTE
# Seconds between two bytes of a slow drip.
DRIP_SECONDS = 0.2
# What `/short` promises and what it sends.
PROMISED_BYTES, SENT_BYTES = 100_000, 1_000
_CHUNK = b"All work and no play makes a dull corpus. " * 390
# Typographic quotes and a pound sign as Windows-1252, served as UTF-8.
_MISLABELLED = "<!DOCTYPE html><title>Charset</title><p>The patient\u2019s fee is \u00a3240 \u2013 paid.".encode(
    "cp1252"
)


class MisbehavingServer(LoopbackServer):
    r"""Paths and what they do.

    /                       a page that links to `links`
    /ok                     200
    /status/404             that status; 429 and 503 carry `retry_after`
    /status/503/times/2     that status for the first 2 requests to this path, then 200
    /redirect-loop          302 to itself
    /redirect-pair/a        302 to .../b, which leads back
    /redirect-chain/3       3 hops, then /ok
    /redirect-out           302 to `redirect_to`, as it was given
    /large                  `large_bytes` with their length stated
    /large-chunked          the same, chunked, length unknown
    /endless                chunked, ends after 64 MiB or 30 s
    /drip                   one byte every 0.2 s, ends after 30 s
    /short                  connection closed before the stated length
    /gzip-bomb              200 kB that unpack to 200 MiB
    /reset                  connection reset before any answer
    /reset-midway           the same after half the body
    /hang                   reads the request, never answers; ends after 30 s
    /wrong-charset          cp1252 that says it is UTF-8
    /no-such-charset        a charset that does not exist
    /wrong-type             HTML that says it is a PDF
    /not-http               an answer that is not HTTP
    /trap/0                 a page that links to two deeper ones, for ever

    Args:
        redirect_to: the Location of /redirect-out.
        large_bytes: size of /large.
        retry_after: the Retry-After of 429 and 503: seconds or an HTTP date.
        links: what the page at / links to; a list may be changed while it runs.
    """

    def __init__(
        self,
        redirect_to: str = "http://192.0.2.1/",
        large_bytes: int = 8 * MEBIBYTE,
        retry_after: str = "1",
        links: Sequence[str] = (),
    ) -> None:
        super().__init__(partial(_Handler, settings=_Settings(redirect_to, large_bytes, retry_after, links)))


class _Settings:
    def __init__(self, redirect_to: str, large_bytes: int, retry_after: str, links: Sequence[str]) -> None:
        self.redirect_to = redirect_to
        self.large_bytes = large_bytes
        self.retry_after = retry_after
        self.links = links
        self.asked: Counter[str] = Counter()


class _Handler(AnsweringHandler):
    def __init__(self, request: Any, address: Any, server: ListeningServer, settings: _Settings) -> None:
        self._settings = settings
        super().__init__(request, address, server)

    def answer(self) -> None:
        """Misbehave as the path says."""
        self._settings.asked[self.path] += 1
        _, first, *rest = self.path.partition("?")[0].split("/")
        act = _ACTS.get(first)
        if act is None:
            self.send_page(HTTPStatus.NOT_FOUND, b"no such misbehaviour")
        else:
            act(self, rest)

    def _index(self, _: list[str]) -> None:
        listed = "".join(f'<li><a href="{link}">{link}</a></li>' for link in self._settings.links)
        self.send_page(HTTPStatus.OK, f"<!DOCTYPE html><title>Index</title><ul>{listed}</ul>".encode())

    def _ok(self, _: list[str]) -> None:
        self.send_page(HTTPStatus.OK)

    def _status(self, rest: list[str]) -> None:
        status, *times = rest
        if times and self._settings.asked[self.path] > int(times[-1]):
            self.send_page(HTTPStatus.OK)
            return
        waits = int(status) in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
        headers = {"Retry_After": self._settings.retry_after} if waits else {}
        self.send_page(int(status), b"<p>Not now.", **headers)

    def _redirect(self, location: str) -> None:
        self.send_page(HTTPStatus.FOUND, b"", Location=location)

    def _redirect_loop(self, _: list[str]) -> None:
        self._redirect("/redirect-loop")

    def _redirect_pair(self, rest: list[str]) -> None:
        self._redirect(f"/redirect-pair/{'b' if rest == ['a'] else 'a'}")

    def _redirect_chain(self, rest: list[str]) -> None:
        left = int(rest[0])
        self._redirect(f"/redirect-chain/{left - 1}" if left > 1 else "/ok")

    def _redirect_out(self, _: list[str]) -> None:
        self._redirect(self._settings.redirect_to)

    def _large(self, _: list[str]) -> None:
        self._head({"Content-Length": str(self._settings.large_bytes)})
        left = self._settings.large_bytes
        while left > 0 and not self.server.stopping.is_set():
            left -= self.wfile.write(_CHUNK[:left])

    def _large_chunked(self, _: list[str]) -> None:
        self._stream(self._settings.large_bytes, _CHUNK, pause=0)

    def _endless(self, _: list[str]) -> None:
        self._stream(ENDLESS_BYTES, _CHUNK, pause=0)

    def _drip(self, _: list[str]) -> None:
        self._stream(ENDLESS_BYTES, b".", pause=DRIP_SECONDS)

    def _stream(self, size: int, piece: bytes, pause: float) -> None:
        """Chunks until `size` bytes, the longest time, or the end of the server."""
        self._head({"Transfer-Encoding": "chunked"})
        deadline = time.monotonic() + ENDLESS_SECONDS
        while size > 0 and time.monotonic() < deadline and not self.server.stopping.wait(pause):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece[:size]), piece[:size]))
            size -= len(piece)
        self.wfile.write(b"0\r\n\r\n")

    def _head(self, headers: dict[str, str]) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/plain")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _short(self, _: list[str]) -> None:
        self._head({"Content-Length": str(PROMISED_BYTES)})
        self.wfile.write(_CHUNK[:SENT_BYTES])
        self.close_connection = True

    def _gzip_bomb(self, _: list[str]) -> None:
        self.send_page(HTTPStatus.OK, _bomb(), Content_Encoding="gzip")

    def _reset(self, _: list[str]) -> None:
        # Lingering for no time makes the close a reset.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def _reset_midway(self, rest: list[str]) -> None:
        self._head({"Content-Length": str(2 * len(_CHUNK))})
        self.wfile.write(_CHUNK)
        self.wfile.flush()
        self._reset(rest)

    def _hang(self, _: list[str]) -> None:
        self.server.stopping.wait(ENDLESS_SECONDS)
        self.close_connection = True

    def _wrong_charset(self, _: list[str]) -> None:
        self.send_page(HTTPStatus.OK, _MISLABELLED)

    def _no_such_charset(self, _: list[str]) -> None:
        self.send_page(HTTPStatus.OK, FINE_PAGE, "text/html; charset=x-no-such")

    def _wrong_type(self, _: list[str]) -> None:
        self.send_page(HTTPStatus.OK, FINE_PAGE, "application/pdf")

    def _not_http(self, _: list[str]) -> None:
        self.wfile.write(b"220 this is not the server you are looking for\r\n")
        self.close_connection = True

    def _trap(self, rest: list[str]) -> None:
        depth = len(rest)
        here = self.path.rstrip("/")
        links = "".join(f'<a href="{here}/{turn}">level {depth}, turn {turn}</a> ' for turn in (0, 1))
        self.send_page(HTTPStatus.OK, f"<!DOCTYPE html><title>Calendar</title><p>{links}".encode())


_ACTS: dict[str, Callable[[_Handler, list[str]], None]] = {
    "": _Handler._index,
    "ok": _Handler._ok,
    "status": _Handler._status,
    "redirect-loop": _Handler._redirect_loop,
    "redirect-pair": _Handler._redirect_pair,
    "redirect-chain": _Handler._redirect_chain,
    "redirect-out": _Handler._redirect_out,
    "large": _Handler._large,
    "large-chunked": _Handler._large_chunked,
    "endless": _Handler._endless,
    "drip": _Handler._drip,
    "short": _Handler._short,
    "gzip-bomb": _Handler._gzip_bomb,
    "reset": _Handler._reset,
    "reset-midway": _Handler._reset_midway,
    "hang": _Handler._hang,
    "wrong-charset": _Handler._wrong_charset,
    "no-such-charset": _Handler._no_such_charset,
    "wrong-type": _Handler._wrong_type,
    "not-http": _Handler._not_http,
    "trap": _Handler._trap,
}


@cache
def _bomb() -> bytes:
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as file:
        zeros = bytes(MEBIBYTE)
        for _ in range(BOMB_BYTES // MEBIBYTE):
            file.write(zeros)
    return out.getvalue()
