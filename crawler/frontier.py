"""What is still to be fetched, best first, and the account of every place: none ends twice, none never.

A small window of places stands in memory before the tables of a `Store`. What one answer changes (places met, places
queued, the place itself done) is gathered as `Changes`, and saved together with the records of that answer.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from crawler.frontier_tables import FrontierTables
from crawler.places import GUESSED_SITEMAP, KNOWN, LAST, Changes, Place
from documents.records import SkipReason
from fetching.known_places import KnownPlace
from fetching.seen import Seen, digest_of
from fetching.store import PassingStore, Store

__all__ = ["GUESSED_SITEMAP", "LAST", "Changes", "Frontier", "Place"]

# Places that wait at one time. They lie on disk, about 0.15 kB each, so 2.4 GB at most.
LONGEST_QUEUE: Final = 16_000_000
# URLs that are remembered, 8 bytes each and twice that while they are sorted: 256 MB at most.
MOST_SEEN: Final = 16_000_000
# Places in memory, about 0.5 kB each. A read of this many takes 3 ms.
WINDOW: Final = 1_000
_EVERYTHING: Final = (1 << 62, 1 << 62)
# Places that are told of together when they are left: as many rows as a part of the spool has.
TOGETHER: Final = 5_000
# Ancestors that `path` remembers, so that a folder of 100,000 files asks for them once.
_REMEMBERED_ANCESTORS: Final = 10_000

Key = tuple[int, int]


class Frontier:
    """Waiting places, those under way, and those ever met. For one thread; only `write` may run in another.

    Args:
        store: keeps it all over a kill; without one it ends with the process.
    """

    def __init__(self, store: Store | None = None) -> None:
        self._tables = FrontierTables(store or PassingStore())
        self._seen = Seen()
        self._seen.load(self._tables.seen())
        self._next_number, self._waiting = self._tables.numbers()
        # Everything that waits and is not beyond `_loaded` is in the window.
        self._window: list[tuple[int, int, Place]] = []
        self._loaded: Key = (-_EVERYTHING[0], 0) if self._waiting else _EVERYTHING
        self._changes = Changes()
        self._unsaved: dict[int, Place] = {}
        self._under_way: dict[int, Place] = {}
        self._finished: set[int] = set()
        self._ancestors: dict[int, tuple[str, int]] = {}
        self.closed: tuple[SkipReason, str] | None = None

    def is_new(self, url: str) -> bool:
        """Mark a canonical URL as met; True the first time."""
        digest = digest_of(url)
        if not self._seen.add(digest):
            return False
        self._changes.seen.append(digest)
        return True

    def are_new(self, urls: Sequence[str]) -> list[bool]:
        """`is_new` for many."""
        return [self.is_new(url) for url in urls]

    @property
    def is_full(self) -> bool:
        """Is there no room for another place? The caller must then record what it leaves out."""
        return self._waiting >= LONGEST_QUEUE or len(self._seen) >= MOST_SEEN

    @property
    def unsaved(self) -> int:
        """How many places are under way, or done without their records being saved: what a kill would fetch again."""
        return len(self._under_way) + len(self._finished)

    @property
    def is_anything_under_way(self) -> bool:
        """Has a place been handed out that is not finished?"""
        return bool(self._under_way)

    def push(self, place: Place) -> None:
        """Let a place wait for its turn: the lowest priority number first, then the one that came first."""
        numbered = place.numbered(self._next_number)
        self._next_number += 1
        self._waiting += 1
        self._unsaved[numbered.number] = numbered
        self._changes.pushed.append(numbered)
        key = (numbered.priority, numbered.number)
        if key <= self._loaded:
            heapq.heappush(self._window, (*key, numbered))
            if len(self._window) > 2 * WINDOW:
                self._shrink()

    def push_known(self, places: Iterable[KnownPlace]) -> None:
        """Let places of known findings wait for the end. They are not met yet, so what leads to them goes before."""
        for known in places:
            if not known.is_canary:
                self.push(Place(known.url, known.url, depth=1, priority=KNOWN))

    def next(self) -> Place | None:
        """The place to fetch next; it is under way until `finish`. None too while what is under way may lead on."""
        while not self.closed and (place := self._pop()) is not None:
            if place.is_known and not all(other.is_known for other in self._under_way.values()):
                self._waiting += 1
                heapq.heappush(self._window, (place.priority, place.number, place))
                return None
            self._under_way[place.number] = place
            if not place.is_known or self.is_new(place.url):
                return place
            self.finish(place)
        return None

    def finish(self, place: Place) -> bool:
        """Close the account of a place; False if it was closed already, and nothing more may be recorded for it."""
        if self._under_way.pop(place.number, None) is None:
            return False
        self._finished.add(place.number)
        self._changes.finished.append(place)
        return True

    def close(self, reason: SkipReason, detail: str) -> None:
        """Hand out nothing more. The first reason stays: what follows it is its consequence."""
        if self.closed is None:
            self.closed = (reason, detail)

    @property
    def is_exhausted(self) -> bool:
        """Is there nothing that `next` would give?"""
        return self.closed is not None or not self._waiting

    def leave(self) -> Iterator[Place]:
        """Every place that has no record yet; empties the frontier, but not the store: a resumed unit goes on there."""
        yield from self._under_way.values()
        self._finished.update(self._under_way)  # the tables have them still, and they are told of once
        self._under_way.clear()
        while (place := self._pop()) is not None:
            if not place.is_known:
                yield place

    def rest(self) -> Iterator[tuple[str | None, tuple[str, ...]]]:
        """Every place that `leave` has not come to, some thousands at a time, by the page or listing that named them.

        Empties the frontier, but not the store.
        """
        beyond = [place for place in self._unsaved.values() if (place.priority, place.number) > self._loaded]
        handed_out, key = self._finished.union(self._under_way), self._loaded
        yield from _by_parent((*(waiting[2] for waiting in self._window), *beyond))
        self._window, self._loaded, self._waiting = [], _EVERYTHING, 0
        while stored := self._tables.waiting_after(key, TOGETHER):
            yield from _by_parent(place for place in stored if place.number not in handed_out)
            key = (stored[-1].priority, stored[-1].number)

    def path(self, place: Place) -> tuple[str, ...]:
        """The canonical URLs that led here: from the unit's start to the place that named this one."""
        chain: list[str] = []
        number = place.above
        while number:
            url, above = self._ancestor(number)
            chain.append(url)
            number = above if above < number else 0
        return tuple(reversed(chain))

    def changes(self) -> Changes:
        """What has changed since this was last asked: one answer's changes, to be saved with its records."""
        changes, self._changes = self._changes, Changes()
        return changes

    def write(self, changes: Sequence[Changes]) -> None:
        """Save changes with all records that the sink has taken; `written` must follow. From any one thread."""
        self._tables.write(changes)

    def written(self, changes: Sequence[Changes]) -> None:
        """Forget what is saved now."""
        for each in changes:
            for place in each.pushed:
                del self._unsaved[place.number]
            self._finished.difference_update(place.number for place in each.finished)

    def save(self) -> None:
        """Save everything up to now: for sources that do one thing at a time. The sink has its records already."""
        changes = [self.changes()]
        self.write(changes)
        self.written(changes)

    def _pop(self) -> Place | None:
        if not self._window and self._waiting:
            self._refill()
        if not self._window:
            return None
        self._waiting -= 1
        return heapq.heappop(self._window)[2]

    def _refill(self) -> None:
        """Take the next places into the empty window, from the tables and from what is not in them yet.

        The tables may lag behind: what was handed out is still there until it is saved.
        """
        unsaved = [place for place in self._unsaved.values() if (place.priority, place.number) > self._loaded]
        handed_out = self._finished.union(self._under_way)
        limit = WINDOW + len(handed_out)
        stored = self._tables.waiting_after(self._loaded, limit)
        found = {place.number: place for place in (*stored, *unsaved) if place.number not in handed_out}
        window = heapq.nsmallest(WINDOW, ((place.priority, place.number, place) for place in found.values()))
        is_all = len(stored) < limit and len(found) <= WINDOW
        self._loaded = _EVERYTHING if is_all else window[-1][:2]
        self._window = window  # sorted, so a heap

    def _shrink(self) -> None:
        """Keep the best; the rest is read again when its turn comes."""
        self._window = heapq.nsmallest(WINDOW, self._window)
        self._loaded = self._window[-1][:2]

    def _ancestor(self, number: int) -> tuple[str, int]:
        known = self._ancestors.get(number)
        if known is None:
            place = self._under_way.get(number) or self._unsaved.get(number)
            known = (place.url, place.above) if place else self._tables.ancestor(number)
            if len(self._ancestors) >= _REMEMBERED_ANCESTORS:
                self._ancestors.clear()
            self._ancestors[number] = known
        return known


def _by_parent(places: Iterable[Place]) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    grouped: dict[str | None, list[str]] = {}
    for place in places:
        if not (place.is_guess or place.is_known):
            grouped.setdefault(place.parent, []).append(place.url)
    for parent, urls in grouped.items():
        yield parent, tuple(urls)
