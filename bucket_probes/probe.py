"""The seam between bucket services: what whoever asks a bucket needs of each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from bucket_probes.access import AccessNotes
from documents.buckets import Question
from fetching.bucket_listings import ListedObject
from fetching.wire import Answer


@dataclass(frozen=True, slots=True)
class ListingPage:
    """One page of a listing.

    Attributes:
        objects: in the service's order.
        next: where `pages` goes on after this one, for the probe alone to read; plain text that can be stored. None on
            the last page.
    """

    objects: tuple[ListedObject, ...]
    next: str | None = None


class BucketProbe(Protocol):
    """Asks one bucket, anonymously and read only. Every answer goes into `notes`.

    Errors of the methods that ask: `ProbeError` (refused, broken off), `FetchingError` (not asked, no answer).
    """

    @property
    def notes(self) -> AccessNotes:
        """What was learned of the bucket's access."""

    def state(self) -> None:
        """Ask everything that tells of the bucket's access without reading an object.

        What was refused or not answered is in `notes`. Raises FetchingError only where nothing more can be asked (told
        to stop, budget spent, denied by the guard).
        """

    def pages(self, start: str | None = None) -> Iterator[ListingPage]:
        """The listing below the target's prefix, page by page; `start` is an earlier page's `next`.

        Raises ListingBrokenError where it can not go on, RefusedError where a page is refused. Objects may come twice.
        """

    def old_versions(self, start: str | None = None) -> Iterator[ListingPage]:
        """Versions that are not current and objects behind delete markers, as `pages`; empty where none are to be had.

        Raises RefusedError where they are not visible.
        """

    def after(self, key: str, *, old: bool = False) -> str | None:
        """Where `pages` (or `old_versions`) begins behind this key; None where the service knows no such thing."""

    def read(self, item: ListedObject, *, first: int | None = None, question: Question = Question.READ) -> Answer:
        """An object's answer, its body not yet read: status 200, or 206 where only a part was asked for.

        Args:
            item: of a listing, or made of a known key.
            first: bytes to ask for; None for all. A service may give more than that.
            question: `READ` for what the listing showed, `READ_KNOWN_KEY` for what it did not.
        """

    def url_of(self, item: ListedObject) -> str:
        """The object's anonymous address, canonical: where it is known by in all records.

        It names the version where `item` is one that is not current.
        """
