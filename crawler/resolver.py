"""Names to addresses, through the guard: the checked answer is the one that is dialled, literals included."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol, Self

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution
from zope.interface import implementer  # type: ignore[import-untyped] # zope publishes no types

from documents.records import SkipReason
from fetching.dialler import Dialler
from fetching.errors import FetchingError, NoAnswerError

# How long an answer is kept, seconds: shorter than the usual TTL of a web site's record (300 s), so that a unit of
# hours follows a move; a change within it is not dialled, because the kept answer is.
KEPT_SECONDS = 60.0


class Resolution:
    """Looks hosts up in a thread and keeps the answers for a minute.

    Args:
        dialler: resolves and asks the guard.
        timeout: seconds for one look-up.
        clock: monotonic seconds.
    """

    def __init__(self, dialler: Dialler, timeout: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._dialler = dialler
        self._timeout = timeout
        self._clock = clock
        self._kept: dict[str, tuple[float, list[str]]] = {}

    async def addresses(self, host: str) -> list[str]:
        """Addresses that may be dialled, at least one.

        Raises:
            AddressDeniedError: none of the host's addresses may be dialled.
            NoAnswerError: the host has no address, or nobody says.
        """
        kept = self._kept.get(host)
        if kept is not None and self._clock() - kept[0] < KEPT_SECONDS:
            return kept[1]
        try:
            found = await asyncio.wait_for(asyncio.to_thread(self._dialler.checked_addresses, host), self._timeout)
        except TimeoutError:
            raise NoAnswerError(SkipReason.DNS_ERROR, "timed_out") from None
        except OSError as error:
            raise NoAnswerError(SkipReason.DNS_ERROR, type(error).__name__) from None
        self._kept[host] = (self._clock(), found)
        return found


class Resolving(Protocol):
    """The process that a resolver is installed for; it holds the crawl's resolution."""

    resolution: Resolution


@implementer(IHostResolution)
class _Asked:
    """A resolution that has begun."""

    def __init__(self, name: str, task: asyncio.Task[None] | None = None) -> None:
        self.name = name
        self._task = task

    def cancel(self) -> None:
        """Stop asking."""
        if self._task is not None:
            self._task.cancel()


@implementer(IHostnameResolver)
class CheckedResolver:
    """Takes the place of the reactor's resolver: nothing that Twisted dials by name goes past the guard."""

    def __init__(self, reactor: ReactorBase, resolution: Resolution) -> None:
        self._reactor = reactor
        self._resolution = resolution

    @classmethod
    def from_crawler(cls, process: Resolving, reactor: ReactorBase) -> Self:
        """Scrapy gives the process here, not the crawler."""
        return cls(reactor, process.resolution)

    def install_on_reactor(self) -> None:
        """Called by Scrapy before the reactor starts."""
        self._reactor.installNameResolver(self)  # type: ignore[arg-type] # zope interfaces are no types

    def resolveHostName(  # noqa: N802 - Twisted's signature
        self,
        resolutionReceiver: Any,  # noqa: N803 - zope interfaces are no types
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> _Asked:
        """Twisted's IHostnameResolver; TCP only. A refusal is an empty answer, which Twisted takes for a DNS error."""

        async def answer() -> None:
            try:
                for text in await self._resolution.addresses(hostName):
                    address = _address(text, portNumber)
                    if addressTypes is None or isinstance(address, tuple(addressTypes)):
                        resolutionReceiver.addressResolved(address)
            except FetchingError:
                pass
            finally:
                resolutionReceiver.resolutionComplete()

        asked = _Asked(hostName)
        resolutionReceiver.resolutionBegan(asked)
        asked._task = asyncio.ensure_future(answer())
        return asked


def _address(text: str, port: int) -> IPv4Address | IPv6Address:
    return IPv6Address("TCP", text, port) if ":" in text else IPv4Address("TCP", text, port)
