from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from demo_range.little_proxy import LittleProxy
from demo_range.misbehaving import MisbehavingServer
from documents.records import SkipReason
from fetching.dialler import AddressDeniedError, Dialler
from fetching.errors import FetchingError
from fetching.proxying import HEAD_BYTES, ProxyFailedError
from fetching.wire import Wire
from scope.guard import Guard
from scope.model import NetworkPolicy, Scope, SiteTarget
from tests.conftest import MakeErrand, MakeScope

NAME = "letters.example.org"


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer() as running:
        yield running


@pytest.fixture
def scope_through(make_scope: MakeScope) -> Callable[..., Scope]:
    """A scope whose only way out is this proxy."""

    def made(proxy: LittleProxy | str, *urls: str, private: tuple[str, ...] = ("127.0.0.1",), **network: Any) -> Scope:
        targets = [SiteTarget(tier="own", authority="IG-1", url=f"{url}/") for url in urls]
        address = proxy if isinstance(proxy, str) else proxy.url
        policy = NetworkPolicy.model_validate({"private_addresses": private, "proxy": address, **network})
        return make_scope(*targets, timeout_seconds=1).model_copy(update={"network": policy})

    return made


def login_file(folder: Path) -> Path:
    path = folder / "proxy.login"
    path.write_text("stray:secret of the proxy\n")
    path.chmod(0o600)
    return path


def greeted(opened: socket.socket) -> bytes:
    opened.sendall(b"GET /ok HTTP/1.0\r\nHost: x\r\n\r\n")
    return opened.recv(15)


@pytest.mark.parametrize("socks", [False, True])
@pytest.mark.parametrize("login", ["", "stray:secret of the proxy"])
def test_it_leads_to_the_address_that_was_checked(
    server: MisbehavingServer, scope_through: Callable[..., Scope], tmp_path: Path, socks: bool, login: str
) -> None:
    port = int(server.url.rpartition(":")[2])
    with LittleProxy(socks=socks, login=login) as proxy:
        scope = scope_through(proxy, **({"proxy_login": login_file(tmp_path)} if login else {}))
        with Dialler(Guard(scope)).connect("localhost", port, 5) as opened:
            assert greeted(opened).startswith(b"HTTP/1.")
            assert opened.gettimeout() == 5
            assert opened.getpeername()[1] == proxy.port
        assert proxy.asked == [("127.0.0.1", port)]


@pytest.mark.parametrize("socks", [False, True])
def test_names_are_the_proxys_where_the_scope_says_so(
    server: MisbehavingServer, scope_through: Callable[..., Scope], socks: bool
) -> None:
    port = int(server.url.rpartition(":")[2])
    with LittleProxy(socks=socks, hosts={NAME: "127.0.0.1"}) as proxy:
        dialler = Dialler(Guard(scope_through(proxy, resolve="proxy", private=())))
        with dialler.connect(NAME, port, 5) as opened:
            assert greeted(opened).startswith(b"HTTP/1.")
        assert dialler.led_to(NAME) == NAME
        with pytest.raises(socket.gaierror) as unknown:
            dialler.resolve(NAME, port)
        assert unknown.value.errno == socket.EAI_AGAIN, "that nobody here can say is no answer"
        for inside in ("127.0.0.1", "localhost", "LOCALHOST.", "a.localhost", "[::1]", "169.254.169.254"):
            with pytest.raises((AddressDeniedError, socket.gaierror)):
                dialler.connect(inside, port, 1)
        assert proxy.asked == [(NAME, port)]


def test_what_the_guard_refuses_is_not_asked_of_the_proxy(scope_through: Callable[..., Scope]) -> None:
    with LittleProxy() as proxy:
        dialler = Dialler(Guard(scope_through(proxy, private=())))
        with pytest.raises(AddressDeniedError):
            dialler.connect("127.0.0.1", 80, 1)
        assert (proxy.clients, proxy.asked) == (0, [])


def _closes(_: socket.socket) -> None:
    pass


def _says(data: bytes) -> Callable[[socket.socket], None]:
    def say(client: socket.socket) -> None:
        client.recv(1 << 16)
        client.sendall(data)
        client.recv(1)

    return say


def _is_silent(client: socket.socket) -> None:
    client.recv(1 << 16)
    client.recv(1)


def _drips(client: socket.socket) -> None:
    client.recv(1 << 16)
    ticks = threading.Event()
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100:
        client.sendall(bytes([byte]))
        ticks.wait(0.1)


