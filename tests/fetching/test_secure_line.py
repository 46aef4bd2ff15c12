from __future__ import annotations

import socket
import ssl
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from demo_range.little_proxy import LittleProxy
from demo_range.misbehaving import MisbehavingServer
from demo_range.signer import Signer
from demo_range.tls_faults import TlsServer
from documents.records import SkipReason
from fetching.dialler import Dialler
from fetching.errors import FetchingError
from fetching.proxying import ProxyFailedError
from fetching.wire import Wire
from scope.guard import Guard
from scope.model import NetworkPolicy, Scope, SiteTarget
from tests.conftest import MakeErrand, MakeScope

LOGIN = "stray:secret of the proxy"
MEGABYTES = 8 << 20


@pytest.fixture
def scope_through(make_scope: MakeScope, tmp_path: Path) -> Callable[..., Scope]:
    """A scope whose only way out is this proxy, which `authorities.pem` signs for."""

    def made(proxy: str, *urls: str, **network: Any) -> Scope:
        targets = [SiteTarget(tier="own", authority="IG-1", url=f"{url}/") for url in urls]
        named = {"private_addresses": ["127.0.0.1"], "proxy": proxy, "proxy_ca_file": tmp_path / "authorities.pem"}
        policy = NetworkPolicy.model_validate(named | network)
        return make_scope(*targets, timeout_seconds=2).model_copy(update={"network": policy})

    return made


def test_requests_go_through_it_and_its_login_over_tls_alone(
    scope_through: Callable[..., Scope], make_errand: MakeErrand, proxy_tls: ssl.SSLContext, tmp_path: Path
) -> None:
    (tmp_path / "proxy.login").write_text(LOGIN)
    (tmp_path / "proxy.login").chmod(0o600)
    conduct = tmp_path / "conduct.jsonl"
    with TlsServer() as secure, MisbehavingServer() as plain, LittleProxy(tls=proxy_tls, login=LOGIN) as proxy:
        scope = scope_through(proxy.url, secure.url, plain.url, proxy_login=tmp_path / "proxy.login")
        errand = make_errand(scope, conduct=conduct)
        trust = ssl.create_default_context(cadata=secure.certificate.decode())
        with Wire(errand, Dialler(errand.guard), trust) as wire:
            for url in (f"{secure.url}/", f"{plain.url}/ok", f"{plain.url}/ok"):
                with wire.get(url) as answer:
                    assert (answer.status, answer.peer.address) == (200, "")
                    answer.read(1 << 16)
        errand.conduct.close()
        assert len(proxy.asked) == 2, "a tunnel is kept as a connection is"
        stranger = Dialler(Guard(scope_through(proxy.url)))
        with pytest.raises(ProxyFailedError) as refused:
            stranger.connect("127.0.0.1", 9, 2)
    assert refused.value.detail == "http_407"
    assert "secret" not in conduct.read_text() + repr(scope.network) + str(refused.value)


def _speaks_http(client: socket.socket) -> None:
    client.recv(1 << 16)
    client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    client.recv(1)


@pytest.mark.parametrize(
    ("issued", "known", "detail"),
    [
        ({"host": "proxy.example"}, True, "tls_wrong_host"),
        ({"ends": timedelta(days=-1)}, True, "tls_expired"),
        ({}, False, "tls_untrusted"),
        (None, True, "tls_failed"),
    ],
)
def test_who_is_not_the_proxy_is_told_nothing(
    scope_through: Callable[..., Scope], tmp_path: Path, issued: dict[str, Any] | None, known: bool, detail: str
) -> None:
    authority = Signer()
    (tmp_path / "authorities.pem").write_bytes((authority if known else Signer()).certificate)
    context = None
    if issued is not None:
        (tmp_path / "proxy.pem").write_bytes(authority.issued(**issued))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "proxy.pem")
    fault = None if issued is not None else _speaks_http
    with LittleProxy(tls=context, fault=fault) as proxy:
        dialler = Dialler(Guard(scope_through(proxy.url.replace("http:", "https:"))))
        with pytest.raises(ProxyFailedError) as refused:
            dialler.connect("127.0.0.1", 9, 1)
        with pytest.raises(ProxyFailedError):
            dialler.reach_proxy(1)
    assert (refused.value.detail, proxy.asked) == (detail, [])
    assert refused.value.__context__ is None, "an error that is chained holds the socket"


