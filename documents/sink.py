"""Where a source puts what it found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from documents.buckets import BucketAccess, BucketLead, NamesSearched
from documents.records import Document, Entry, Skipped


class Sink(Protocol):
    """Takes one unit's records. Calls may block while inspection catches up; they raise only to end the unit."""

    def entry(self, entry: Entry) -> None:
        """A place is known to be there."""

    def listed(self, entries: Sequence[Entry]) -> None:
        """`entry` for all rows of a page or listing at once."""

    def document(self, document: Document) -> None:
        """A place was fetched. The sink may close the body once it has read it."""

    def skipped(self, skipped: Skipped) -> None:
        """A place was not looked at, or only in part."""

    def bucket(self, access: BucketAccess) -> None:
        """What was learned of a bucket itself. The last word of a unit on a bucket counts."""

    def bucket_named(self, lead: BucketLead) -> None:
        """A bucket's address was met; the same one may come many times."""

    def names_searched(self, search: NamesSearched) -> None:
        """How the search for names has gone so far; the last word of a unit counts."""


class NoBuckets:
    """For sinks of units in which no bucket is met."""

    def bucket(self, access: BucketAccess) -> None:
        """See `Sink`."""

    def bucket_named(self, lead: BucketLead) -> None:
        """See `Sink`."""

    def names_searched(self, search: NamesSearched) -> None:
        """See `Sink`."""
