"""S3 and its compatibles, anonymously: listing, objects, and the region that a bucket is really in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote

from botocore.exceptions import BotoCoreError

from bucket_probes.access import AccessNotes, Facts, Judgement, nothing_known
from bucket_probes.errors import ListingBrokenError, ProbeError, RefusedError
from bucket_probes.probe import ListingPage
from bucket_probes.s3_answers import ErrorBody, judge, parse_error, region_of
from bucket_probes.unsigned_client import unsigned_client
from documents.buckets import Question
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.bucket_listings import BucketListing, ListedObject, parse_bucket_listing
from fetching.errors import NoAnswerError, NotAskedError
from fetching.wire import Answer, Wire
from scope.bucket_urls import object_url, service_url
from scope.model import BucketTarget

# Largest listing page that is read, bytes: 1,000 keys of 1,024 bytes, each byte written as %XX, with their other
# fields come to 3.5 MB.
LISTING_BYTES = 8 << 20
# Largest error document that is read, bytes. S3's are below 1 kB; larger ones are some proxy's HTML.
ERROR_BYTES = 64 << 10
# Times that a bucket is followed to another region: once is all that a true service needs.
REGION_MOVES = 2
# Pages without a single object, one after another, after which a listing is taken for endless. True ones are empty
# where a page's worth of keys was deleted; 100 pages are 100,000 such keys in a row.
EMPTY_PAGES = 100
# Keys that are asked for to learn whether a bucket can be listed.
FEW_KEYS = 2
_OK, _PART = 200, 206


class S3Probe:
    """Asks one S3 bucket. Implements `BucketProbe`.

    Args:
        target: the bucket, its endpoint or region, its prefix.
        wire: carries every request.
    """

    def __init__(self, target: BucketTarget, wire: Wire) -> None:
        self._wire = wire
        self._notes = AccessNotes(nothing_known(target))
        self._carried: list[Answer] = []
        self._range: str | None = None
        self._moves = 0
        self._settle(target)

    @property
    def notes(self) -> AccessNotes:
        """See `BucketProbe`."""
        return self._notes

    def url_of(self, item: ListedObject) -> str:
        """See `BucketProbe`. All but letters, digits and `/-_.~` is encoded: S3 takes a plain `+` for a space."""
        url = object_url(self._target, "") + quote(item.key.encode("utf-8", "surrogateescape"), safe="/-_.~")
        named = item.version is not None and not item.is_current
        return f"{url}?versionId={quote(item.version or '', safe='')}" if named else url

    def state(self) -> None:
        """See `BucketProbe`."""
        try:
            self._page("list_objects_v2", {"MaxKeys": FEW_KEYS})
        except (ProbeError, NoAnswerError):
            return  # it is in the notes

    def read(self, item: ListedObject, *, first: int | None = None, question: Question = Question.READ) -> Answer:
        """See `BucketProbe`."""
        version = {} if item.version is None or item.is_current else {"VersionId": item.version}
        self._range = None if first is None else f"bytes=0-{max(first, 1) - 1}"
        try:
            answer = self._granted(question, "get_object", {"Key": item.key, **version})
        finally:
            self._range = None
        self._notes.granted(question, answer.status, _request_id(answer))
        return answer

    def pages(self, start: str | None = None) -> Iterator[ListingPage]:
        """See `BucketProbe`. Version 2 of the listing; version 1 where a server does not know how to go on in it."""
        seen: set[bytes] = set()
        empty = 0
        operation, position = _position(start) if start else ("list_objects_v2", dict[str, str]())
        while True:
            page = self._page(operation, position)
            broken = _way_broken(page)
            if not broken and page.is_truncated:
                operation, position = _next_page(page)
            empty = 0 if page.objects else empty + 1
            mark = _digest(page)
            circles = empty > EMPTY_PAGES or (bool(page.objects) and mark in seen)
            seen.add(mark)
            goes_on = page.is_truncated and not broken and not circles
            yield ListingPage(page.objects, _token(operation, position) if goes_on else None)
            if broken:
                raise ListingBrokenError(broken)
            if circles and page.is_truncated:
                raise ListingBrokenError("listing does not advance")
            if not goes_on:
                return

    def old_versions(self, start: str | None = None) -> Iterator[ListingPage]:
        """See `BucketProbe`."""
        yield from ()

    def _page(self, operation: str, position: Mapping[str, str | int]) -> BucketListing:
        with self._granted(Question.LIST, operation, {"Prefix": self._target.prefix, **position}) as answer:
            body = answer.read(LISTING_BYTES)
            page = parse_bucket_listing(body)
            if page is None:
                raise self._refused(Question.LIST, answer, parse_error(body[:ERROR_BYTES]))
            self._notes.granted(Question.LIST, answer.status, _request_id(answer), region_of(answer.headers))
            return page

    def _granted(self, question: Question, operation: str, parameters: Mapping[str, str | int]) -> Answer:
        """The answer to a question, status 200; asked again in the region that the bucket is in."""
        while True:
            answer = self._ask(question, operation, parameters)
            if answer.status == _OK or (answer.status == _PART and self._range):
                return answer
            with answer:
                refused = self._refused(question, answer, _error_of(answer))
            region = refused.judgement.region
            if not self._may_move(refused.judgement):
                raise refused
            self._moves += 1
            self._settle(self._target.model_copy(update={"region": region}))

    def _ask(self, question: Question, operation: str, parameters: Mapping[str, str | int]) -> Answer:
        self._carried.clear()
        try:
            getattr(self._client, operation)(Bucket=self._target.name, **parameters)
        except NotAskedError:
            raise
        except NoAnswerError as error:
            self._notes.unanswered(question, error.reason)
            raise
        except (BotoCoreError, UnicodeEncodeError) as error:  # a name or key that no request can be made of
            raise ProbeError(SkipReason.UNREADABLE, type(error).__name__) from None
        return self._carried.pop()

    def _carry(self, url: str) -> None:
        self._carried.append(self._wire.get(url, {"Range": self._range} if self._range else None))

    def _refused(self, question: Question, answer: Answer, error: ErrorBody) -> RefusedError:
        judgement = judge(question, answer.status, answer.headers, error)
        self._notes.refused(question, judgement, answer.status, error.request_id or _request_id(answer))
        return RefusedError(judgement)

    def _may_move(self, judgement: Judgement) -> bool:
        """Is the bucket in another region, whose endpoint we know? A compatible service's own regions we do not."""
        elsewhere = judgement.exists is Truth.YES and judgement.reason is SkipReason.SERVER_ERROR
        moved = judgement.region not in (None, self._target.region)
        return elsewhere and moved and self._target.endpoint is None and self._moves < REGION_MOVES

    def _settle(self, target: BucketTarget) -> None:
        self._target = target
        self._notes.learned(Facts(endpoint=service_url(target)))
        self._client: Any = unsigned_client(service_url(target), target.region, self._carry)


