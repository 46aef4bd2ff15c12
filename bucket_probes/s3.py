"""S3 and its compatibles, anonymously: what anyone may do with a bucket, what is in it, and what was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from bucket_probes.access import AccessNotes, Facts, Judgement
from bucket_probes.probe import ListingPage
from bucket_probes.s3_answers import is_vouched_for, request_id_of
from bucket_probes.s3_listing import S3Listing
from bucket_probes.s3_session import Parameters, S3Session
from bucket_probes.s3_state import S3State
from documents.buckets import OwnerHints, Question
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.bucket_listings import ListedObject
from fetching.wire import Answer, Wire
from scope.bucket_urls import object_url
from scope.model import BucketTarget

# A name in its owner's own namespace: prefix, account, region, and `-an`.
_ACCOUNT_NAME = re.compile(r".+-(?P<account>\d{12})-(?P<region>[a-z]{2,4}(?:-[a-z]+){1,2}-\d{1,2})-an")
# Characters of a key that an address holds as they are. S3 takes a plain `+` for a space.
_PLAIN = re.compile(r"[A-Za-z0-9/\-_.~]*")


class S3Probe:
    """Asks one S3 bucket. Implements `BucketProbe`.

    Args:
        target: the bucket, its endpoint or region, its prefix.
        wire: carries every request.
    """

    def __init__(self, target: BucketTarget, wire: Wire) -> None:
        self._session = S3Session(target, wire)
        self._listing = S3Listing(self._session)
        self._state = S3State(self._session, self._listing)
        self._based: tuple[BucketTarget, str] | None = None
        self.notes.learned(Facts(owner=_owner_named(target)))

    @property
    def notes(self) -> AccessNotes:
        """See `BucketProbe`."""
        return self._session.notes

    def url_of(self, item: ListedObject) -> str:
        """See `BucketProbe`."""
        key = item.key
        if not _PLAIN.fullmatch(key):
            key = quote(key.encode("utf-8", "surrogateescape"), safe="/-_.~")
        url = self._base() + key
        if item.version is None or item.is_current:
            return url
        return f"{url}?versionId={quote(item.version, safe='')}"

    def state(self) -> None:
        """See `BucketProbe`."""
        self._state.ask()

    def pages(self, start: str | None = None) -> Iterator[ListingPage]:
        """See `BucketProbe`. Version 2 of the listing; version 1 where a server does not know how to go on in it."""
        return self._listing.pages(start)

    def old_versions(self, start: str | None = None) -> Iterator[ListingPage]:
        """See `BucketProbe`."""
        return self._listing.old_versions(start)

    def after(self, key: str, *, old: bool = False) -> str | None:
        """See `BucketProbe`."""
        return self._listing.after(key, old=old)

    def read(self, item: ListedObject, *, first: int | None = None, question: Question = Question.READ) -> Answer:
        """See `BucketProbe`."""
        version: Parameters = {} if item.version is None or item.is_current else {"VersionId": item.version}
        answer = self._session.ask(question, "get_object", {"Key": item.key, **version}, first)
        if is_vouched_for(answer.headers):
            self._session.granted(question, answer)
        else:
            doubt = Judgement(Truth.UNKNOWN, Truth.UNKNOWN, SkipReason.SERVER_ERROR, "a page of no storage service")
            self.notes.refused(question, doubt, answer.status, request_id_of(answer.headers))
        return answer

    def _base(self) -> str:
        """The bucket's address with its slash, where the bucket is by now."""
        target = self._session.target
        if self._based is None or self._based[0] is not target:
            self._based = (target, object_url(target, ""))
        return self._based[1]


def _owner_named(target: BucketTarget) -> OwnerHints:
    """The account that a name in its owner's own namespace tells."""
    match = _ACCOUNT_NAME.fullmatch(target.name)
    return OwnerHints(account_id=match["account"]) if match else OwnerHints()
