"""Each misbehaviour, seen from a client."""

from __future__ import annotations

import http.client
import socket
import zlib
from collections.abc import Iterator
from contextlib import suppress

import pytest
import urllib3

from demo_range.misbehaving import BOMB_BYTES, MEBIBYTE, MisbehavingServer


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer(large_bytes=3 * MEBIBYTE + 7, retry_after="2", links=("/ok", "/status/500")) as running:
        yield running


def opened(server: MisbehavingServer, path: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return connection


def drain(connection: socket.socket) -> None:
    while connection.recv(MEBIBYTE):
        pass


@pytest.mark.parametrize("status", [204, 301, 403, 404, 418, 500, 503])
def test_any_status(server: MisbehavingServer, http: urllib3.PoolManager, status: int) -> None:
    assert http.request("GET", f"{server.url}/status/{status}", redirect=False).status == status


def test_throttling_says_when_to_come_back(server: MisbehavingServer, http: urllib3.PoolManager) -> None:
    answers = [http.request("GET", f"{server.url}/status/429/times/2") for _ in range(3)]
    assert [answer.status for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "2"
    assert "Retry-After" not in http.request("GET", f"{server.url}/status/500").headers


def test_the_index_links_to_what_was_asked_for(server: MisbehavingServer, http: urllib3.PoolManager) -> None:
    assert b'<a href="/status/500">' in http.request("GET", f"{server.url}/").data


def test_redirects(server: MisbehavingServer, http: urllib3.PoolManager) -> None:
    def location(path: str) -> str:
        return http.request("GET", server.url + path, redirect=False).headers["Location"]

    assert location("/redirect-loop") == "/redirect-loop"
    assert location("/redirect-pair/a") == "/redirect-pair/b"
    assert location("/redirect-pair/b") == "/redirect-pair/a"
    assert location("/redirect-chain/3") == "/redirect-chain/2"
    assert location("/redirect-chain/1") == "/ok"
    assert location("/redirect-out") == "http://192.0.2.1/"


@pytest.mark.parametrize("path", ["/large", "/large-chunked"])
def test_large(server: MisbehavingServer, http: urllib3.PoolManager, path: str) -> None:
    assert len(http.request("GET", server.url + path).data) == 3 * MEBIBYTE + 7


def test_an_endless_answer_stops_when_the_client_leaves(server: MisbehavingServer) -> None:
    with opened(server, "/endless") as connection:
        for _ in range(50):
            assert connection.recv(65536)


@pytest.mark.parametrize("path", ["/drip", "/hang", "/endless"])
def test_the_server_stops_while_it_misbehaves(path: str) -> None:
    with MisbehavingServer() as server:
        connection = opened(server, path)
    with connection, suppress(ConnectionError):
        drain(connection)


def test_a_drip_is_chunked_bytes(server: MisbehavingServer) -> None:
    with opened(server, "/drip") as connection:
        received = b""
        while received.count(b"1\r\n.\r\n") < 2:
            received += connection.recv(100)


def test_hang_sends_nothing(server: MisbehavingServer) -> None:
    with opened(server, "/hang") as connection:
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(1)


def test_short_closes_before_the_stated_length(server: MisbehavingServer) -> None:
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    client.request("GET", "/short")
    answer = client.getresponse()
    with pytest.raises(http.client.IncompleteRead):
        answer.read()
    client.close()


@pytest.mark.parametrize("path", ["/reset", "/reset-midway"])
def test_reset(server: MisbehavingServer, path: str) -> None:
    with opened(server, path) as connection, pytest.raises(ConnectionResetError):
        drain(connection)


def test_a_gzip_bomb_is_small_and_grows(server: MisbehavingServer, http: urllib3.PoolManager) -> None:
    answer = http.request("GET", f"{server.url}/gzip-bomb", decode_content=False, preload_content=False)
    packed = answer.read()
    answer.release_conn()
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(packed) < MEBIBYTE
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    size, rest = 0, packed
    while rest:
        size += len(unpacker.decompress(rest, 4 * MEBIBYTE))
        rest = unpacker.unconsumed_tail
    assert size + len(unpacker.flush()) == BOMB_BYTES


def test_lies_about_charset_and_type(server: MisbehavingServer, http: urllib3.PoolManager) -> None:
    mislabelled = http.request("GET", f"{server.url}/wrong-charset")
    assert mislabelled.headers["Content-Type"].endswith("utf-8")
    with pytest.raises(UnicodeDecodeError):
        mislabelled.data.decode()
    assert http.request("GET", f"{server.url}/no-such-charset").headers["Content-Type"].endswith("x-no-such")
    assert http.request("GET", f"{server.url}/wrong-type").headers["Content-Type"] == "application/pdf"


def test_not_http(server: MisbehavingServer, http: urllib3.PoolManager) -> None:
    with pytest.raises(urllib3.exceptions.ProtocolError):
        http.request("GET", f"{server.url}/not-http")


def test_a_trap_goes_ever_deeper(server: MisbehavingServer, http: urllib3.PoolManager) -> None:
    assert b'href="/trap/0/1"' in http.request("GET", f"{server.url}/trap/0").data
    assert b'href="/trap/0/1/0"' in http.request("GET", f"{server.url}/trap/0/1").data


def test_requests_are_recorded_and_head_has_no_body(server: MisbehavingServer, http: urllib3.PoolManager) -> None:
    assert http.request("HEAD", f"{server.url}/ok").data == b""
    assert http.request("GET", f"{server.url}/nothing").status == 404
    assert [(request.method, request.path) for request in server.requests] == [("HEAD", "/ok"), ("GET", "/nothing")]
