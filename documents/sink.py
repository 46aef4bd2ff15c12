"""Where a source puts what it found."""

from __future__ import annotations

from typing import Protocol

from documents.records import Document, Entry, Skipped


class Sink(Protocol):
    """Takes one unit's records. Calls may block while inspection catches up; they raise only to end the unit."""

    def entry(self, entry: Entry) -> None:
        """A place is known to be there."""

    def document(self, document: Document) -> None:
        """A place was fetched. The sink may close the body once it has read it."""

    def skipped(self, skipped: Skipped) -> None:
        """A place was not looked at, or only in part."""
