"""Walks one bucket of any service: entries from its listing, documents from its objects, skips for the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from urllib.parse import urlsplit

from bucket_probes.errors import AnswerBrokeError, ProbeError, RefusedError
from bucket_probes.probe import BucketProbe, ListingPage
from documents.body import Body, BodyTooLargeError
from documents.buckets import BucketAccess, Question
from documents.exposure import Exposure, TlsState, Transport, Truth
from documents.records import Document, Entry, EntryKind, Skipped, SkipReason
from documents.sink import Sink
from fetching.bucket_listings import ListedObject
from fetching.budget import BudgetSpentError
from fetching.dialler import AddressDeniedError
from fetching.errand import Errand
from fetching.errors import FetchingError, StoppedError
from fetching.wire import Answer
from scope.model import BucketTarget

# Requests without an answer, one after another, after which the service is taken for gone and the unit ends: each may
# cost the whole timeout, and 5 of 20 s are 100 s in which nothing is learned.
UNANSWERED_IN_A_ROW = 5
# Reasons that say that there was no contact at all.
_NO_CONTACT = frozenset([SkipReason.HOST_DOWN, SkipReason.TIMED_OUT, SkipReason.DNS_ERROR, SkipReason.TLS_ERROR])
# Reasons for which every further request would end the same way.
_FOR_ALL = frozenset([SkipReason.THROTTLED, SkipReason.AUTHORITY_EXPIRED])
# Answer headers kept as evidence. Not the object's own metadata: people write names into it.
_EVIDENCE_HEADERS = (
    "content-type content-length content-encoding last-modified etag date server x-amz-request-id x-amz-version-id "
    "x-amz-storage-class x-amz-bucket-region"
).split()

Failure = FetchingError | ProbeError


class BucketWalk:
    """One walk through one bucket.

    Args:
        errand: limits, conduct log, folder for bodies.
        target: prefix and known keys.
        bucket_url: the bucket's anonymous address, for records about the bucket as a whole.
        probe: asks the service.
        sink: takes the records.
    """

    def __init__(self, errand: Errand, target: BucketTarget, bucket_url: str, probe: BucketProbe, sink: Sink) -> None:
        self._errand = errand
        self._target = target
        self._bucket_url = bucket_url
        self._probe = probe
        self._sink = sink
        self._seen: set[str] = set()
        self._unanswered = 0
        self._known_readable = 0

    def walk(self) -> BucketAccess:
        """Hand everything to the sink; what was learned of the bucket's access."""
        failure = self._listed()
        if failure:
            self._known_keys(failure)
            self._skip(self._bucket_url, failure.reason, self._told(failure))
        access = self._probe.notes.summary()
        self._sink.bucket(access)
        facts = asdict(access)
        facts["evidence"] = [f"{item.question} {item.status} {item.code}".strip() for item in access.evidence]
        self._errand.conduct.observed(self._bucket_url, {"access": facts})
        return access

    def _listed(self) -> Failure | None:
        """Take all pages; why it ended before the last one, or None."""
        try:
            for page in self._pages():
                if ending := self._take(page):
                    return ending
        except (FetchingError, ProbeError) as error:
            return error
        return None

    def _pages(self) -> Iterator[ListingPage]:
        """The probe's pages; what goes wrong with one that nobody foresaw ends the listing, and keeps what it gave."""
        pages = self._probe.pages()
        while True:
            try:
                page = next(pages, None)
            except (FetchingError, ProbeError, OSError):  # OSError: the machine's trouble (a full disk), not a page's
                raise
            except Exception as error:  # noqa: BLE001 - hostile content must not cost the bucket
                raise AnswerBrokeError(error) from None
            if page is None:
                return
            yield page

    def _take(self, page: ListingPage) -> FetchingError | None:
        """All objects of a page, entries first; why nothing more can be asked for, or None."""
        files = [item for item in page.objects if self._entered(item)]
        ending: FetchingError | None = None
        for item in files:
            if ending:
                self._skip(self._probe.url_of(item), ending.reason, ending.detail, self._bucket_url)
            else:
                ending = self._object(item)
        return ending

    def _entered(self, item: ListedObject) -> bool:
        """Record an entry; is it a file, and the first time that it is listed?"""
        if item.key in self._seen:
            return False
        self._seen.add(item.key)
        is_folder = item.key.endswith("/") and not item.size
        self._enter(item, EntryKind.DIRECTORY if is_folder else EntryKind.FILE, self._bucket_url)
        return not is_folder

    def _enter(self, item: ListedObject, kind: EntryKind, parent: str | None) -> None:
        name = item.key.rstrip("/").rpartition("/")[2].encode("utf-8", "replace").decode()
        url = self._probe.url_of(item)
        self._sink.entry(Entry(url, kind, name, item.size, modified=item.modified, parent=parent))

    def _object(self, item: ListedObject) -> FetchingError | None:
        """One listed object: a document or a skip."""
        limit = self._errand.limits.body_bytes
        if item.size is not None and item.size > limit:
            self._skip(self._probe.url_of(item), SkipReason.TOO_LARGE, f"over {limit} bytes", self._bucket_url)
            return None
        failure = self._fetch(item, self._bucket_url)
        if failure is None:
            return None
        self._skip(self._probe.url_of(item), failure.reason, failure.detail, self._bucket_url)
        return self._ending(failure)

    def _known_keys(self, why: Failure) -> None:
        """Keys that the scope names, where the listing did not show them: readable is not listable."""
        ending: Failure | None = why if self._is_hopeless(why) else None
        for key in self._target.known_keys:
            if key in self._seen:
                continue
            self._seen.add(key)
            failure = ending or self._fetch(ListedObject(key), None)
            if failure is None:
                self._known_readable += 1
                continue
            hidden = failure.reason is SkipReason.ACCESS_DENIED and isinstance(failure, RefusedError)
            detail = f"{failure.detail}: missing or private" if hidden and not ending else failure.detail
            self._skip(self._probe.url_of(ListedObject(key)), failure.reason, detail)
            ending = ending or self._ending(failure)

    def _fetch(self, item: ListedObject, parent: str | None) -> Failure | None:
        """Hand on an object as a document, or say why not."""
        url = self._probe.url_of(item)
        question = Question.READ if parent else Question.READ_KNOWN_KEY
        try:
            with self._probe.read(item, question=question) as answer:
                self._check_length(answer)
                body = Body.from_chunks(answer.chunks(), self._errand.limits.body_bytes, self._errand.spool_dir)
        except BodyTooLargeError as error:
            return ProbeError(SkipReason.TOO_LARGE, f"over {error.limit} bytes")
        except (FetchingError, ProbeError) as error:
            return error
        except OSError:  # the machine's trouble, not the object's
            raise
        except Exception as error:  # noqa: BLE001 - hostile content must not cost the bucket
            return AnswerBrokeError(error)
        if _is_short(body, answer, item):
            body.close()
            return ProbeError(SkipReason.TRUNCATED, "shorter than listed")
        self._unanswered = 0
        if parent is None:
            self._enter(ListedObject(item.key, body.size), EntryKind.FILE, None)
        self._sink.document(_document(url, answer, body, parent))
        return None

    def _check_length(self, answer: Answer) -> None:
        limit = self._errand.limits.body_bytes
        if answer.length is not None and answer.length > limit:
            raise BodyTooLargeError(limit)

    def _ending(self, failure: Failure) -> FetchingError | None:
        """The failure itself if it ends the unit."""
        if not isinstance(failure, FetchingError):
            self._unanswered = 0
            return None
        self._unanswered = self._unanswered + 1 if failure.reason in _NO_CONTACT else 0
        return failure if _is_final(failure) or self._unanswered >= UNANSWERED_IN_A_ROW else None

    def _is_hopeless(self, why: Failure) -> bool:
        """Would asking for an object end as the listing did?"""
        if isinstance(why, RefusedError):
            return why.judgement.exists is Truth.NO
        return why.reason in _NO_CONTACT or _is_final(why)

    def _told(self, failure: Failure) -> str:
        """What to say of the bucket as a whole."""
        if failure.reason is not SkipReason.ACCESS_DENIED:
            return failure.detail
        keys = len(self._target.known_keys)
        readable = f"{self._known_readable} of {keys} known keys readable" if keys else "no known keys to try"
        return f"{failure.detail}: exists, not listable, {readable}"

    def _skip(self, url: str, reason: SkipReason, detail: str, parent: str | None = None) -> None:
        self._sink.skipped(Skipped(url, reason, detail, parent=parent))


