"""Google's listings to their end: of the JSON interface, or of the XML interface where JSON gives no verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlencode

from bucket_probes.access import Judgement
from bucket_probes.errors import ListingBrokenError, RefusedError
from bucket_probes.gcs_listing import parse_json_listing
from bucket_probes.gcs_session import OK, GcsSession, read_body
from bucket_probes.probe import ListingPage
from bucket_probes.s3_listing import LISTING_BYTES, Trail
from bucket_probes.s3_session import PASSING, PAUSES
from documents.buckets import Question
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.bucket_listings import ListedObject, parse_bucket_listing
from fetching.errors import NoAnswerError
from scope.bucket_urls import object_url

# What a page of a listing that is open may fail by and come whole the next time. A bucket that was listed a moment ago
# is not gone: services under load say so.
_PAGE_PASSING = PASSING | {SkipReason.TIMED_OUT, SkipReason.NOT_FOUND}
_OLDER: Mapping[str, bool] = {"versions": True}
_DELETED: Mapping[str, bool] = {"soft_deleted": True}


@dataclass(frozen=True, slots=True)
class _Page:
    """A page of either interface.

    Attributes:
        objects: in the service's order.
        next: `j` and a token, or `x` and a marker; None on the last page.
        broken: why there may be more than it shows; empty for none.
    """

    objects: tuple[ListedObject, ...]
    next: str | None
    broken: str = ""


class GcsPages:
    """The listings of one bucket, below the target's prefix.

    Args:
        session: asks.

    Attributes:
        json_is_down: the JSON interface was in trouble, and the XML interface gave a verdict.
    """

    def __init__(self, session: GcsSession) -> None:
        self._session = session
        self.json_is_down = False

    def first(self, question: Question) -> None:
        """Ask for one object: it shows whether the listing is open. Raises: see `GcsSession.ask`; RefusedError."""
        self._page(question, None, _OLDER if question is Question.VERSIONS else {}, 1)

    def open_or_not(self) -> None:
        """See `first`, of current objects. Asked again where there is no verdict: on this one the most hangs."""
        for pause in PAUSES:
            try:
                return self.first(Question.LIST)
            except (RefusedError, NoAnswerError) as error:
                settled = isinstance(error, RefusedError) and error.judgement.exists is not Truth.UNKNOWN
                if settled or error.reason not in PASSING:
                    raise
            self._session.rest(pause)
        return self.first(Question.LIST)

    def current(self, start: str | None) -> Iterator[ListingPage]:
        """See `BucketProbe.pages`."""
        for page in self._walk(Question.LIST, start, {}):
            yield ListingPage(page.objects, page.next)

    def old(self, start: str | None) -> Iterator[ListingPage]:
        """See `BucketProbe.old_versions`. Older generations first, then what was deleted and is kept for a while."""
        if start is None or start.startswith("v"):
            for page in self._walk(Question.VERSIONS, start[1:] if start else None, _OLDER):
                older = tuple(item for item in page.objects if not item.is_current)
                yield ListingPage(older, None if page.broken else f"v{page.next}" if page.next else "s")
            start = "s"
        try:
            yield from self._deleted(start[1:] or None)
        except RefusedError as error:
            if not _keeps_none(error.judgement):
                raise

    def _deleted(self, position: str | None) -> Iterator[ListingPage]:
        for page in self._walk(Question.VERSIONS, position, _DELETED):
            gone = tuple(item for item in page.objects if item.deleted)
            ignored = len(gone) < len(page.objects)  # by a server that gives what is not deleted
            yield ListingPage(gone, f"s{page.next}" if page.next and not ignored else None)
            if ignored:
                return

    def _walk(self, question: Question, at: str | None, parameters: Mapping[str, bool]) -> Iterator[_Page]:
        """Page after page. Raises ListingBrokenError where it breaks off or goes in circles."""
        trail = Trail()
        trail.is_known("position", at or "")
        while True:
            page = self._patiently(question, at, parameters)
            names = (f"{item.key}\0{item.version}" for item in page.objects)
            _, leads_on = trail.leads_on(names, page.next or "end")
            goes_on = page.next is not None and leads_on and not page.broken
            yield page if goes_on else _Page(page.objects, None, page.broken)
            if not goes_on:
                if page.next is not None or page.broken:
                    raise ListingBrokenError(page.broken or "listing does not advance")
                return
            at = page.next

    def _patiently(self, question: Question, at: str | None, parameters: Mapping[str, bool]) -> _Page:
        """A page of a listing that was given before is asked for again where it fails or breaks off."""
        for pause in PAUSES:
            try:
                page = self._page(question, at, parameters)
            except (RefusedError, NoAnswerError) as error:
                if self._session.notes.permitted(question) is not Truth.YES or not _may_pass(error):
                    raise
            else:
                if not page.broken:
                    return page
            self._session.rest(pause)
        return self._page(question, at, parameters)

    def _page(
        self, question: Question, at: str | None, parameters: Mapping[str, bool], count: int | None = None
    ) -> _Page:
        """A page. The first is asked of the XML interface too where JSON gives no verdict, or says "no such bucket".

        What is not current is had from the JSON interface alone.
        """
        if at is not None and at.startswith("x"):
            return self._xml(question, unquote(at[1:], errors="surrogateescape"), count)
        if self.json_is_down and not at and not parameters:
            return self._xml(question, "", count)
        failure: RefusedError | NoAnswerError
        try:
            return self._json(question, at[1:] if at else None, parameters, count)
        except RefusedError as error:
            if at or parameters or error.judgement.exists is Truth.YES:
                raise
            failure = error
        except NoAnswerError as error:
            if at or parameters or not self._session.is_down(error):
                raise
            failure = error
        return self._second_witness(question, failure, count)

    def _second_witness(self, question: Question, failure: RefusedError | NoAnswerError, count: int | None) -> _Page:
        """The XML interface's page. Raises its refusal, or the first failure where it has no verdict."""
        is_down = isinstance(failure, NoAnswerError)
        try:
            page = self._xml(question, "", count)
        except RefusedError as error:
            if error.judgement.exists is Truth.UNKNOWN:
                raise failure from None
            self.json_is_down = is_down
            raise
        self.json_is_down = is_down
        return page

    def _json(self, question: Question, token: str | None, parameters: Mapping[str, bool], count: int | None) -> _Page:
        session = self._session
        prefix = session.target.prefix

        def listing() -> None:
            session.bucket.listing(count=count, page=token, prefix=prefix, **parameters)

        with session.ask(question, listing) as answer:
            body, failure = read_body(answer, LISTING_BYTES)
            found = parse_json_listing(body) if answer.status == OK else None
            if found is None:
                raise session.not_given(question, answer, body, failure)
            session.granted(question, answer)
            broken = "page breaks off" if failure or found.damaged else ""
            return _Page(found.objects, f"j{found.next_token}" if found.next_token else None, broken)

    def _xml(self, question: Question, marker: str, count: int | None) -> _Page:
        session = self._session
        given = {"prefix": session.target.prefix, "marker": marker, "max-keys": str(count or "")}
        query = urlencode({name: value for name, value in given.items() if value}, errors="surrogateescape")
        url = f"{object_url(session.target, '').rstrip('/')}?{query}".rstrip("?")
        with session.ask(question, lambda: session.carry(url, {})) as answer:
            body, failure = read_body(answer, LISTING_BYTES)
            found = parse_bucket_listing(body) if answer.status == OK else None
            if found is None:
                raise session.not_given(question, answer, body, failure)
            session.granted(question, answer)
            broken = "page breaks off" if failure or found.damaged else ""
            if found.is_truncated and not found.next_marker:
                broken = broken or "listing names no next page"
            at = quote((found.next_marker or "").encode("utf-8", "surrogateescape"))
            return _Page(found.objects, f"x{at}" if at else None, broken)


def _may_pass(error: RefusedError | NoAnswerError) -> bool:
    """May it come whole the next time?"""
    refused = isinstance(error, RefusedError) and _keeps_none(error.judgement)
    return error.reason in _PAGE_PASSING and not refused


def _keeps_none(judgement: Judgement) -> bool:
    """Where a bucket keeps nothing that was deleted, Google says that it is the wrong question."""
    return judgement.reason is SkipReason.ACCESS_DENIED or judgement.code.startswith(("invalid", "400"))
