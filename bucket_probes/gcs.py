"""Google Cloud Storage, anonymously: what anyone may do with a bucket, its objects and their older generations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import quote

from bucket_probes.access import AccessNotes, Facts, Judgement
from bucket_probes.errors import ProbeError, RefusedError
from bucket_probes.gcs_answers import facts_of_acl, facts_of_bucket, is_vouched_for, rights_of
from bucket_probes.gcs_pages import GcsPages
from bucket_probes.gcs_session import NOT_IN_RANGE, OK, PART, RECORD_BYTES, GcsSession, read_body
from bucket_probes.probe import ListingPage
from documents.buckets import Question
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.bucket_listings import ListedObject
from fetching.errors import NoAnswerError, UrlDeniedError
from fetching.wire import Answer, Wire
from scope.bucket_urls import object_url
from scope.model import BucketTarget

# All that testPermissions is asked about: reading, and what shows how far a bucket is open. Those that write are only
# asked about, never tried.
RIGHTS = (
    "storage.buckets.get storage.buckets.getIamPolicy storage.buckets.setIamPolicy storage.buckets.update "
    "storage.buckets.delete storage.objects.list storage.objects.get storage.objects.getIamPolicy "
    "storage.objects.setIamPolicy storage.objects.create storage.objects.update storage.objects.delete"
).split()
_TOLD = {"storage.objects.list": Question.LIST, "storage.objects.get": Question.READ}
# A key that needs no quoting.
_PLAIN = re.compile(r"[A-Za-z0-9/._~-]*")
# An object may be stored packed: packed it comes with its length, so that a cut shows. The wire unpacks it.
_AS_STORED = {"Accept-Encoding": "gzip"}
# After these there is no contact: each further question may cost the whole timeout.
_NO_CONTACT = frozenset(
    [
        SkipReason.HOST_DOWN, SkipReason.TIMED_OUT, SkipReason.DNS_ERROR, SkipReason.TLS_ERROR, SkipReason.PROXY_FAILED
    ]
)  # fmt: skip


class GcsProbe:
    """Asks one bucket of Google Cloud Storage. Implements `BucketProbe`.

    Args:
        target: the bucket, its prefix; its endpoint where it is not Google's.
        wire: carries every request.
    """

    def __init__(self, target: BucketTarget, wire: Wire) -> None:
        self._session = GcsSession(target, wire)
        self._pages = GcsPages(self._session)
        self._base = object_url(target, "")

    @property
    def notes(self) -> AccessNotes:
        """See `BucketProbe`."""
        return self._session.notes

    def url_of(self, item: ListedObject) -> str:
        """See `BucketProbe`. Of the XML interface, where a browser would read it."""
        key = item.key
        if not _PLAIN.fullmatch(key):
            key = quote(key.encode("utf-8", "surrogateescape"), safe="/-_.~")
        if item.version is None or item.is_current:
            return self._base + key
        return f"{self._base}{key}?generation={quote(item.version, safe='')}"

    def state(self) -> None:
        """See `BucketProbe`. What anyone may do, the service tells in one answer; the others are its witnesses."""
        if not _goes_on(self._pages.open_or_not) or self._pages.json_is_down:
            return
        if not _goes_on(self._ask_permissions) or self.notes.exists is Truth.NO:  # has to be said by both
            return
        for question in (lambda: self._pages.first(Question.VERSIONS), self._ask_record, self._ask_acl):
            if not _goes_on(question):
                return

    def pages(self, start: str | None = None) -> Iterator[ListingPage]:
        """See `BucketProbe`."""
        return self._pages.current(start)

    def old_versions(self, start: str | None = None) -> Iterator[ListingPage]:
        """See `BucketProbe`."""
        return self._pages.old(start)

    def after(self, key: str, *, old: bool = False) -> str | None:
        """See `BucketProbe`. Its listings go on by words of the service's own, so a bucket here is never cut."""
        return None

    def read(self, item: ListedObject, *, first: int | None = None, question: Question = Question.READ) -> Answer:
        """See `BucketProbe`. The XML interface is asked; where it gives no verdict, the JSON interface."""
        if item.size == 0:
            first = None  # an empty object has no first byte
        wanted = {} if first is None else {"Range": f"bytes=0-{max(first, 1) - 1}"}
        session = self._session
        try:
            return self._object(question, lambda: session.carry(self.url_of(item), _AS_STORED | wanted), first)
        except RefusedError as error:
            if error.judgement.code == str(NOT_IN_RANGE):
                return self.read(replace(item, size=0), question=question)  # it is empty
            if error.reason is not SkipReason.SERVER_ERROR:
                raise
        older = None if item.is_current else item.version
        return self._object(question, lambda: session.bucket.media(item.key, older and int(older), first), first)

    def _object(self, question: Question, act: Callable[[], None], first: int | None) -> Answer:
        session = self._session
        answer = session.ask(question, act)
        if answer.status == OK or (answer.status == PART and first is not None):
            if is_vouched_for(answer.headers):
                session.granted(question, answer)
            else:
                doubt = Judgement(Truth.UNKNOWN, Truth.UNKNOWN, SkipReason.SERVER_ERROR, "a page of no storage service")
                session.refused(question, answer, doubt)
            return answer
        with answer:
            body, failure = read_body(answer, RECORD_BYTES)
        if answer.status == NOT_IN_RANGE and first is not None:
            out = Judgement(Truth.UNKNOWN, Truth.UNKNOWN, SkipReason.SERVER_ERROR, str(NOT_IN_RANGE))
            raise session.refused(question, answer, out)
        raise session.not_given(question, answer, body, failure)

    def _ask_permissions(self) -> None:
        kind = "storage#testIamPermissionsResponse"
        said = self._session.record(Question.PERMISSIONS, lambda: self._session.bucket.permissions(RIGHTS), kind)
        rights = rights_of(said)
        self.notes.learned(Facts(rights=rights))
        for right in rights:
            if right in _TOLD:
                self.notes.told(_TOLD[right], Truth.YES)

    def _ask_record(self) -> None:
        said = self._session.record(Question.REGION, self._session.bucket.metadata, "storage#bucket")
        self.notes.learned(facts_of_bucket(said))

    def _ask_acl(self) -> None:
        said = self._session.record(Question.ACL, self._session.bucket.acl, "storage#bucketAccessControls")
        self.notes.learned(facts_of_acl(said.get("items")))


def _goes_on(ask: Callable[[], None]) -> bool:
    """Ask; what went wrong is in the notes. Is there any use in asking more?

    Raises FetchingError where every further question would end the same way.
    """
    try:
        ask()
    except ProbeError as error:
        return error.reason is not SkipReason.THROTTLED
    except NoAnswerError as error:
        if error.reason is SkipReason.THROTTLED:
            raise
        return error.reason not in _NO_CONTACT
    except UrlDeniedError as error:  # a question that the scope does not cover
        if error.reason is SkipReason.AUTHORITY_EXPIRED:
            raise
    return True
