"""The guard: yes or no, asked before every request, every redirect hop and every connection.

It knows the scope and nothing of how things are fetched. There is no flag that switches it off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from urllib.parse import parse_qsl, unquote, urlsplit

from scope.addresses import Address, is_plain_spelling, literal_address, may_dial
from scope.bucket_urls import parse_aws_url, service_url
from scope.model import BucketTarget, Scope, SiteTarget
from scope.urls import DEFAULT_PORTS, has_credentials, is_action


class Denial(StrEnum):
    """Why the guard said no. Values are those of the skip reasons they become."""

    OUTSIDE = "denied_by_guard"
    ACTION = "action_link"
    CREDENTIAL = "credential_in_url"
    EXPIRED = "authority_expired"


@dataclass(frozen=True, slots=True)
class Denied:
    """A no, with a detail for the record that holds nothing of the path or query."""

    denial: Denial
    detail: str


def today_utc() -> date:
    """The day that an authority's expiry is held against."""
    return datetime.now(UTC).date()


class Guard:
    """Decides for one scope. `url` and `address` return None for yes.

    Args:
        scope: what may be looked at.
        today: the day that counts.
        tip_off: one URL outside the scope's targets that somebody pointed to, under a reference that is on record;
            exactly it may be asked for, and nothing beside it.
    """

    def __init__(self, scope: Scope, today: Callable[[], date] = today_utc, tip_off: str | None = None) -> None:
        self._scope = scope
        self._today = today
        self.tip_off = tip_off

    def authority_denial(self) -> Denied | None:
        """Is the written authority there and still valid? It holds to the end of its last day, UTC."""
        authority = self._scope.authority
        if authority is None:
            return Denied(Denial.EXPIRED, "the scope names no authority")
        if authority.expires < self._today():
            return Denied(Denial.EXPIRED, f"authority {authority.reference} expired on {authority.expires}")
        return None

    def url(self, url: str) -> Denied | None:
        """May this URL be requested?"""
        return self.authority_denial() or self._spelled_badly(url) or self._outside(url) or self._acts_or_tells(url)

    def _spelled_badly(self, url: str) -> Denied | None:
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            return Denied(Denial.OUTSIDE, "not a URL")
        if parts.scheme not in DEFAULT_PORTS or not host:
            return Denied(Denial.OUTSIDE, f"scheme {parts.scheme[:16]!r} is not fetched")
        if not is_plain_spelling(host):
            return Denied(Denial.OUTSIDE, "address in an unusual spelling")
        literal = literal_address(host)
        return self.address(literal) if literal else None

    def _outside(self, url: str) -> Denied | None:
        if url == self.tip_off or any(contains(target, url) for target in self._scope.targets):
            return None
        parts = urlsplit(url)
        return Denied(Denial.OUTSIDE, f"outside the scope: {parts.scheme}://{parts.netloc.rpartition('@')[2]}")

    def _acts_or_tells(self, url: str) -> Denied | None:
        if has_credentials(url):
            return Denied(Denial.CREDENTIAL, "the URL carries a credential")
        if is_action(url) and not any(contains(target, url) for target in self._scope.bucket):
            return Denied(Denial.ACTION, "the URL looks like an action")
        return None  # a GET in a bucket reads, whatever its objects are called

    def address(self, address: Address) -> Denied | None:
        """May this resolved address be connected to?"""
        if may_dial(address, self._scope.network.private_addresses):
            return None
        return Denied(Denial.OUTSIDE, f"{address} is not globally routable and the scope does not name it")


def contains(target: SiteTarget | BucketTarget, url: str) -> bool:
    """Does the URL lie inside this target: its host and port, and below its folder or prefix?"""
    if isinstance(target, SiteTarget):
        return _within_site(target, url)
    return _within_bucket(target, url)


def _within_site(target: SiteTarget, url: str) -> bool:
    if not _same_host(target.url, url):
        return False
    path = _plain_path(url)
    if path is None:
        return False
    folder = unquote(urlsplit(target.url).path or "/").rpartition("/")[0] + "/"
    return path.startswith(folder) or path + "/" == folder or path == "/robots.txt"


def _within_bucket(target: BucketTarget, url: str) -> bool:
    path = _plain_path(url)
    if path is None:
        return False
    if target.endpoint is None:
        address = parse_aws_url(url)
        return address is not None and address.bucket == target.name and _key_within(target, address.key, url)
    if not _same_host(service_url(target), url):
        return False
    base = unquote(urlsplit(service_url(target)).path).rstrip("/") + "/" + target.name
    inside = path == base or path.startswith(base + "/")
    return inside and _key_within(target, path[len(base) + 1 :], url)


def _key_within(target: BucketTarget, key: str, url: str) -> bool:
    """An object below the prefix; or the bucket itself, where a listing may ask for nothing above the prefix."""
    if key:
        return key.startswith(target.prefix)
    listed = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True)).get("prefix", "")
    return listed.startswith(target.prefix)


def _same_host(ours: str, theirs: str) -> bool:
    """The same host, and the same port; http and https on their default ports count as one place."""
    a, b = urlsplit(ours), urlsplit(theirs)
    if (a.hostname or "").rstrip(".") != (b.hostname or "").rstrip("."):
        return False
    if a.port in (None, DEFAULT_PORTS[a.scheme]) and b.port in (None, DEFAULT_PORTS[b.scheme]):
        return True
    return (a.scheme, a.port) == (b.scheme, b.port)


def _plain_path(url: str) -> str | None:
    """The decoded path; None where it climbs (`..`, however encoded): such a URL is never ours to ask for."""
    path = urlsplit(url).path or "/"
    previous = ""
    while previous != path:  # decoded until nothing changes: a server may decode more than once
        previous, path = path, unquote(path)
    segments = path.replace("\\", "/").split("/")
    return None if ".." in segments or "." in segments else unquote(urlsplit(url).path or "/")
