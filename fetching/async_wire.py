"""Many small requests of a unit at once, over connections that are kept: guarded, counted, limited and on record."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from documents.records import SkipReason
from fetching.budget import BudgetSpentError
from fetching.dialler import Dialler, UndialledConnectionError
from fetching.errand import Errand
from fetching.errors import FetchingError, NoAnswerError, NotAskedError, StoppedError, UrlDeniedError
from fetching.proxying import ProxyFailedError
from fetching.tunnel_connector import TunnelConnector
from scope.addresses import literal_address

# Largest body that is read, bytes; what is longer is cut there. Error documents and answers about one bucket are below
# 2 kB; a service that does not know `max-keys=0` sends a page of a thousand keys, whose head is enough.
BODY_BYTES = 64 << 10
# Connections that are kept at most. At 40 ms from request to answer, 64 carry 1,600 requests a second.
CONNECTIONS = 128
# A connection that was kept may have been closed by the other side: the request is then made once more.
_ATTEMPTS: Final = 2

# What aiohttp raises and what that says; the first that fits.
_FAILURES: tuple[tuple[type[Exception], SkipReason], ...] = (
    (aiohttp.ClientConnectorDNSError, SkipReason.DNS_ERROR),
    (aiohttp.ClientSSLError, SkipReason.TLS_ERROR),
    (TimeoutError, SkipReason.TIMED_OUT),
    (aiohttp.ClientPayloadError, SkipReason.TRUNCATED),
    (aiohttp.ClientResponseError, SkipReason.UNREADABLE),
    (ValueError, SkipReason.UNREADABLE),
    (aiohttp.ClientError, SkipReason.HOST_DOWN),
    (OSError, SkipReason.HOST_DOWN),
)
_BROKEN: Final = (aiohttp.ServerDisconnectedError, ConnectionResetError, BrokenPipeError)


@dataclass(frozen=True, slots=True)
class SmallAnswer:
    """An answer and the beginning of its body.

    Attributes:
        status: HTTP status.
        headers: names in lower case; of several of one name the last.
        body: at most BODY_BYTES, as they came.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class AsyncWire:
    """Asks for URLs on behalf of one unit, many at a time. GET only; redirects are answers; no cookies, no proxy.

    Whoever asks keeps the pace. Make and use it inside one event loop.

    Args:
        errand: guard, limits, budget, conduct log, user agent, stop event.
        dialler: resolves, once for each host.
        trust: whom to believe over TLS; None for the system's authorities.
        connections: kept at most.
    """

    def __init__(
        self,
        errand: Errand,
        dialler: Dialler,
        trust: ssl.SSLContext | None = None,
        connections: int = CONNECTIONS,
    ) -> None:
        # It writes URLs of broken answers.
        logging.getLogger("aiohttp").setLevel(logging.CRITICAL)
        self._errand = errand
        seconds = errand.limits.timeout_seconds
        self._session = aiohttp.ClientSession(
            connector=self._connector(dialler, trust or ssl.create_default_context(), connections),
            headers={"User-Agent": errand.user_agent, "Accept": "*/*", "Accept-Encoding": "identity"},
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=seconds),
            auto_decompress=False,
            trust_env=False,
        )
        # It would repeat requests by itself, past budget and conduct log.
        self._session._retry_connection = False

    def _connector(self, dialler: Dialler, trust: ssl.SSLContext, connections: int) -> aiohttp.TCPConnector:
        if dialler.proxy is not None:
            return TunnelConnector(dialler, trust, connections)
        return aiohttp.TCPConnector(
            ssl=trust,
            resolver=_GuardedResolver(dialler),
            use_dns_cache=True,
            ttl_dns_cache=None,  # one resolution and no second
            limit=connections,
            socket_factory=self._opened,
        )

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> SmallAnswer:
        """Ask for a URL once.

        Args:
            url: absolute, encoded.
            headers: sent besides our own.

        Raises:
            UrlDeniedError, AddressDeniedError, BudgetSpentError, StoppedError: it was not asked.
            NoAnswerError: it was, and no answer came.
        """
        failure: FetchingError
        body = bytearray()
        for left in reversed(range(_ATTEMPTS)):
            self._admit(url)
            body.clear()
            try:
                answer = await self._exchange(url, headers, body)
            except asyncio.CancelledError:
                self._errand.conduct.failed("GET", url, "cancelled", received=len(body))
                raise
            except NotAskedError as error:  # the dialler's
                self._errand.conduct.refused(url, error.detail)
                raise
            except ProxyFailedError as error:
                failure, broken = ProxyFailedError(error.detail), False
                self._errand.conduct.failed("GET", url, failure.detail)
            except (aiohttp.ClientError, OSError, ValueError) as error:
                broken = isinstance(error, _BROKEN)
                failure = _judged(error)
                self._errand.conduct.failed("GET", url, failure.detail, received=len(body))
                if left and broken:
                    continue
            else:
                self._errand.conduct.answered("GET", url, answer.status, len(body))
                return answer
            break
        raise failure

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _admit(self, url: str) -> None:
        """Stop, guard and budget; returns when the request may be made."""
        errand = self._errand
        if errand.stop.is_set():
            raise StoppedError
        if denied := errand.guard.url(url):
            errand.conduct.refused(url, denied.denial.value)
            raise UrlDeniedError.from_denied(denied)
        if spent := errand.budget.spent:
            errand.conduct.refused(url, f"budget spent: {spent}")
            raise BudgetSpentError(spent)
        errand.budget.request()

    async def _exchange(self, url: str, headers: Mapping[str, str] | None, body: bytearray) -> SmallAnswer:
        """Asked once; all that was read of the answer lands in `body`."""
        async with self._session.get(URL(url, encoded=True), allow_redirects=False, headers=headers) as response:
            while len(body) < BODY_BYTES and (piece := await response.content.readany()):
                body += piece
                self._errand.budget.received(len(piece))
            if len(body) >= BODY_BYTES:  # what is here already came, too
                body += response.content.read_nowait(-1)
            named = {name.lower(): value for name, value in response.headers.items()}
            return SmallAnswer(response.status, named, bytes(body[:BODY_BYTES]))

    def _opened(self, address: aiohttp.AddrInfoType) -> socket.socket:
        """A socket for an address that the guard allows: what is a literal in a URL comes past the resolver."""
        family, kind, protocol, _, destination = address
        parsed = literal_address(str(destination[0]))
        denied = self._errand.guard.address(parsed) if parsed else None
        if parsed is None or denied:
            raise UndialledConnectionError("connection refused: its address was not allowed")
        return socket.socket(family, kind, protocol)


class _GuardedResolver(AbstractResolver):
    """Gives aiohttp the addresses that the dialler allows."""

    def __init__(self, dialler: Dialler) -> None:
        self._dialler = dialler

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """See `AbstractResolver`. Raises AddressDeniedError, socket.gaierror."""
        loop = asyncio.get_running_loop()
        allowed = await loop.run_in_executor(None, self._dialler.resolve, host, port)
        return [
            ResolveResult(
                hostname=host,
                host=str(checked.address[0]),
                port=port,
                family=checked.family,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for checked in allowed
        ]

    async def close(self) -> None:
        """Nothing is kept."""


def _judged(error: Any) -> FetchingError:
    """What went wrong, without the URL that aiohttp's own text names."""
    reason = next(reason for kind, reason in _FAILURES if isinstance(error, kind))
    cause = getattr(error, "os_error", None)
    return NoAnswerError(reason, type(cause or error).__name__)
