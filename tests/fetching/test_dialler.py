from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from documents.records import SkipReason
from fetching.dialler import AddressDeniedError, AddressInfo, Dialler
from scope.guard import Guard

if TYPE_CHECKING:
    from tests.conftest import MakeErrand, MakeScope

SPELLINGS = [
    "127.0.0.1",
    "localhost",
    "2130706433",
    "0x7f000001",
    "127.1",
    "0177.0.0.1",
    "017700000001",
    "0x7f.1",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::1]",
    "::1",
    "0.0.0.0",
    "0",
    "[::]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[::127.0.0.1]",
    "169.254.169.254",
    "[fd00:ec2::254]",
    "[fe80::1%1]",
    "10.0.0.1",
    "100.64.0.1",
    "224.0.0.1",
]


def answering(*addresses: str) -> Callable[[str, int, int, int], Sequence[AddressInfo]]:
    """A resolver that knows one answer."""

    def resolve(host: str, port: int, family: int, kind: int) -> Sequence[AddressInfo]:
        found: list[AddressInfo] = []
        for address in addresses:
            found += socket.getaddrinfo(address, port, 0, kind, 0, socket.AI_NUMERICHOST)
        return found

    return resolve


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def public(make_scope: MakeScope) -> Guard:
    """A guard that allows public addresses only."""
    return Guard(make_scope(private=()))


@pytest.fixture
def loopback(make_scope: MakeScope) -> Guard:
    return Guard(make_scope())


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_gets_inside(public: Guard, listener: socket.socket, host: str) -> None:
    port = listener.getsockname()[1]
    listener.setblocking(False)
    try:
        with pytest.raises(AddressDeniedError) as caught:
            Dialler(public).connect(host, port, 1)
    except socket.gaierror:
        pytest.fail("the resolver does not take this spelling; keep it out of the list")
    assert caught.value.reason is SkipReason.DENIED_BY_GUARD
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.parametrize("host", ["localhost.", "127.0.0.1.", "[127.0.0.1]", "127.0.0.1%lo", "①27.0.0.1", ""])
def test_what_some_resolvers_take_and_others_do_not_gets_no_further(public: Guard, host: str) -> None:
    with pytest.raises((AddressDeniedError, socket.gaierror)):
        Dialler(public).connect(host, 80, 1)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "64:ff9b::a00:1", "fd00::1"])
def test_a_name_that_resolves_inside_is_refused(public: Guard, address: str) -> None:
    with pytest.raises(AddressDeniedError):
        Dialler(public, answering(address)).resolve("letters.example.org", 443)


def test_of_mixed_answers_only_the_public_ones_are_dialled(public: Guard) -> None:
    dialler = Dialler(public, answering("10.0.0.1", "93.184.216.34", "::1", "93.184.216.34", "2606:4700::1"))
    assert [checked.address for checked in dialler.resolve("letters.example.org", 443)] == [
        ("93.184.216.34", 443),
        ("2606:4700::1", 443, 0, 0),
    ]
    assert dialler.checked_addresses("letters.example.org") == ["93.184.216.34", "2606:4700::1"]


