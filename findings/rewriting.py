"""Writing a database file anew: DuckDB leaves the bytes of deleted rows in it until something else wants the room."""

from __future__ import annotations

import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from typing import Final

from findings.asking import asked
from findings.copying import HEADERS_BYTES, log_of
from findings.database import (
    Connection,
    connect_in_memory,
    database_errors,
    open_writer,
    private_files,
    spill_folder,
)
from findings.durable_files import storage_errors, sync_file, sync_folder
from findings.errors import DatabaseLockedError, DatabaseUnusableError
from findings.held import database_holder

# Row of `meta` that says that a purge has deleted rows and the file has not been written anew since.
REWRITE_DUE: Final = "rewrite_due"
_RETRY_SECONDS: Final = 0.1
# Memory for it, beyond which DuckDB spills: enough for 10 million listed places and 1 million documents (1.1 GB).
_MEMORY: Final = "1GB"


def rewrite(database: Path, wait_seconds: float) -> None:
    """Put a file with the same rows, and nothing else, in the place of this one.

    The caller holds the locks of sweeps and merges. Killed at any moment, either file is there and whole.

    Raises:
        DatabaseLockedError: somebody had it open for all of `wait_seconds`; it is as it was.
        DatabaseUnusableError, SpoolError: it can not be read, or the disk is full; it is as it was.
    """
    until = time.monotonic() + wait_seconds
    aside = database.with_name(f"{database.name}.{secrets.token_hex(4)}.tmp")
    with storage_errors(database.parent):
        for left in database.parent.glob(f"{escape(database.name)}.????????.tmp*"):  # by one that was killed
            left.unlink(missing_ok=True)
        try:
            while not _rewritten(database, aside, until):
                aside.unlink()
        finally:
            for left in (aside, log_of(aside)):
                left.unlink(missing_ok=True)


def _rewritten(database: Path, aside: Path, until: float) -> bool:
    """False if somebody wrote meanwhile; then it is to be made again."""
    if log_of(database).exists():  # of somebody who was killed; whoever opens the file to write takes it in
        with open_writer(database, max(0.0, until - time.monotonic())) as connection:
            connection.execute("FORCE CHECKPOINT")
    # Open all the time: to close it would give up DuckDB's lock on the file, and then our own.
    source = os.open(database, os.O_RDWR)
    try:
        before = os.pread(source, HEADERS_BYTES, 0)
        _write_new(database, aside)
        _lock(source, database, until)
        if log_of(database).exists() or os.pread(source, HEADERS_BYTES, 0) != before:
            return False
        aside.replace(database)
        sync_folder(database.parent)
    finally:
        os.close(source)
    return True


def _write_new(database: Path, aside: Path) -> None:
    """Table by table: all at once takes twice the memory."""
    old, new, spill = (str(path).replace("'", "''") for path in (database, aside, spill_folder(database)))
    with private_files(), database_errors(database), connect_in_memory() as connection:
        connection.execute(f"SET temp_directory = '{spill}'; SET memory_limit = '{_MEMORY}'")
        connection.execute(f"ATTACH '{old}' AS original (READ_ONLY)")
        connection.execute(f"ATTACH '{new}' AS fresh (STORAGE_VERSION 'v1.0.0')")
        connection.execute("COPY FROM DATABASE original TO fresh (SCHEMA)")
        for table in _tables(connection):
            connection.execute(f"INSERT INTO fresh.{table} FROM original.{table}")
            counts = f"SELECT (SELECT count(*) FROM fresh.{table}) = (SELECT count(*) FROM original.{table}) AS same"  # noqa: S608
            if not asked(connection, counts)[0]["same"]:
                raise DatabaseUnusableError(database, "its rows could not all be written anew")
        connection.execute("DELETE FROM fresh.meta WHERE name = ?", [REWRITE_DUE])
        connection.execute("DETACH fresh")
        connection.execute("DETACH original")
    sync_file(aside)


def _tables(connection: Connection) -> list[str]:
    rows = asked(
        connection,
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'original' AND schema_name = 'main' "
        "AND NOT internal ORDER BY table_oid",
    )
    return ['"' + str(row["table_name"]).replace('"', '""') + '"' for row in rows]


@contextmanager
def locked(database: Path, wait_seconds: float) -> Iterator[None]:
    """Nobody else opens it, whatever is in it. DuckDB in this process must not open it either: that would unlock it.

    Raises:
        DatabaseLockedError: somebody had it open for all of `wait_seconds`.
    """
    source = os.open(database, os.O_RDWR)
    try:
        _lock(source, database, time.monotonic() + wait_seconds)
        yield
    finally:
        os.close(source)


def _lock(source: int, database: Path, until: float) -> None:
    """As DuckDB locks it, so that nobody opens it until it has another's place."""
    while True:
        try:
            fcntl.lockf(source, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= until:
                holder = database_holder(database)
                raise DatabaseLockedError(database, holder.pid if holder else None) from None
            time.sleep(_RETRY_SECONDS)
        else:
            return
