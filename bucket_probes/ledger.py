"""What a bucket's walk must not forget: where its listings stand, what waits to be fetched, which objects were met.

It lies in the unit's store, so that each page and each object is saved in one transaction with the records that it led
to, and ten million objects take no memory. For one thread.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from documents.records import SkipReason
from fetching.bucket_listings import ListedObject
from fetching.seen import Seen, digest_of
from fetching.store import PassingStore, Store

# Objects that are read from the table at a time; more would be read in vain where a page brings better ones.
WINDOW: Final = 200
# The same where all are told that nothing was fetched of.
_LEFT_AT_A_TIME: Final = 5_000
# Pages of a listing whose digests are read at a time: 8 kB each.
_DIGEST_PAGES: Final = 500
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS bucket_state (
    one INTEGER PRIMARY KEY CHECK (one = 1), base BLOB NOT NULL, keys_tried INTEGER NOT NULL,
    keys_read INTEGER NOT NULL, access TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS bucket_listings (
    kind TEXT PRIMARY KEY, next TEXT, pages INTEGER NOT NULL, ended INTEGER NOT NULL, reason TEXT, detail TEXT NOT NULL,
    last BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS bucket_seen (number INTEGER PRIMARY KEY, digests BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS bucket_waiting (
    rank INTEGER NOT NULL, number INTEGER NOT NULL, key BLOB NOT NULL, version TEXT, flags INTEGER NOT NULL,
    size INTEGER, url BLOB, PRIMARY KEY (rank, number)
) WITHOUT ROWID
"""
_COLUMNS: Final = "rank, number, key, version, flags, size, url"
_CURRENT: Final = 1
_HEAD: Final = 2


_Row = tuple[int, int, bytes, str | None, int, int | None, bytes | None]


class Kind(StrEnum):
    """The listings of a bucket."""

    CURRENT = "current"
    # Versions that are not current, and what was deleted and is kept.
    OLD = "old"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a listing has come.

    Attributes:
        next: where it goes on; None at its beginning, and where it has ended.
        pages: that were taken.
        ended: nothing more will be asked of it.
        reason: why it ended before its last page; None where it did not.
        detail: the same, as a code.
    """

    next: str | None = None
    pages: int = 0
    ended: bool = False
    reason: SkipReason | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An object to fetch: the lowest rank first, then the one that was listed first.

    Attributes:
        rank: lower is fetched first.
        item: what to fetch.
        url: its canonical address.
        head: its first bytes only, for it is a dictation.
        number: given by the ledger.
    """

    rank: int
    item: ListedObject
    url: str
    head: bool = False
    number: int = 0


@dataclass(slots=True)
class _Run:
    """The largest key of a listing so far, and the versions of it that were met in this process."""

    last: str = ""
    versions: set[str | None] = field(default_factory=set)