def test_the_checked_address_is_the_one_that_is_dialled(loopback: Guard, listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    answers = iter(["127.0.0.1", "10.0.0.1"])
    asked: list[str] = []

    def rebinding(host: str, port: int, family: int, kind: int) -> Sequence[AddressInfo]:
        asked.append(host)
        return answering(next(answers))(host, port, family, kind)

    dialler = Dialler(loopback, rebinding)
    with dialler.connect("rebind.example.org", port, 5) as opened:
        assert opened.getpeername() == ("127.0.0.1", port)
        assert opened.gettimeout() == 5
    assert asked == ["rebind.example.org"]
    with pytest.raises(AddressDeniedError):
        dialler.connect("rebind.example.org", port, 5)


def test_the_next_address_is_tried(loopback: Guard, listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with socket.create_server(("127.0.0.1", 0)) as gone:
        closed = gone.getsockname()[1]

    def two_ports(host: str, wanted: int, family: int, kind: int) -> Sequence[AddressInfo]:
        return [
            (socket.AF_INET, kind, 6, "", ("127.0.0.1", closed)),
            (socket.AF_INET, kind, 6, "", ("127.0.0.1", port)),
        ]

    with Dialler(loopback, two_ports).connect("two.example.org", 80, 5) as opened:
        assert opened.getpeername()[1] == port


def test_all_addresses_share_one_timeout(loopback: Guard) -> None:
    ticks = iter(range(100))
    dialler = Dialler(loopback, answering("127.0.0.1"), clock=lambda: next(ticks) * 10.0)
    with pytest.raises(TimeoutError):
        dialler.connect("slow.example.org", 80, 5)


@pytest.mark.parametrize("host", ["nobody.invalid", "a" * 64 + ".example.org", "a..b"])
def test_a_host_without_addresses(public: Guard, host: str) -> None:
    with pytest.raises(socket.gaierror):
        Dialler(public).connect(host, 80, 1)


def test_an_empty_answer_is_no_address(public: Guard) -> None:
    with pytest.raises(socket.gaierror):
        Dialler(public, answering()).resolve("empty.example.org", 80)


LAST_LINE = """
import asyncio, contextlib, socket, sys
from fetching.dialler import Dialler, UndialledConnectionError, refuse_undialled_connections
from scope.guard import Guard
from scope.model import Scope

scope = Scope.model_validate({
    "organisation": "o", "contact": "c", "pack": {"path": "p", "key": "k"},
    "network": {"private_addresses": ["127.0.0.2"]},
})
refuse_undialled_connections(Guard(scope))
port = int(sys.argv[1])

def refused(act):
    try:
        act()
    except UndialledConnectionError:
        return
    except OSError as error:
        sys.exit(f"reached the system: {error!r}")
    sys.exit("got through")

for address in ["127.0.0.1", "localhost", "2130706433", "0.0.0.0", "169.254.169.254", "10.0.0.1"]:
    with socket.socket() as opened:
        refused(lambda: opened.connect((address, port)))
        refused(lambda: opened.connect_ex((address, port)))
with socket.socket(socket.AF_INET6) as opened:
    for address in ["::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"]:
        refused(lambda: opened.connect((address, port)))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
    refused(lambda: opened.connect(("127.0.0.1", port)))
    refused(lambda: opened.sendto(b"x", ("127.0.0.1", port)))
    refused(lambda: opened.sendmsg([b"x"], [], 0, ("127.0.0.1", port)))
refused(lambda: socket.create_connection(("127.0.0.1", port), 1))
refused(lambda: asyncio.run(asyncio.open_connection("127.0.0.1", port)))
import urllib.request
try:
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"http://127.0.0.1:{port}/", timeout=1)
except urllib.error.URLError as error:
    assert isinstance(error.reason, UndialledConnectionError), error
else:
    sys.exit("got through")

# What must go on working: the resolver, local sockets, pipes between processes, and what the scope names.
with contextlib.suppress(socket.gaierror):
    socket.getaddrinfo("nobody.invalid", 80)
left, right = socket.socketpair()
left.sendall(b"x"); assert right.recv(1) == b"x"; left.close(); right.close()
import multiprocessing
reader, writer = multiprocessing.Pipe()
writer.send(1); assert reader.recv() == 1
with socket.create_server(("127.0.0.2", 0)) as server:
    named = server.getsockname()[1]
    Dialler(Guard(scope)).connect("127.0.0.2", named, 5).close()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.sendto(b"x", ("127.0.0.2", named))
print("held")
"""


def test_the_last_line_of_defence(listener: socket.socket) -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", LAST_LINE, str(listener.getsockname()[1])],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.stdout.strip(), ended.stderr) == ("held", "")
    listener.setblocking(False)
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_each_look_up_of_a_name_is_on_record(make_scope: MakeScope, make_errand: MakeErrand, tmp_path: Path) -> None:
    errand = make_errand(make_scope(), conduct=tmp_path / "conduct.jsonl")
    dialler = Dialler.of(errand)
    with suppress(AddressDeniedError):
        dialler.resolve("localhost", 80)
    dialler.resolve("127.0.0.1", 80)
    with pytest.raises(socket.gaierror):
        dialler.resolve("a..b", 80)
    errand.conduct.close()
    lines = [json.loads(line) for line in (tmp_path / "conduct.jsonl").read_text().splitlines()]
    assert [(line["method"], line["url"], line["found"] > 0, line.get("cause")) for line in lines] == [
        ("DNS", "dns://localhost/", True, None),
        ("DNS", "dns://a..b/", False, "gaierror"),
    ]
    assert errand.conduct.requests == 0, "nobody but the resolver was asked"
