"""A small copy of a database, to hand on or to keep in a repository."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from findings.database import LOCK_WAIT_SECONDS, connect_in_memory, database_errors, open_reader
from findings.errors import SpoolError

# The smallest that DuckDB has: a column of few rows then takes 16 kB instead of 256 kB, so that a demo's database has
# 0.8 MB instead of 6.8. Larger blocks read faster, so a working database keeps DuckDB's own size.
_BLOCK_BYTES: Final = 16_384


def copy_compact(database: Path, target: Path, wait_seconds: float = LOCK_WAIT_SECONDS) -> None:
    """Copy tables, views and comments to `target`, which is replaced; DuckDB 1.5 and 2.0 both read it.

    Raises:
        FindingsError: the database is missing, locked for too long, or can not be used; or the target is a folder.
    """
    if target.is_dir():
        raise SpoolError(f"{target} is a folder")
    with open_reader(database, wait_seconds):
        pass  # migrated, and there
    aside = target.with_name(target.name + ".tmp")
    aside.unlink(missing_ok=True)
    with database_errors(database), connect_in_memory() as connection:
        connection.execute(f"ATTACH '{_quoted(database)}' AS original (READ_ONLY)")
        connection.execute(f"ATTACH '{_quoted(aside)}' AS small (STORAGE_VERSION 'v1.0.0', BLOCK_SIZE {_BLOCK_BYTES})")
        connection.execute("COPY FROM DATABASE original TO small")
        connection.execute("DETACH small")
    aside.replace(target)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
