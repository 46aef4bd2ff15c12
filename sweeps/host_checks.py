"""Does a unit's host answer as before? Paths that are known to answer are asked before and after its places.

A refusal, or that a listing no longer names a place, is worth nothing where the host refuses everything, shows the same
page for all addresses, or does not answer: docs/gone.md. What a cache has kept says nothing of the host behind it.
"""

from __future__ import annotations

import hashlib
import secrets
import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urljoin

from crawler.soft_404 import Likeness, canary_url, kind_of, likeness_of
from documents.records import SkipReason
from fetching.caches import PAST_CACHES, is_from_cache
from fetching.conduct import Why
from fetching.dialler import Dialler
from fetching.errand import Errand
from fetching.errors import FetchingError, NotAskedError, StoppedError
from fetching.known_places import CANARY_BYTES, KnownPlace
from fetching.statuses import reason_of_status
from fetching.wire import Wire
from findings.records import HostAnswer, HostCheck, Turn
from scope.model import CertificatePolicy, FtpTarget, SiteTarget
from scope.units import Unit, UnitKind
from scope.urls import canonical_url

# Bytes of a start or named page that are read: pages are larger than documents that serve.
PAGE_BYTES: Final = 4 * CANARY_BYTES
# What a path is asked with where a cache had answered for it; digits follow. No word of it acts.
_UNKEPT: Final = "stray-unkept"
_PAGES: Final = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class _Answered:
    """A path's answer; `is_cached` where a cache gave it, and not the host."""

    url: str
    body: bytes
    status: int | None
    content_type: str
    is_cached: bool = False


class HostChecks:
    """The checks of one unit.

    Args:
        unit: whose host.
        errand: guard, budget, pace, conduct log.
        places: what `read_places` gives; those without findings are canary paths.
        tell: takes each check.
    """

    def __init__(
        self, unit: Unit, errand: Errand, places: Iterable[KnownPlace], tell: Callable[[HostCheck], None]
    ) -> None:
        self._unit = unit
        self._errand = errand
        self._tell = tell
        self._canaries = _canaries(unit, tuple(places))
        self._nonsense: dict[str, Likeness | None] = {}

    def before(self) -> None:
        """Ask before the unit's places are."""
        with self._errand.conduct.meant_for(Why.CANARY):
            self._ask_all(Turn.BEFORE)

    def after(self) -> None:
        """Ask when they have been."""
        with self._errand.conduct.meant_for(Why.CANARY):
            self._ask_all(Turn.AFTER)

    def _ask_all(self, turn: Turn) -> None:
        self._nonsense.clear()
        for canary in self._canaries:
            try:
                answered = self._get(canary.url, PAGE_BYTES)
            except StoppedError:
                return
            except FetchingError as error:
                answer = _of_refusal(error.reason, is_document=self._is_document(canary))
                self._told(canary, turn, answer, f"{error.reason} {error.detail}".strip(), None)
            else:
                self._told(canary, turn, *self._weighed(canary, answered), answered)

    def _told(
        self, canary: KnownPlace, turn: Turn, answer: HostAnswer, detail: str, answered: _Answered | None
    ) -> None:
        status, digest, size = None, None, None
        if answered is not None:
            status, digest, size = answered.status, hashlib.sha256(answered.body).hexdigest(), len(answered.body)
        self._tell(HostCheck(canary.url, turn, answer, detail, status, digest, size, datetime.now(UTC)))

    def _is_document(self, canary: KnownPlace) -> bool:
        """Is it a document that earlier sweeps fetched, and neither the unit's start nor named in the scope?"""
        return bool(canary.sha256) and canary.url != self._unit.start_url

    def _weighed(self, canary: KnownPlace, answered: _Answered) -> tuple[HostAnswer, str]:
        """What an answer says of the host; one that a cache had kept does not vouch for it."""
        answer, detail = self._judged(canary, answered)
        if answer is HostAnswer.AS_BEFORE and answered.is_cached:
            return HostAnswer.CHANGED, "from a cache"
        return answer, detail

    def _judged(self, canary: KnownPlace, answered: _Answered) -> tuple[HostAnswer, str]:
        """What an answer says of the host."""
        if answered.status is not None and (refused := reason_of_status(answered.status)):
            return _of_refusal(refused[0], is_document=self._is_document(canary)), refused[1]
        if hashlib.sha256(answered.body).hexdigest() == canary.sha256:
            return HostAnswer.AS_BEFORE, ""
        if answered.url != canonical_url(canary.url):
            return HostAnswer.OTHERWISE, "redirected"
        found = likeness_of(answered.body, answered.content_type, canary.url)
        if self._is_document(canary) and canary.media_type not in _PAGES:
            return (HostAnswer.OTHERWISE, "a page in its place") if found else (HostAnswer.CHANGED, "other bytes")
        return self._page_judged(canary, found[0] if found else None)

    def _page_judged(self, canary: KnownPlace, page: Likeness | None) -> tuple[HostAnswer, str]:
        """Another page than before may be a page that has changed; one that all addresses give is none."""
        if page is not None and page.asks_password:
            return HostAnswer.OTHERWISE, "login_page"
        nothing_there = None if page is None else self._nonsense_answer(kind_of(canary.url))
        if page is not None and nothing_there is not None and page.says_the_same(nothing_there):
            return HostAnswer.OTHERWISE, "the same page for all addresses"
        return HostAnswer.AS_BEFORE, ""

    def _nonsense_answer(self, kind: str) -> Likeness | None:
        """What the host says of an address that can not be there; None where it says plainly that it is not."""
        if kind not in self._nonsense:
            self._nonsense[kind] = None
            url = canary_url(self._unit.start_url, kind)
            with suppress(FetchingError):
                answered = self._get(url, PAGE_BYTES)
                if answered.status is None or not reason_of_status(answered.status):
                    found = likeness_of(answered.body, answered.content_type, url)
                    self._nonsense[kind] = found[0] if found else None
        return self._nonsense[kind]

    def _get(self, url: str, limit: int) -> _Answered:
        """Raises FetchingError."""
        target = self._unit.target
        if isinstance(target, FtpTarget):
            return _Answered(canonical_url(url), _of_ftp(url, target, self._errand), None, "")
        trust = _without_trust() if _reads_on(self._unit) else None
        with Wire(self._errand, Dialler.of(self._errand), trust, retries=0) as wire:
            answered = _asked(wire, url, url, limit)
            if answered.is_cached and isinstance(target, SiteTarget) and "?" not in url:
                # By an address that no cache has kept; files do not heed what follows the question mark.
                with suppress(NotAskedError):
                    return _asked(wire, f"{url}?{_UNKEPT}={secrets.randbelow(10**12):012}", url, limit)
            return answered


