from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NameResolutionError, NewConnectionError, SSLError

from demo_range.misbehaving import MisbehavingServer
from demo_range.tls_faults import TlsFault, TlsServer
from fetching.dialler import AddressDeniedError, Dialler
from fetching.urllib3_pools import dialled_pool_manager, dialled_pools
from scope.guard import Guard

if TYPE_CHECKING:
    from tests.conftest import MakeScope


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer() as running:
        yield running


@pytest.fixture
def manager(make_scope: MakeScope) -> Iterator[urllib3.PoolManager]:
    pools = dialled_pool_manager(Dialler(Guard(make_scope())))
    yield pools
    pools.clear()


@pytest.fixture
def strict(make_scope: MakeScope) -> Dialler:
    return Dialler(Guard(make_scope(private=())))


def test_a_request_goes_through_the_dialler(manager: urllib3.PoolManager, server: MisbehavingServer) -> None:
    assert manager.request("GET", f"{server.url}/ok").status == 200


def test_a_denied_address_comes_through_as_it_is(strict: Dialler, server: MisbehavingServer) -> None:
    manager = dialled_pool_manager(strict)
    with pytest.raises(AddressDeniedError):
        manager.request("GET", f"{server.url}/ok", retries=False)
    assert server.requests == []


def test_failures_are_urllib3s_own(manager: urllib3.PoolManager, server: MisbehavingServer) -> None:
    with pytest.raises(NameResolutionError):
        manager.request("GET", "http://nobody.invalid/", retries=False)
    server.__exit__(None, None, None)
    with pytest.raises(NewConnectionError):
        manager.request("GET", f"{server.url}/ok", retries=False)


def test_certificates_are_verified(manager: urllib3.PoolManager, make_scope: MakeScope) -> None:
    with TlsServer(TlsFault.SELF_SIGNED) as server:
        with pytest.raises(SSLError):
            manager.request("GET", server.url, retries=False)
        trust = ssl.create_default_context(cadata=server.certificate.decode())
        trusting = dialled_pool_manager(Dialler(Guard(make_scope())), trust)
        assert trusting.request("GET", server.url).status == 200
        trusting.clear()
    with TlsServer(TlsFault.WRONG_HOST) as server:
        trust = ssl.create_default_context(cadata=server.certificate.decode())
        strict = dialled_pool_manager(Dialler(Guard(make_scope())), trust)
        with pytest.raises(SSLError):
            strict.request("GET", server.url, retries=False)


def test_ambient_proxies_are_not_used(
    manager: urllib3.PoolManager, server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://192.0.2.1:9")
    assert manager.request("GET", f"{server.url}/ok").status == 200


def test_requests_can_be_given_the_pools(strict: Dialler, make_scope: MakeScope, server: MisbehavingServer) -> None:
    """The clients for Google Cloud Storage and Azure send by requests: the seam must fit it."""

    class DialledAdapter(HTTPAdapter):
        def __init__(self, dialler: Dialler) -> None:
            self._pools = dialled_pools(dialler)
            super().__init__()

        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, **kwargs)
            self.poolmanager.pool_classes_by_scheme = self._pools

    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", DialledAdapter(Dialler(Guard(make_scope()))))
        assert session.get(f"{server.url}/ok", timeout=5).status_code == 200
        session.mount("http://", DialledAdapter(strict))
        with pytest.raises(AddressDeniedError):
            session.get(f"{server.url}/ok", timeout=5)
    assert len(server.requests) == 1
