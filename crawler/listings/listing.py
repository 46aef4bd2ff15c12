"""What a listing is, whatever it was written in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from documents.records import Entry


@dataclass(frozen=True, slots=True)
class Listing:
    """What a page says of its folder.

    Attributes:
        is_listing: False for any other page; `entries` is then empty. A listing may be empty too.
        entries: one per row, in the page's order, without parent, sort, icon and footer links.
        next_url: where the same listing goes on, for those that come in pages; None on the last.
        unread: rows that were seen and could not be read as entries, count.
    """

    is_listing: bool
    entries: tuple[Entry, ...] = ()
    next_url: str | None = None
    unread: int = 0

    @property
    def digest(self) -> int:
        """Equal for two listings with the same rows (name, kind, size, date): a folder that holds itself has it."""
        rows = sorted(f"{e.name}\n{e.kind}\n{e.size}\n{e.modified}" for e in self.entries)
        return int.from_bytes(hashlib.blake2b("\n\n".join(rows).encode(), digest_size=8).digest())


NO_LISTING = Listing(is_listing=False)
