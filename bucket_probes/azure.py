"""Azure Blob, anonymously: one container's access, listing, earlier versions and blobs."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from functools import partial
from urllib.parse import quote

from bucket_probes.access import AccessNotes, Facts, Judgement
from bucket_probes.azure_answers import is_page, is_service, parse_error
from bucket_probes.azure_paging import AzurePages
from bucket_probes.azure_session import AzureSession, small_body
from bucket_probes.errors import ProbeError, RefusedError
from bucket_probes.probe import ListingPage
from documents.buckets import Question
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.azure_listings import as_utf8, version_in_address
from fetching.bucket_listings import ListedObject
from fetching.dialler import Dialler
from fetching.errors import NoAnswerError, UrlDeniedError
from fetching.wire import Answer, Wire
from fetching.xml_stream import root_name
from scope.bucket_urls import object_url
from scope.model import BucketTarget

# Blobs that are asked for to learn whether a container can be listed.
FEW_BLOBS = 2
# Bytes of chance in the name of a blob that nobody has.
_NOBODYS_KEY_BYTES = 16
# Reasons after which the next question would wait in vain as well.
_LOST = frozenset(
    [
        SkipReason.HOST_DOWN, SkipReason.TIMED_OUT, SkipReason.DNS_ERROR, SkipReason.TLS_ERROR, SkipReason.PROXY_FAILED
    ]
)  # fmt: skip
_PLAIN = re.compile(r"[A-Za-z0-9/._~-]*")
_OK, _PART, _NO_SUCH_RANGE = 200, 206, 416


class AzureProbe:
    """Asks one container. Implements `BucketProbe`.

    Args:
        target: the container, its account or endpoint, its prefix.
        wire: carries every request.
        dialler: resolves the account's host.
    """

    def __init__(self, target: BucketTarget, wire: Wire, dialler: Dialler) -> None:
        self._session = AzureSession(target, wire, dialler)
        self._pages = AzurePages(self._session)
        self._base = object_url(target, "")

    @property
    def notes(self) -> AccessNotes:
        """See `BucketProbe`."""
        return self._session.notes

    def url_of(self, item: ListedObject) -> str:
        """See `BucketProbe`."""
        key = item.key
        url = self._base + (
            key if _PLAIN.fullmatch(key) else quote(key.encode("utf-8", "surrogateescape"), safe="/-_.~")
        )
        version = None if item.is_current else version_in_address(item)
        return f"{url}?{version[0]}={quote(version[1], safe='')}" if version else url

    def state(self) -> None:
        """See `BucketProbe`. What a container that is not listable can still be told by: a blob that nobody has."""
        for ask in (self._list_few, self._properties, self._acl, self._kept_few, self._nobodys_blob):
            try:
                ask()
            except UrlDeniedError as error:  # this one; the others may be inside the scope
                if error.reason is SkipReason.AUTHORITY_EXPIRED:
                    raise
            except NoAnswerError as error:  # it is in the notes
                if error.reason is SkipReason.THROTTLED:
                    raise
                if error.reason in _LOST:
                    return
            except ProbeError:  # in the notes too
                # A no is asked for twice, by two questions: some lie to one of them only.
                if self._session.ended or (self.notes.exists is Truth.NO and ask != self._list_few):
                    return

    def pages(self, start: str | None = None) -> Iterator[ListingPage]:
        """See `BucketProbe`."""
        return self._pages.pages(start)

    def old_versions(self, start: str | None = None) -> Iterator[ListingPage]:
        """See `BucketProbe`. What is deleted and kept for a while is there as well; it can not be read."""
        return self._pages.old_versions(start)

    def after(self, key: str, *, old: bool = False) -> str | None:
        """See `BucketProbe`. Its listings go on by words of the service's own, so a bucket here is never cut."""
        return None

    def read(self, item: ListedObject, *, first: int | None = None, question: Question = Question.READ) -> Answer:
        """See `BucketProbe`."""
        version = None if item.is_current else version_in_address(item)
        part = None if first is None else max(first, 1)
        answer = self._ask_for_blob(question, item.key, version, part)
        if answer.status == _NO_SUCH_RANGE and part:  # an empty blob has no first byte
            answer.close()
            answer = self._ask_for_blob(question, item.key, version)
        if answer.status != _OK and not (answer.status == _PART and part):
            with answer:
                raise self._session.refused(question, answer, small_body(answer))
        if is_page(answer.headers) or "x-ms-error-code" in answer.headers:
            with answer:
                raise RefusedError(self._unvouched(question, answer.status, "a page of no storage service"))
        self._session.granted(question, answer)
        return answer

    def _ask_for_blob(
        self, question: Question, key: str, version: tuple[str, str] | None, first: int | None = None
    ) -> Answer:
        return self._session.ask(question, partial(self._session.requests.blob, key, version, first))

    def _list_few(self) -> None:
        self._pages.current(None, FEW_BLOBS)

    def _kept_few(self) -> None:
        if self.notes.permitted(Question.LIST) is Truth.YES:
            self._pages.kept(None, FEW_BLOBS)

    def _properties(self) -> None:
        """Of the container; they tell how far it is open."""
        with self._session.ask(Question.EXISTS, self._session.requests.properties) as answer:
            body = small_body(answer)
            if answer.status != _OK or body.strip() or not is_service(answer.headers):
                raise self._session.refused(Question.EXISTS, answer, body)
            level = answer.headers.get("x-ms-blob-public-access", "").strip().lower()
            facts = Facts(rights=(level,) if level in ("blob", "container") else ())
            self._session.granted(Question.EXISTS, answer, facts)

    def _acl(self) -> None:
        with self._session.ask(Question.ACL, self._session.requests.acl) as answer:
            body = small_body(answer)
            if answer.status != _OK or root_name(as_utf8(body)) != "SignedIdentifiers":
                raise self._session.refused(Question.ACL, answer, body)
            self._session.granted(Question.ACL, answer)

    def _nobodys_blob(self) -> None:
        """Ask for a blob that is not there: only where anyone may read blobs is that said so."""
        if self.notes.permitted(Question.LIST) is Truth.YES:
            return
        key = f"{self._session.target.prefix}{secrets.token_hex(_NOBODYS_KEY_BYTES)}"
        with self._ask_for_blob(Question.READ, key, None, 1) as answer:
            body = small_body(answer)
            if answer.status not in (_OK, _PART):
                raise self._session.refused(Question.READ, answer, body)
            # Not as the service does it, whether what is given are blobs or not.
            judgement = self._unvouched(Question.READ, answer.status, f"{answer.status} for any name")
            is_error = bool(parse_error(answer.headers, body).code)
            if is_error or is_page(answer.headers, body) or answer.length == 0:
                self._session.ended = judgement

    def _unvouched(self, question: Question, status: int, code: str) -> Judgement:
        judgement = Judgement(Truth.UNKNOWN, Truth.UNKNOWN, SkipReason.SERVER_ERROR, code)
        self.notes.refused(question, judgement, status, "")
        return judgement
