"""A person's own SQL reads, and does nothing else."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from findings.database import open_writer
from findings.errors import DatabaseMissingError, QueryError
from findings.free_query import free_query
from tests.findings.conftest import Estate, letter


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    estate = Estate(tmp_path_factory.mktemp("free") / "findings.duckdb")
    estate.sweep((estate.document("/1/Planted-Jane.pdf"), letter("L-1")))
    return estate.database


def test_rows_come_as_they_are_asked_for(database: Path) -> None:
    answer = free_query(
        database, "SELECT letter_id, containment AS a, 1 AS a, first_seen, anchors FROM open_findings -- all"
    )
    assert (answer.columns[0], len(answer.columns)) == ("letter_id", 5)  # of two of one name DuckDB 2.0 renames one
    assert answer.kinds[:2] == ("VARCHAR", "DOUBLE")
    assert answer.rows[0][:3] == ("L-1", 0.74, 1)
    assert "Planted" not in repr(free_query(database, "SELECT url FROM findings"))
    cut = free_query(database, "SELECT * FROM range(10) ORDER BY 1 DESC", rows=3)
    assert (cut.rows, cut.is_cut) == (((9,), (8,), (7,)), True)
    assert not free_query(database, "SELECT * FROM range(3)", rows=3).is_cut
    assert free_query(database, "SELECT 1 WHERE false").rows == ()


@pytest.mark.parametrize(
    "query", ["DESCRIBE findings", "SUMMARIZE sweeps", "SHOW TABLES", "VALUES (1);", "WITH a AS (SELECT 1) FROM a"]
)
def test_whatever_reads_is_answered(query: str, database: Path) -> None:
    assert free_query(database, query).rows


@pytest.mark.parametrize(
    "query",
    [
        *("", ";", "SELECT 1; SELECT 2", "-- nothing", "\x00", "SELEC 1", "FROM nowhere", "SELECT a FROM findings"),
        *("DELETE FROM findings", "CREATE TABLE a (b INTEGER)", "CREATE TEMP TABLE a (b INTEGER)", "DROP VIEW reach"),
        *("COPY findings TO '{0}'", "EXPORT DATABASE '{0}'", "ATTACH '{0}'", "SELECT * FROM read_csv('/etc/passwd')"),
        *("SELECT * FROM read_text('/etc/passwd')", "FROM '/etc/passwd'", "FROM glob('/*')", "LOAD httpfs"),
        *("SET enable_external_access = true", "SET lock_configuration = false", "INSTALL httpfs", "CHECKPOINT"),
        *("SELECT getenv('HOME')", "CALL force_checkpoint()", "BEGIN", "SELECT nextval('triage_event_numbers')"),
        *("SELECT sha256::INTEGER FROM findings", "FROM query('SELECT 1; DELETE FROM findings')", "SELECT '\udc80'"),
    ],
)  # fmt: skip
def test_whatever_does_not_only_read_is_refused(query: str, database: Path, tmp_path: Path) -> None:
    before = database.read_bytes()
    with pytest.raises(QueryError) as raised:
        free_query(database, query.format(tmp_path / "out"))
    assert "Planted" not in str(raised.value)
    assert database.read_bytes() == before
    assert list(tmp_path.iterdir()) == []


def test_an_error_says_nothing_of_values(database: Path) -> None:
    with pytest.raises(QueryError) as raised:
        free_query(database, "SELECT url::INTEGER FROM findings")
    assert "Planted" not in str(raised.value)
    assert "files.example.org" not in str(raised.value)


def test_what_takes_too_long_ends_and_the_database_is_free(database: Path) -> None:
    with pytest.raises(QueryError, match="too long"):
        free_query(
            database, "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = 7", seconds=0.2
        )
    with open_writer(database, 5.0) as connection:
        connection.execute("SELECT 1").fetchall()


def test_a_missing_database_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissingError):
        free_query(tmp_path / "none.duckdb", "SELECT 1")


def test_the_next_connection_has_its_settings_back(database: Path) -> None:
    free_query(database, "SELECT 1")
    with duckdb.connect(str(database), read_only=True) as connection:
        told = connection.execute("SELECT current_setting('enable_external_access')").fetchall()
    assert told == [(True,)]
