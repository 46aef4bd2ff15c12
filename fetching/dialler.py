"""The only way out: resolves a host, asks the guard about each address, and dials what was asked about."""

from __future__ import annotations

import socket
import ssl
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from typing import Final, Self

from documents.records import SkipReason
from fetching.errand import Errand
from fetching.errors import NotAskedError
from fetching.proxying import ProxyFailedError, lead_through, told_of
from fetching.secure_line import carried, secured, trust_of
from scope.addresses import Address, literal_address
from scope.guard import Guard
from scope.proxy import Proxy, ProxyKind, ProxyLogin, Resolve, parse_proxy, read_login

SocketAddress = tuple[str, int] | tuple[str, int, int, int]
# What socket.getaddrinfo gives; the last form is CPython's for IPv6 addresses when built without IPv6.
AddressInfo = tuple[int, int, int, str, SocketAddress | tuple[int, bytes]]
# (host, port, family, socket type) to addresses, as socket.getaddrinfo; raises socket.gaierror.
Resolver = Callable[[str, int, int, int], Sequence[AddressInfo]]

# Told of a host's name, how many addresses it has, and of which class the error was where there was one.
Noted = Callable[[str, int, str], None]

_INTERNET = frozenset([socket.AF_INET, socket.AF_INET6])
# CPython's audit events that carry a destination: connect and connect_ex raise the first one.
_DESTINATION_EVENTS = frozenset(["socket.connect", "socket.sendto", "socket.sendmsg"])
_LOCALHOST = "localhost"
# What is told where a proxy's name leads to none that may be one's.
NO_PROXYS_ADDRESS: Final = "its address is no proxy's"
# Seconds that a handshake has at least: none is begun that can not even fail.
_LEAST: Final = 0.05
# Where diallers of this process found the scope's proxy: while there is one, all else is refused.
_proxies_found: set[tuple[Address, int]] = set()


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
        noted: told of each look-up of a host: its name, how many addresses it has, and why none.
    """

    def __init__(
        self,
        guard: Guard,
        resolve: Resolver = socket.getaddrinfo,
        clock: Callable[[], float] = time.monotonic,
        noted: Noted | None = None,
    ) -> None:
        self._guard = guard
        self._resolve = resolve
        self._noted = noted
        self._clock = clock
        network = guard.scope.network
        self.proxy: Proxy | None = parse_proxy(network.proxy) if network.proxy else None
        self._trust: ssl.SSLContext | None = None
        self._leads: dict[str, str] = {}

    @classmethod
    def of(cls, errand: Errand) -> Self:
        """One whose look-ups go on the errand's record."""
        return cls(errand.guard, noted=errand.conduct.looked_up)

    def resolve(self, host: str, port: int) -> list[CheckedAddress]:
        """The host's addresses that may be dialled, in the resolver's order; refused ones are left out.

        Raises:
            AddressDeniedError: the host has addresses and none may be dialled.
            socket.gaierror: the host has no address; EAI_AGAIN where it is the proxy's to know.
        """
        if self.is_resolved_by_proxy(host):
            raise socket.gaierror(socket.EAI_AGAIN, "the proxy resolves names")
        allowed: list[CheckedAddress] = []
        refusal = ""
        for family, address in self._looked_up(host, port):
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

    def is_resolved_by_proxy(self, host: str) -> bool:
        """Is this a name that the proxy is told as it is? Never an address, nor the machine's own name."""
        name = host.strip("[]").rstrip(".").lower()
        named = name != _LOCALHOST and not name.endswith(f".{_LOCALHOST}") and literal_address(name) is None
        return named and self.proxy is not None and self._guard.scope.network.resolve is Resolve.PROXY

    def led_to(self, host: str) -> str:
        """What the proxy was last told for this host: its address, or its name where the proxy resolves."""
        return self._leads.get(host, host)

    def checked_addresses(self, host: str) -> list[str]:
        """As `resolve`, for callers that dial by themselves: the addresses as text. Blocks; safe in any thread."""
        return list(dict.fromkeys(str(checked.address[0]) for checked in self.resolve(host, 0)))

    def connect(self, host: str, port: int, timeout: float | None) -> socket.socket:
        """A connected stream socket, its timeout set to `timeout` (seconds, or None to wait for ever).

        The host's addresses are tried in turn; together they take no longer than `timeout`.

        Raises:
            AddressDeniedError: see `resolve`.
            socket.gaierror: the host has no address.
            ProxyFailedError: the scope's proxy did not lead there.
            TimeoutError: the last address did not answer in time.
            OSError: the last address could not be connected to.
        """
        if self.proxy is not None:
            return self._through(self.proxy, host, port, timeout)
        return self._in_turn([partial(_connected, checked) for checked in self.resolve(host, port)], timeout)

    def _through(self, proxy: Proxy, host: str, port: int, timeout: float | None) -> socket.socket:
        """A socket that the proxy leads to the host: to an address that the guard allows, where it is resolved here."""
        if self.is_resolved_by_proxy(host):
            destinations = [host]
        else:
            destinations = [str(checked.address[0]) for checked in self.resolve(host, port)]
        tries = [partial(self._led, proxy, host, destination, port) for destination in destinations]
        return self._in_turn(tries, timeout)

    def _led(self, proxy: Proxy, host: str, destination: str, port: int, seconds: float | None) -> socket.socket:
        deadline = None if seconds is None else time.monotonic() + seconds
        login = self._login()
        opened = self._proxy_line(proxy, seconds)
        try:
            lead_through(opened, proxy, login, destination, port, deadline)
            self._leads[host] = destination
            return carried(opened) if isinstance(opened, ssl.SSLSocket) else opened
        except BaseException:
            opened.close()
            raise

    def reach_proxy(self, seconds: float) -> None:
        """Connect to the scope's proxy, over TLS where it speaks that, and ask it for nothing.

        Raises:
            ProxyFailedError: there is none to talk to.
        """
        if self.proxy is not None:
            self._proxy_line(self.proxy, seconds).close()

    def _proxy_line(self, proxy: Proxy, seconds: float | None) -> socket.socket:
        """A socket to the proxy, an SSLSocket where that speaks TLS. Raises ProxyFailedError."""
        began = time.monotonic()
        opened = self._proxy_socket(proxy, seconds)
        if proxy.kind is not ProxyKind.HTTPS:
            return opened
        try:
            trust = self._believed()
            # The handshake has what the connection left; it is waited for as a whole, whatever drips.
            opened.settimeout(None if seconds is None else max(seconds - (time.monotonic() - began), _LEAST))
            return secured(opened, proxy.host, trust)
        except OSError as error:
            failure = ProxyFailedError(told_of(error))
        except BaseException:
            opened.close()
            raise
        opened.close()
        raise failure

    def _believed(self) -> ssl.SSLContext:
        """Made once: reading the machine's authorities takes some 20 ms."""
        if self._trust is None:
            try:
                self._trust = trust_of(self._guard.scope.network.proxy_ca_file)
            except OSError:
                raise ProxyFailedError("its authorities' file is not as it should be") from None
        return self._trust

    def _proxy_socket(self, proxy: Proxy, seconds: float | None) -> socket.socket:
        """Raises ProxyFailedError where there is no proxy to talk to."""
        found: list[CheckedAddress] = []
        try:
            for family, address in self._answers(proxy.host, proxy.port):
                parsed = _parsed(address)
                if self._guard.proxy_address(parsed) is None:
                    _proxies_found.add((parsed, proxy.port))
                    found.append(CheckedAddress(family, address))
            if found:
                return self._in_turn([partial(_connected, checked) for checked in found], seconds)
            failure = ProxyFailedError(NO_PROXYS_ADDRESS)
        except OSError as error:
            failure = ProxyFailedError(told_of(error))
        raise failure

    def _login(self) -> ProxyLogin | None:
        path = self._guard.scope.network.proxy_login
        try:
            return None if path is None else read_login(path)
        except ValueError:
            raise ProxyFailedError("its login's file is not as it should be") from None

    def _in_turn(
        self, tries: Sequence[Callable[[float | None], socket.socket]], timeout: float | None
    ) -> socket.socket:
        """What the first of these gives that gives anything, each with its share of the time that is left."""
        deadline = None if timeout is None else self._clock() + timeout
        failure: OSError | ProxyFailedError = TimeoutError("timed out")
        for left, attempt in zip(range(len(tries), 0, -1), tries, strict=True):
            share = None if deadline is None else (deadline - self._clock()) / left
            if share is not None and share <= 0:
                break
            try:
                opened = attempt(share)
            except (OSError, ProxyFailedError) as error:
                failure = error
            else:
                opened.settimeout(timeout)
                return opened
        raise failure

    def _looked_up(self, host: str, port: int) -> list[tuple[int, SocketAddress]]:
        """As `_answers`, on record; what is an address already is asked of nobody."""
        noted = None if literal_address(host) is not None else self._noted
        try:
            answers = self._answers(host, port)
        except OSError as error:
            if noted is not None:
                noted(host, 0, type(error).__name__)
            raise
        if noted is not None:
            noted(host, len({address[0] for _, address in answers}), "")
        return answers

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

    Where the scope names a proxy, that is every address but the proxy's: what was forgotten breaks and goes nowhere.

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
    if guard.scope.network.proxy is not None:
        if (address, destination[1]) not in _proxies_found:  # type: ignore[index] # it was parsed
            raise UndialledConnectionError("connection refused: it would go past the proxy")
    elif denied := guard.address(address):
        raise UndialledConnectionError(f"connection refused: {denied.detail}")


def _parsed(address: SocketAddress) -> Address:
    return ip_address(address[0])


def _connected(checked: CheckedAddress, seconds: float | None) -> socket.socket:
    opened = socket.socket(checked.family, socket.SOCK_STREAM)
    try:
        opened.settimeout(seconds)
        opened.connect(checked.address)
    except BaseException:
        opened.close()
        raise
    return opened
