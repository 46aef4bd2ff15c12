"""Errors and statuses to skip reasons: the table is complete, and holds in practice."""

from __future__ import annotations

import gzip
import inspect
import os
import socket
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import scrapy.exceptions
import twisted.internet.error
from OpenSSL import SSL
from twisted.internet.defer import CancelledError
from twisted.python.failure import Failure
from twisted.web import _newclient

from crawler.failures import reason_of_error
from documents.records import SkipReason
from fetching.errors import NoAnswerError

# Not raised by a download: programmer errors, signals to Scrapy's own parts, servers, processes, datagrams.
NOT_OF_DOWNLOADS = set(
    """
    NotConfigured _InvalidOutput IgnoreRequest DontCloseSpider CloseSpider DropItem UsageError ContractFail
    BindError CannotListenError MulticastJoinError MessageLengthError ConnectInProgressError AlreadyCalled
    AlreadyCancelled ProcessExitedAlready NotConnectingError NotListeningError ReactorNotRunning ReactorNotRestartable
    ReactorAlreadyRunning ReactorAlreadyInstalledError NoProtocol UnsupportedAddressFamily UnsupportedSocketType
    AlreadyListened InvalidAddressError ExcessWrite ResponseDone
    """.split()
)
MODULES = (scrapy.exceptions, twisted.internet.error, _newclient)
CLASSES = sorted(
    {
        found
        for module in MODULES
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, Exception) and not issubclass(found, Warning) and found.__module__ == module.__name__
    },
    key=lambda found: f"{found.__module__}.{found.__name__}",
)


@pytest.mark.parametrize("error_class", CLASSES, ids=lambda found: f"{found.__module__}.{found.__name__}")
def test_every_error_of_a_download_has_its_reason(error_class: type[Exception]) -> None:
    reason, _ = reason_of_error(error_class.__new__(error_class))
    assert (reason is SkipReason.UNIT_FAILED) == (error_class.__name__ in NOT_OF_DOWNLOADS)


def made(error_class: Any, *arguments: object) -> Exception:
    """An error of Twisted, whose constructors have no types."""
    error = error_class(*arguments)
    assert isinstance(error, Exception)
    return error


def wrapped(error: Exception) -> Exception:
    """As Twisted hands it on: a list of failures inside an error."""
    return made(_newclient.ResponseNeverReceived, [made_failure(error)])


def made_failure(error: Exception) -> Any:
    failure: Any = Failure
    return failure(error)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (scrapy.exceptions.DownloadTimeoutError("http://x/name.pdf"), SkipReason.TIMED_OUT),
        (scrapy.exceptions.CannotResolveHostError(), SkipReason.DNS_ERROR),
        (scrapy.exceptions.DownloadConnectionRefusedError(), SkipReason.HOST_DOWN),
        (scrapy.exceptions.DownloadCancelledError(), SkipReason.TOO_LARGE),
        (scrapy.exceptions.ResponseDataLossError(), SkipReason.TRUNCATED),
        (made(twisted.internet.error.TCPTimedOutError), SkipReason.TIMED_OUT),
        (made(twisted.internet.error.NoRouteError), SkipReason.HOST_DOWN),
        (made(twisted.internet.error.ConnectionLost), SkipReason.HOST_DOWN),
        (wrapped(SSL.Error([("SSL routines", "", "name")])), SkipReason.TLS_ERROR),
        (wrapped(made(_newclient.ParseError, "bad", b"line")), SkipReason.UNREADABLE),
        (CancelledError(), SkipReason.TOO_LARGE),
        (zlib.error("name"), SkipReason.UNREADABLE),
        (ConnectionResetError(), SkipReason.HOST_DOWN),
        (NoAnswerError(SkipReason.REDIRECT_LOOP, "loop"), SkipReason.REDIRECT_LOOP),
        (ZeroDivisionError("name"), SkipReason.UNIT_FAILED),
    ],
)
def test_the_cause_decides_and_its_text_stays_behind(error: Exception, reason: SkipReason) -> None:
    found, detail = reason_of_error(error)
    assert found is reason
    assert "name" not in detail


def test_a_cause_inside_a_cause_is_found() -> None:
    outer = scrapy.exceptions.DownloadFailedError()
    outer.__cause__ = wrapped(SSL.Error())
    assert reason_of_error(outer) == (SkipReason.TLS_ERROR, "Error")


# What follows happens at a real server, in one crawl.
LIMIT = 1 << 20


