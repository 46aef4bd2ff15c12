"""The log's copy in the database: taken in once, whole lines only, and never from a log that differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from findings.database import open_reader, open_writer
from findings.vault.mirror import Mirror, TakenIn, mirror_of, take_in, take_in_log
from tests.findings.vault.conftest import FINDING, Safe, change_log


@pytest.fixture
def database(kept: Safe) -> Path:
    """With the log taken in."""
    path = kept.folder.with_name("findings.duckdb")
    with open_writer(path):
        pass
    assert take_in_log(path) == TakenIn(2)
    return path


def rows(database: Path, query: str) -> list[tuple[object, ...]]:
    with open_reader(database) as connection:
        return connection.execute(query).fetchall()


def test_what_the_log_says_is_there_to_be_asked_for(kept: Safe, database: Path) -> None:
    first, second = kept.vault.all()
    assert rows(
        database, "SELECT evidence_id, sealed_sha256, status, len(recipients) FROM sealed_evidence ORDER BY ALL"
    ) == sorted((one.evidence_id, one.sealed_sha256, 200, 2) for one in (first, second))
    assert rows(database, "SELECT finding_id, level FROM evidence_kept ORDER BY ALL") == [
        (FINDING, "sealed"), ("9b" * 16, "sealed"),
    ]  # fmt: skip
    assert rows(database, "SELECT digest FROM evidence_log ORDER BY event_number") == [
        (one.event.digest,) for one in (first, second)
    ]
    assert mirror_of(database).head == kept.vault.head()


def test_a_line_is_taken_in_once(kept: Safe, database: Path) -> None:
    assert take_in_log(database) == TakenIn(0)
    kept.vault.destroy(kept.vault.all()[0].evidence_id, "ann", "case closed")
    assert take_in_log(database) == TakenIn(1)
    assert rows(database, "SELECT count(*) FROM sealed_evidence WHERE destroyed_at IS NOT NULL") == [(1,)]
    assert rows(database, "SELECT count(*) FROM evidence_log") == [(3,)]


def test_nothing_is_taken_from_a_log_that_differs(kept: Safe, database: Path) -> None:
    before = mirror_of(database)
    change_log(kept, lambda lines: lines[:1])
    assert take_in_log(database) == TakenIn(differs=True)
    kept.keep()  # goes on from what there is: another second line
    kept.keep()
    assert take_in_log(database) == TakenIn(differs=True)
    kept.log.unlink()
    assert take_in_log(database) == TakenIn(differs=True)
    assert mirror_of(database) == before


def test_hostile_lines_are_passed_over(kept: Safe, database: Path) -> None:
    good = kept.log.read_bytes().splitlines()[-1].decode()
    for number, (old, new) in enumerate(
        [
            ('"size": 36', '"size": 1e400'),
            ('"size": 36', '"size": 99999999999999999999'),
            ('"findings": [', '"findings": 7, "x": ['),
            ('"fetched_at": "', '"fetched_at": "\\u0000'),
            ('"evidence_id": "', '"evidence_id": "../../'),
            ('"recipients": [', '"recipients": [{"a": "\\ud800"}, '),
            ('"status": 200', '"status": "two"'),
        ],
        start=3,
    ):
        assert old in good
        line = good.replace(old, new).replace('"number": 2', f'"number": {number}')
        with kept.log.open("a") as file:
            file.write(line + "\n")
    assert take_in_log(database).events >= 5
    assert not take_in_log(database).differs
    assert rows(database, "SELECT count(*) FROM sealed_evidence") == [(2,)]


def test_a_kill_before_the_commit_leaves_the_database_as_it_was(kept: Safe, database: Path) -> None:
    kept.keep()
    with open_writer(database) as connection:
        connection.execute("CREATE TEMP TABLE stop (x INTEGER)")
        connection.execute("BEGIN TRANSACTION")
        connection.execute("INSERT INTO evidence_log SELECT * REPLACE (3 AS event_number) FROM evidence_log LIMIT 1")
    assert take_in_log(database) == TakenIn(1)


def test_without_a_vault_there_is_nothing_to_take_in(tmp_path: Path) -> None:
    database = tmp_path / "other.duckdb"
    with open_writer(database) as connection:
        assert take_in(connection, tmp_path / "other.duckdb.vault") == TakenIn()
    assert mirror_of(database) == Mirror()
