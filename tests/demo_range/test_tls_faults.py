"""Certificates that are wrong in one way each."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress

import pytest

from demo_range.tls_faults import TlsFault, TlsServer


def handshake(server: TlsServer, context: ssl.SSLContext) -> bytes:
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as secured,
    ):
        secured.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = b""
        while piece := secured.recv(4096):
            answer += piece
        return answer


@pytest.mark.parametrize("fault", TlsFault)
def test_a_careful_client_refuses(fault: TlsFault) -> None:
    with TlsServer(fault) as server, pytest.raises(ssl.SSLCertVerificationError):
        handshake(server, ssl.create_default_context())


@pytest.mark.parametrize(
    ("fault", "reason"), [(TlsFault.EXPIRED, "expired"), (TlsFault.WRONG_HOST, "IP address mismatch")]
)
def test_the_fault_is_left_where_the_certificate_is_trusted(fault: TlsFault, reason: str) -> None:
    with TlsServer(fault) as server:
        context = ssl.create_default_context(cadata=server.certificate.decode())
        with pytest.raises(ssl.SSLCertVerificationError, match=reason):
            handshake(server, context)


def test_a_trusted_self_signed_certificate_serves() -> None:
    with TlsServer() as server:
        assert server.url.startswith("https://127.0.0.1:")
        context = ssl.create_default_context(cadata=server.certificate.decode())
        assert b"200 OK" in handshake(server, context)


def test_it_stops_while_a_client_is_connected() -> None:
    with TlsServer() as server:
        idle = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        handshake(server, ssl.create_default_context(cadata=server.certificate.decode()))  # so the idle one is served
    with idle, suppress(ConnectionResetError):
        assert idle.recv(1) == b""
