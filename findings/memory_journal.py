"""What a unit learns for its memory while it is worked on: kept in the unit's store, in its rows' transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from findings.memory_file import Flags
from findings.unit_store import UnitStore

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS memory_marks (number INTEGER PRIMARY KEY, marks BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS memory_places (
    number INTEGER PRIMARY KEY, digest INTEGER NOT NULL, size INTEGER NOT NULL, read_at INTEGER NOT NULL,
    fetched_at INTEGER NOT NULL, flags INTEGER NOT NULL, facts BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS memory_dictionary (one INTEGER PRIMARY KEY CHECK (one = 1), sealed BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS memory_told (number INTEGER PRIMARY KEY, digest INTEGER NOT NULL, told INTEGER NOT NULL)
"""
# Rows that are read at a time.
_AT_A_TIME: Final = 5_000

_MARKS: Final = np.dtype([(name, "<i8") for name in ("digest", "mark", "safe_at", "least", "most")])
Rows = np.ndarray[tuple[int], np.dtype[np.void]]
# A time at which nothing is sure.
NEVER: Final = (1 << 62) - 1

FORGOTTEN: Final = 0
WHOLE: Final = 1
# Above these: when the server said that it has not been modified, in seconds since 1970.
LAST_CODE: Final = 1


@dataclass(frozen=True, slots=True)
class Mark:
    """What a listing says of a file.

    Attributes:
        mark: digest of it.
        safe_at: from when on an answer is surely about the version that it shows, seconds since 1970.
        least, most: bytes that the file has, as far as the listing says so; 0 and NEVER where it does not.
    """

    mark: int
    safe_at: int
    least: int
    most: int

    def tells(self, size: int, fetched_at: int) -> bool:
        """Will it show if the file changes? Not where what was fetched is not what it lists: a program's output."""
        return bool(self.mark) and fetched_at >= self.safe_at and (size < 0 or self.least <= size <= self.most)


NO_MARK: Final = Mark(0, 0, 0, 0)


class Marks:
    """The last mark of each of many places: 40 bytes each."""

    def __init__(self, rows: Rows) -> None:
        order = np.argsort(rows["digest"], kind="stable")
        self._rows = rows[order]
        self._digests = np.ascontiguousarray(self._rows["digest"])

    def of(self, digest: int) -> Mark:
        """NO_MARK where no listing named it."""
        place = int(self._digests.searchsorted(digest, side="right")) - 1
        if place < 0 or int(self._digests[place]) != digest:
            return NO_MARK
        return Mark(*self._rows[place].tolist()[1:])


@dataclass(frozen=True, slots=True)
class Noted:
    """A place that was fetched; `size` in bytes, below 0 for what is no document."""

    digest: int
    size: int
    read_at: int
    fetched_at: int
    flags: Flags
    facts: bytes = field(repr=False)


class MemoryJournal:
    """Gathers in memory until the store's next transaction takes it. One thread at a time.

    Attributes:
        dictionary: sealed, by which records of places are packed; empty while there is none.
    """

    def __init__(self, store: UnitStore) -> None:
        self._store = store
        store.commit(_make)
        store.also(self._write)
        self._marks: list[tuple[int, int, int, int, int]] = []
        self._places: list[Noted] = []
        self._told: list[tuple[int, int]] = []
        kept = store.read("SELECT sealed FROM memory_dictionary")
        self.dictionary: bytes = kept[0][0] if kept else b""
        self._is_dictionary_kept = bool(kept)

    def keep_dictionary(self, sealed: bytes) -> None:
        """Records are packed by this one from now on."""
        self.dictionary = sealed

    def mark(self, digest: int, mark: Mark) -> None:
        """A listing named a file."""
        self._marks.append((digest, mark.mark, mark.safe_at, mark.least, mark.most))

    def place(self, noted: Noted) -> None:
        """A place was fetched."""
        self._places.append(noted)

    def forgotten(self, digest: int) -> None:
        """A place is not what it was, and nothing new is known of it."""
        self._told.append((digest, FORGOTTEN))

    def whole(self, digest: int) -> None:
        """A place is to be fetched whole in this sweep."""
        self._told.append((digest, WHOLE))

    def not_modified(self, digest: int, at: int) -> None:
        """A server said so."""
        self._told.append((digest, max(at, LAST_CODE + 1)))

    # -- reading, when the unit ends or is gone on with

    def save(self) -> None:
        """Put what has gathered into the store."""
        self._store.commit(lambda _: None)

    def places(self) -> Iterator[list[Noted]]:
        """All that were fetched, in order, some at a time."""
        for rows in self._pages("number, digest, size, read_at, fetched_at, flags, facts", "memory_places"):
            yield [
                Noted(d, size, read, fetched, Flags(flags), facts) for _, d, size, read, fetched, flags, facts in rows
            ]

    def told(self) -> Iterator[tuple[int, int]]:
        """What was told of places: digest, and FORGOTTEN, WHOLE or a time."""
        for rows in self._pages("number, digest, told", "memory_told"):
            for _, digest, told in rows:
                yield digest, told

    def marks(self) -> Marks:
        """Of each place that was noted or told of. Listings may have named ten million others."""
        digests = {place.digest for places in self.places() for place in places}
        digests.update(digest for digest, _ in self.told())
        wanted = np.fromiter(digests, dtype=np.int64, count=len(digests))
        pieces: list[Rows] = [np.empty(0, dtype=_MARKS)]
        for rows in self._pages("number, marks", "memory_marks"):
            for _, blob in rows:
                marks = np.frombuffer(blob, dtype=_MARKS)
                pieces.append(marks[np.isin(marks["digest"], wanted)])
        return Marks(np.concatenate(pieces))

    def _pages(self, columns: str, table: str) -> Iterator[list[Any]]:
        last = 0
        query = f"SELECT {columns} FROM {table} WHERE number > ? ORDER BY number LIMIT ?"  # noqa: S608 - ours
        while rows := self._store.read(query, (last, _AT_A_TIME)):
            last = rows[-1][0]
            yield rows

    def _write(self, connection: sqlite3.Connection) -> None:
        if self._marks:
            marks = np.array(self._marks, dtype=_MARKS)
            connection.execute("INSERT INTO memory_marks (marks) VALUES (?)", (marks.tobytes(),))
        if self._places:
            rows = [(p.digest, p.size, p.read_at, p.fetched_at, int(p.flags), p.facts) for p in self._places]
            names = "digest, size, read_at, fetched_at, flags, facts"
            connection.executemany(f"INSERT INTO memory_places ({names}) VALUES (?, ?, ?, ?, ?, ?)", rows)  # noqa: S608
        if self.dictionary and not self._is_dictionary_kept:
            connection.execute("INSERT INTO memory_dictionary VALUES (1, ?)", (self.dictionary,))
            self._is_dictionary_kept = True
        if self._told:
            connection.executemany("INSERT INTO memory_told (digest, told) VALUES (?, ?)", self._told)
        self._marks, self._places, self._told = [], [], []


def _make(connection: sqlite3.Connection) -> None:
    for statement in _SCHEMA.split(";"):
        connection.execute(statement)
