"""The opt-out list: hosts, addresses and places that are not asked for, whatever the targets say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from scope.addresses import Address, Network, is_plain_spelling, literal_address, unwrapped
from scope.fields import Table
from scope.urls import DEFAULT_PORTS

# Lines that a list may hold: a scope travels to each worker with them.
MOST_LINES: Final = 20_000
_COMMENT: Final = "#"
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_SLASHES: Final = re.compile(r"[/\\]+")
_IIS_ESCAPE: Final = re.compile(r"%u([0-9a-f]{4})", re.IGNORECASE)


class OptOut(Table):
    """Where the list lies. `lines` is set by the loader, never in a file: what the list held when it was read."""

    file: Path | None = None
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OptOutList:
    """A list that was understood; it holds too much rather than too little.

    Attributes:
        hosts: names, on any port.
        domains: names that are opted out with all names below them.
        networks: addresses that are not connected to, whatever name leads there.
        places: by host, the ports and paths at and below which nothing is asked; port 0 for the usual ones.
    """

    hosts: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    places: Mapping[str, tuple[tuple[int, str], ...]] = field(default_factory=dict)

    def holds_url(self, url: str) -> bool:
        """Is this URL opted out? What is no URL is."""
        try:
            host, port, path = _place(url)
        except ValueError:
            return True
        if host in self.hosts or any(above in self.domains for above in _and_above(host)):
            return True
        return any(
            port == its_port and f"{path}/".startswith(f"{below.rstrip('/')}/")
            for its_port, below in self.places.get(host, ())
        )

    def holds_address(self, address: Address) -> bool:
        """Is this address opted out? One that only wraps an IPv4 address is that address."""
        return any(each in network for network in self.networks for each in (address, unwrapped(address)))


def parse_opt_outs(lines: Iterable[str]) -> OptOutList:
    """The list that these lines are.

    Raises:
        ValueError: one of them is not understood; the text has its number, and nothing of the line.
    """
    hosts: set[str] = set()
    domains: set[str] = set()
    networks: list[Network] = []
    places: dict[str, tuple[tuple[int, str], ...]] = {}
    for number, line in enumerate(lines, 1):
        text = line.partition(_COMMENT)[0].strip()
        if number > MOST_LINES:
            raise ValueError(f"has more than {MOST_LINES:,} lines")
        try:
            if "://" in text:
                host, place = _listed_place(text)
                places[host] = (*places.get(host, ()), place)
            elif text.startswith("*."):
                domains.add(_name(text[2:]))
            elif text and (network := _network(text)) is not None:
                networks.append(network)
            elif text:
                hosts.add(_name(text))
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from None
    return OptOutList(frozenset(hosts), frozenset(domains), tuple(networks), places)


def read_opt_outs(path: Path) -> tuple[str, ...]:
    """The lines of a list's file.

    Raises:
        ValueError: it can not be read, or a line of it is not understood.
    """
    try:
        lines = tuple(path.read_text(encoding="utf-8-sig").splitlines())
    except OSError as error:
        raise ValueError(f"can not be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8") from None
    parse_opt_outs(lines)
    return lines


def stamp_of(path: Path) -> tuple[int, int, int] | None:
    """By which a change of a file is seen; None where it can not be looked at."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _network(text: str) -> Network | None:
    """A network or an address; None where it is a name."""
    looks_like_one = ":" in text or "/" in text or text.replace(".", "").isdigit()
    if not looks_like_one:
        return None
    try:
        return ip_network(text.strip("[]"), strict=True)
    except ValueError:
        raise ValueError("no address and no network (of a network, no bit beyond its length may be set)") from None


def _name(text: str) -> str:
    try:
        name = _host(text)
    except (ValueError, UnicodeError):
        name = ""
    if not all(_LABEL.fullmatch(label) for label in name.split(".")) or literal_address(name) is not None:
        raise ValueError("no host, address, network or address of a place")
    return name


def _host(text: str) -> str:
    """As it is compared: lower case, an international name in the letters that a resolver takes."""
    name = text.lower().rstrip(".")
    return name if name.isascii() else name.encode("idna").decode("ascii")


def _listed_place(text: str) -> tuple[str, tuple[int, str]]:
    try:
        parts = urlsplit(text)
        host, port, path = _place(text)
    except ValueError:
        host = ""
    if (
        not host
        or parts.scheme not in DEFAULT_PORTS
        or parts.query
        or "@" in parts.netloc
        or not is_plain_spelling(host)
    ):
        raise ValueError("no address of a place (http, https, ftp or ftps; without user, query and fragment)")
    return host, (port, path)


def _place(url: str) -> tuple[str, int, str]:
    """Host, port and path as they are compared: http, https, ftp and ftps are one, and so are spellings of a path."""
    parts = urlsplit(url)
    port = 0 if parts.port in (None, DEFAULT_PORTS.get(parts.scheme)) else parts.port
    path, previous = parts.path or "/", ""
    while path != previous:  # a server may decode more than once, IIS also its own `%u0070`
        previous, path = path, unquote(_IIS_ESCAPE.sub(lambda found: chr(int(found[1], 16)), path))
    path = unicodedata.normalize("NFKC", path).casefold()
    segments = (_served_as(segment) for segment in _SLASHES.split(path))
    return _host(parts.hostname or ""), port or 0, "/" + "/".join(filter(None, segments))


def _served_as(segment: str) -> str:
    """A folder's or file's name without what servers drop of it.

    Path parameters (`;x=1`), and on Windows the name of its stream, dots and blanks at its end.
    """
    return segment.partition(";")[0].partition("::$data")[0].rstrip(". \t").lstrip(" \t")


def _and_above(host: str) -> Iterable[str]:
    labels = host.split(".")
    return (".".join(labels[start:]) for start in range(len(labels)))