def _hang_up(handler: Any) -> None:
    """A reset, not a close."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()
    handler.wfile = handler.rfile = open(os.devnull, "r+b", buffering=0)  # noqa: PTH123, SIM115 - nothing more is sent


def _write(handler: Any, head: bytes, chunks: Iterator[bytes] | None = None) -> None:
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 " + head + b"\r\n\r\n")
    for chunk in chunks or ():
        handler.wfile.write(chunk)


def _write_bytes(handler: Any, begin: bytes, piece: bytes) -> None:
    """Without an end, as long as somebody reads."""
    handler.close_connection = True
    handler.wfile.write(begin)
    while True:
        handler.wfile.write(piece)


def _speak_ssh(handler: Any) -> None:
    handler.close_connection = True
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")


def _wait(stop: threading.Event) -> Callable[[Any], None]:
    def page(handler: Any) -> None:
        handler.close_connection = True
        stop.wait(20)

    return page


def _drip(stop: threading.Event) -> Iterator[bytes]:
    while not stop.wait(0.1):
        yield b"x"


def _endless() -> Iterator[bytes]:
    while True:
        yield b"y" * 65_536


FAULTS: dict[str, tuple[str, str]] = {
    "/missing": ("not_found", "http_404"),
    "/gone": ("not_found", "http_410"),
    "/forbidden": ("access_denied", "http_403"),
    "/login-wanted": ("access_denied", "http_401 login"),
    "/broken": ("server_error", "http_500"),
    "/throttled": ("throttled", "http_429"),
    "/part": ("truncated", "http_206"),
    "/large": ("too_large", "DownloadCancelledError"),
    "/endless": ("too_large", "DownloadCancelledError"),
    "/bomb": ("too_large", "decoded"),
    "/bomb-in-bomb": ("too_large", "decoded"),
    "/short": ("truncated", "ResponseDataLossError"),
    "/short-chunk": ("truncated", "ResponseDataLossError"),
    "/half-gzip": ("truncated", "content_encoding"),
    "/not-gzip": ("unreadable", "error"),
    "/brotli": ("unreadable", "content_encoding"),
    "/zstd": ("unreadable", "content_encoding"),
    "/deflate-bomb": ("too_large", "decoded"),
    "/endless-head": ("too_large", "headers"),
    "/endless-continue": ("too_large", "headers"),
    "/odd-head": ("unreadable", "headers"),
    "/layers": ("unreadable", "content_encoding"),
    "/drip": ("timed_out", "too_slow"),
    "/hang": ("timed_out", "no_answer"),
    "/hung-up": ("host_down", "ConnectionLost"),
    "/rubbish": ("unreadable", "ParseError"),
    "/loop": ("redirect_loop", "loop"),
    "/chain": ("redirect_loop", "chain"),
    "/away": ("denied_by_guard", "outside the scope: http://elsewhere.example"),
    "/to-metadata": ("denied_by_guard", ""),
    "/to-file": ("denied_by_guard", "scheme"),
    "/to-action": ("action_link", "the URL looks like an action"),
    "/nowhere": ("server_error", "http_302"),
}
# The server again, in spellings that a resolver takes.
SPELLINGS = ["2130706433", "0x7f000001", "127.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "localhost", "0.0.0.0"]


@pytest.fixture(scope="module")
def faulty(start_web: Callable[[], Any], crawl: Callable[..., Any]) -> Iterator[tuple[Any, Any]]:
    """One crawl of a site where everything goes wrong that can."""
    web = start_web()
    stop = threading.Event()
    web.pages |= {
        "/large": lambda handler: _write(handler, f"200 OK\r\nContent-Length: {LIMIT + 1}".encode(), _endless()),
        "/endless": lambda handler: _write(handler, b"200 OK", _endless()),
        "/short": lambda handler: _write(handler, b"200 OK\r\nContent-Length: 1000", iter([b"z" * 500])),
        "/short-chunk": lambda handler: _write(handler, b"200 OK\r\nTransfer-Encoding: chunked", iter([b"ff\r\nabc"])),
        "/endless-head": lambda handler: _write_bytes(handler, b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n" * 99),
        "/endless-continue": lambda handler: _write_bytes(handler, b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 99),
        "/odd-head": lambda handler: _write(handler, b"200 OK\r\nContent-Length: -5"),
        "/long-header": lambda handler: _write(handler, b"200 OK\r\nX-Long: " + b"x" * 60_000, iter([b"text"])),
        "/drip": lambda handler: _write(handler, b"200 OK", _drip(stop)),
        "/hang": _wait(stop),
        "/hung-up": _hang_up,
        "/rubbish": _speak_ssh,
    }
    page = gzip.compress(b"<p>hello</p>" * 1000)
    bomb = gzip.compress(b"\0" * (8 * LIMIT))
    for path, (status, body, headers) in {
        "/gone": (410, b"", {}),
        "/forbidden": (403, b"", {}),
        "/login-wanted": (401, b"", {"WWW_Authenticate": "Basic"}),
        "/broken": (500, b"", {}),
        "/throttled": (429, b"", {"Retry_After": "0"}),
        "/part": (206, b"abc", {"Content_Range": "bytes 0-2/10"}),
        "/bomb": (200, bomb, {"Content_Encoding": "gzip"}),
        "/bomb-in-bomb": (200, gzip.compress(bomb), {"Content_Encoding": "gzip, gzip"}),
        "/half-gzip": (200, page[: len(page) // 2], {"Content_Encoding": "gzip"}),
        "/not-gzip": (200, b"hello", {"Content_Encoding": "gzip"}),
        # A decoder is installed here, and is not used: nobody asked for this encoding.
        "/brotli": (200, b"\x0b\x02\x80hello\x03", {"Content_Encoding": "br"}),
        "/zstd": (200, b"\x28\xb5\x2f\xfd\x20\x05\x29\x00\x00hello", {"Content_Encoding": "zstd"}),
        "/deflate-bomb": (200, zlib.compress(b"\0" * (8 * LIMIT)), {"Content_Encoding": "deflate"}),
        "/layers": (200, b"hello", {"Content_Encoding": "gzip, gzip, gzip, gzip"}),
        "/good-gzip": (200, page, {"Content_Encoding": "gzip"}),
        "/good-deflate": (200, zlib.compress(b"hello")[2:-4], {"Content_Encoding": "deflate"}),
        "/nowhere": (302, b"", {}),
    }.items():
        web.page(path, body, status, **headers)
    for path, to in {
        "/loop": "/loop2",
        "/loop2": "/loop",
        "/chain": "/chain1",
        **{f"/chain{n}": f"/chain{n + 1}" for n in range(1, 9)},
        "/away": "http://elsewhere.example/letters/J%20Example.pdf",
        "/to-metadata": "http://169.254.169.254/latest/",
        "/to-file": "file:///etc/passwd",
        "/to-action": "/account/delete",
        "/moved": "/target.html",
        **{f"/spelled{n}": f"http://{host}:{web.port}/inside" for n, host in enumerate(SPELLINGS)},
    }.items():
        web.redirect(path, to)
    web.page("/target.html", "<p>moved here</p>", ETag='"abc"')
    web.page("/inside", "reached")
    linked = [*FAULTS, *(f"/spelled{n}" for n in range(len(SPELLINGS))), "/good-gzip", "/good-deflate", "/moved"]
    linked.append("/long-header")
    web.links("/", *linked)
    limits = {"timeout_seconds": 2, "body_bytes": LIMIT}
    yield web, crawl(web.url + "/", limits=limits)
    stop.set()


@pytest.mark.parametrize("path", FAULTS)
def test_a_fault_is_a_skip_with_its_reason(path: str, faulty: tuple[Any, Any]) -> None:
    _, crawled = faulty
    reason, detail = crawled.skipped[path]
    assert reason == FAULTS[path][0]
    assert detail == FAULTS[path][1] or path == "/to-metadata"
    assert path not in crawled.fetched


@pytest.mark.parametrize(("number", "host"), list(enumerate(SPELLINGS)))
def test_no_spelling_of_the_own_address_gets_past_the_guard(number: int, host: str, faulty: tuple[Any, Any]) -> None:
    web, crawled = faulty
    assert crawled.reasons[f"/spelled{number}"] == "denied_by_guard", host
    assert "/inside" not in web.asked


def test_what_goes_well_beside_faults_is_fetched(faulty: tuple[Any, Any]) -> None:
    _, crawled = faulty
    assert sorted(crawled.fetched) == ["/", "/good-deflate", "/good-gzip", "/long-header", "/target.html"]
    moved = next(document for document in crawled.documents if document["url"].endswith("/target.html"))
    assert moved["requested_url"].endswith("/moved")
    assert moved["headers"]["etag"] == '"abc"'
    assert {document["size"] for document in crawled.documents} >= {12_000, 5}


def test_every_place_ends_once(faulty: tuple[Any, Any]) -> None:
    web, crawled = faulty
    ended = [document["requested_url"] or document["url"] for document in crawled.documents]
    ended += [skip["url"] for skip in crawled.skips]
    assert sorted(ended) == sorted([f"{web.url}/", *(entry["url"] for entry in crawled.entries)])


def test_the_conduct_log_has_every_request_and_no_path(faulty: tuple[Any, Any]) -> None:
    web, crawled = faulty
    assert sum("refused" not in line for line in crawled.conduct) == crawled.requests == len(web.all_asked)
    assert not [line for line in crawled.conduct if "target" in line["url"] or "Example" in line["url"]]
    assert {line["refused"] for line in crawled.conduct if "refused" in line} == {"denied_by_guard", "action_link"}


def test_a_throttled_request_is_repeated_a_few_times(faulty: tuple[Any, Any]) -> None:
    web, _ = faulty
    assert web.asked.count("/throttled") == 4
