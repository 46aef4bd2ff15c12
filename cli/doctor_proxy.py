"""What `stray doctor` tells of the scope's proxy: it is reached, and asked for a tunnel to one target, no further."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cli.doctor_checks import Check, State
from cli.errands import conduct_log
from fetching.conduct import Why
from fetching.dialler import NO_PROXYS_ADDRESS, AddressDeniedError, Dialler
from fetching.errors import FetchingError
from fetching.proxying import ProxyFailedError, told_of
from scope.guard import Guard
from scope.model import Scope, Tier
from scope.proxy import Proxy, ProxyKind, parse_proxy
from scope.units import units_of
from scope.urls import DEFAULT_PORTS
from sweeps.gates import Gates

# Seconds for the proxy to be reached, and again for a tunnel: a sweep's own patience is the scope's, and longer.
_SECONDS: Final = 10.0
_NAME: Final = "proxy"
_LISTENS: Final = "nothing listens at {at}; is the port right, and the proxy up?"
_CERTIFICATE: Final = "proxy_ca_file names who signs it, where that is none of the machine's authorities"
# What failed, as the dialler tells it, in words of what to do. `{at}` is the proxy, `{to}` the target.
_WORDS: Final = {
    "gaierror": "DNS: {host} has no address here; is its name right?",
    "ConnectionRefusedError": _LISTENS,
    "timed_out": "{at} does not answer in {seconds:.0f} s; a firewall, or no proxy of this kind (network.proxy)",
    "closed": "{at} hung up; is it a proxy of this kind (network.proxy)?",
    "ConnectionResetError": "{at} hung up; is it a proxy of this kind (network.proxy)?",
    NO_PROXYS_ADDRESS: "{host} leads to an address that is no proxy's, or stands on the opt-out list",
    "not a proxy's answer": "{at} does not speak as a proxy of this kind does; look at the scheme of network.proxy",
    "not let in, or no SOCKS5": "{at} refuses the login, wants one (proxy_login), or speaks no SOCKS5",
    "tls_wrong_host": "TLS: the certificate of {at} is made out for another name than {host}",
    "tls_expired": "TLS: the certificate of {at} has expired",
    "tls_not_yet_valid": "TLS: the certificate of {at} is not valid yet; is the clock right?",
    "tls_self_signed": f"TLS: the certificate of {{at}} is signed by itself; {_CERTIFICATE}",
    "tls_untrusted": f"TLS: the certificate of {{at}} is signed by nobody known; {_CERTIFICATE}",
    "tls_failed": "TLS: no handshake with {at}; does it speak TLS itself? If not, it is http://",
    "http_407": "authentication: {at} refuses {login}",
    "http_401": "authentication: {at} refuses {login}",
    "http_403": "{at} does not allow a tunnel to {to}",
    "http_405": "{at} allows no tunnels (CONNECT)",
    "http_502": "{at} could not reach {to}: DNS, or the target is down",
    "http_503": "{at} could not reach {to}: DNS, or the target is down",
    "http_504": "{at} could not reach {to} in time",
    "socks_2": "{at} does not allow a tunnel to {to}",
    "socks_3": "{at} could not reach {to}: its network is not to be reached",
    "socks_4": "{at} could not reach {to}: DNS, or the target is down",
    "socks_5": "{at} could not reach {to}: it was refused there",
}  # fmt: skip
_CODE: Final = re.compile(r"(?:http|socks)_\d+")


def proxy_checks(scope: Scope, path: Path) -> Iterator[Check]:
    """Is the proxy there, does it let us in, does it lead to a target? Nothing is asked of anybody else."""
    if scope.network.proxy is None:
        return
    proxy = parse_proxy(scope.network.proxy)
    if scope.ftp and proxy.kind is not ProxyKind.SOCKS:
        told = f"{len(scope.ftp)} FTP targets will be skipped (proxy_failed): FTP goes through a socks5h:// proxy only"
        yield Check("proxy and FTP", State.WARNING, told)
    guard = Guard(scope)
    url, why_not = _target(scope, path, guard)
    try:
        Dialler(guard).reach_proxy(_SECONDS)
    except ProxyFailedError as error:
        yield Check(_NAME, State.FAILED, _said(error.detail, scope, proxy, url))
        return
    if not url:
        yield Check(_NAME, State.UNKNOWN, f"{_at(proxy)} is there; no tunnel was tried: {why_not}")
        return
    yield _tunnel(scope, proxy, guard, url)


def _target(scope: Scope, path: Path, guard: Guard) -> tuple[str, str]:
    """The address whose host a tunnel is asked to, or why none may be: as for a sweep, authority, gates, opt-outs."""
    if denied := guard.authority_denial():
        return "", denied.detail
    if closed := Gates(scope, path).closed():
        return "", str(closed)
    of_ftp = parse_proxy(scope.network.proxy or "").kind is ProxyKind.SOCKS
    now, tiers = datetime.now(UTC), list(Tier)
    for unit in sorted(units_of(scope), key=lambda unit: tiers.index(unit.target.tier)):  # rather our own
        may = scope.schedule.is_open(now, unit.target.windows) and guard.url(unit.start_url) is None
        if may and (of_ftp or unit.start_url.startswith("http")):
            return unit.start_url, ""
    return "", "no target may be asked now, or by this kind of proxy"


def _tunnel(scope: Scope, proxy: Proxy, guard: Guard, url: str) -> Check:
    """A connection to a target, through the proxy, closed at once; on record, as everything that reaches a target."""
    try:
        conduct = conduct_log(scope, "doctor")
    except OSError as error:
        told = f"{_at(proxy)} is there; no tunnel was tried, for it could not be put on record: {error.strerror}"
        return Check(_NAME, State.UNKNOWN, told)
    to, asked = _to(url), f"{urlsplit(url).scheme}://{_to(url)}/"
    host, port = to.rpartition(":")[0].strip("[]"), int(to.rpartition(":")[2])
    try:
        Dialler(guard, noted=conduct.looked_up).connect(host, port, _SECONDS).close()
        conduct.answered("CONNECT", asked, 0, 0, Why.CHECK)
        return Check(_NAME, State.OK, f"{_at(proxy)} lets us in and leads to {to}")
    except AddressDeniedError as error:
        conduct.refused(asked, error.detail, Why.CHECK)
        return Check(_NAME, State.WARNING, f"{_at(proxy)} is there; {to} may not be asked for: {error.detail}")
    except FetchingError as error:
        conduct.failed("CONNECT", asked, error.detail, Why.CHECK)
        return Check(_NAME, State.FAILED, _said(error.detail, scope, proxy, url))
    except socket.gaierror:
        told = f'{_at(proxy)} is there; DNS: {host} does not resolve here; if only the proxy can, resolve = "proxy"'
        return Check(_NAME, State.FAILED, told)
    except OSError as error:
        conduct.failed("CONNECT", asked, told_of(error), Why.CHECK)
        return Check(_NAME, State.FAILED, _said(told_of(error), scope, proxy, url))
    finally:
        conduct.close()


def _said(detail: str, scope: Scope, proxy: Proxy, url: str) -> str:
    login = scope.network.proxy_login
    words = {
        "at": _at(proxy),
        "host": proxy.host,
        "to": _to(url) if url else "a target",
        "seconds": _SECONDS,
        "login": f"the login in {login}" if login else "us without a login; name one: proxy_login",
    }
    known = _WORDS.get(detail)
    if known is not None:
        return known.format(**words)
    if _CODE.fullmatch(detail):
        return f"{_at(proxy)} leads not to {words['to']}: it answers {detail.replace('_', ' ')}"
    return f"{_at(proxy)}: {detail}"


def _at(proxy: Proxy) -> str:
    return f"{proxy.kind.value}://{f'[{proxy.host}]' if ':' in proxy.host else proxy.host}:{proxy.port}"


def _to(url: str) -> str:
    """Host and port."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return f"{f'[{host}]' if ':' in host else host}:{parts.port or DEFAULT_PORTS[parts.scheme]}"