def _is_final(failure: Failure) -> bool:
    """Would every further request of this unit end the same way?"""
    return isinstance(failure, BudgetSpentError | StoppedError | AddressDeniedError) or failure.reason in _FOR_ALL


def _is_short(body: Body, answer: Answer, item: ListedObject) -> bool:
    """Without an announced length a body ends where the connection does: then the listing's size is what tells."""
    unannounced = answer.length is None and "content-encoding" not in answer.headers
    return unannounced and item.size is not None and body.size < item.size


def _document(url: str, answer: Answer, body: Body, parent: str | None) -> Document:
    return Document(
        url=answer.url if answer.redirected else url,
        body=body,
        fetched_at=datetime.now(UTC),
        status=answer.status,
        headers={name: answer.headers[name] for name in _EVIDENCE_HEADERS if name in answer.headers},
        requested_url=url if answer.redirected else None,
        parent=parent,
        exposure=_exposure(answer.url if answer.redirected else url, parent),
    )


def _exposure(url: str, parent: str | None) -> Exposure:
    """Nobody but the service stands before an object: what anyone was given asks no login, and TLS was verified."""
    transport = Transport(urlsplit(url).scheme)
    return Exposure(
        reached_by=(parent,) if parent else (),
        transport=transport,
        tls=TlsState.VALID if transport is Transport.HTTPS else TlsState.NONE,
        listed=Truth.YES if parent else Truth.NO,
        is_listing=Truth.NO,
        auth_above=Truth.NO,
    )
