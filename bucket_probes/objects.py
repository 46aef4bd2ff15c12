"""Reads one object: a document, the header of a dictation, or the reason why it is neither."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from bucket_probes.errors import AnswerBrokeError, ProbeError
from bucket_probes.probe import BucketProbe
from documents.body import Body, BodyTooLargeError
from documents.buckets import Question
from documents.dictation import HEADER_BYTES
from documents.exposure import Exposure, TlsState, Transport, Truth
from documents.media_type import PDF_HEADER_BYTES
from documents.records import Document, Entry, EntryKind, SkipReason
from documents.sink import Sink
from documents.unchanged import LedTo
from fetching.bucket_listings import ListedObject
from fetching.endings import Family, family_of
from fetching.errand import Errand
from fetching.errors import FetchingError
from fetching.recordings import is_to_be_heard, is_without_text, told_by_head
from fetching.wire import Answer

# Objects whose names do not say what they are, and that are larger than this, bytes, show their first bytes before they
# are fetched whole. By default a unit may receive 5 GB in 20,000 requests, which is 250 kB each: up to there a second
# request costs more than the bytes that it might save.
SNIFFED_ABOVE: Final = 256 << 10
# First bytes that are asked for then: as many as `sniff` looks for a mark in.
SNIFF_BYTES: Final = PDF_HEADER_BYTES
# Answer headers kept as evidence. Not the object's own metadata: people write names into it.
_EVIDENCE_HEADERS: Final = (
    "content-type content-length content-encoding last-modified etag date server x-amz-request-id x-amz-version-id "
    "x-amz-storage-class x-amz-bucket-region x-goog-generation x-goog-storage-class x-guploader-uploadid "
    "x-ms-request-id x-ms-version-id x-ms-blob-type x-ms-access-tier"
).split()
_PART: Final = 206
_FROM_THE_START: Final = re.compile(r"\s*bytes\s+0-\d+/(?:\d+|\*)\s*", re.IGNORECASE)

Failure = FetchingError | ProbeError


class Objects:
    """Fetches objects into the sink.

    Args:
        errand: limits, folder for bodies.
        probe: asks the service.
        sink: takes documents, and what headers of dictations say.
    """

    def __init__(self, errand: Errand, probe: BucketProbe, sink: Sink) -> None:
        self._errand = errand
        self._probe = probe
        self._sink = sink

    def fetch(self, item: ListedObject, url: str, parent: str | None, *, head: bool = False) -> Failure | None:
        """Hand on one object, or say why not.

        Args:
            item: what to fetch.
            url: its canonical address.
            parent: the listing that named it; None for a known key.
            head: its first bytes only, for it is a dictation. So is a known key with such an ending.
        """
        try:
            if head or (parent is None and family_of(_name(item)) is Family.DICTATION):
                return self._head(item, url, parent)
            if parent and _tells_nothing(item) and not self._may_hold_text(item):
                return ProbeError(SkipReason.UNSUPPORTED_TYPE, "its first bytes are of no type that holds text")
            return self._whole(item, url, parent)
        except BodyTooLargeError as error:
            return ProbeError(SkipReason.TOO_LARGE, f"over {error.limit} bytes")
        except (FetchingError, ProbeError) as error:
            return error
        except OSError:  # the machine's trouble, not the object's
            raise
        except Exception as error:  # noqa: BLE001 - hostile content must not cost the bucket
            return AnswerBrokeError(error)

    def _whole(self, item: ListedObject, url: str, parent: str | None) -> Failure | None:
        question = Question.READ if parent else Question.READ_KNOWN_KEY
        with self._probe.read(item, question=question) as answer:
            return self._taken(item, url, parent, answer, answer.chunks())

    def _taken(
        self, item: ListedObject, url: str, parent: str | None, answer: Answer, chunks: Iterator[bytes]
    ) -> Failure | None:
        limit = self._errand.limits.body_bytes
        if answer.length is not None and answer.length > limit:
            raise BodyTooLargeError(limit)
        body = Body.from_chunks(chunks, limit, self._errand.spool_dir)
        if _is_short(body, answer, item):
            body.close()
            return ProbeError(SkipReason.TRUNCATED, "shorter than listed")
        if parent is None:
            self._sink.entry(Entry(url, EntryKind.FILE, _name(item), body.size, selected=True))
        self._sink.document(_document(url, answer, body, parent, item))
        return None

    def _head(self, item: ListedObject, url: str, parent: str | None) -> Failure | None:
        """What the first bytes of a dictation say; the whole of what is none after all, or is to be heard."""
        question = Question.READ if parent else Question.READ_KNOWN_KEY
        head = self._first_bytes(item, HEADER_BYTES, question)
        told = told_by_head(head, url, _name(item), item.size, parent)
        if told is None:
            return self._whole(item, url, parent)
        entries, skipped = told
        self._sink.listed(entries)
        if self._is_to_be_heard(head, item):
            return self._whole(item, url, parent)
        self._sink.skipped(skipped)
        return None

    def _is_to_be_heard(self, head: bytes, item: ListedObject) -> bool:
        return self._errand.hears and is_to_be_heard(head, item.size, self._errand.limits.body_bytes)

    def _may_hold_text(self, item: ListedObject) -> bool:
        head = self._first_bytes(item, SNIFF_BYTES)
        return not is_without_text(head) or self._is_to_be_heard(head, item)

    def _first_bytes(self, item: ListedObject, count: int, question: Question = Question.READ) -> bytes:
        """The first bytes, whether the service keeps to the range or sends everything; the rest is not received."""
        with self._probe.read(item, first=count, question=question) as answer:
            if answer.status == _PART and not _FROM_THE_START.fullmatch(answer.headers.get("content-range", "")):
                raise ProbeError(SkipReason.TRUNCATED, "another part than was asked for")
            head = bytearray()
            for chunk in answer.chunks():
                head += chunk
                if len(head) >= count:
                    break
            return bytes(head[:count])


def _name(item: ListedObject) -> str:
    """As entries have it: bytes that are no text shown as question marks."""
    return item.key.rstrip("/").rpartition("/")[2].encode("utf-8", "replace").decode()


def _tells_nothing(item: ListedObject) -> bool:
    """Is it large, and does its name not say what it is?"""
    return item.size is not None and item.size > SNIFFED_ABOVE and family_of(_name(item)) is None


def _is_short(body: Body, answer: Answer, item: ListedObject) -> bool:
    """Without an announced length a body ends where the connection does: then the listing's size is what tells."""
    unannounced = answer.length is None and "content-encoding" not in answer.headers
    return unannounced and item.size is not None and body.size < item.size


def _document(url: str, answer: Answer, body: Body, parent: str | None, item: ListedObject) -> Document:
    return Document(
        url=answer.url if answer.redirected else url,
        body=body,
        fetched_at=datetime.now(UTC),
        status=answer.status,
        headers={name: answer.headers[name] for name in _EVIDENCE_HEADERS if name in answer.headers},
        requested_url=url if answer.redirected else None,
        parent=parent,
        exposure=_exposure(answer.url if answer.redirected else url, parent, item),
        led_to=LedTo(),
    )


def _exposure(url: str, parent: str | None, item: ListedObject) -> Exposure:
    """Nobody but the service stands before an object: what anyone was given asks no login, and TLS was verified."""
    transport = Transport(urlsplit(url).scheme)
    return Exposure(
        reached_by=(parent,) if parent else (),
        transport=transport,
        tls=TlsState.VALID if transport is Transport.HTTPS else TlsState.NONE,
        listed=Truth.YES if parent else Truth.NO,
        is_listing=Truth.NO,
        auth_above=Truth.NO,
        is_current=Truth.YES if item.is_current else Truth.NO,
    )
