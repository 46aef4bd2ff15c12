"""A person's own SQL: one statement that reads, with nothing of the system within its reach, and not for long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb

from findings.database import LOCK_WAIT_SECONDS, Connection, open_reader
from findings.errors import QueryError
from findings.harmless import harmless_texts
from findings.stored_text import storable

# Seconds that a query may take: a merge waits for it. The slowest view answers in a fraction of one.
QUERY_SECONDS: Final = 60.0
# Rows that are fetched unless more are asked for: a terminal shows no more to any purpose.
QUERY_ROWS: Final = 1_000
# No files, no extensions, no other databases; and no setting can be changed back.
_LOCKED_DOWN: Final = "SET enable_external_access = false; SET lock_configuration = true"
# Characters of DuckDB's words about somebody's SQL that are repeated.
_LONGEST_WORDS: Final = 2_000


@dataclass(frozen=True, slots=True)
class FreeAnswer:
    """What a query gave. Values may hold anything that the database holds; `repr` leaves them out.

    Attributes:
        columns: names, in order; two can be the same.
        kinds: DuckDB's types, in the same order.
        is_cut: there were more rows than were asked for.
        harmless: the texts among them that are known to name no patient, whatever a query calls their column.
    """

    columns: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...] = field(repr=False)
    is_cut: bool = False
    harmless: frozenset[str] = field(default=frozenset(), repr=False)


def free_query(
    database: Path,
    query: str,
    *,
    rows: int = QUERY_ROWS,
    seconds: float = QUERY_SECONDS,
    wait_seconds: float = LOCK_WAIT_SECONDS,
) -> FreeAnswer:
    """The answer to one reading statement.

    Raises:
        QueryError: it is not one, DuckDB does not understand it, it fails, or it took too long.
        FindingsError: the database is missing, locked for too long, or can not be used.
    """
    if storable(query) != query:
        raise QueryError("that is no text in any language: it holds half a character")
    with open_reader(database, wait_seconds) as connection:
        connection.execute(_LOCKED_DOWN)
        with _told_plainly(), _for_at_most(connection, seconds):
            statements = connection.extract_statements(query)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                raise QueryError("give one statement that reads: SELECT, FROM, DESCRIBE, SUMMARIZE or SHOW")
            answer = connection.sql(query)
            found = answer.limit(rows + 1).to_arrow_table()
            kinds = tuple(str(kind) for kind in answer.types)
            columns = [column.to_pylist()[:rows] for column in found.columns]
            harmless = harmless_texts(connection, found.column_names, columns)
    told = tuple(zip(*columns, strict=True))
    return FreeAnswer(tuple(found.column_names), kinds, told, found.num_rows > rows, harmless)


@contextmanager
def _told_plainly() -> Iterator[None]:
    """What DuckDB says of SQL is repeated; what it says of values is not, because it quotes them."""
    try:
        yield
    except (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException) as error:
        raise QueryError(str(error)[:_LONGEST_WORDS]) from None
    except duckdb.InterruptException:
        raise QueryError("it took too long, and a merge may be waiting; ask for less, or copy the database") from None
    except duckdb.Error as error:
        raise QueryError(f"DuckDB gave up with {type(error).__name__}") from None


@contextmanager
def _for_at_most(connection: Connection, seconds: float) -> Iterator[None]:
    watch = threading.Timer(seconds, connection.interrupt)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
