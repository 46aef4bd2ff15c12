"""The crawler's way through the scope's proxy: Twisted is handed sockets that the dialler has led to the host."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Hashable
from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import wrapClientTLS
from twisted.internet.interfaces import IProtocolFactory, IStreamClientEndpoint
from twisted.internet.protocol import Protocol
from twisted.web.client import HTTPConnectionPool
from zope.interface import implementer  # type: ignore[import-untyped] # zope publishes no types

from documents.records import SkipReason
from fetching.async_dialling import dialled
from fetching.dialler import Dialler
from fetching.errors import NoAnswerError


class TunnelPool(HTTPConnectionPool):
    """Kept connections, each opened through the proxy, whatever endpoint an agent has in mind.

    Args:
        reactor: adopts the sockets.
        dialler: opens them.
        policy: makes connections secure (IPolicyForHTTPS).
        timeout: seconds for one to be opened.
    """

    def __init__(self, reactor: ReactorBase, dialler: Dialler, policy: Any, timeout: float) -> None:
        super().__init__(reactor, persistent=True)  # type: ignore[no-untyped-call] # Twisted has few types
        self._adopter = reactor
        self._dialler = dialler
        self._policy = policy
        self._timeout = timeout

    def getConnection(self, key: Hashable, endpoint: IStreamClientEndpoint) -> Deferred[Any]:  # noqa: N802
        """See Twisted; the key begins with scheme, host and port."""
        parts: Any = key
        scheme, host, port = parts[:3]
        tunnel: Any = _Tunnel(self._adopter, self._dialler, host.decode("ascii"), port, self._timeout)
        if scheme == b"https":
            tunnel = wrapClientTLS(self._policy.creatorForNetloc(host, port), tunnel)
        return super().getConnection(key, tunnel)


@implementer(IStreamClientEndpoint)
class _Tunnel:
    """A host and port behind the proxy."""

    def __init__(self, reactor: Any, dialler: Dialler, host: str, port: int, timeout: float) -> None:
        self._reactor = reactor
        self._dialler = dialler
        self._host = host
        self._port = port
        self._timeout = timeout

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[Protocol]:  # noqa: N803 - Twisted's signature
        """See Twisted. It fails with what the dialler raises."""
        return Deferred.fromFuture(asyncio.ensure_future(self._connected(protocolFactory)))

    async def _connected(self, factory: IProtocolFactory) -> Protocol:
        failure: NoAnswerError
        try:
            opened = await dialled(self._dialler, self._host, self._port, self._timeout)
        except socket.gaierror as error:
            failure = NoAnswerError(SkipReason.DNS_ERROR, type(error).__name__)
        else:
            with opened:  # it is adopted by number, of which Twisted makes its own
                transport: Any = self._reactor.adoptStreamConnection(opened.fileno(), opened.family, factory)
                if opened.family == socket.AF_UNIX:  # one end of a line to a proxy; Scrapy wants a peer with an address
                    transport.getPeer = _unknown_peer
                protocol: Protocol = transport.protocol
                return protocol
        raise failure


def _unknown_peer() -> IPv4Address:
    return IPv4Address("TCP", "0.0.0.0", 0)  # noqa: S104 - nothing is bound
