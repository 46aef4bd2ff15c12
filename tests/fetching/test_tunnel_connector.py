from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from demo_range.little_proxy import LittleProxy
from demo_range.misbehaving import MisbehavingServer
from demo_range.tls_faults import TlsServer
from documents.records import SkipReason
from fetching.async_wire import AsyncWire, SmallAnswer
from fetching.dialler import Dialler
from fetching.errand import Errand
from fetching.errors import FetchingError
from scope.model import NetworkPolicy, SiteTarget
from tests.conftest import MakeErrand, MakeScope

NAME = "letters.example.org"


@pytest.fixture
def errand_through(make_scope: MakeScope, make_errand: MakeErrand, tmp_path: Path) -> Callable[..., Errand]:
    def made(proxy: str, url: str, private: tuple[str, ...] = ("127.0.0.1",), **network: Any) -> Errand:
        policy = NetworkPolicy.model_validate({"private_addresses": private, "proxy": proxy, **network})
        scope = make_scope(SiteTarget(tier="own", authority="IG-1", url=f"{url}/"), timeout_seconds=2)
        return make_errand(scope.model_copy(update={"network": policy}), conduct=tmp_path / "conduct.jsonl")

    return made


def ask(errand: Errand, *urls: str, trust: ssl.SSLContext | None = None) -> list[SmallAnswer | FetchingError]:
    async def run() -> list[SmallAnswer | FetchingError]:
        async with AsyncWire(errand, Dialler(errand.guard), trust) as wire:
            answers = await asyncio.gather(*map(wire.get, urls), return_exceptions=True)
        return [answer for answer in answers if isinstance(answer, SmallAnswer | FetchingError)]

    answers = asyncio.run(run())
    errand.conduct.close()
    return answers


@pytest.mark.parametrize("socks", [False, True])
@pytest.mark.parametrize("resolve", ["here", "proxy"])
def test_every_connection_goes_through_the_proxy(
    errand_through: Callable[..., Errand], socks: bool, resolve: str
) -> None:
    with MisbehavingServer() as server, LittleProxy(socks=socks, hosts={NAME: "127.0.0.1"}) as proxy:
        port = int(server.url.rpartition(":")[2])
        host = NAME if resolve == "proxy" else "localhost"
        url = f"http://{host}:{port}"
        private = () if resolve == "proxy" else ("127.0.0.1",)
        answers = ask(errand_through(proxy.url, url, private, resolve=resolve), *[f"{url}/ok"] * 20)
        assert [answer.status for answer in answers if isinstance(answer, SmallAnswer)] == [200] * 20
        assert set(proxy.asked) == {(NAME if resolve == "proxy" else "127.0.0.1", port)}
        assert proxy.clients == len(proxy.asked)


def test_certificates_are_held_against_the_host_behind_it(errand_through: Callable[..., Errand]) -> None:
    with TlsServer() as server, LittleProxy() as proxy:
        believing = ssl.create_default_context(cadata=server.certificate.decode())
        [fine] = ask(errand_through(proxy.url, server.url), f"{server.url}/", trust=believing)
        [refused] = ask(errand_through(proxy.url, server.url), f"{server.url}/")
        assert len(proxy.asked) == 2
    assert isinstance(fine, SmallAnswer)
    assert isinstance(refused, FetchingError)
    assert refused.reason is SkipReason.TLS_ERROR


def test_a_proxy_that_speaks_tls_is_held_to_its_certificate(
    errand_through: Callable[..., Errand], proxy_tls: ssl.SSLContext, tmp_path: Path
) -> None:
    with MisbehavingServer() as server, TlsServer() as secure, LittleProxy(tls=proxy_tls) as proxy:
        known: dict[str, Any] = {"proxy_ca_file": tmp_path / "authorities.pem"}
        [fine] = ask(errand_through(proxy.url, server.url, **known), f"{server.url}/ok")
        believing = ssl.create_default_context(cadata=secure.certificate.decode())
        [twice] = ask(errand_through(proxy.url, secure.url, **known), f"{secure.url}/", trust=believing)
        [refused] = ask(errand_through(proxy.url, server.url), f"{server.url}/ok")
        assert len(proxy.asked) == 2
    assert isinstance(fine, SmallAnswer)
    assert isinstance(twice, SmallAnswer)
    assert (fine.status, twice.status) == (200, 200)
    assert isinstance(refused, FetchingError)
    assert (refused.reason, refused.detail) == (SkipReason.PROXY_FAILED, "tls_untrusted")


@pytest.mark.parametrize(
    ("options", "detail"),
    [({"status": 404}, "http_404"), ({"login": "a:b"}, "http_407"), ({"socks": True, "status": 5}, "socks_5")],
)
def test_its_own_answers_are_not_the_hosts(
    errand_through: Callable[..., Errand], tmp_path: Path, options: dict[str, Any], detail: str
) -> None:
    url = "http://127.0.0.1:9"
    with LittleProxy(**options) as proxy:
        [failure] = ask(errand_through(proxy.url, url), f"{url}/letter.pdf")
    assert isinstance(failure, FetchingError)
    assert (failure.reason, failure.detail) == (SkipReason.PROXY_FAILED, detail)
    lines = [json.loads(line) for line in (tmp_path / "conduct.jsonl").read_text().splitlines()]
    assert len(lines) == 1
    assert "status" not in lines[0]


def test_nothing_inside_is_asked_of_it(errand_through: Callable[..., Errand]) -> None:
    with LittleProxy() as proxy:
        urls = ("http://127.0.0.1:9", "http://localhost:9")
        failures = [
            ask(errand_through(proxy.url, url, (), resolve=resolve), f"{url}/x")[0]
            for url in urls
            for resolve in ("here", "proxy")
        ]
        assert {failure.reason for failure in failures if isinstance(failure, FetchingError)} == {
            SkipReason.DENIED_BY_GUARD
        }
        assert (len(failures), proxy.clients) == (4, 0)
