"""On which terms a unit's memory is believed, and how what it speaks of is told apart without showing it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from documents.exposure import Exposure
from documents.records import Document, Entry
from findings.keys import DatabaseKey
from findings.memory_journal import NEVER, Mark

# By how much a file must be older than the answer that brought it, for its size and date in a listing to tell one
# version from the next. With a time zone: by how much clocks differ. Without one: zones (26 hours) and dates that are
# days (24 hours).
ZONED_MARGIN: Final = timedelta(hours=1)
ZONELESS_MARGIN: Final = timedelta(hours=50)
# Of the days after which a place is read again, the share by which places differ, so that not all come due at once.
_SPREAD: Final = 0.25
_MIX: Final = 0x9E3779B97F4A7C15
_RANGE: Final = 1 << 64


@dataclass(frozen=True, slots=True)
class Terms:
    """What a place's verdict rests on besides its bytes, and for how long it is believed.

    Attributes:
        unit_id: whose memory.
        sweep_id: of the sweep that asks.
        reading: stands for how documents are read, judged and asked for; another one, and nothing is believed.
        generation: of the pack.
        full_after: everything is read anew after so long.
        sampled: share of what would be left alone that is fetched all the same, 0 to 1.
        settled: does a verdict of an older pack stand under this one, by the digest of the document?
    """

    unit_id: str
    sweep_id: str
    reading: str
    generation: str
    full_after: timedelta = timedelta(days=30)
    sampled: float = 0.005
    settled: Callable[[str], bool] = lambda _: False


class Digests:
    """Keyed digests of one unit: who lacks the key can not try addresses."""

    def __init__(self, key: DatabaseKey, unit_id: str, sweep_id: str) -> None:
        self._key = key.subkey(f"memory places {unit_id}")
        # Another one in each sweep, and nobody knows which places it chooses.
        self._seed = int.from_bytes(self._of(sweep_id), "little")

    def of_place(self, url: str) -> int:
        """Stands for an address; a clash in 2^64 hides one."""
        return int.from_bytes(self._of(url), "little", signed=True)

    def mark_of(self, entry: Entry) -> int:
        """Stands for what a listing says of a file; never 0."""
        moment = entry.modified and entry.modified.isoformat()
        said = f"{entry.size}\n{entry.size_exact}\n{moment}\n{entry.tag}\n{entry.is_current}"
        return int.from_bytes(self._of(said), "little", signed=True) | 1

    def of_listing(self, entry: Entry) -> Mark:
        """What a listing says of a file, and what that is worth."""
        mark = self.mark_of(entry)
        if entry.size is None:
            return Mark(mark, safe_at(entry), 0, NEVER)
        return Mark(mark, safe_at(entry), entry.size - entry.size_error, min(entry.size + entry.size_error, NEVER))

    def of_showing(self, document: Document) -> int:
        """Stands for how a document lay open: where that has changed, the same bytes are news."""
        shown: Exposure = document.exposure
        said = (
            *(shown.transport, shown.tls, shown.listed, shown.is_listing, shown.auth_above, shown.robots_disallow),
            *(shown.indexable, shown.index_basis, shown.is_current, document.status, document.requested_url),
        )
        return int.from_bytes(self._of(repr([None if each is None else str(each) for each in said])), "little") >> 1

    def is_chosen(self, digest: int, share: float) -> bool:
        """Is this one of a share of places, other ones in each sweep?"""
        return ((digest % _RANGE) ^ self._seed) * _MIX % _RANGE < share * _RANGE

    def _of(self, text: str) -> bytes:
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=self._key, digest_size=8).digest()


def is_due(digest: int, read_at: int, now: datetime, full_after: timedelta) -> bool:
    """Is a place to be read anew? One that was read in the future is: a clock was set."""
    share = (digest % _RANGE) / _RANGE
    age = now.timestamp() - read_at
    return age < 0 or age >= full_after.total_seconds() * (1 - _SPREAD * share)


def safe_at(entry: Entry) -> int:
    """From when on an answer is surely about the version that the listing shows, seconds since 1970."""
    if entry.tag:
        return 0
    if entry.modified is None or entry.size is None:
        return NEVER
    zoned = entry.modified.tzinfo is not None
    moment = entry.modified if zoned else entry.modified.replace(tzinfo=UTC)
    try:
        return int((moment + (ZONED_MARGIN if zoned else ZONELESS_MARGIN)).timestamp())
    except OverflowError:
        return NEVER
