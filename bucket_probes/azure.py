"""Azure Blob, anonymously: one container's access, listing, earlier versions and blobs."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Iterator
from functools import partial
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from bucket_probes.access import AccessNotes, Facts, Judgement, nothing_known
from bucket_probes.azure_answers import ends_account, is_service, judge, parse_error, request_id
from bucket_probes.azure_client import BuiltRequest, ContainerRequests, RequestNotMadeError
from bucket_probes.azure_dns import account_by_dns
from bucket_probes.errors import ListingBrokenError, ProbeError, RefusedError
from bucket_probes.probe import ListingPage
from documents.buckets import Question
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.azure_listings import AzureListing, as_utf8, parse_azure_listing, version_in_address
from fetching.bucket_listings import ListedObject
from fetching.dialler import Dialler
from fetching.errors import NoAnswerError
from fetching.wire import Answer, Wire
from fetching.xml_stream import root_name
from scope.bucket_urls import object_url, service_url
from scope.model import BucketTarget

# Largest listing page that is read, bytes: 5,000 blobs with some 1.2 kB of properties and names of 1,024 characters,
# a third of them written as %XX%XX%XX, come to 20 MB.
LISTING_BYTES = 32 << 20
# Largest error document that is read, bytes. Azure's are below 1 kB; larger ones are some proxy's HTML.
ERROR_BYTES = 64 << 10
# Pages without a single blob, one after another, after which a listing is taken for endless. The service may end a
# page early, at the border of a partition; it has not been seen to do so 100 times in a row.
EMPTY_PAGES = 100
# Blobs that are asked for to learn whether a container can be listed.
FEW_BLOBS = 2
# Bytes of chance in the name of a blob that nobody has.
_NOBODYS_KEY_BYTES = 16
# What to ask for besides current blobs, the most first: accounts differ in what they keep, and refuse what they do not.
_KEPT = (("snapshots", "versions", "deleted"), ("snapshots", "deleted"), ("deleted",), ("snapshots",))
# Reasons after which the next question would wait in vain as well.
_LOST = frozenset(
    [SkipReason.HOST_DOWN, SkipReason.TIMED_OUT, SkipReason.DNS_ERROR, SkipReason.TLS_ERROR, SkipReason.THROTTLED]
)
_PLAIN = re.compile(r"[A-Za-z0-9/._~-]*")
_OK, _PART, _NO_SUCH_RANGE = 200, 206, 416
_ROOT, _WEB = "$root", "$web"


class AzureProbe:
    """Asks one container. Implements `BucketProbe`.

    Once an answer shows that the account is not there, or shut to the public, nothing more is asked of it.

    Args:
        target: the container, its account or endpoint, its prefix.
        wire: carries every request.
        dialler: resolves the account's host.
    """

    def __init__(self, target: BucketTarget, wire: Wire, dialler: Dialler) -> None:
        self._target = target
        self._wire = wire
        self._dialler = dialler
        self._notes = AccessNotes(nothing_known(target))
        self._service = service_url(target)
        self._requests = ContainerRequests(self._service, target.name)
        self._base = object_url(target, "").partition("?")[0]
        self._ended: Judgement | None = None
        self._looked_up = False
        self._kept = 0

    @property
    def notes(self) -> AccessNotes:
        """See `BucketProbe`."""
        return self._notes

    def url_of(self, item: ListedObject) -> str:
        """See `BucketProbe`. A blob of the root container lies right below the account."""
        key = item.key
        base = f"{self._service}/" if self._target.name == _ROOT and "/" not in key else self._base
        url = base + (key if _PLAIN.fullmatch(key) else quote(key.encode("utf-8", "surrogateescape"), safe="/-_.~"))
        version = None if item.is_current else version_in_address(item)
        return f"{url}?{version[0]}={quote(version[1], safe='')}" if version else url

    def state(self) -> None:
        """See `BucketProbe`. What a container that is not listable can still be told by: a blob that nobody has."""
        for ask in (self._list_few, self._properties, self._acl, self._versions, self._nobodys_blob):
            try:
                ask()
            except NoAnswerError as error:  # it is in the notes
                if error.reason in _LOST:
                    return
            except ProbeError:
                if self._ended:
                    return

    def pages(self, start: str | None = None) -> Iterator[ListingPage]:
        """See `BucketProbe`."""
        yield from self._walk(start or None, self._current)

    def old_versions(self, start: str | None = None) -> Iterator[ListingPage]:
        """See `BucketProbe`. What is current is left out; what is deleted and kept for a while is there, unreadable."""
        kept, _, marker = (start or "").partition(" ")
        self._kept = int(kept) if start else self._kept
        for page in self._walk(marker or None, self._with_kept):
            old = tuple(item for item in page.objects if item.deleted or not item.is_current)
            yield ListingPage(old, f"{self._kept} {page.next}" if page.next else None)

    def read(self, item: ListedObject, *, first: int | None = None, question: Question = Question.READ) -> Answer:
        """See `BucketProbe`."""
        version = None if item.is_current else version_in_address(item)
        part = None if first is None else max(first, 1)
        answer = self._ask(question, partial(self._requests.blob, item.key, version, part))
        if answer.status == _NO_SUCH_RANGE and part:  # an empty blob has no first byte
            answer.close()
            answer = self._ask(question, partial(self._requests.blob, item.key, version))
        if answer.status != _OK and not (answer.status == _PART and part):
            with answer:
                raise self._refused(question, answer, _body_of(answer))
        self._granted(question, answer)
        return answer

    def _list_few(self) -> None:
        self._current(None, FEW_BLOBS)

    def _properties(self) -> None:
        """Of the container; they tell how far it is open."""
        with self._ask(Question.EXISTS, self._requests.properties) as answer:
            body = _body_of(answer)
            if answer.status != _OK or body.strip() or not is_service(answer.headers):
                raise self._refused(Question.EXISTS, answer, body)
            level = answer.headers.get("x-ms-blob-public-access", "").strip().lower()
            self._granted(Question.EXISTS, answer)
            self._notes.learned(Facts(rights=(level,) if level in ("blob", "container") else ()))

    def _acl(self) -> None:
        with self._ask(Question.ACL, self._requests.acl) as answer:
            body = _body_of(answer)
            if answer.status != _OK or root_name(as_utf8(body)) != "SignedIdentifiers":
                raise self._refused(Question.ACL, answer, body)
            self._granted(Question.ACL, answer)

    def _versions(self) -> None:
        if self._notes.permitted(Question.LIST) is Truth.YES:
            self._with_kept(None, FEW_BLOBS)

    def _nobodys_blob(self) -> None:
        """Ask for a blob that is not there: only where anyone may read blobs is that said so."""
        if self._notes.permitted(Question.LIST) is Truth.YES:
            return
        key = f"{self._target.prefix}{secrets.token_hex(_NOBODYS_KEY_BYTES)}"
        with self._ask(Question.READ, partial(self._requests.blob, key, first=1)) as answer:
            body = _body_of(answer)
            if answer.status not in (_OK, _PART):
                raise self._refused(Question.READ, answer, body)
            # Not the service's doing: something in between has a page for everything.
            self._end(Question.READ, answer.status, "200 for any name", Truth.UNKNOWN)

    def _current(self, marker: str | None, most: int | None = None) -> AzureListing:
        return self._page(Question.LIST, partial(self._requests.listing, self._target.prefix, marker, most=most))

    def _with_kept(self, marker: str | None, most: int | None = None) -> AzureListing:
        """A page with what is kept of earlier states; where the account keeps no such, with what it does keep."""
        while True:
            build = partial(self._requests.listing, self._target.prefix, marker, _KEPT[self._kept], most)
            try:
                return self._page(Question.VERSIONS, build)
            except RefusedError as refused:
                can_ask_less = refused.judgement.reason is SkipReason.SERVER_ERROR and self._kept + 1 < len(_KEPT)
                if marker or self._ended or not can_ask_less:
                    raise
                self._kept += 1

    def _page(self, question: Question, build: Callable[[], BuiltRequest]) -> AzureListing:
        with self._ask(question, build) as answer:
            if answer.status != _OK:
                raise self._refused(question, answer, _body_of(answer))
            try:
                body = answer.read(LISTING_BYTES)
            except NoAnswerError as error:
                self._notes.unanswered(question, error.reason)
                raise
            page = parse_azure_listing(body)
            if page is None:
                raise self._refused(question, answer, body[:ERROR_BYTES])
            self._granted(question, answer)
            return page

    def _walk(self, marker: str | None, ask: Callable[[str | None], AzureListing]) -> Iterator[ListingPage]:
        """All pages from a marker on. The last page that is handed out names no next one."""
        seen: set[bytes] = set()
        empty = 0
        while True:
            page = ask(marker)
            marker = page.next_marker
            empty = 0 if page.objects or page.prefixes else empty + 1
            marks = {_digest([marker])} if marker else set[bytes]()
            if page.objects:
                marks.add(_digest([f"{item.key}\0{item.version}" for item in page.objects]))
            circles = empty > EMPTY_PAGES or bool(marks & seen)
            seen |= marks
            goes_on = bool(marker) and not page.damaged and not circles
            yield ListingPage(page.objects, marker if goes_on else None)
            if page.damaged:
                raise ListingBrokenError("page breaks off")
            if marker and circles:
                raise ListingBrokenError("listing does not advance")
            if not goes_on:
                return

    def _ask(self, question: Question, build: Callable[[], BuiltRequest]) -> Answer:
        self._look_up()
        if self._ended:
            raise RefusedError(self._ended)
        try:
            request = build()
        except RequestNotMadeError as error:
            raise ProbeError(SkipReason.UNREADABLE, str(error)) from None
        try:
            return self._wire.get(request.url, request.headers)
        except NoAnswerError as error:
            self._notes.unanswered(question, error.reason)
            raise

    def _look_up(self) -> None:
        """Once: is there such an account, by DNS? An account at an endpoint of its own kind has no host to tell."""
        if self._looked_up:
            return
        self._looked_up = True
        parts = urlsplit(self._service)
        host = (parts.hostname or "").rstrip(".")
        if host.partition(".")[0] != self._target.account or _is_address(host) or "." not in host:
            return
        answer = account_by_dns(self._dialler, host, parts.port or (443 if parts.scheme == "https" else 80))
        exists = Truth.NO if answer.account is Truth.NO else Truth.UNKNOWN
        facts = Facts(account_exists=answer.account)
        judgement = Judgement(exists, Truth.UNKNOWN, SkipReason.NOT_FOUND, answer.code, facts=facts)
        self._notes.refused(Question.DNS, judgement, None, "")
        if exists is Truth.NO:
            self._ended = judgement

    def _granted(self, question: Question, answer: Answer) -> None:
        self._notes.granted(question, answer.status, request_id(answer.headers))
        self._notes.learned(Facts(account_exists=Truth.YES))
        self._tell_website()

    def _refused(self, question: Question, answer: Answer, body: bytes) -> RefusedError:
        judgement = judge(question, answer.status, answer.headers, parse_error(answer.headers, body))
        self._notes.refused(question, judgement, answer.status, request_id(answer.headers))
        self._tell_website()
        if ends_account(judgement):
            self._ended = judgement
        return RefusedError(judgement)

    def _end(self, question: Question, status: int, code: str, exists: Truth) -> None:
        self._ended = Judgement(exists, Truth.UNKNOWN, SkipReason.SERVER_ERROR, code)
        self._notes.refused(question, self._ended, status, "")

    def _tell_website(self) -> None:
        """`$web` is made by switching on the account's web site; in which zone that is served, no answer tells."""
        if self._target.name == _WEB and self._notes.exists is Truth.YES:
            self._notes.learned(Facts(website=Truth.YES))


def _body_of(answer: Answer) -> bytes:
    """A small body; nothing where it does not come whole or is too large to be an error document."""
    try:
        return answer.read(ERROR_BYTES)
    except NoAnswerError:
        return b""


def _digest(texts: list[str]) -> bytes:
    return hashlib.blake2b("\n".join(texts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
