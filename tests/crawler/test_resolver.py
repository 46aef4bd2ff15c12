"""No name and no spelling of an address gets past the dialler."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from crawler.resolver import KEPT_SECONDS, Resolution
from fetching.dialler import AddressDeniedError, Dialler
from fetching.errors import NoAnswerError
from scope.guard import Guard
from scope.model import Scope

SPELLINGS = ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1", "0177.0.0.1", "::ffff:127.0.0.1", "0.0.0.0"]


def guard(*private_addresses: str) -> Guard:
    return Guard(
        Scope.model_validate(
            {
                "organisation": "x",
                "contact": "x",
                "pack": {"path": "p", "key": "k"},
                "network": {"private_addresses": private_addresses},
            }
        )
    )


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_an_inside_address_is_resolved(host: str) -> None:
    resolution = Resolution(Dialler(guard()), 5)
    with pytest.raises(AddressDeniedError):
        asyncio.run(resolution.addresses(host))


def test_what_the_scope_names_is_resolved() -> None:
    resolution = Resolution(Dialler(guard("127.0.0.1")), 5)
    assert asyncio.run(resolution.addresses("127.0.0.1")) == ["127.0.0.1"]


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(NoAnswerError) as raised:
        asyncio.run(Resolution(Dialler(guard()), 5).addresses("nobody.invalid"))
    assert raised.value.reason == "dns_error"


def test_a_resolver_that_hangs_is_given_up() -> None:
    released = threading.Event()

    def hang(*_: Any) -> Any:
        released.wait(20)
        raise socket.gaierror

    async def ask() -> None:
        try:
            await Resolution(Dialler(guard(), hang), 0.05).addresses("slow.example")
        finally:
            released.set()

    with pytest.raises(NoAnswerError) as raised:
        asyncio.run(ask())
    assert raised.value.detail == "timed_out"


def test_an_answer_is_kept_for_a_while_and_not_for_ever() -> None:
    """A name that answers differently the second time is not asked a second time before it is dialled."""
    answers = iter(["93.184.216.34", "127.0.0.1"])
    now = 0.0

    def resolve(*_: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), 0))]

    async def ask() -> list[str]:
        nonlocal now
        resolution = Resolution(Dialler(guard(), resolve), 5, lambda: now)
        first = await resolution.addresses("rebinding.example")
        now = KEPT_SECONDS - 1
        assert await resolution.addresses("rebinding.example") == first
        now = KEPT_SECONDS + 1
        with pytest.raises(AddressDeniedError):
            await resolution.addresses("rebinding.example")
        return first

    assert asyncio.run(ask()) == ["93.184.216.34"]


# Twisted's own way of connecting, past all our middlewares: what it dials by name or literal is asked about.
DIALS = """
import asyncio, sys
from twisted.internet import asyncioreactor
asyncioreactor.install(asyncio.new_event_loop())
from twisted.internet import reactor
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.protocol import Factory, Protocol
from crawler.resolver import CheckedResolver, Resolution
from fetching.dialler import Dialler
from scope.guard import Guard
from scope.model import Scope
scope = Scope.model_validate({"organisation": "x", "contact": "x", "pack": {"path": "p", "key": "k"}})
CheckedResolver(reactor, Resolution(Dialler(Guard(scope)), 5)).install_on_reactor()
waiting = sys.argv[2:]

def dial():
    if not waiting:
        reactor.stop()
        return
    host = waiting.pop()
    ended = HostnameEndpoint(reactor, host, int(sys.argv[1]), timeout=5).connect(Factory.forProtocol(Protocol))
    ended.addCallbacks(lambda _: say(host, "connected"), lambda f: say(host, f.type.__name__))
    ended.addBoth(lambda _: dial())

def say(host, what):
    sys.stdout.write(f"{host} {what}\\n")

reactor.callLater(0, dial)
reactor.run()
"""


def test_twisted_dials_nothing_that_was_not_asked_about() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        port = str(server.getsockname()[1])
        ran = subprocess.run(
            [sys.executable, "-c", DIALS, port, *SPELLINGS],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=Path(__file__).parents[2],
            check=True,
        )
        with pytest.raises(TimeoutError):
            server.accept()
    assert sorted(ran.stdout.splitlines()) == sorted(f"{host} DNSLookupError" for host in SPELLINGS)
