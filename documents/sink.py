"""Where a source puts what it found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

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