def _asked(wire: Wire, url: str, named: str, limit: int) -> _Answered:
    """Asked past caches, as far as they heed that. `named` is what it counts as where no redirect leads elsewhere."""
    with wire.get(url, PAST_CACHES) as answer:
        body = b"" if reason_of_status(answer.status) else answer.read(limit)
        place = canonical_url(answer.url if answer.redirected else named)
        return _Answered(
            place, body, answer.status, answer.headers.get("content-type", ""), is_from_cache(answer.headers)
        )


def _canaries(unit: Unit, places: tuple[KnownPlace, ...]) -> tuple[KnownPlace, ...]:
    """The one that the scope names or a document that sweeps know, and the start; of a bucket documents only."""
    known = [place for place in places if place.is_canary and place.url != unit.start_url]
    start = next((place for place in places if place.url == unit.start_url and place.is_canary), None)
    if unit.kind in (UnitKind.BUCKET, UnitKind.NAMES):
        return tuple(known)
    target = unit.target
    named = target.canary_path if isinstance(target, SiteTarget | FtpTarget) else None
    found = [KnownPlace(canonical_url(urljoin(unit.start_url, named)), None, "", ())] if named else known[:1]
    return (*found, start or KnownPlace(unit.start_url, None, "", ()))


def _of_refusal(reason: SkipReason, *, is_document: bool) -> HostAnswer:
    """A document may have been taken down since it was seen, which says nothing of the host."""
    match reason:
        case SkipReason.NOT_FOUND:
            return HostAnswer.CHANGED if is_document else HostAnswer.OTHERWISE
        case SkipReason.ACCESS_DENIED:
            return HostAnswer.OTHERWISE
        case _:
            return HostAnswer.UNKNOWN


def _of_ftp(url: str, target: FtpTarget, errand: Errand) -> bytes:
    from crawler.ftp.single import FolderError, list_folder, read_file  # noqa: PLC0415 - of no use to other units

    if not url.endswith("/"):
        with suppress(FolderError):
            return read_file(url, target, errand)
    list_folder(url, target, errand)
    return b""


def _reads_on(unit: Unit) -> bool:
    """Does the scope want answers read whose certificate is not good?"""
    return isinstance(unit.target, SiteTarget) and unit.target.certificates is CertificatePolicy.RECORD


def _without_trust() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
