"""A consistent copy of a database that others hold: notebooks that read it, or a program that writes it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from findings.asking import asked
from findings.database import LOCK_WAIT_SECONDS, Connection, open_as_it_is, open_for_upkeep
from findings.durable_files import FILE_MODE, storage_errors, sync_folder
from findings.errors import DatabaseLockedError, DatabaseUnusableError, SpoolError
from findings.held import Holder, database_holder, holder_of
from findings.schema import is_ours

# DuckDB's three headers, 4 KiB each; the last two change with each checkpoint and name the blocks that count.
HEADERS_BYTES: Final = 3 * 4096
# Copies of a file that is being written, until one was not overtaken by a checkpoint: a merge makes one a second.
_LIVE_TRIES: Final = 8
_PIECE_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy came to.

    Attributes:
        rows: by table, as read back from the copy.
        bytes: of the copy.
        writer: who held the database for writing, so that it was copied as it lay on disk; None where nobody did.
    """

    rows: Mapping[str, int]
    bytes: int
    writer: Holder | None = None


def copy_database(
    database: Path, target: Path, wait_seconds: float = LOCK_WAIT_SECONDS, *, replace: bool = False
) -> Copied:
    """Copy a database, with all that is committed, to `target`; every block of the copy has been read back.

    Readers are not in the way. A writer is waited for; one that does not let go is copied from under: what it has
    committed is in the copy, what it is about to commit is not.

    Raises:
        SpoolError: `target` is there already and not to be replaced, or its disk gives up; nothing is left of the copy.
        FindingsError: the database is missing or can not be used.
    """
    aside = target.with_name(target.name + ".tmp")
    check_target(database, target, replace=replace)
    with storage_errors(target.parent):
        try:
            copied = _copied(database, aside, wait_seconds)
            log_of(target).unlink(missing_ok=True)  # of what lay there before; it would be taken for the copy's
            aside.replace(target)
            sync_folder(target.parent)
        finally:
            for left in (aside, log_of(aside)):
                left.unlink(missing_ok=True)
    return copied


def check_target(database: Path, target: Path, *, replace: bool) -> None:
    """May `target` be written? Raises SpoolError."""
    with storage_errors(target.parent):
        if target.is_dir():
            raise SpoolError(f"{target} is a folder")
        if not target.parent.is_dir():
            raise SpoolError(f"{target.parent}: no such folder")
        if not target.exists():
            return
        if database.exists() and target.samefile(database):
            raise SpoolError(f"{target} is the database itself")
        if not replace:
            raise SpoolError(f"{target} is there already")
    if holder := database_holder(target):
        raise SpoolError(f"{target} is held open by {holder}")


def row_counts(connection: Connection) -> dict[str, int]:
    """How many rows each table has, with every block of each read and so checked."""
    tables = asked(
        connection,
        "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary "
        "AND database_name = current_database() AND schema_name = 'main' ORDER BY table_name",
    )
    counts = {}
    for table in tables:
        name = str(table["table_name"]).replace('"', '""')
        query = f'SELECT count(*) AS rows, bit_xor(hash(every)) AS read FROM "{name}" AS every'  # noqa: S608 - quoted
        counts[str(table["table_name"])] = int(asked(connection, query)[0]["rows"])
    return counts


def _copied(database: Path, aside: Path, wait_seconds: float) -> Copied:
    try:
        with open_as_it_is(database, wait_seconds), _opened(database) as source:
            _copy_pair(database, source, aside)
            # Only here may our own descriptor be closed: with it go DuckDB's locks on the file.
        return Copied(_settled(aside, database), aside.stat().st_size)
    except DatabaseLockedError as error:
        writer = holder_of(error.pid)
    for _ in range(_LIVE_TRIES):
        with _opened(database) as source:
            before = os.pread(source, HEADERS_BYTES, 0)
            _copy_pair(database, source, aside)
            overtaken = os.pread(source, HEADERS_BYTES, 0) != before
        if overtaken:
            continue
        with suppress(DatabaseUnusableError):  # torn all the same; the next may be whole
            return Copied(_settled(aside, database), aside.stat().st_size, writer)
    raise DatabaseLockedError(database, writer.pid)


def _copy_pair(database: Path, source: int, aside: Path) -> None:
    """The log first: blocks that it speaks of are in the file before it is written."""
    log, log_aside = log_of(database), log_of(aside)
    log_aside.unlink(missing_ok=True)
    with suppress(FileNotFoundError), _opened(log) as log_source:
        _copy(log_source, log_aside)
    _copy(source, aside)


def _copy(source: int, target: Path) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    with os.fdopen(descriptor, "wb") as out:
        read: Callable[[], bytes] = lambda: os.pread(source, _PIECE_BYTES, out.tell())  # noqa: E731
        for piece in iter(read, b""):
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())


def _settled(aside: Path, database: Path) -> dict[str, int]:
    """Take the log into the copied file and read all of it.

    Raises:
        DatabaseUnusableError: `database`, for that is whose copy it is, is torn or no findings database.
    """
    try:
        with open_for_upkeep(aside) as connection:
            if not is_ours(connection):
                raise DatabaseUnusableError(database, "not a findings database")
            counts = row_counts(connection)
            connection.execute("FORCE CHECKPOINT")
    except duckdb.Error as error:
        raise DatabaseUnusableError(database, type(error).__name__) from None
    if log_of(aside).exists():
        raise DatabaseUnusableError(database, "its log could not be taken in")
    return counts


def log_of(database: Path) -> Path:
    """DuckDB's write-ahead log, beside the file."""
    return database.with_name(database.name + ".wal")


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
