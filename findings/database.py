"""Opening the database: one writer or many readers, briefly, with patience; never for longer than a step takes."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import duckdb

from findings.errors import (
    DatabaseKeyError,
    DatabaseLockedError,
    DatabaseMissingError,
    DatabaseUnusableError,
    DiskFullError,
)
from findings.keys import DatabaseKey
from findings.schema import Migration, is_current, is_empty, is_ours, migrate, migrations

# Seconds to wait for a database that another process holds: longer than a merge of ours (4 s for 100,000 documents on
# two shared cores), shorter than a person takes a program for hung.
LOCK_WAIT_SECONDS: Final = 30.0
# Seconds between two tries: four writers that retry this often lose no row and wait 1 s at the median (fact sheet).
_RETRY_SECONDS: Final = 0.1

# A scanner phones nobody: no extension is installed or loaded unless it is built in.
_SETTINGS: Final[dict[str, str | bool | int | float | list[str]]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}
# The folder beside the database for what a question can not hold in memory: one per process, as DuckDB gives the files
# in it the same names in each.
_SPILL_NAME: Final = re.compile(r"\d+-[0-9a-f]{8}\.spill")
_SPILL_TOKEN: Final = secrets.token_hex(4)
_UNREPLAYED: Final = "Failure while replaying WAL"
# What is said of a DuckDB file whose tables somebody else has made; nothing is added to it.
_FOREIGN: Final = "not a findings database: Stray has not made its tables"
# What the system says of a disk, a quota or a limit on files that leaves no room.
_FULL = re.compile(r"No space left on device|Disk quota exceeded|File too large")
_FULL_NUMBERS: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_HOLDER = re.compile(r"\(PID (\d+)\)")

Connection = duckdb.DuckDBPyConnection


@contextmanager
def open_writer(path: Path, wait_seconds: float = LOCK_WAIT_SECONDS) -> Iterator[Connection]:
    """The database, made if need be, migrated, to read and write.

    Raises:
        DatabaseLockedError: another process held it for all of `wait_seconds`.
        SchemaNewerError, DatabaseUnusableError: see there.
    """
    steps = migrations()
    with private_files(), database_errors(path):
        if "?" in str(path):
            raise DatabaseUnusableError(path, "DuckDB takes no question mark in a path")
        if not path.exists():
            _create(path, steps)
        connection = _patiently(path, wait_seconds, lambda: _connect(path, read_only=False))
        try:
            if not is_ours(connection) and not is_empty(connection):
                raise DatabaseUnusableError(path, _FOREIGN)
            _clear_spills(path)
            migrate(connection, path, steps)
            yield connection
        finally:
            connection.close()


@contextmanager
def open_reader(path: Path, wait_seconds: float = LOCK_WAIT_SECONDS) -> Iterator[Connection]:
    """The database to read. One of an older schema is migrated first.

    Raises:
        DatabaseMissingError: there is none.
        DatabaseLockedError: another process wrote for all of `wait_seconds`.
        SchemaNewerError, DatabaseUnusableError: see there.
    """
    steps = migrations()
    with private_files(), database_errors(path):
        connection = _reader(path, wait_seconds)
        try:
            if not is_ours(connection):
                raise DatabaseUnusableError(path, _FOREIGN)
            if not is_current(connection, path, steps):
                connection.close()
                with open_writer(path, wait_seconds):
                    pass
                connection = _reader(path, wait_seconds)
            yield connection
        finally:
            connection.close()


@contextmanager
def open_as_it_is(path: Path, wait_seconds: float = LOCK_WAIT_SECONDS) -> Iterator[Connection]:
    """The database to read, whatever its schema: nothing is migrated, and one of a newer Stray is opened too.

    Raises:
        DatabaseMissingError, DatabaseLockedError, DatabaseUnusableError: see `open_reader`.
    """
    with private_files(), database_errors(path):
        connection = _reader(path, wait_seconds)
        try:
            if not is_ours(connection):
                raise DatabaseUnusableError(path, _FOREIGN)
            yield connection
        finally:
            connection.close()


@contextmanager
def open_for_upkeep(path: Path) -> Iterator[Connection]:
    """A file of ours that nobody else knows of, to read and write: nothing is waited for, migrated or translated."""
    with private_files():
        connection = _connect(path, read_only=False)
        try:
            yield connection
        finally:
            connection.close()


@contextmanager
def database_errors(path: Path) -> Iterator[None]:
    """Turn DuckDB's errors into ours. Its texts quote values, so only their class is kept.

    Errors in our own SQL stay what they are: they are ours to mend, and quote SQL alone.
    """
    try:
        yield
    except (duckdb.ParserException, duckdb.BinderException):
        raise
    except duckdb.Error as error:
        if _FULL.search(str(error)):
            raise DiskFullError(path) from None
        raise DatabaseUnusableError(path, type(error).__name__) from None


def check_key(path: Path, key: DatabaseKey, wait_seconds: float = LOCK_WAIT_SECONDS) -> None:
    """Is this the key that the database's finding ids are made with? A database without findings takes any.

    Raises:
        DatabaseKeyError: it is another one.
    """
    if not path.exists():
        return
    with open_reader(path, wait_seconds) as connection:
        known = stored_key_check(connection)
    if known not in (None, key.check_value()):
        raise DatabaseKeyError(f"{path} was written with another database key; put that key back")


def stored_key_check(connection: Connection) -> str | None:
    """The check value of the key that this database belongs to, once it has been merged into."""
    rows = connection.execute("SELECT value FROM meta WHERE name = 'key_check'").fetchall()
    return str(rows[0][0]) if rows else None


def connect_in_memory() -> Connection:
    """A database of its own that ends with the connection."""
    return duckdb.connect(":memory:", config=_SETTINGS | {"temp_directory": ""})


def _connect(path: Path, *, read_only: bool) -> Connection:
    """A connection to the file that has this name now: a purge or a restore puts another in its place."""
    while True:
        before = _identity(path)
        config = _SETTINGS | {"temp_directory": str(spill_folder(path))}
        try:
            connection = duckdb.connect(str(path), read_only=read_only, config=config)
        except duckdb.InternalException as error:
            if _UNREPLAYED not in str(error):
                raise
            _take_in_log(path)
            continue
        if read_only or _identity(path) == before:
            connection.execute("SET TimeZone = 'UTC'")
            # DuckDB draws its progress on standard output, where results go, in what it takes for an interpreter. In a
            # notebook without ipywidgets it refuses to be asked for that, and draws nothing either.
            with suppress(duckdb.InvalidInputException):
                connection.execute("SET enable_progress_bar = false")
            return connection
        connection.close()


def _take_in_log(path: Path) -> None:
    """A log that DuckDB 1.5 can not take in while it opens a file it can while it attaches it.

    So it is with what a killed migration leaves: tables whose numbers come from a sequence look for a default database.
    """
    with connect_in_memory() as connection:
        connection.execute(f"ATTACH '{_quoted(path)}' AS held")
        connection.execute("DETACH held")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def spill_folder(path: Path) -> Path:
    """Where this process leaves rows of a database that do not fit into memory; others remove it once it has ended."""
    return path.with_name(f"{path.name}.{os.getpid()}-{_SPILL_TOKEN}.spill")


def _clear_spills(path: Path) -> None:
    """Remove what killed processes left, rows in clear. Only for who writes: then no folder but ours is in use."""
    ours = spill_folder(path)
    for folder in path.parent.iterdir():
        if _SPILL_NAME.fullmatch(folder.name.removeprefix(f"{path.name}.")) and folder != ours:
            shutil.rmtree(folder, ignore_errors=True)


def _reader(path: Path, wait_seconds: float) -> Connection:
    if not path.exists():
        raise DatabaseMissingError(path)
    return _patiently(path, wait_seconds, lambda: _connect(path, read_only=True))


def _patiently(path: Path, wait_seconds: float, connect: Callable[[], Connection]) -> Connection:
    until = time.monotonic() + wait_seconds
    while True:
        try:
            return connect()
        except (duckdb.IOException, duckdb.ConnectionException) as error:
            if not _is_lock(error):
                raise
            if time.monotonic() >= until:
                raise DatabaseLockedError(path, _holder(error)) from None
        time.sleep(_RETRY_SECONDS)


def _is_lock(error: duckdb.Error) -> bool:
    """Another process holds the file, or this one holds it in the other mode."""
    text = str(error)
    return "Could not set lock" in text or "different configuration" in text


def _holder(error: duckdb.Error) -> int | None:
    found = _HOLDER.search(str(error))
    if found:
        return int(found[1])
    return os.getpid() if "different configuration" in str(error) else None


def _create(path: Path, steps: tuple[Migration, ...]) -> None:
    """Make the file aside and give it its name when it is whole: a kill leaves no half-made database.

    STORAGE_VERSION keeps it readable by both DuckDB 1.5 and 2.0; the latter writes a newer one unless told.
    """
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with connect_in_memory() as connection:
            connection.execute(f"ATTACH '{_quoted(aside)}' AS made (STORAGE_VERSION 'v1.0.0')")
            connection.execute("USE made")
            migrate(connection, path, steps)
            connection.execute("USE memory")
            connection.execute("DETACH made")
        path.hardlink_to(aside)
    except FileExistsError:
        pass  # somebody else made it in the meantime; theirs is as good
    except OSError as error:
        if error.errno in _FULL_NUMBERS:
            raise DiskFullError(path) from error
        raise DatabaseUnusableError(path, error.strerror or type(error).__name__) from error
    finally:
        for left in (aside, aside.with_name(f"{aside.name}.wal")):
            with suppress(OSError):
                left.unlink()


class _PrivateFiles:
    """The umask is the whole process's, and threads open databases side by side: the last to leave puts it back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before = 0

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """The database and its log hold addresses in clear: whatever is created here is for its owner only."""
        with self._lock:
            if not self._inside:
                self._before = os.umask(0o077)
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1
                if not self._inside:
                    os.umask(self._before)


private_files: Final = _PrivateFiles()
