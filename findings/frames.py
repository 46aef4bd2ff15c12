"""Questions from a notebook: the database is opened read-only, asked and closed, so that no sweep waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from findings.database import LOCK_WAIT_SECONDS, open_as_it_is

if TYPE_CHECKING:
    from polars import DataFrame

# Looked for where a notebook is told no database.
_DATABASE: Final = "findings.duckdb"
_EXAMPLE: Final = "findings.duckdb.example"


def ask(
    database: Path, question: str, values: Sequence[object] = (), wait_seconds: float = LOCK_WAIT_SECONDS
) -> DataFrame:
    """The answer to one SQL question as a table in memory. Times are in UTC.

    The database is open only while it is read, and nothing is migrated: what an older Stray wrote stays as it is.

    Raises:
        FindingsError: the database is missing, locked for too long, or can not be used.
        ImportError: polars is not installed; it comes with the extra [notebooks].
    """
    import polars  # noqa: PLC0415 - an extra

    with open_as_it_is(database, wait_seconds) as connection:
        frame = polars.from_arrow(connection.sql(question, params=list(values)).to_arrow_table())
    if not isinstance(frame, polars.DataFrame):
        raise TypeError("a question gives columns")
    return frame


def database_at(given: str | None = None) -> Path:
    """The database that was named; else the one in this folder; else the example that lies beside the code."""
    if given:
        return Path(given)
    places = (Path.cwd() / _DATABASE, Path.cwd() / _EXAMPLE, Path(__file__).parents[1] / _EXAMPLE)
    return next((place for place in places if place.is_file()), places[0])
