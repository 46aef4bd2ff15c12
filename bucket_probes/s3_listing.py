"""S3 listings to their end: pages, versions, where they go on after a restart, how those that lead nowhere are told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar
from urllib.parse import quote, unquote

from bucket_probes.errors import ListingBrokenError, RefusedError
from bucket_probes.probe import ListingPage
from bucket_probes.s3_answers import parse_error
from bucket_probes.s3_documents import DOCUMENT_BYTES, owner_of_listing
from bucket_probes.s3_session import PASSING, Parameters, S3Session
from documents.buckets import OwnerHints, Question
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.bucket_listings import BucketListing, parse_bucket_listing
from fetching.errors import NoAnswerError
from fetching.version_listings import VersionListing, parse_version_listing
from scope.providers import Quirk

# Largest listing page that is read, bytes: 1,000 keys of 1,024 bytes, each byte written as %XX, with their other
# fields come to 3.5 MB.
LISTING_BYTES = 8 << 20
# Pages without a single object, one after another, after which a listing is taken for endless. True ones are empty
# where a page's worth of keys was deleted; 100 pages are 100,000 such keys in a row.
EMPTY_PAGES = 100
# Codes of servers that know version 1 of the listing alone, and say so.
_NO_VERSION_2 = frozenset(["NotImplemented", "InvalidArgument", "InvalidRequest", "MethodNotAllowed"])
# Codes for a token that is not taken (any more).
_NO_TOKEN = frozenset(["InvalidArgument", "InvalidRequest", "InvalidToken", "ExpiredToken", "InvalidContinuationToken"])


class Way(StrEnum):
    """How the next page is asked for. The values stand in stored positions."""

    # Version 2: the service's own word.
    TOKEN = "2"  # noqa: S105 - a position
    # Version 1: the last key, or what the service names in its place.
    MARKER = "1"
    # Version 2, after a key: for a server that forgot its token, or gave none.
    AFTER = "a"


@dataclass(frozen=True, slots=True)
class Position:
    """Where a listing goes on.

    Attributes:
        way: how.
        value: the token, marker or key; empty for the beginning.
        last_key: the last key before it, from which a listing can go on without a token; may be empty.
    """

    way: Way = Way.TOKEN
    value: str = ""
    last_key: str = ""

    def request(self) -> tuple[str, dict[str, str | int | bool]]:
        """boto3's operation and parameters."""
        if not self.value:
            return ("list_objects" if self.way is Way.MARKER else "list_objects_v2"), {}
        match self.way:
            case Way.TOKEN:
                return "list_objects_v2", {"ContinuationToken": self.value}
            case Way.AFTER:
                return "list_objects_v2", {"StartAfter": self.value}
            case Way.MARKER:
                return "list_objects", {"Marker": self.value}

    @property
    def asked(self) -> str:
        """What tells it from another one: two that are asked for alike lead to the same page."""
        return f"{self.way} {self.value}"

    def text(self) -> str:
        """To be stored: keys may hold bytes that are no text."""
        return f"{self.way} {_quoted(self.value)} {_quoted(self.last_key)}"

    @classmethod
    def of(cls, text: str) -> Position:
        """What `text` gave."""
        way, value, last_key = text.split(" ")
        return cls(Way(way), _unquoted(value), _unquoted(last_key))


