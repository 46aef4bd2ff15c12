"""A unit's state while it is worked on: one SQLite file, in which its source and its rows are saved together.

Rows become parts in thousands; until then they lie in the journal here, as Arrow batches, so that each place is on disk
once it is done. A transaction names the last part that belongs to it: parts with higher numbers were written after it,
and a unit that is begun again drops them.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from fetching.store import STATE_FORMAT, Write
from findings.durable_files import FILE_MODE
from findings.errors import SpoolError
from findings.part_checks import check_parts
from findings.parts import COLUMNS, PartWriter, batch_from_bytes, drop_parts_after

STATE_FILE: Final = "state.sqlite"
_SIDE_FILES: Final = ("", "-wal", "-shm", "-journal")
# Memory for pages of the file, kB. The window and the ends of the trees that grow fit into 2 MB.
_CACHE_KB: Final = 8_192
_SCHEMA: Final = """
CREATE TABLE journal (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, batch BLOB NOT NULL);
CREATE TABLE position (one INTEGER PRIMARY KEY CHECK (one = 1), part INTEGER NOT NULL, kept TEXT NOT NULL);
CREATE TABLE ahead (one INTEGER PRIMARY KEY CHECK (one = 1), requests INTEGER NOT NULL)
"""


class UnitStore:
    """Implements `fetching.store.Store`.

    Args:
        folder: the open unit's.
        parts: what has been taken of rows; saved with each transaction.

    Raises:
        SpoolError: the state can not be read, was written by another version, or counts on parts that are lost.
    """

    def __init__(self, folder: Path, parts: PartWriter) -> None:
        self._folder = folder
        self._parts = parts
        self._lock = threading.Lock()
        self._keepers: dict[str, Callable[[], object]] = {}
        self._also: list[Write] = []
        with _state_errors():
            self._connection = _open(folder / STATE_FILE)
            try:
                _check(self._connection)
                self._saved = self._restore()
            except BaseException:
                self._connection.close()
                raise
        parts.is_saved_elsewhere = True

    @property
    def is_begun(self) -> bool:
        """Has a source saved anything here?"""
        return self._saved is not None

    def kept(self, name: str) -> Any:
        """What `keep` had saved under this name before a kill, or None."""
        return self._kept.get(name)

    def keep(self, name: str, what: Callable[[], object]) -> None:
        """Save what this gives (anything that JSON holds) with each transaction."""
        self._keepers[name] = what

    def also(self, write: Write) -> None:
        """Do this in each transaction, too: what somebody else keeps of the records that the sink has taken."""
        self._also.append(write)

    def note_ahead(self, requests: int) -> None:
        """Write down at once, outside of any transaction of rows, how many requests may have been made."""
        with self._lock, _state_errors():
            self._connection.execute("INSERT OR REPLACE INTO ahead VALUES (1, ?)", (requests,))

    @property
    def ahead(self) -> int:
        """What was noted last, 0 before."""
        with self._lock, _state_errors():
            row = self._connection.execute("SELECT requests FROM ahead").fetchone()
        return int(row[0]) if row else 0

    def commit(self, write: Write) -> None:
        """See `Store`. Raises SpoolError if the disk gives up."""
        batches = self._parts.gather()
        if self._parts.is_full:
            self._parts.write()
        kept = json.dumps({name: what() for name, what in self._keepers.items()})
        with self._lock, _state_errors():
            self._connection.execute("BEGIN IMMEDIATE")
            if self._parts.number != (self._saved or 0):
                self._connection.execute("DELETE FROM journal")
                batches = self._parts.waiting()
            rows = [(kind, batch.serialize().to_pybytes()) for kind, batch in batches]
            self._connection.executemany("INSERT INTO journal (kind, batch) VALUES (?, ?)", rows)
            position = "INSERT OR REPLACE INTO position VALUES (1, ?, ?)"
            self._connection.execute(position, (self._parts.number, kept))
            for each in (*self._also, write):
                each(self._connection)
            self._connection.execute("COMMIT")
        self._saved = self._parts.number

    def read(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """See `Store`."""
        with self._lock, _state_errors():
            return self._connection.execute(sql, parameters).fetchall()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def _restore(self) -> int | None:
        """Bring the rows to where the last transaction left them; the part that it names, or None before the first."""
        position = self._connection.execute("SELECT part, kept FROM position").fetchone()
        self._kept: Mapping[str, Any] = json.loads(position[1]) if position else {}
        if position is None:
            return None
        drop_parts_after(self._folder, position[0])
        check_parts(self._folder, position[0])
        self._parts.go_on_after(position[0])
        for kind, batch in self._connection.execute("SELECT kind, batch FROM journal ORDER BY number"):
            self._parts.restore(kind, batch_from_bytes(kind, batch))
        return int(position[0])


def has_state(folder: Path) -> bool:
    """Is there a state file, readable or not?"""
    return (folder / STATE_FILE).exists()


def drop_state(folder: Path) -> None:
    """Remove the state of a unit that is not gone on with."""
    for ending in _SIDE_FILES:
        (folder / (STATE_FILE + ending)).unlink(missing_ok=True)


def _open(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE))  # its side files get the same mode
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=0)
    # One process at a time, and no shared memory that a network disk may lack.
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA journal_mode = WAL")
    # A killed process loses nothing; a power cut may lose the last transactions, each whole.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
    return connection


def _check(connection: sqlite3.Connection) -> None:
    """Make a new file's tables; refuse a file of another version, or one that is damaged."""
    about = _format()
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if found != about and not empty:
        raise SpoolError("a unit's state was written by another version")
    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise SpoolError("a unit's state is damaged")
    if empty:
        connection.execute("BEGIN IMMEDIATE")
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {about}")
        connection.execute("COMMIT")


def _format() -> int:
    """Changes with the columns of rows and with the tables of sources."""
    told = f"{STATE_FORMAT} {[(name, str(columns)) for name, columns in COLUMNS.items()]}"
    return int.from_bytes(hashlib.blake2b(told.encode(), digest_size=4).digest(), signed=True)


@contextmanager
def _state_errors() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, ValueError, TypeError, KeyError) as error:
        raise SpoolError(f"a unit's state can not be used ({type(error).__name__})") from error
