"""The frontier's tables in a unit's store."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Sequence
from typing import Any, Final

from crawler.places import Changes, Place
from fetching.store import Store

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS origins (
    number INTEGER PRIMARY KEY, parent TEXT, trail BLOB NOT NULL, above INTEGER NOT NULL, depth INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS places (
    number INTEGER PRIMARY KEY, origin INTEGER NOT NULL, url TEXT NOT NULL, asked TEXT, flags INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS waiting (
    priority INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (priority, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen (number INTEGER PRIMARY KEY, digests BLOB NOT NULL);
"""
_WAITING_AFTER: Final = """
SELECT places.url, places.asked, origins.parent, origins.depth, origins.trail, waiting.priority, origins.above,
    places.flags, waiting.number
FROM waiting JOIN places USING (number) JOIN origins ON origins.number = places.origin
WHERE (waiting.priority, waiting.number) > (?, ?)
ORDER BY waiting.priority, waiting.number LIMIT ?
"""
# Origins whose number is remembered; forgotten ones are written once more.
_REMEMBERED_ORIGINS: Final = 1_000
_LISTED: Final = 1
_HEAD: Final = 2


# What all places have in common that one listing or page named: parent, trail, above, depth.
_Origin = tuple[str | None, tuple[int, ...], int, int]


class FrontierTables:
    """Reads and writes them; makes them where they are not there."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._origins: dict[_Origin, int] = {}
        store.commit(_make)
        self._next_origin: int = store.read("SELECT coalesce(max(number), 0) + 1 FROM origins")[0][0]

    def seen(self) -> bytes:
        """All digests, as bytes in little endian."""
        return b"".join(row[0] for row in self._store.read("SELECT digests FROM seen ORDER BY number"))

    def numbers(self) -> tuple[int, int]:
        """The next free number of a place, and how many wait."""
        following = self._store.read("SELECT coalesce(max(number), 0) + 1 FROM places")[0][0]
        return following, self._store.read("SELECT count(*) FROM waiting")[0][0]

    def waiting_after(self, key: tuple[int, int], limit: int) -> list[Place]:
        """The next places in order of priority and number."""
        return [
            Place(
                url=_text(url),
                asked=_text(asked or url),
                parent=None if parent is None else _text(parent),
                depth=depth,
                trail=tuple(array("Q", trail)),
                priority=priority,
                above=above,
                listed=bool(flags & _LISTED),
                head=bool(flags & _HEAD),
                number=number,
            )
            for url, asked, parent, depth, trail, priority, above, flags, number in self._store.read(
                _WAITING_AFTER, (*key, limit)
            )
        ]

    def ancestor(self, number: int) -> tuple[str, int]:
        """A place's URL, and the number of the one above it; ends the chain where it is not known."""
        joined = "SELECT url, above FROM places JOIN origins ON origins.number = origin WHERE places.number = ?"
        rows = self._store.read(joined, (number,))
        return (_text(rows[0][0]), rows[0][1]) if rows else ("", 0)

    def write(self, changes: Sequence[Changes]) -> None:
        """One transaction, together with the records that the sink has taken."""
        self._store.commit(lambda connection: self._write(connection, changes))

    def _write(self, connection: sqlite3.Connection, changes: Sequence[Changes]) -> None:
        pushed = [place for each in changes for place in each.pushed]
        if pushed:
            rows = [self._row(connection, place) for place in pushed]
            connection.executemany("INSERT INTO places VALUES (?, ?, ?, ?, ?)", rows)
            waiting = [(place.priority, place.number) for place in pushed]
            connection.executemany("INSERT INTO waiting VALUES (?, ?)", waiting)
        finished = [(place.priority, place.number) for each in changes for place in each.finished]
        if finished:
            connection.executemany("DELETE FROM waiting WHERE priority = ? AND number = ?", finished)
        seen = [digest for each in changes for digest in each.seen]
        if seen:
            connection.execute("INSERT INTO seen (digests) VALUES (?)", (array("Q", seen).tobytes(),))

    def _row(self, connection: sqlite3.Connection, place: Place) -> tuple[Any, ...]:
        key = (place.parent, place.trail, place.above, place.depth)
        origin = self._origins.get(key)
        if origin is None:
            origin = self._origin(connection, key)
        asked = None if place.asked == place.url else _stored(place.asked)
        return place.number, origin, _stored(place.url), asked, _LISTED * place.listed | _HEAD * place.head

    def _origin(self, connection: sqlite3.Connection, key: _Origin) -> int:
        parent, trail, above, depth = key
        origin = self._next_origin
        self._next_origin += 1
        row = (origin, None if parent is None else _stored(parent), array("Q", trail).tobytes(), above, depth)
        connection.execute("INSERT INTO origins VALUES (?, ?, ?, ?, ?)", row)
        if len(self._origins) >= _REMEMBERED_ORIGINS:
            self._origins.clear()
        self._origins[key] = origin
        return origin


def _make(connection: sqlite3.Connection) -> None:
    for statement in _SCHEMA.split(";"):
        connection.execute(statement)


def _stored(text: str) -> str | bytes:
    """As text, or as bytes where it holds what no text may: a lone surrogate of a page's making."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def _text(stored: str | bytes) -> str:
    return stored if isinstance(stored, str) else stored.decode("utf-8", "surrogatepass")