class Trail:
    """Where a listing has been: pages and positions as digests, 16 bytes each, so that 10,000 pages take 2 MB."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()
        self._empty = 0

    def is_known(self, *parts: str) -> bool:
        """Was this page or position met before? From now on it was."""
        digest = hashlib.blake2b(digest_size=16)
        for part in parts:
            digest.update(part.encode("utf-8", "surrogateescape") + b"\0")
        mark = digest.digest()
        known = mark in self._seen
        self._seen.add(mark)
        return known

    def leads_on(self, names: Iterable[str], position: str) -> tuple[bool, bool]:
        """Is a page new, and is there hope for the one after it, at `position`?"""
        page = list(names)
        self._empty = 0 if page else self._empty + 1
        is_new = not page or not self.is_known("page", *page)
        return is_new, is_new and self._empty <= EMPTY_PAGES and not self.is_known("position", position)


class S3Listing:
    """The listings of one bucket, below the target's prefix.

    Args:
        session: asks.
    """

    def __init__(self, session: S3Session) -> None:
        self._session = session
        version_1 = Quirk.LISTS_VERSION_1_ONLY in session.target.service.quirks
        self._begin = Position(Way.MARKER) if version_1 else Position()

    def first(self, count: int) -> OwnerHints:
        """Ask for so few keys that it only shows whether the bucket can be listed; whose the first object is.

        Raises: see `S3Session.ask`.
        """
        few: Parameters = {"MaxKeys": count}
        if self._begin.way is Way.TOKEN:
            try:
                return owner_of_listing(self._page(self._begin, {**few, "FetchOwner": True})[1])
            except RefusedError as error:
                if error.judgement.code not in _NO_VERSION_2:
                    raise
        return owner_of_listing(self._page(Position(Way.MARKER), few)[1])

    def pages(self, start: str | None) -> Iterator[ListingPage]:
        """See `BucketProbe.pages`."""
        trail = Trail()
        at = Position.of(start) if start else self._begin
        trail.is_known("position", at.asked)
        while True:
            try:
                page = self._patiently(lambda at=at: self._page(at, {})[0])  # type: ignore[misc]
            except RefusedError as error:
                at = _other_way(at, error)
                continue
            onward = _after(page, at)
            is_new, goes_on = trail.leads_on((item.key for item in page.objects), onward.asked if onward else "")
            ends = not page.is_truncated and not page.damaged
            if not is_new and not ends and at.way is Way.MARKER and at.value:
                at = Position(Way.AFTER, at.value)  # it does not know version 1's marker, and had no token to give
                if not trail.is_known("position", at.asked):
                    continue
            goes_on = goes_on and onward is not None and not page.damaged
            yield ListingPage(page.objects, onward.text() if onward and goes_on else None)
            if ends:
                return
            at = _or_broken(onward if goes_on else None, page.damaged, page.is_truncated and onward is None)

    def after(self, key: str, *, old: bool) -> str:
        """See `BucketProbe.after`."""
        if old:
            return _paired((key, ""))
        way = Way.MARKER if self._begin.way is Way.MARKER else Way.AFTER
        return Position(way, key, key).text()

    def old_versions(self, start: str | None) -> Iterator[ListingPage]:
        """See `BucketProbe.old_versions`."""
        trail = Trail()
        at = _unpaired(start) if start else ("", "")
        trail.is_known("position", _paired(at))
        while True:
            page = self._patiently(lambda at=at: self._versions(*at))  # type: ignore[misc]
            onward = (page.next_key, page.next_version or "") if page.next_key else None
            names = (f"{item.key}\0{item.version}\0{item.deleted}" for item in page.objects)
            _, goes_on = trail.leads_on(names, _paired(onward) if onward else "")
            goes_on = goes_on and onward is not None and not page.damaged
            old = tuple(item for item in page.objects if item.deleted or not item.is_current)
            yield ListingPage(old, _paired(onward) if onward and goes_on else None)
            if not page.is_truncated and not page.damaged:
                return
            at = _or_broken(onward if goes_on else None, page.damaged, page.is_truncated and onward is None)

    def some_versions(self, count: int) -> None:
        """Ask for so few versions that it only shows whether they are visible. Raises: see `S3Session.ask`."""
        self._versions("", "", {"MaxKeys": count})

    def _page(self, at: Position, more: Parameters) -> tuple[BucketListing, bytes]:
        operation, where = at.request()
        parameters = {"Prefix": self._session.target.prefix, **where, **more}
        return self._read(Question.LIST, operation, parameters, parse_bucket_listing)

    def _versions(self, key: str, version: str, more: Parameters | None = None) -> VersionListing:
        where = {"KeyMarker": key} if key else {}
        where |= {"VersionIdMarker": version} if key and version else {}
        parameters = {"Prefix": self._session.target.prefix, **where, **(more or {})}
        return self._read(Question.VERSIONS, "list_object_versions", parameters, parse_version_listing)[0]

    def _read(
        self, question: Question, operation: str, parameters: Parameters, parse: Callable[[bytes], Parsed | None]
    ) -> tuple[Parsed, bytes]:
        with self._session.ask(question, operation, parameters) as answer:
            body = answer.read(LISTING_BYTES)
            page = parse(body)
            if page is None:
                raise self._session.refused(question, answer, parse_error(body[:DOCUMENT_BYTES]))
            self._session.granted(question, answer)
            return page, body

    def _patiently(self, ask: Callable[[], Page]) -> Page:
        """A page of a listing that was given before is asked for again where it fails or breaks off."""
        for _ in self._session.pauses():
            try:
                page = ask()
            except (RefusedError, NoAnswerError) as error:
                listable = self._session.notes.permitted(Question.LIST) is Truth.YES
                # A bucket that was listed a moment ago is not gone: services under load say so.
                passing = error.reason in PASSING or error.reason in (SkipReason.TIMED_OUT, SkipReason.NOT_FOUND)
                if not listable or not passing or _is_refused_way(error):
                    raise
            else:
                if not page.damaged:
                    return page
        return ask()


class _Paged(Protocol):
    @property
    def damaged(self) -> bool:
        """It breaks off."""


Page = TypeVar("Page", bound=_Paged)
Parsed = TypeVar("Parsed")
Where = TypeVar("Where")


def _after(page: BucketListing, at: Position) -> Position | None:
    """Where the page after this one is asked for; None where it names no way on."""
    last_key = page.objects[-1].key if page.objects else at.last_key
    if page.next_token:
        return Position(Way.TOKEN, page.next_token, last_key)
    return Position(Way.MARKER, page.next_marker, last_key) if page.next_marker else None


def _other_way(at: Position, error: RefusedError) -> Position:
    """How to ask for a page that was refused, where it is the way of asking that is refused. Raises `error` if not."""
    code = error.judgement.code
    if code in _NO_VERSION_2 and at == Position():
        return Position(Way.MARKER)
    if at.way is Way.TOKEN and at.last_key and code in _NO_TOKEN:
        return Position(Way.AFTER, at.last_key)
    raise error


def _is_refused_way(error: Exception) -> bool:
    """Is it the way of asking that is refused? To ask again in the same way is of no use."""
    return isinstance(error, RefusedError) and error.judgement.code in _NO_VERSION_2 | _NO_TOKEN


def _or_broken(onward: Where | None, damaged: bool, no_way: bool) -> Where:
    """Where it goes on. Raises ListingBrokenError where it does not."""
    if onward is None:
        raise ListingBrokenError(
            "page breaks off" if damaged else "listing names no next page" if no_way else "listing does not advance"
        )
    return onward


def _paired(at: tuple[str, str]) -> str:
    return " ".join(map(_quoted, at))


def _unpaired(text: str) -> tuple[str, str]:
    key, _, version = text.partition(" ")
    return _unquoted(key), _unquoted(version)


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogateescape"), safe="")


def _unquoted(text: str) -> str:
    return unquote(text, errors="surrogateescape")
