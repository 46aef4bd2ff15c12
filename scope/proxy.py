"""The proxy that a scope names: the one address that is connected to, in place of all others."""

from __future__ import annotations

import ssl
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator

from scope.addresses import Address, is_plain_spelling, unwrapped
from scope.fields import Text

# Bytes of a user name or password: what SOCKS can carry (RFC 1929).
_LONGEST: Final = 255
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class ProxyKind(StrEnum):
    """How a proxy is spoken to; with `SOCKS` it is told names or addresses, as the scope says."""

    HTTP = "http"
    HTTPS = "https"
    SOCKS = "socks5h"


class Resolve(StrEnum):
    """Who turns the names of hosts into addresses: this machine, so that the guard sees them, or the proxy."""

    HERE = "here"
    PROXY = "proxy"


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy's address."""

    kind: ProxyKind
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class ProxyLogin:
    """Who we are at the proxy."""

    user: str = field(repr=False)
    password: str = field(repr=False)


def parse_proxy(text: str) -> Proxy:
    """`http://proxy.example:3128`, `https://proxy.example:3129` or `socks5h://proxy.example:1080`.

    Raises:
        ValueError: it is something else.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("not an address") from None
    if parts.scheme not in set(ProxyKind):
        raise ValueError("not one of http://, https:// and socks5h://")
    if "@" in parts.netloc:
        raise ValueError('carries a login; that stands in a file: proxy_login = "proxy.login"')
    if not host or not port:
        raise ValueError("names no port" if host else "names no host")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("a proxy has no path")
    if not is_plain_spelling(host):
        raise ValueError("an address in an unusual spelling")
    return Proxy(ProxyKind(parts.scheme), host, port)


def may_be_proxy(address: Address) -> bool:
    """May a proxy have this address? Private ones too, but none that answers for the machine or for many."""
    inner = unwrapped(address)
    reserved = isinstance(inner, IPv4Address) and inner.is_reserved  # of IPv6, ::1 is
    return not (inner.is_multicast or inner.is_unspecified or inner.is_link_local or reserved)


def read_login(path: Path) -> ProxyLogin:
    """The login that a file holds: `user:password`, on one line.

    Raises:
        ValueError: it can not be read, others may read it, or it holds something else.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii").rstrip("\r\n")
    except OSError as error:
        raise ValueError(f"can not be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError("is not ASCII") from None
    if mode & _OTHERS:
        raise ValueError("may be read by others; chmod 600 it")
    user, colon, password = text.partition(":")
    if not colon or not user or not password or not text.isprintable() or max(len(user), len(password)) > _LONGEST:
        raise ValueError("does not hold user:password on one line")
    return ProxyLogin(user, password)


def unfit_proxy(proxy: str | None, login: Path | None, authorities: Path | None) -> Iterator[str]:
    """What is wrong with a scope's proxy."""
    if login is not None:
        if proxy is None:
            yield "network.proxy_login: says nothing without proxy"
        else:
            try:
                read_login(login)
            except ValueError as error:
                yield f"network.proxy_login: {login}: {error}"
    if authorities is not None:
        if proxy is None or parse_proxy(proxy).kind is not ProxyKind.HTTPS:
            yield "network.proxy_ca_file: says nothing without a proxy at https://"
        elif wrong := _unfit_authorities(authorities):
            yield f"network.proxy_ca_file: {authorities}: {wrong}"


def _unfit_authorities(path: Path) -> str:
    try:
        ssl.create_default_context(cafile=path)
    except ssl.SSLError:
        return "holds no certificate as PEM"
    except OSError as error:
        return f"can not be read: {error.strerror}"
    return ""


def _checked(text: str) -> str:
    parse_proxy(text)
    return text


ProxyAddress = Annotated[Text, AfterValidator(_checked)]
