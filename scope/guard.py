"""The guard: yes or no, asked before every request, every redirect hop and every connection.

It knows the scope and nothing of how things are fetched. There is no flag that switches it off.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import assert_never
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from scope.actions import is_action, is_action_in_listing
from scope.addresses import Address, is_plain_spelling, literal_address, may_dial
from scope.bucket_requests import within_bucket
from scope.model import AnyTarget, BucketTarget, FtpTarget, NameTarget, Scope, SiteTarget
from scope.name_questions import question_pattern, search_url
from scope.opt_out import OptOutList, parse_opt_outs
from scope.proxy import may_be_proxy
from scope.urls import DEFAULT_PORTS, has_credentials, same_host

# IIS takes `%u002e` for a dot.
_IIS_ESCAPE = re.compile(rb"%u00([0-9a-f]{2})", re.IGNORECASE)
# No server's file has such a name; what reads it is a flaw. A key of a bucket may hold all but the first.
_CONTROLS = bytes([*range(32), 127])
_NUL = b"\0"
# ASCII in more bytes than it needs, such as C0 AE for a dot: no UTF-8, but careless decoders take it. Other bytes that
# are no UTF-8 are names in an older charset.
_OVERLONG = re.compile(rb"[\xc0\xc1][\x80-\xbf]|\xe0[\x80\x81][\x80-\xbf]|\xf0\x80[\x80\x81][\x80-\xbf]")
# Their lead bytes alone: some decoders drop them (`%c0.`).
_NEVER_IN_UTF8 = b"\xc0\xc1"


# What is told of a place that stands on the opt-out list.
OPTED_OUT = "opt_out"


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
        self._looked_at: tuple[AnyTarget, ...] = (*scope.site, *scope.bucket, *scope.ftp)
        self._opt_outs = parse_opt_outs(scope.opt_out.lines)
        # A search asks thousands of times a second, so its patterns are made once.
        self._questions = [
            question_pattern(target) for target in scope.searched if self._spelled_badly(search_url(target)) is None
        ]

    @property
    def scope(self) -> Scope:
        """Whose guard it is."""
        return self._scope

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
        denied = self.authority_denial()
        if denied is None and any(question.fullmatch(url) for question in self._questions):
            return self._opted_out(url)
        denied = denied or self._spelled_badly(url) or self._opted_out(url)
        return denied or self._outside(url) or self._acts_or_tells(url)

    def use_opt_outs(self, opt_outs: OptOutList) -> None:
        """From now on this list holds, in place of the scope's; from any thread."""
        self._opt_outs = opt_outs

    def _opted_out(self, url: str) -> Denied | None:
        return Denied(Denial.OUTSIDE, OPTED_OUT) if self._opt_outs.holds_url(url) else None

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
        if url == self.tip_off:
            return None
        holding = [target for target in self._looked_at if contains(target, url)]
        if any(not self._has_expired(target) for target in holding):
            return None
        if holding:
            ended = max(target.expires for target in holding if target.expires is not None)
            return Denied(Denial.EXPIRED, f"the target's authority expired on {ended}")
        parts = urlsplit(url)
        return Denied(Denial.OUTSIDE, f"outside the scope: {parts.scheme}://{parts.netloc.rpartition('@')[2]}")

    def _has_expired(self, target: AnyTarget) -> bool:
        return target.expires is not None and target.expires < self._today()

    def target_denial(self, target: AnyTarget) -> Denied | None:
        """Is the authority of this target still valid: the scope's, and its own where it has one?"""
        denied = self.authority_denial()
        if denied is None and self._has_expired(target):
            denied = Denied(Denial.EXPIRED, f"authority {target.authority} of this target expired on {target.expires}")
        return denied

    def _acts_or_tells(self, url: str) -> Denied | None:
        if has_credentials(url):
            return Denied(Denial.CREDENTIAL, "the URL carries a credential")
        holding = [target for target in self._looked_at if contains(target, url)]
        if _acts(max(holding, key=_closeness, default=None), url):
            return Denied(Denial.ACTION, "the URL looks like an action")
        return None

    def address(self, address: Address) -> Denied | None:
        """May this resolved address be connected to?"""
        if self._opt_outs.holds_address(address):
            return Denied(Denial.OUTSIDE, OPTED_OUT)
        if may_dial(address, self._scope.network.private_addresses):
            return None
        return Denied(Denial.OUTSIDE, f"{address} is not globally routable and the scope does not name it")

    def proxy_address(self, address: Address) -> Denied | None:
        """May the scope's proxy be connected to at this address? It may be a private one, which no target's may."""
        if self._opt_outs.holds_address(address):
            return Denied(Denial.OUTSIDE, OPTED_OUT)
        return None if may_be_proxy(address) else Denied(Denial.OUTSIDE, f"{address} is no proxy's")


