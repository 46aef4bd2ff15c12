"""Single places over HTTP, objects of buckets among them: each asked once, and what came judged as a crawl would."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urljoin, urlsplit

from bucket_probes.source import authorities
from crawler.listings import parse_listing
from crawler.listings.listing import Listing
from crawler.robots import ROBOTS_BYTES, Rules, product_token, rules_of_answer
from crawler.soft_404 import Likeness, canary_url, kind_of, likeness_of, refusal
from documents.body import Body, BodyTooLargeError
from documents.exposure import Exposure, TlsState, Transport, Truth
from documents.records import Document, Skipped, SkipReason
from fetching.dialler import Dialler
from fetching.errand import Errand
from fetching.errors import FetchingError, NotAskedError
from fetching.known_places import KnownPlace
from fetching.statuses import reason_of_status
from fetching.wire import Answer, Wire
from scope.model import BucketTarget, CertificatePolicy, RobotsPolicy, SiteTarget
from scope.units import Unit
from scope.urls import canonical_url

# Bytes of a bucket's refusal that are read for its code: such answers have a few hundred.
_REFUSAL_BYTES: Final = 64 << 10
_CODE: Final = re.compile(rb"<Code>([A-Za-z]{1,64})</Code>")
# Codes by which a bucket says more than its status does: that there is no such bucket is not said of the object.
_WHOLE_BUCKET: Final = frozenset({"NoSuchBucket", "ContainerNotFound", "AllAccessDisabled", "AccountIsDisabled"})
_EVIDENCE_HEADERS: Final = (
    "content-type content-length content-encoding last-modified etag date server location content-disposition "
    "x-amz-request-id x-amz-version-id x-goog-generation x-ms-request-id"
).split()


class WebPlaces:
    """Asks for one place after another at one unit's host. Use as a context manager.

    Args:
        unit: whose places.
        errand: guard, limits, budget, pace, conduct log.
    """

    def __init__(self, unit: Unit, errand: Errand) -> None:
        self._unit = unit
        self._errand = errand
        self._wire = Wire(errand, Dialler.of(errand), _trust(unit))
        self._nonsense: dict[str, Likeness | None] = {}
        self._rules: dict[str, Rules] = {}

    def __enter__(self) -> WebPlaces:
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.close()

    def ask(self, place: KnownPlace) -> Document | Skipped:
        """The place's answer.

        Raises:
            NotAskedError: neither this nor any other place can be asked any more, or the guard does not allow this one.
        """
        try:
            if refused := self._robots(place.url):
                return Skipped(place.url, *refused, parent=place.parent)
            with self._wire.get(place.url) as answer:
                if reason_of_status(answer.status):
                    return self._refused(place, answer)
                body = Body.from_chunks(answer.chunks(), self._errand.limits.body_bytes, self._errand.spool_dir)
                document = _document(place, answer, body)
            return self._judged(place, document)
        except BodyTooLargeError as error:
            return Skipped(place.url, SkipReason.TOO_LARGE, f"over {error.limit} bytes", parent=place.parent)
        except NotAskedError:
            raise
        except FetchingError as error:
            return Skipped(place.url, error.reason, error.detail, parent=place.parent)

    def listing(self, url: str) -> tuple[Document, Listing] | None:
        """A listing that was read whole; None for anything else. Raises NotAskedError."""
        with suppress(BodyTooLargeError):
            try:
                if self._robots(url):
                    return None
                with self._wire.get(url) as answer:
                    if reason_of_status(answer.status) or answer.redirected:
                        return None
                    body = Body.from_chunks(answer.chunks(), self._errand.limits.body_bytes, self._errand.spool_dir)
                    found = parse_listing(body.read(), url, answer.headers.get("content-type"))
                    if found.is_listing and not found.next_url and not found.unread:
                        whole = _document(KnownPlace(url, None, "", ()), answer, body, is_listing=Truth.YES)
                        return whole, found
                    body.close()
            except NotAskedError:
                raise
            except FetchingError:
                return None
        return None

    def _refused(self, place: KnownPlace, answer: Answer) -> Skipped:
        reason, detail = reason_of_status(answer.status) or (SkipReason.SERVER_ERROR, "")
        if isinstance(self._unit.target, BucketTarget):
            said = _CODE.search(answer.read(_REFUSAL_BYTES))
            detail = said[1].decode() if said else detail
            if detail in _WHOLE_BUCKET and reason is SkipReason.NOT_FOUND:
                reason = SkipReason.SERVER_ERROR  # nobody vouches for it here: a full sweep asks the service
        elif answer.headers.get("www-authenticate"):
            detail += " login"
        return Skipped(place.url, reason, detail, parent=place.parent)

    def _judged(self, place: KnownPlace, document: Document) -> Document | Skipped:
        """What was there before needs no second look; a page in its place may be the host's word for "not here"."""
        if document.body.sha256 == place.sha256 or isinstance(self._unit.target, BucketTarget):
            return document
        found = likeness_of(document.body.read(), document.headers.get("content-type", ""), place.url)
        nothing_there = self._nothing_there(kind_of(place.url)) if found else None
        if found is None or nothing_there is None or not found[0].says_the_same(nothing_there):
            return document
        document.body.close()
        return Skipped(place.url, *refusal(found[0].asks_password), parent=place.parent)

    def _nothing_there(self, kind: str) -> Likeness | None:
        """What the host says with status 200 of an address that can not be there; None where it says so plainly."""
        if kind not in self._nonsense:
            url = canary_url(self._unit.start_url, kind)
            self._nonsense[kind] = None
            try:
                with self._wire.get(url) as answer:
                    if not reason_of_status(answer.status):
                        body = answer.read(self._errand.limits.body_bytes)
                        found = likeness_of(body, answer.headers.get("content-type", ""), url)
                        self._nonsense[kind] = found[0] if found else None
            except NotAskedError:
                raise
            except FetchingError:
                pass
        return self._nonsense[kind]

    def _robots(self, url: str) -> tuple[SkipReason, str] | None:
        """Why robots.txt keeps us out, where the scope says that it is obeyed."""
        target = self._unit.target
        if not isinstance(target, SiteTarget) or target.robots is not RobotsPolicy.OBEY:
            return None
        origin = urljoin(url, "/")
        if origin not in self._rules:
            self._rules[origin] = self._rules_at(urljoin(origin, "/robots.txt"))
        return self._rules[origin].refusal(url)

    def _rules_at(self, url: str) -> Rules:
        agent = product_token(self._errand.user_agent)
        try:
            with self._wire.get(url) as answer:
                body = b"" if reason_of_status(answer.status) else answer.read(ROBOTS_BYTES)
                return rules_of_answer(answer.status, body, agent)
        except NotAskedError as error:
            if error.reason is not SkipReason.DENIED_BY_GUARD:
                raise
            return Rules(None, agent)  # a target below the root of its host: its robots.txt lies outside the scope
        except FetchingError as error:
            return Rules(None, agent, (SkipReason.ROBOTS, f"robots_{error.reason.value}"))