def test_a_lot_goes_both_ways_at_once_and_the_end_is_handed_on(
    scope_through: Callable[..., Scope], proxy_tls: ssl.SSLContext
) -> None:
    """Each side sends before it reads, so a line that carried one way at a time would stand still."""
    sent = bytes(range(256)) * (MEGABYTES >> 8)
    got: list[bytes] = []

    def far(listener: socket.socket) -> None:
        client, _ = listener.accept()
        with client:
            sending = threading.Thread(target=client.sendall, args=(sent,))
            sending.start()
            got.append(_all_of(client, len(sent)))
            sending.join()

    with socket.create_server(("127.0.0.1", 0)) as listener, LittleProxy(tls=proxy_tls) as proxy:
        there = threading.Thread(target=far, args=(listener,))
        there.start()
        dialler = Dialler(Guard(scope_through(proxy.url)))
        with dialler.connect("127.0.0.1", listener.getsockname()[1], 20) as opened:
            sending = threading.Thread(target=opened.sendall, args=(sent,))
            sending.start()
            back = _all_of(opened, len(sent))
            sending.join()
            assert opened.recv(1) == b"", "the other side has ended"
        there.join()
    assert (back == sent, got[0] == sent) == (True, True)


def _all_of(opened: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size and (piece := opened.recv(1 << 16)):
        data += piece
    return bytes(data)


def test_no_line_is_left_behind(
    scope_through: Callable[..., Scope], make_errand: MakeErrand, proxy_tls: ssl.SSLContext
) -> None:
    with MisbehavingServer() as server, LittleProxy(tls=proxy_tls) as proxy:
        errand = make_errand(scope_through(proxy.url, server.url))
        with Wire(errand, Dialler(errand.guard)) as wire:
            with pytest.raises(FetchingError):
                wire.get(f"{server.url}/hang")
            with wire.get(f"{server.url}/ok"):
                pass
        for line in [thread for thread in threading.enumerate() if thread.name == "proxy-line"]:
            line.join(10)
            assert not line.is_alive()


@pytest.mark.parametrize("breaks", [False, True])
def test_an_answer_of_no_length_is_not_whole_where_the_line_broke(
    scope_through: Callable[..., Scope], make_errand: MakeErrand, proxy_tls: ssl.SSLContext, breaks: bool
) -> None:
    def serve(client: socket.socket) -> None:
        client.recv(1 << 16)
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        client.recv(1 << 16)
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\nDear Dr")
        if breaks:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            assert isinstance(client, ssl.SSLSocket)
            client.unwrap()

    url = "http://127.0.0.1:9"
    with LittleProxy(tls=proxy_tls, fault=serve) as proxy:
        errand = make_errand(scope_through(proxy.url, url))
        with Wire(errand, Dialler(errand.guard)) as wire, wire.get(f"{url}/letter") as answer:
            if not breaks:
                assert answer.read(100) == b"Dear Dr"
                return
            with pytest.raises(FetchingError) as failed:
                answer.read(100)
    assert (failed.value.reason, failed.value.detail) == (SkipReason.TRUNCATED, "proxy_line_broke")


_PAST = """
import socket, sys
from fetching.dialler import Dialler, UndialledConnectionError, refuse_undialled_connections
from scope.guard import Guard
from scope.model import Scope
scope, port = Scope.model_validate_json(sys.argv[1]), int(sys.argv[2])
guard = Guard(scope)
refuse_undialled_connections(guard)
connected = []
sys.addaudithook(lambda event, about: connected.append(about[1]) if event == "socket.connect" else None)
proxy = Dialler(guard).proxy
with Dialler(guard).connect("127.0.0.1", port, 5) as opened:
    opened.sendall(b"GET /ok HTTP/1.0\\r\\nHost: x\\r\\n\\r\\n")
    assert opened.recv(7) == b"HTTP/1."
try:
    socket.create_connection(("127.0.0.1", port), 1).close()
except UndialledConnectionError:
    assert connected == [(proxy.host, proxy.port)], connected
else:
    raise SystemExit("got past the proxy")
"""


def test_nothing_gets_past_it(scope_through: Callable[..., Scope], proxy_tls: ssl.SSLContext) -> None:
    with MisbehavingServer() as server, LittleProxy(tls=proxy_tls) as proxy:
        scope = scope_through(proxy.url, server.url, private_addresses=["0.0.0.0/0"]).model_dump_json()
        port = server.url.rpartition(":")[2]
        ended = subprocess.run([sys.executable, "-c", _PAST, scope, port], capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr
        assert proxy.asked == [("127.0.0.1", int(port))]
