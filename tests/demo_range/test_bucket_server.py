from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from demo_range.bucket_server import BucketServer
from demo_range.cloud_buckets import Asked, Manner, Reply


def answers(asked: Asked) -> Reply:
    return Reply(200, asked.path.encode() * 10, "text/plain", manner=Manner(asked.query or "whole"))


@pytest.fixture
def server() -> Iterator[BucketServer]:
    with BucketServer(answers) as running:
        yield running


def received(server: BucketServer, sent: bytes, pieces: int = 1) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), 5) as client:
        size = max(1, len(sent) // pieces)
        for at in range(0, len(sent), size):
            client.sendall(sent[at : at + size])
        client.settimeout(2)
        data = b""
        try:
            while chunk := client.recv(65536):
                data += chunk
                if data.endswith(b"/last" * 10):
                    break
        except (TimeoutError, ConnectionResetError):
            pass
        return data


def test_requests_one_after_another_on_one_connection(server: BucketServer) -> None:
    sent = b"".join(b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % n for n in range(20)) + b"GET /last HTTP/1.1\r\n\r\n"
    for pieces in (1, 7, len(sent)):
        data = received(server, sent, pieces)
        assert data.count(b"HTTP/1.1 200 OK") == 21
    assert [asked.path for asked in server.asked[:21]] == [f"/{n}" for n in range(20)] + ["/last"]
    assert server.asked[0].headers == {"host": "x"}
    assert server.asked[0].source == "127.0.0.1"


@pytest.mark.parametrize("manner", [Manner.SHORT, Manner.RESET, Manner.SILENT, Manner.ALL_THEN_CLOSE])
def test_manners(server: BucketServer, manner: Manner) -> None:
    data = received(server, b"GET /abc?%b HTTP/1.1\r\n\r\n" % manner.encode())
    body = data.partition(b"\r\n\r\n")[2]
    expected = {Manner.SHORT: 20, Manner.RESET: 20, Manner.SILENT: 0, Manner.ALL_THEN_CLOSE: 40}
    assert len(body) == expected[manner]
    assert (b"Content-Length: 40" in data) is (manner is not Manner.SILENT)


def test_a_drip_comes_byte_by_byte_and_the_next_answer_after_it(server: BucketServer) -> None:
    data = received(server, b"GET /a?drip HTTP/1.1\r\n\r\nGET /last HTTP/1.1\r\n\r\n")
    assert b"/a" * 10 in data
    assert data.endswith(b"/last" * 10)


def test_head_has_no_body(server: BucketServer) -> None:
    data = received(server, b"HEAD /abc HTTP/1.1\r\n\r\nGET /last HTTP/1.1\r\n\r\n")
    assert data.startswith(b"HTTP/1.1 200 OK")
    assert b"/abc" not in data