def other_addresses(url: str) -> tuple[str, ...]:
    """The same place by the other scheme, and with or without www; the guard says which of them may be asked."""
    parts = urlsplit(url)
    schemes = {"http": "https", "https": "http"}
    host = parts.netloc.removeprefix("www.") if parts.netloc.startswith("www.") else f"www.{parts.netloc}"
    told = [parts._replace(netloc=host)]
    if parts.scheme in schemes and parts.port is None:
        other = parts._replace(scheme=schemes[parts.scheme])
        told += [other, other._replace(netloc=host)]
    return tuple(canonical_url(each.geturl()) for each in told)


def _document(place: KnownPlace, answer: Answer, body: Body, *, is_listing: Truth = Truth.UNKNOWN) -> Document:
    url = canonical_url(answer.url)
    headers: Mapping[str, str] = answer.headers
    return Document(
        url,
        body,
        datetime.now(UTC),
        answer.status,
        {name: headers[name] for name in _EVIDENCE_HEADERS if name in headers},
        place.url if answer.redirected and url != place.url else None,
        place.parent,
        Exposure(
            transport=Transport(urlsplit(url).scheme),
            tls=TlsState.NONE if url.startswith("http:") else TlsState.UNKNOWN,
            is_listing=is_listing,
        ),
    )


def _trust(unit: Unit) -> ssl.SSLContext | None:
    """Whom to believe: as the unit's own source does."""
    if isinstance(unit.target, BucketTarget):
        return authorities()
    if isinstance(unit.target, SiteTarget) and unit.target.certificates is CertificatePolicy.RECORD:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    return None
