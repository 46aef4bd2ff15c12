"""Where the memories of units lie, and whether they are those of this database.

<database>.memory/
    about.json       by which the database is known again
    <unit>           a unit's memory: `findings.memory_file`

A worker puts the memory that follows into its unit's folder in the spool, where it is published with the unit's rows.
Only when the database has these does the merge put it here: what is remembered is on record, or it is not remembered. A
database that was put back from a back-up, or began anew, knows less than the memories do; they are dropped then, and
everything is fetched.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from findings.asking import asked, utc
from findings.database import Connection, open_reader
from findings.durable_files import private_folder, read_json, storage_errors, sync_folder, write_json
from findings.errors import DatabaseLockedError, DatabaseMissingError, MemoryDamagedError
from findings.memory_file import MEMORY_FILE, MemoryFile, memory_of, memory_root
from findings.spool_folders import checked_id

_ABOUT: Final = "about.json"
# Where units were cut (`sweeps.cuts`): it says how to go through a bucket, and nothing of what was seen there.
_CUTS: Final = "cuts.json"
_TOKEN: Final = "memory_token"  # noqa: S105 - it opens nothing
_TOKEN_BYTES: Final = 16


def drop_foreign(database: Path, wait_seconds: float = 0) -> bool:
    """Remove memories that are not of this database as it is; True where there were any.

    Where another process holds the database, nobody can have put it back either: they stay.
    """
    root = memory_root(database)
    if not root.is_dir():
        return False
    about = read_json(root / _ABOUT) or {}
    try:
        with open_reader(database, wait_seconds) as connection:
            is_ours = _token(connection) in about.get("tokens", ())
    except DatabaseLockedError:
        return False
    except DatabaseMissingError:
        is_ours = False
    if not is_ours:
        with storage_errors(root):
            shutil.rmtree(root)
    return not is_ours


def drop_purged(database: Path, connection: Connection) -> None:
    """Before a purge deletes `doomed_documents`: drop memories that may speak of one; these units are fetched anew."""
    query = "SELECT unit_id, max(fetched_at) AS latest FROM documents WHERE rowid IN (SELECT row FROM doomed_documents)"
    for row in asked(connection, f"{query} GROUP BY unit_id"):
        path = memory_of(database, str(row["unit_id"]))
        if path.exists() and _speaks_of(path, utc(row["latest"]).timestamp()):
            with storage_errors(path.parent):
                path.unlink()


def _speaks_of(path: Path, moment: float) -> bool:
    """Does it know of what was read then or earlier?"""
    try:
        held = MemoryFile(path)
        oldest = held.oldest()
        held.close()
    except MemoryDamagedError:
        return True
    return oldest is not None and oldest <= moment


class MemoryTaking:
    """What a merge does with memories: it takes those of merged units, and keeps database and memories together.

    Args:
        database: that is merged into.
        connection: to it; used outside of transactions by `begin` and `end` only.
    """

    def __init__(self, database: Path, connection: Connection) -> None:
        self._root = memory_root(database)
        self._connection = connection
        self._token = secrets.token_hex(_TOKEN_BYTES)

    def begin(self) -> None:
        """Before the first transaction: the database is ours whether or not one is committed.

        Memories of another state of the database are dropped first: to take them over would make them believed.
        """
        token = _token(self._connection)
        with storage_errors(self._root):
            if self._root.is_dir() and token not in (read_json(self._root / _ABOUT) or {}).get("tokens", ()):
                for foreign in self._root.iterdir():
                    if foreign.name != _CUTS:
                        foreign.unlink()
            private_folder(self._root)
            tokens = [each for each in (token, self._token) if each]
            write_json(self._root / _ABOUT, {"tokens": tokens})

    def stamp(self) -> None:
        """In each transaction."""
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [_TOKEN, self._token])

    def take(self, unit_id: str, published: Path, *, is_whole: bool) -> None:
        """The memory of a unit whose rows the database has; none where some of them could not be read."""
        fresh, held = published / MEMORY_FILE, self._root / checked_id(unit_id)
        with storage_errors(self._root):
            if not is_whole:
                held.unlink(missing_ok=True)
                fresh.unlink(missing_ok=True)
            elif fresh.exists():
                fresh.rename(held)
                sync_folder(self._root)

    def forget(self, unit_ids: Iterable[str]) -> None:
        """Drop memories that speak of what the database does not know."""
        with storage_errors(self._root):
            for unit_id in unit_ids:
                (self._root / checked_id(unit_id)).unlink(missing_ok=True)

    def end(self) -> None:
        """After the last transaction."""
        with storage_errors(self._root):
            write_json(self._root / _ABOUT, {"tokens": [_token(self._connection) or self._token]})


def _token(connection: Connection) -> str:
    rows = asked(connection, "SELECT value FROM meta WHERE name = ?", [_TOKEN])
    return str(rows[0]["value"]) if rows else ""
