"""A unit's memory as a file: one SQLite table, in the order of digests, read by one worker at a time.

It is never written in place: what changed is put into a copy, and the copy takes the old file's place when the database
has the unit's rows (`findings.memory_folder`). Lost or damaged, it costs a sweep that fetches everything.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import IntFlag
from pathlib import Path
from typing import Final, NamedTuple

from findings.durable_files import FILE_MODE, storage_errors, sync_file, sync_folder
from findings.errors import MemoryDamagedError, SpoolError
from findings.spool_folders import checked_id

MEMORY_FILE: Final = "memory.sqlite"
# Changes with the tables and with what their columns mean; a file of another format is not used.
MEMORY_FORMAT: Final = 2
# Pages of the file in memory, kB.
_CACHE_KB: Final = 16_384
_SCHEMA: Final = """
CREATE TABLE about (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE places (
    digest INTEGER PRIMARY KEY, mark INTEGER NOT NULL, read_at INTEGER NOT NULL, fetched_at INTEGER NOT NULL,
    flags INTEGER NOT NULL, pack INTEGER NOT NULL, facts BLOB NOT NULL
);
CREATE TABLE packs (number INTEGER PRIMARY KEY, generation TEXT NOT NULL UNIQUE)
"""
_ONE_PLACE: Final = "SELECT digest, mark, read_at, fetched_at, flags, pack, facts FROM places WHERE digest = ?"
# What SQLite and what is not in its tables raise.
_DAMAGED: Final = (sqlite3.Error, OverflowError, TypeError, ValueError)
# Of a row's columns. SQLite takes any type into any column, and finds nothing wrong with a file that has another one.
_TYPES: Final = (int, int, int, int, int, int, bytes)


class Flags(IntFlag):
    """What can be told of a place without opening its facts."""

    # Its listing's mark tells one version from the next.
    LISTED = 1
    FINDINGS = 2
    GAPS = 4
    # It leads to other places, so it is asked for even where its listing is as it was.
    LEADS_ON = 8
    CAN_BE_ASKED = 16


class Row(NamedTuple):
    """One place.

    Attributes:
        digest: stands for its address.
        mark: stands for what its listing said; 0 for nothing that could be trusted.
        read_at: when a document of it was put on record last, seconds since 1970.
        fetched_at: when it was fetched last, which may have brought the same bytes.
        flags: `Flags`, as a plain number: there may be ten million rows.
        pack: number of the pack's generation that it was judged by.
        facts: sealed.
    """

    digest: int
    mark: int
    read_at: int
    fetched_at: int
    flags: int
    pack: int
    facts: bytes


def memory_root(database: Path) -> Path:
    """The memories of a database lie beside it."""
    return database.with_name(database.name + ".memory")


def memory_of(database: Path, unit_id: str) -> Path:
    """A unit's memory; it may not be there."""
    return memory_root(database) / checked_id(unit_id)


class MemoryFile:
    """An opened memory, to be read. Raises MemoryDamagedError wherever SQLite finds that it is none."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        with _damage():
            if not path.is_file():
                raise MemoryDamagedError("no memory")
            self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
            self._connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
            if self._connection.execute("PRAGMA user_version").fetchone()[0] != MEMORY_FORMAT:
                raise MemoryDamagedError("another format")
            if self._connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise MemoryDamagedError("damaged")
            self._about = dict(self._connection.execute("SELECT name, value FROM about").fetchall())
            rows = self._connection.execute("SELECT number, generation FROM packs").fetchall()
        self.generations: dict[int, str] = {number: str(generation) for number, generation in rows}

    def about(self, name: str) -> bytes:
        """What was noted of the whole memory; empty for nothing."""
        value = self._about.get(name, b"")
        return value if isinstance(value, bytes) else b""

    def row(self, digest: int) -> Row | None:
        """What is known of a place."""
        try:  # what `_damage` does: each row of a listing comes here
            with self._lock:
                found = self._connection.execute(_ONE_PLACE, (digest,)).fetchone()
        except _DAMAGED as error:
            raise MemoryDamagedError(type(error).__name__) from None
        if found is None:
            return None
        if tuple(map(type, found)) != _TYPES:
            raise MemoryDamagedError("a row of other types")
        return Row._make(found)

    def count(self, flags: Flags) -> int:
        """How many places have all of these."""
        with self._lock, _damage():
            query = "SELECT count(*) FROM places WHERE flags & ? = ?"
            return int(self._connection.execute(query, (int(flags), int(flags))).fetchone()[0])

    def oldest(self) -> int | None:
        """When the place was read that was read first, seconds since 1970; None where nothing is known."""
        with self._lock, _damage():
            found = self._connection.execute("SELECT min(read_at) FROM places").fetchone()[0]
            return None if found is None else int(found)

    def copy_to(self, target: sqlite3.Connection) -> None:
        """All of it, into an empty database."""
        with self._lock, _damage():
            self._connection.backup(target)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()


class MemoryWriter:
    """Writes the memory that follows an earlier one; it is there when the context ends without an error.

    Args:
        folder: where it is made, private.
        earlier: what it begins with; None for nothing.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._packs = {
            str(generation): int(number)
            for number, generation in connection.execute("SELECT number, generation FROM packs")
        }

    def tell(self, name: str, value: bytes) -> None:
        """Note something of the whole memory."""
        self._connection.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, value))

    def pack(self, generation: str) -> int:
        """The number of a pack's generation."""
        if generation not in self._packs:
            self._packs[generation] = max(self._packs.values(), default=0) + 1
            self._connection.execute("INSERT INTO packs VALUES (?, ?)", (self._packs[generation], generation))
        return self._packs[generation]

    def forget(self, digests: Iterable[int]) -> None:
        """Places of which nothing is known any more."""
        self._connection.executemany("DELETE FROM places WHERE digest = ?", ((digest,) for digest in digests))

    def forget_before(self, read_at: int) -> None:
        """Places that were read before that, and packs that judged none of the others."""
        self._connection.execute("DELETE FROM places WHERE read_at < ?", (read_at,))
        self._connection.execute("DELETE FROM packs WHERE number NOT IN (SELECT pack FROM places)")
        self._packs = {generation: number for generation, number in self._packs.items() if self._is_kept(number)}

    def put(self, rows: Iterable[Row]) -> None:
        """Places, in place of what was known of them."""
        values = ((r.digest, r.mark, r.read_at, r.fetched_at, int(r.flags), r.pack, r.facts) for r in rows)
        self._connection.executemany("INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?, ?, ?, ?)", values)

    def trust_nothing(self) -> None:
        """Neither listings nor validators: a server was met that says of a changed file that it is as it was."""
        flags = int(Flags.LISTED | Flags.CAN_BE_ASKED)
        self._connection.execute(f"UPDATE places SET flags = flags & ~{flags}")  # noqa: S608

    def _is_kept(self, number: int) -> bool:
        return bool(self._connection.execute("SELECT 1 FROM packs WHERE number = ?", (number,)).fetchone())


@contextmanager
def following(folder: Path, earlier: MemoryFile | None) -> Iterator[MemoryWriter]:
    """Make the memory that follows an earlier one in `folder`: whole or not there.

    Raises:
        SpoolError: the disk gives up.
    """
    path = folder / MEMORY_FILE
    aside = path.with_name(path.name + ".tmp")
    with storage_errors(folder), _disk():
        aside.unlink(missing_ok=True)
        os.close(os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE))
        connection = sqlite3.connect(aside, isolation_level=None)
        try:
            # Nobody reads it before it has its name.
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            _begin(connection, earlier)
            connection.execute("BEGIN")
            yield MemoryWriter(connection)
            connection.execute("COMMIT")
        finally:
            connection.close()
        sync_file(aside)
        aside.rename(path)
        sync_folder(folder)


def _begin(connection: sqlite3.Connection, earlier: MemoryFile | None) -> None:
    if earlier is not None:
        earlier.copy_to(connection)
        return
    for statement in _SCHEMA.split(";"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {MEMORY_FORMAT}")


@contextmanager
def _damage() -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        raise MemoryDamagedError(type(error).__name__) from None


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise SpoolError(f"what is remembered of a unit can not be written ({type(error).__name__})") from error
