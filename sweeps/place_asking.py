"""The source of a recheck: asks for places that are known, each once, and walks nowhere.

A place that is not there is looked for in the listing that named it, which is a second way to be told so, and under
its other addresses, which a takedown may have forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from crawler.ftp.single import list_folder, read_file
from documents.body import Body, BodyTooLargeError
from documents.exposure import Exposure, Transport, Truth
from documents.records import Document, Skipped, SkipReason
from documents.sink import Sink
from fetching.budget import BudgetSpentError
from fetching.errand import Errand
from fetching.errors import FetchingError, NotAskedError, StoppedError
from fetching.known_places import KnownPlace, read_places
from scope.model import FtpTarget
from scope.units import Unit
from scope.urls import FTP_SCHEMES
from sweeps.web_places import WebPlaces, other_addresses

_KEPT: Final = "places_asked"
# Answers that say that a place is not there, or not for anyone: worth a second way and a look at its other addresses.
_NEGATIVE: Final = frozenset({SkipReason.NOT_FOUND, SkipReason.ACCESS_DENIED})
# What ends the asking for all that is left.
_FINAL: Final = (BudgetSpentError, StoppedError)


class PlaceSource:
    """Implements `fetching.source.Source`.

    Args:
        errand: with the file of the places.
    """

    def __init__(self, errand: Errand) -> None:
        self._errand = errand
        self._done: set[str] = set()

    def fetch(self, unit: Unit, sink: Sink) -> None:
        """See `Source`."""
        places = [place for place in read_places(self._errand.places) if not place.is_canary]
        self._take_up()
        try:
            with _asking(unit, self._errand) as asking:
                self._ask_all(unit, places, asking, sink)
        except _FINAL as error:
            for place in places:
                if place.url not in self._done:
                    sink.skipped(Skipped(place.url, error.reason, error.detail, parent=place.parent))

    def _ask_all(self, unit: Unit, places: Sequence[KnownPlace], asking: WebPlaces | None, sink: Sink) -> None:
        listings: dict[str, None] = {}
        for place in places:
            if place.url in self._done:
                continue
            answer = self._answer(place, unit, asking)
            self._hand_on(answer, sink)
            if isinstance(answer, Skipped) and answer.reason in _NEGATIVE:
                if place.parent and self._errand.guard.url(place.parent) is None:
                    listings[place.parent] = None
                for other in self._elsewhere(place, asking):
                    self._hand_on(other, sink)
            self._note(place.url)
        for listing in listings:
            self._read_listing(listing, unit, asking, sink)

    def _answer(self, place: KnownPlace, unit: Unit, asking: WebPlaces | None) -> Document | Skipped:
        try:
            if asking is not None:
                return asking.ask(place)
            return _of_ftp(place, unit, self._errand)
        except _FINAL:
            raise
        except FetchingError as error:
            return Skipped(place.url, error.reason, error.detail, parent=place.parent)

    def _elsewhere(self, place: KnownPlace, asking: WebPlaces | None) -> Iterator[Document]:
        """The place under its other addresses, where the scope allows them and something is there."""
        if asking is None:
            return
        for url in other_addresses(place.url):
            if self._errand.guard.url(url) is not None:
                continue
            with suppress(NotAskedError):
                answer = asking.ask(KnownPlace(url, None, place.sha256, place.finding_ids))
                if isinstance(answer, Document):
                    yield answer

    def _read_listing(self, url: str, unit: Unit, asking: WebPlaces | None, sink: Sink) -> None:
        """Hand on what a listing names that was read whole; of any other nothing can be said."""
        with suppress(FetchingError):
            if asking is not None:
                read = asking.listing(url)
                if read is not None:
                    sink.listed([replace(entry, parent=url) for entry in read[1].entries])
                    sink.document(read[0])
            elif isinstance(unit.target, FtpTarget):
                found = list_folder(url, unit.target, self._errand)
                if not found.ends_early and not found.unread:
                    sink.listed([replace(entry, parent=url) for entry in found.entries])
        self._commit()

    def _hand_on(self, answer: Document | Skipped, sink: Sink) -> None:
        if isinstance(answer, Document):
            sink.document(answer)
        else:
            sink.skipped(answer)

    def _take_up(self) -> None:
        """What had been asked for before a kill is not asked for again."""
        store = self._errand.store
        kept = getattr(store, "kept", None)
        if kept is not None:
            self._done = set(kept(_KEPT) or ())
        keep = getattr(store, "keep", None)
        if keep is not None:
            keep(_KEPT, lambda: sorted(self._done))

    def _note(self, url: str) -> None:
        self._done.add(url)
        self._commit()

    def _commit(self) -> None:
        if self._errand.store is not None:
            self._errand.store.commit(lambda _: None)


def _asking(unit: Unit, errand: Errand) -> AbstractContextManager[WebPlaces | None]:
    return nullcontext() if isinstance(unit.target, FtpTarget) else WebPlaces(unit, errand)


def _of_ftp(place: KnownPlace, unit: Unit, errand: Errand) -> Document | Skipped:
    if not isinstance(unit.target, FtpTarget) or place.url.partition(":")[0] not in FTP_SCHEMES:
        return Skipped(place.url, SkipReason.DENIED_BY_GUARD, "another protocol than the unit's", parent=place.parent)
    data = read_file(place.url, unit.target, errand)
    try:
        body = Body.from_chunks([data], errand.limits.body_bytes, errand.spool_dir)
    except BodyTooLargeError as error:
        return Skipped(place.url, SkipReason.TOO_LARGE, f"over {error.limit} bytes", parent=place.parent)
    transport = Transport(place.url.partition(":")[0])
    exposure = Exposure(transport=transport, auth_above=Truth.NO, is_listing=Truth.NO)
    return Document(place.url, body, datetime.now(UTC), parent=place.parent, exposure=exposure)
