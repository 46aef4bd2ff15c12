"""The only way out: resolves a host, asks the guard about each address, and dials what was asked about."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from documents.records import SkipReason
from fetching.errors import NotAskedError
from scope.addresses import Address
from scope.guard import Guard

SocketAddress = tuple[str, int] | tuple[str, int, int, int]
# What socket.getaddrinfo gives; the last form is CPython's for IPv6 addresses when built without IPv6.
AddressInfo = tuple[int, int, int, str, SocketAddress | tuple[int, bytes]]
# (host, port, family, socket type) to addresses, as socket.getaddrinfo; raises socket.gaierror.
Resolver = Callable[[str, int, int, int], Sequence[AddressInfo]]

_INTERNET = frozenset([socket.AF_INET, socket.AF_INET6])
# CPython's audit events that carry a destination: connect and connect_ex raise the first one.
_DESTINATION_EVENTS = frozenset(["socket.connect", "socket.sendto", "socket.sendmsg"])


class AddressDeniedError(NotAskedError):
    """None of a host's addresses may be dialled."""


class UndialledConnectionError(PermissionError):
    """Something tried to connect past the dialler. An OSError, because that is what libraries expect of a firewall."""


@dataclass(frozen=True, slots=True)
class CheckedAddress:
    """An address that the guard allows, ready to be dialled."""

    family: int
    address: SocketAddress


class Dialler:
    """Connects to hosts by addresses that the guard has allowed.

    There is one resolution and no second: the address that was asked about is the one that is dialled, so a name
    that answers differently the next time (DNS rebinding) gains nothing.

    Args:
        guard: asked about each address.
        resolve: finds a host's addresses.
        clock: monotonic seconds.
    """

    def __init__(
        self, guard: Guard, resolve: Resolver = socket.getaddrinfo, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._guard = guard
        self._resolve = resolve
        self._clock = clock

    def resolve(self, host: str, port: int) -> list[CheckedAddress]:
        """The host's addresses that may be dialled, in the resolver's order; refused ones are left out.

        Raises:
            AddressDeniedError: the host has addresses and none may be dialled.
            socket.gaierror: the host has no address.
        """
        allowed: list[CheckedAddress] = []
        refusal = ""
        for family, address in self._answers(host, port):
            denied = self._guard.address(_parsed(address))
            if denied:
                refusal = denied.detail
            elif (checked := CheckedAddress(family, address)) not in allowed:
                allowed.append(checked)
        if allowed:
            return allowed
        if refusal:
            raise AddressDeniedError(SkipReason.DENIED_BY_GUARD, refusal)
        raise socket.gaierror(socket.EAI_NONAME, "no address")

    def checked_addresses(self, host: str) -> list[str]:
        """As `resolve`, for callers that dial by themselves: the addresses as text. Blocks; safe in any thread."""
        return list(dict.fromkeys(str(checked.address[0]) for checked in self.resolve(host, 0)))

    def connect(self, host: str, port: int, timeout: float | None) -> socket.socket:
        """A connected stream socket, its timeout set to `timeout` (seconds, or None to wait for ever).

        The host's addresses are tried in turn; together they take no longer than `timeout`.

        Raises:
            AddressDeniedError: see `resolve`.
            socket.gaierror: the host has no address.
            TimeoutError: the last address did not answer in time.
            OSError: the last address could not be connected to.
        """
        addresses = self.resolve(host, port)
        deadline = None if timeout is None else self._clock() + timeout
        failure: OSError = TimeoutError("timed out")
        for left, checked in zip(range(len(addresses), 0, -1), addresses, strict=True):
            share = None if deadline is None else (deadline - self._clock()) / left
            if share is not None and share <= 0:
                break
            try:
                return _connected(checked, share, timeout)
            except OSError as error:
                failure = error
        raise failure

    def _answers(self, host: str, port: int) -> list[tuple[int, SocketAddress]]:
        try:
            answers = self._resolve(host.strip("[]"), port, 0, socket.SOCK_STREAM)
        except UnicodeError:  # a label that is empty or too long
            raise socket.gaierror(socket.EAI_NONAME, "not a host name") from None
        found: list[tuple[int, SocketAddress]] = []
        for family, _, _, _, address in answers:
            if family in _INTERNET and isinstance(address[0], str):
                found.append((family, (address[0], *address[1:])))
        return found


def refuse_undialled_connections(guard: Guard) -> None:
    """Make this process refuse every connection to an address that the guard denies, whoever opens it.

    The last line of defence, behind the dialler: an audit hook, which can not be removed again. Install it in a
    unit's own process. It sees what goes through Python's socket module, which is all that our libraries use; the
    resolver's own traffic goes through the C library and is not seen. Connecting by a name is refused too, because
    nobody checked what it resolves to.
    """

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event in _DESTINATION_EVENTS:
            _refuse_denied(guard, arguments[0], arguments[1])

    sys.addaudithook(watch)


def _refuse_denied(guard: Guard, opened: object, destination: object) -> None:
    if not isinstance(opened, socket.SocketType) or opened.family not in _INTERNET or destination is None:
        return
    try:
        address = _parsed(destination)  # type: ignore[arg-type] # anything else is refused below
    except (ValueError, TypeError, IndexError):
        raise UndialledConnectionError("connection by name refused: its addresses were not checked") from None
    if denied := guard.address(address):
        raise UndialledConnectionError(f"connection refused: {denied.detail}")


def _parsed(address: SocketAddress) -> Address:
    return ip_address(address[0])


def _connected(checked: CheckedAddress, connect_timeout: float | None, timeout: float | None) -> socket.socket:
    opened = socket.socket(checked.family, socket.SOCK_STREAM)
    try:
        opened.settimeout(connect_timeout)
        opened.connect(checked.address)
        opened.settimeout(timeout)
    except BaseException:
        opened.close()
        raise
    return opened
