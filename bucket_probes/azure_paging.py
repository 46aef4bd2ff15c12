"""Pages of a container's listing, current blobs or what is kept of earlier states: to the end, and never in circles."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import partial

from bucket_probes.azure_client import BuiltRequest
from bucket_probes.azure_session import ERROR_BYTES, AzureSession, small_body
from bucket_probes.errors import ListingBrokenError, RefusedError
from bucket_probes.probe import ListingPage
from documents.buckets import Question
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.azure_listings import AzureListing, parse_azure_listing
from fetching.errors import NoAnswerError

# Largest listing page that is read, bytes: 5,000 blobs with some 1.2 kB of properties and names of 1,024 characters,
# a third of them written as %XX%XX%XX, come to 20 MB.
LISTING_BYTES = 32 << 20
# Pages without a single blob, one after another, after which a listing is taken for endless. The service may end a
# page early, at the border of a partition; it has not been seen to do so 100 times in a row.
EMPTY_PAGES = 100
# Characters of a marker that are sent back. The service's hold a blob's name in base64, 1,024 characters at most.
LONGEST_MARKER = 32 << 10
# Seconds before a page that failed is asked for again: of 10,000 pages one or the other does.
PAGE_PAUSES = (0.5, 2.0)
# What a page of a listing that is open may fail by and come whole the next time. A bucket that was listed a moment ago
# is not gone: services under load say so.
_PASSING = frozenset(
    [
        SkipReason.TIMED_OUT,
        SkipReason.TRUNCATED,
        SkipReason.HOST_DOWN,
        SkipReason.PROXY_FAILED,
        SkipReason.SERVER_ERROR,
        SkipReason.NOT_FOUND,
    ]
)
# What to ask for besides current blobs, the most first: accounts differ in what they keep, and refuse what they do not.
_KEPT = (("snapshots", "versions", "deleted"), ("snapshots", "deleted"), ("deleted",), ("snapshots",))
_OK = 200

Ask = Callable[[str | None], AzureListing]


class AzurePages:
    """The pages of one container, by the service's markers.

    Args:
        session: asks.
    """

    def __init__(self, session: AzureSession) -> None:
        self._session = session
        self._kept = 0

    def current(self, marker: str | None, most: int | None = None) -> AzureListing:
        """One page of what is current. Raises RefusedError, FetchingError."""
        build = partial(self._session.requests.listing, self._session.target.prefix, marker, most=most)
        return self._page(Question.LIST, build)

    def kept(self, marker: str | None, most: int | None = None) -> AzureListing:
        """One page with what is kept of earlier states; where the account keeps no such, with what it does keep."""
        while True:
            prefix = self._session.target.prefix
            build = partial(self._session.requests.listing, prefix, marker, _KEPT[self._kept], most)
            try:
                return self._page(Question.VERSIONS, build)
            except RefusedError as refused:
                can_ask_less = refused.judgement.reason is SkipReason.SERVER_ERROR and self._kept + 1 < len(_KEPT)
                if marker or self._session.ended or not can_ask_less:
                    raise
                self._kept += 1

    def pages(self, start: str | None) -> Iterator[ListingPage]:
        """See `BucketProbe.pages`."""
        yield from self._walk(start or None, self.current)

    def old_versions(self, start: str | None) -> Iterator[ListingPage]:
        """See `BucketProbe.old_versions`. A position is what was asked for and the marker."""
        kept, _, marker = (start or "").partition(" ")
        if kept.isascii() and kept.isdigit() and int(kept) < len(_KEPT):
            self._kept = int(kept)
        for page in self._walk(marker or None, self.kept):
            old = tuple(item for item in page.objects if item.deleted or not item.is_current)
            yield ListingPage(old, f"{self._kept} {page.next}" if page.next else None)

    def _walk(self, marker: str | None, ask: Ask) -> Iterator[ListingPage]:
        """All pages from a marker on. The last one that is handed out names no next one."""
        seen: set[bytes] = set()
        empty = 0
        while True:
            page = self._patiently(ask, marker)
            marker = page.next_marker
            empty = 0 if page.objects or page.prefixes else empty + 1
            marks = _marks(page)
            circles = empty > EMPTY_PAGES or bool(marks & seen) or len(marker or "") > LONGEST_MARKER
            seen |= marks
            goes_on = bool(marker) and not page.damaged and not circles
            yield ListingPage(page.objects, marker if goes_on else None)
            if page.damaged:
                raise ListingBrokenError("page breaks off")
            if marker and circles:
                raise ListingBrokenError("listing does not advance")
            if not goes_on:
                return

    def _patiently(self, ask: Ask, marker: str | None) -> AzureListing:
        """A page of a listing that was given before is asked for again where it fails or breaks off."""
        for pause in PAGE_PAUSES:
            try:
                page = ask(marker)
            except (RefusedError, NoAnswerError) as error:
                listable = self._session.notes.permitted(Question.LIST) is Truth.YES
                if not listable or error.reason not in _PASSING:
                    raise
            else:
                if not page.damaged:
                    return page
            self._session.rest(pause)
        return ask(marker)

    def _page(self, question: Question, build: Callable[[], BuiltRequest]) -> AzureListing:
        with self._session.ask(question, build) as answer:
            if answer.status != _OK:
                raise self._session.refused(question, answer, small_body(answer))
            try:
                body = answer.read(LISTING_BYTES)
            except NoAnswerError as error:
                self._session.notes.unanswered(question, error.reason)
                raise
            page = parse_azure_listing(body)
            if page is None:
                raise self._session.refused(question, answer, body[:ERROR_BYTES])
            self._session.granted(question, answer)
            return page


def _marks(page: AzureListing) -> set[bytes]:
    """What no later page of the listing has again."""
    marks = {_digest([page.next_marker])} if page.next_marker else set[bytes]()
    if page.objects:
        marks.add(_digest([f"{item.key}\0{item.version}" for item in page.objects]))
    return marks


def _digest(texts: list[str]) -> bytes:
    return hashlib.blake2b("\n".join(texts).encode("utf-8", "surrogatepass"), digest_size=16).digest()