def _acts(target: AnyTarget | None, url: str) -> bool:
    """Would asking for this URL of this target make the server do something? None: it is no target's."""
    if isinstance(target, BucketTarget | FtpTarget | NameTarget):
        return False  # a GET in a bucket and a RETR read, whatever the object or file is called
    if target is not None and target.kind == "open_directory":
        return is_action_in_listing(url)
    return is_action(url)


def _closeness(target: AnyTarget) -> tuple[bool, int, bool]:
    """Of the targets that hold a URL, the one with the deepest folder says what the place is; a bucket before all."""
    if isinstance(target, SiteTarget):
        return False, _folder(target).count("/"), target.kind == "open_directory"
    return True, 0, True


def contains(target: AnyTarget, url: str) -> bool:
    """Does the URL lie inside this target: its host and port, and below its folder or prefix?"""
    match target:
        case SiteTarget():
            return _within_site(target, url)
        case BucketTarget():
            return _within_bucket(target, url)
        case FtpTarget():
            return _within_ftp(target, url)
        case NameTarget():
            return question_pattern(target).fullmatch(url) is not None
        case _:
            assert_never(target)


def _within_site(target: SiteTarget, url: str) -> bool:
    if not same_host(target.url, url):
        return False
    path = _plain_path(url, _CONTROLS)
    if path is None:
        return False
    folder = _folder(target)
    return path.startswith(folder) or path + "/" == folder or path == "/robots.txt"


def _within_ftp(target: FtpTarget, url: str) -> bool:
    """A file or folder below the target's folder, bytes by bytes: a name may be in any charset."""
    parts = urlsplit(url)
    if parts.query or parts.fragment or not same_host(target.url, url) or _plain_path(url, _CONTROLS) is None:
        return False
    folder = unquote_to_bytes(urlsplit(target.url).path)
    path = unquote_to_bytes(parts.path or "/")
    return path.startswith(folder) or path + b"/" == folder


def _folder(target: SiteTarget) -> str:
    return unquote(urlsplit(target.url).path or "/").rpartition("/")[0] + "/"


def _within_bucket(target: BucketTarget, url: str) -> bool:
    path = _plain_path(url, _NUL)
    return path is not None and within_bucket(target, url, path)


def _plain_path(url: str, refused: bytes) -> str | None:
    """The decoded path; None where some server may read it as one that climbs: such a URL is never ours to ask for.

    Args:
        url: whose path.
        refused: characters that it may not hold.
    """
    path = unquote_to_bytes(urlsplit(url).path or "/")
    previous = b""
    while previous != path:  # decoded until nothing changes: a server may decode more than once
        previous, path = path, unquote_to_bytes(_IIS_ESCAPE.sub(rb"%\1", path))
    if len(path.translate(None, refused)) < len(path) or _OVERLONG.search(path):
        return None
    text = unicodedata.normalize("NFKC", path.translate(None, _CONTROLS + _NEVER_IN_UTF8).decode("utf-8", "replace"))
    if any(_climbs(segment) for segment in re.split(r"[/\\]", text)):
        return None
    return unquote(urlsplit(url).path or "/")


def _climbs(segment: str) -> bool:
    """`.` and `..`, also with what servers cut off before they look: a path parameter (`..;a=b`) and white space."""
    return segment.partition(";")[0].strip() in (".", "..")