class Ledger:
    """A walk's state.

    Args:
        store: keeps it over a kill; None for a walk that is not resumed.
        base: address to which a key is added; what was stored earlier is read with the base of then.
    """

    def __init__(self, store: Store | None, base: str = "") -> None:
        self._store = store or PassingStore()
        self._store.commit(_make)
        state = self._store.read("SELECT base, keys_tried, keys_read, access FROM bucket_state")
        self._base, self.keys_tried, self.keys_read, self.access = _state(state[0]) if state else (base, 0, 0, "")
        self._standings = dict.fromkeys(Kind, Standing())
        self._runs = {kind: _Run() for kind in Kind}
        for kind, *standing, last in self._store.read(
            "SELECT kind, next, pages, ended, reason, detail, last FROM bucket_listings"
        ):
            self._standings[Kind(kind)] = _standing(*standing)
            self._runs[Kind(kind)].last = _text(last)
        self._next_number: int = self._store.read("SELECT coalesce(max(number), 0) + 1 FROM bucket_waiting")[0][0]
        self._seen: Seen | None = None
        self._met = array("Q")
        self._pushed: list[Waiting] = []
        self._done: dict[int, int] = {}
        self._window: list[Waiting] = []

    # -- listings

    def standing(self, kind: Kind) -> Standing:
        """How far a listing has come."""
        return self._standings[kind]

    def stands(self, kind: Kind, standing: Standing) -> None:
        """A listing has come further; saved with the next `save`."""
        self._standings[kind] = standing

    def are_new(self, kind: Kind, items: Sequence[ListedObject]) -> list[bool]:
        """Mark objects as met; True for each the first time.

        Services list in order of keys, and what comes after all that came was not met. Only where the order is broken
        are digests of everything that was met read from the store.
        """
        run = self._runs[kind]
        return [self._is_new(run, item) for item in items]

    def is_met(self, key: str) -> bool:
        """Did the listing of current objects show this key?"""
        return self._lookup(digest_of(key), add=False)

    def push(self, objects: Sequence[Waiting]) -> None:
        """Let objects wait, in this order."""
        self._pushed += objects

    # -- objects

    def next(self, upto: int) -> Waiting | None:
        """The best object whose rank is not above `upto`; it waits until it is `done`. Saves when it has to look."""
        if not self._window:
            self.save()
            chosen = f"SELECT {_COLUMNS} FROM bucket_waiting WHERE rank <= ? ORDER BY rank, number LIMIT ?"  # noqa: S608
            self._window = [self._waiting(row) for row in self._store.read(chosen, (upto, WINDOW))][::-1]
        return self._window.pop() if self._window and self._window[-1].rank <= upto else None

    def done(self, waiting: Waiting) -> None:
        """Its record is with the sink."""
        self._done[waiting.number] = waiting.rank

    def left(self, most: int) -> Iterator[Waiting]:
        """Objects that have no record yet, best first, at most so many."""
        chosen = f"SELECT {_COLUMNS} FROM bucket_waiting WHERE (rank, number) > (?, ?) ORDER BY rank, number LIMIT ?"  # noqa: S608
        place, given = (-1, 0), 0
        while rows := self._store.read(chosen, (*place, _LEFT_AT_A_TIME)):
            for row in rows:
                place = row[:2]
                if row[1] not in self._done:
                    if given == most:
                        return
                    given += 1
                    yield self._waiting(row)

    def count_left(self) -> int:
        """How many have no record yet."""
        count: int = self._store.read("SELECT count(*) FROM bucket_waiting")[0][0]
        return count - len(self._done)

    # -- saving

    def save(self) -> None:
        """One transaction: all that has changed, and all records that the sink has taken."""
        self._store.commit(self._write)
        self._met, self._pushed = array("Q"), []
        self._done.clear()

    def _write(self, connection: sqlite3.Connection) -> None:
        state = (_bytes(self._base), self.keys_tried, self.keys_read, self.access)
        connection.execute("INSERT OR REPLACE INTO bucket_state VALUES (1, ?, ?, ?, ?)", state)
        standings = [
            (kind, at.next, at.pages, at.ended, at.reason, at.detail, _bytes(self._runs[kind].last))
            for kind, at in self._standings.items()
        ]
        connection.executemany("INSERT OR REPLACE INTO bucket_listings VALUES (?, ?, ?, ?, ?, ?, ?)", standings)
        if self._met:
            connection.execute("INSERT INTO bucket_seen (digests) VALUES (?)", (self._met.tobytes(),))
        if self._pushed:
            rows = [self._row(each, number) for number, each in enumerate(self._pushed, self._next_number)]
            self._next_number += len(rows)
            connection.executemany("INSERT INTO bucket_waiting VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            self._window = []
        if self._done:
            done = [(rank, number) for number, rank in self._done.items()]
            connection.executemany("DELETE FROM bucket_waiting WHERE rank = ? AND number = ?", done)

    # -- what was met

    def _is_new(self, run: _Run, item: ListedObject) -> bool:
        key, version = item.key, None if item.is_current else item.version
        digest = digest_of(key if version is None else f"{key}\0{version}")
        if key > run.last or (not run.last and not run.versions):
            run.last, run.versions = key, {version}
            new = self._seen is None or self._lookup(digest, add=True)
        elif key == run.last and version in run.versions:
            return False
        else:
            new = self._lookup(digest, add=True)
        if new:
            self._met.append(digest)
        return new

    def _lookup(self, digest: int, *, add: bool) -> bool:
        """With `add`: was it new? Without: was it met?"""
        if self._seen is None:
            self._seen = self._all_met()
        return self._seen.add(digest) if add else digest in self._seen

    def _all_met(self) -> Seen:
        """Digests of all that was met, read some at a time: ten million would be in memory three times over."""
        seen, last = Seen(), 0
        page = "SELECT number, digests FROM bucket_seen WHERE number > ? ORDER BY number LIMIT ?"
        while rows := self._store.read(page, (last, _DIGEST_PAGES)):
            last = rows[-1][0]
            seen.load(b"".join(row[1] for row in rows))
        seen.load(self._met.tobytes())
        return seen

    def _row(self, waiting: Waiting, number: int) -> _Row:
        item = waiting.item
        url = None if waiting.url == self._base + item.key else _bytes(waiting.url)
        flags = _CURRENT * item.is_current | _HEAD * waiting.head
        return waiting.rank, number, _bytes(item.key), item.version, flags, item.size, url

    def _waiting(self, row: _Row) -> Waiting:
        rank, number, stored, version, flags, size, url = row
        key = _text(stored)
        item = ListedObject(key, size, version=version, is_current=bool(flags & _CURRENT))
        return Waiting(rank, item, self._base + key if url is None else _text(url), bool(flags & _HEAD), number)


def ended(standing: Standing, reason: SkipReason | None = None, detail: str = "") -> Standing:
    """The same listing, of which nothing more will be asked."""
    return replace(standing, next=None, ended=True, reason=reason, detail=detail)


def _make(connection: sqlite3.Connection) -> None:
    for statement in _SCHEMA.split(";"):
        connection.execute(statement)


def _state(row: tuple[bytes, int, int, str]) -> tuple[str, int, int, str]:
    return _text(row[0]), row[1], row[2], row[3]


def _standing(next_: str | None, pages: int, is_ended: int, reason: str | None, detail: str) -> Standing:
    return Standing(next_, pages, bool(is_ended), SkipReason(reason) if reason else None, detail)


def _bytes(text: str) -> bytes:
    """A key may hold what no text may: bytes that are not UTF-8, as surrogates."""
    return text.encode("utf-8", "surrogatepass")


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogatepass")
