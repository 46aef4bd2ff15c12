"""What is still to be fetched, first come first served, and the account of every place: none ends twice, none never."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from documents.records import SkipReason

# Places that wait at one time. A place takes about 0.4 kB, so 80 MB at most; the default budget is 20,000 requests.
LONGEST_QUEUE = 200_000
# URLs that are remembered, about 0.1 kB each, so 200 MB at most. A site that makes up more is not a site.
MOST_SEEN = 2_000_000
# Where a site's sitemap lies if nobody says where (sitemaps.org).
GUESSED_SITEMAP = "/sitemap.xml"


@dataclass(frozen=True, slots=True)
class Place:
    """One URL to fetch.

    Attributes:
        url: canonical; its identity in all records.
        asked: what is requested: as written in the link, without credentials and fragment.
        parent: the page or listing that named it.
        depth: links or folders from the unit's start, which is 0.
        trail: digests of the listings above it, nearest last.
        listed: a listing's row named it.
    """

    url: str
    asked: str
    parent: str | None = None
    depth: int = 0
    trail: tuple[int, ...] = ()
    listed: bool = False

    @property
    def is_guess(self) -> bool:
        """Did nobody name this place? If it is not there, nobody misses it, and it leaves no record."""
        return self.depth == 1 and self.parent is None and self.url.endswith(GUESSED_SITEMAP)


@dataclass(slots=True)
class Frontier:
    """Waiting places in order, those under way, and those ever seen (8-byte digests; a clash in 2^64 hides one)."""

    _waiting: deque[Place] = field(default_factory=deque)
    _under_way: dict[str, Place] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)
    closed: tuple[SkipReason, str] | None = None

    def is_new(self, url: str) -> bool:
        """Mark a canonical URL as seen; True the first time."""
        digest = int.from_bytes(hashlib.blake2b(url.encode(), digest_size=8).digest())
        if digest in self._seen:
            return False
        self._seen.add(digest)
        return True

    @property
    def is_full(self) -> bool:
        """Is there no room for another place? The caller must then record what it leaves out."""
        return len(self._waiting) >= LONGEST_QUEUE or len(self._seen) >= MOST_SEEN

    def push(self, place: Place) -> None:
        """Put a place at the end."""
        self._waiting.append(place)

    def next(self) -> Place | None:
        """The place to fetch next; it is under way until `finish`."""
        if self.closed or not self._waiting:
            return None
        place = self._waiting.popleft()
        self._under_way[place.url] = place
        return place

    def path(self, place: Place) -> tuple[str, ...]:
        """The way to a place, as far as it is known."""
        return (place.parent,) if place.parent else ()

    def finish(self, place: Place) -> bool:
        """Close the account of a place; False if it was closed already, and nothing more may be recorded for it."""
        return self._under_way.pop(place.url, None) is not None

    def close(self, reason: SkipReason, detail: str) -> None:
        """Hand out nothing more. The first reason stays: what follows it is its consequence."""
        if self.closed is None:
            self.closed = (reason, detail)

    @property
    def is_exhausted(self) -> bool:
        """Is there nothing that `next` would give?"""
        return self.closed is not None or not self._waiting

    def leave(self) -> Iterator[Place]:
        """Every place that has no record yet; empties the frontier."""
        yield from self._under_way.values()
        self._under_way.clear()
        while self._waiting:
            yield self._waiting.popleft()
