"""Which places of known findings hold something else now, and which the listings that named them no longer name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from crawler.markup import PARSED_BYTES
from crawler.soft_404 import likeness_of
from documents.buckets import BucketAccess, BucketLead, NamesSearched
from documents.exposure import Truth
from documents.records import Document, Entry, Skipped
from documents.sink import Sink
from fetching.known_places import KnownPlace
from findings.records import Absence, HostAnswer, HostCheck, Turn
from findings.spool import UnitSpool

# A listing that has lost more than this share of its rows at once is another one, or is cut off, or empty: that
# something is missing in it says nothing.
LEAST_SHARE_OF_ROWS: Final = 0.5
_KEPT: Final = "places_met"


class PlacesMet:
    """A unit's sink that takes note of listings and of what is in the places of findings, and hands everything on.

    Args:
        sink: takes the records.
        places: of findings; what `read_places` gives.
        spool: keeps the notes over a kill, and takes what is absent or replaced.
    """

    def __init__(self, sink: Sink, places: Iterable[KnownPlace], spool: UnitSpool) -> None:
        self._sink = sink
        self._spool = spool
        self._places = {place.url: place for place in places if not place.is_canary}
        self._listings = {place.parent for place in self._places.values() if place.parent}
        kept = (spool.store.kept(_KEPT) if spool.store else None) or {}
        self._named: set[str] = set(kept.get("named", ()))
        self._broken: set[str] = set(kept.get("broken", ()))
        self._rows: dict[str, int] = dict(kept.get("rows", {}))
        self._first: dict[str, str] = dict(kept.get("first", {}))
        self._read: dict[str, str] = dict(kept.get("read", {}))
        self._met: set[str] = set(kept.get("met", ()))
        self._led: dict[str, str] = dict(kept.get("led", {}))
        if spool.store:
            spool.store.keep(_KEPT, self._notes)

    def tell_absences(self) -> None:
        """Record which places are no longer in the listings that named them, as far as those were read whole."""
        for place in self._places.values():
            listing = place.parent
            if listing is None or place.url in self._named or listing in self._broken or listing not in self._read:
                continue
            rows = self._rows.get(listing, 0)
            if rows and rows >= (place.rows - 1) * LEAST_SHARE_OF_ROWS:
                self._spool.absent(Absence(place.url, listing, rows, datetime.fromisoformat(self._read[listing])))

    def tell_led_elsewhere(self) -> None:
        """Record which places only led to what was unchanged. One that was itself met merely links to it."""
        for url, moment in self._led.items():
            if url not in self._met:
                self._replaced(self._places[url], "as_it_was", moment=datetime.fromisoformat(moment))

    # -- what a sink takes

    def entry(self, entry: Entry) -> None:
        """See `Sink`."""
        self._note_row(entry)
        self._note_kept(entry)
        self._sink.entry(entry)

    def listed(self, entries: Sequence[Entry]) -> None:
        """See `Sink`."""
        if self._places:
            for entry in entries:
                self._note_row(entry)
                self._note_kept(entry)
        self._sink.listed(entries)

    def document(self, document: Document) -> None:
        """See `Sink`."""
        if document.url in self._places:
            self._met.add(document.url)
        if document.url in self._listings and document.exposure.is_listing is Truth.NO:
            self._broken.add(document.url)
        place = self._places.get(document.requested_url or "") or self._places.get(document.url)
        is_there = place is not None and place.url == document.url
        if place is None or (is_there and document.body.sha256 == place.sha256):
            self._sink.document(document)
            return
        page = document.body.read() if document.body.size <= PARSED_BYTES else b""
        self._sink.document(document)
        found = likeness_of(page, document.headers.get("content-type", ""), document.url)
        other = "other_content" if is_there else "elsewhere"
        self._replaced(place, "login_page" if found and found[0].asks_password else other, document)

    def skipped(self, skipped: Skipped) -> None:
        """See `Sink`."""
        if not skipped.member:
            self._note_gap(skipped)
        self._sink.skipped(skipped)

    def bucket(self, access: BucketAccess) -> None:
        """See `Sink`."""
        self._sink.bucket(access)

    def bucket_named(self, lead: BucketLead) -> None:
        """See `Sink`."""
        self._sink.bucket_named(lead)

    def names_searched(self, search: NamesSearched) -> None:
        """See `Sink`."""
        self._sink.names_searched(search)

    # -- notes

    def _note_kept(self, entry: Entry) -> None:
        """What was in its place, or where it led to, in the sweep before is there still, and is none of its letters."""
        if entry.unchanged is None:
            return
        kept = frozenset(entry.unchanged.findings)
        if (place := self._places.get(entry.url)) is not None:
            self._met.add(entry.url)
            if not kept.issuperset(place.finding_ids):
                self._replaced(place, "as_it_was")
        before = self._places.get(entry.parent) if entry.parent else None
        if before is not None and not kept.issuperset(before.finding_ids):
            self._led.setdefault(before.url, datetime.now(UTC).isoformat())

    def _replaced(
        self, place: KnownPlace, detail: str, document: Document | None = None, moment: datetime | None = None
    ) -> None:
        status, digest, size = None, None, None
        if document is not None:
            status, digest, size = document.status, document.body.sha256, document.body.size
        moment = moment or datetime.now(UTC)
        self._spool.host_checked(
            HostCheck(place.url, Turn.PLACE, HostAnswer.OTHERWISE, detail, status, digest, size, moment)
        )

    def _note_row(self, entry: Entry) -> None:
        if entry.url in self._places:
            self._named.add(entry.url)
        if entry.parent in self._listings and entry.parent is not None:
            if self._first.setdefault(entry.parent, entry.url) == entry.url:
                self._rows[entry.parent] = 0  # read once more, as where something else redirects to it
            self._rows[entry.parent] = self._rows.get(entry.parent, 0) + 1
            self._read[entry.parent] = datetime.now(UTC).isoformat()

    def _note_gap(self, skipped: Skipped) -> None:
        """A listing, one of its pages, or a folder in it was not read, or not all of it."""
        if not self._listings:
            return
        if skipped.parent in self._listings and skipped.url.endswith("/") and skipped.parent is not None:
            self._broken.add(skipped.parent)
        bare = _bare(skipped.url)
        self._broken.update(listing for listing in self._listings if listing and _bare(listing) == bare)

    def _notes(self) -> dict[str, Any]:
        sets = {"named": self._named, "broken": self._broken, "met": self._met}
        return {name: sorted(each) for name, each in sets.items()} | {
            "rows": self._rows,
            "read": self._read,
            "first": self._first,
            "led": self._led,
        }


def _bare(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"