def _way_broken(page: BucketListing) -> str:
    """Why this page is the last one though it says that there are more; empty where it is not."""
    if page.damaged:
        return "page breaks off"
    return "listing names no next page" if page.is_truncated and not (page.next_token or page.next_marker) else ""


def _next_page(page: BucketListing) -> tuple[str, dict[str, str]]:
    """How to ask for the page after this one."""
    if page.next_token:
        return "list_objects_v2", {"ContinuationToken": page.next_token}
    return "list_objects", {"Marker": page.next_marker or ""}


def _token(operation: str, position: Mapping[str, str]) -> str:
    """A position as text that can be stored: a marker may hold bytes that are no text."""
    version = "2" if operation == "list_objects_v2" else "1"
    return version + quote("".join(position.values()).encode("utf-8", "surrogateescape"))


def _position(token: str) -> tuple[str, dict[str, str]]:
    value = unquote(token[1:], errors="surrogateescape")
    if token[0] == "2":
        return "list_objects_v2", {"ContinuationToken": value}
    return "list_objects", {"Marker": value}


def _digest(page: BucketListing) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for item in page.objects:
        digest.update(item.key.encode("utf-8", "surrogateescape") + b"\0")
    return digest.digest()


def _error_of(answer: Answer) -> ErrorBody:
    """The error document; an empty one where it does not come whole or is too large to be one."""
    try:
        return parse_error(answer.read(ERROR_BYTES))
    except NoAnswerError:
        return ErrorBody()


def _request_id(answer: Answer) -> str:
    return answer.headers.get("x-amz-request-id", "")[:64]