@pytest.mark.parametrize(
    ("options", "detail"),
    [
        ({"login": "a:b"}, "http_407"),
        ({"status": 403}, "http_403"),
        ({"status": 404}, "http_404"),
        ({"status": 503}, "http_503"),
        ({"status": 302}, "http_302"),
        ({"fault": _closes}, ("closed", "ConnectionResetError")),
        ({"fault": _says(b"SSH-2.0-OpenSSH_9.2\r\n")}, "not a proxy's answer"),
        ({"fault": _says(b"HTTP/1.1 2000 OK\r\n\r\n")}, "not a proxy's answer"),
        ({"fault": _says(b"HTTP/1.1 200 OK\r\nX: " + b"x" * HEAD_BYTES)}, "not a proxy's answer"),
        ({"fault": _is_silent}, "timed_out"),
        ({"fault": _drips}, "timed_out"),
        ({"socks": True, "login": "a:b"}, "not let in, or no SOCKS5"),
        ({"socks": True, "status": 2}, "socks_2"),
        ({"socks": True, "status": 4}, "socks_4"),
        ({"socks": True, "fault": _closes}, ("closed", "ConnectionResetError")),
        ({"socks": True, "fault": _says(b"HTTP/1.1 400 Bad Request\r\n\r\n")}, "not let in, or no SOCKS5"),
        ({"socks": True, "fault": _says(b"\x05\x00\x05\x00\x00\x09")}, "not let in, or no SOCKS5"),
        ({"socks": True, "fault": _is_silent}, "timed_out"),
    ],
)
def test_whatever_it_does_instead_is_no_answer_of_the_host(
    scope_through: Callable[..., Scope],
    make_errand: MakeErrand,
    tmp_path: Path,
    options: dict[str, Any],
    detail: str | tuple[str, ...],
) -> None:
    with LittleProxy(**options) as proxy:
        url = "http://127.0.0.1:9"
        errand = make_errand(scope_through(proxy, url), conduct=tmp_path / "conduct.jsonl")
        with Wire(errand, Dialler(errand.guard)) as wire, pytest.raises(FetchingError) as failed:
            wire.get(f"{url}/letter.pdf")
        errand.conduct.close()
    assert failed.value.reason is SkipReason.PROXY_FAILED
    assert failed.value.detail in ((detail,) if isinstance(detail, str) else detail)
    assert failed.value.__context__ is None, "an error that is chained holds the socket"
    assert failed.value.detail in (tmp_path / "conduct.jsonl").read_text()


def test_a_proxy_that_is_not_there(scope_through: Callable[..., Scope]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for address, private in ((f"http://127.0.0.1:{port}", ()), ("http://169.254.169.254:80", ("0.0.0.0/0",))):
        with pytest.raises(ProxyFailedError):
            Dialler(Guard(scope_through(address, private=private))).connect("192.0.32.10", 80, 1)


def test_a_login_that_others_may_read_is_not_used(scope_through: Callable[..., Scope], tmp_path: Path) -> None:
    path = login_file(tmp_path)
    path.chmod(0o640)
    with LittleProxy() as proxy, pytest.raises(ProxyFailedError):
        Dialler(Guard(scope_through(proxy, proxy_login=path))).connect("127.0.0.1", 9, 1)


def test_requests_go_through_it_and_no_address_is_taken_for_the_hosts(
    server: MisbehavingServer, scope_through: Callable[..., Scope], make_errand: MakeErrand
) -> None:
    with LittleProxy() as proxy:
        errand = make_errand(scope_through(proxy, server.url))
        with Wire(errand, Dialler(errand.guard)) as wire:
            for _ in range(2):
                with wire.get(f"{server.url}/ok") as answer:
                    assert (answer.status, answer.peer.address) == (200, "")
                    answer.read(1 << 16)
        assert len(proxy.asked) == 1, "the tunnel is kept as a connection is"


_PAST = """
import json, socket, sys, threading
from fetching.dialler import Dialler, UndialledConnectionError, refuse_undialled_connections
from scope.guard import Guard
from scope.model import Scope
scope, port = Scope.model_validate_json(sys.argv[1]), int(sys.argv[2])
guard = Guard(scope)
refuse_undialled_connections(guard)
connected = []
sys.addaudithook(lambda event, about: connected.append(about[1]) if event == "socket.connect" else None)
def past(address):
    try:
        socket.create_connection(address, 1).close()
    except UndialledConnectionError:
        return
    raise SystemExit(f"got past the proxy: {address}")
past(("127.0.0.1", port))
proxy = Dialler(guard).proxy
past((proxy.host, proxy.port))  # nobody has looked it up
with Dialler(guard).connect("127.0.0.1", port, 5) as opened:
    opened.sendall(b"GET /ok HTTP/1.0\\r\\nHost: x\\r\\n\\r\\n")
    assert opened.recv(7) == b"HTTP/1."
past(("127.0.0.1", port))
past(("192.0.32.10", proxy.port))
assert [to for to in connected if to[1] != proxy.port] == [], connected
"""


@pytest.mark.parametrize("socks", [False, True])
def test_nothing_gets_past_it(server: MisbehavingServer, scope_through: Callable[..., Scope], socks: bool) -> None:
    with LittleProxy(socks=socks) as proxy:
        scope = scope_through(proxy, server.url, private=("0.0.0.0/0",)).model_dump_json()
        port = server.url.rpartition(":")[2]
        ended = subprocess.run([sys.executable, "-c", _PAST, scope, port], capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr
        assert proxy.asked == [("127.0.0.1", int(port))]
