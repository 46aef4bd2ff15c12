"""What a notebook asks: the database is read, and free again at once."""

from __future__ import annotations

import shutil
from datetime import UTC
from pathlib import Path

import pytest

from findings.database import open_writer
from findings.errors import DatabaseMissingError, DatabaseUnusableError
from findings.frames import ask, database_at

polars = pytest.importorskip("polars", reason="the extra [notebooks] is not installed")
EXAMPLE = Path(__file__).parents[2] / "findings.duckdb.example"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return Path(shutil.copy(EXAMPLE, tmp_path / "findings.duckdb"))


def test_an_answer_is_a_table_with_times_in_utc(database: Path) -> None:
    sweeps = ask(database, "SELECT sweep_id, started_at FROM sweeps WHERE started_at > ? ORDER BY 1", ["2026-10-01"])
    assert sweeps.columns == ["sweep_id", "started_at"]
    assert all(f"{at.astimezone(UTC):%Y%m%dT%H%M}" in sweep_id for sweep_id, at in sweeps.iter_rows())


def test_nobody_waits_for_a_notebook_and_it_writes_nothing(database: Path) -> None:
    before = database.read_bytes()
    kept = ask(database, "SELECT * FROM findings")
    assert database.read_bytes() == before
    with open_writer(database, wait_seconds=0):
        assert kept.height
    with pytest.raises(DatabaseUnusableError):
        ask(database, "CREATE TABLE strange (a INTEGER)")


def test_a_database_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissingError):
        ask(tmp_path / "none.duckdb", "SELECT 1")


def test_the_database_is_the_one_named_or_the_one_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert database_at("x/y.duckdb") == Path("x/y.duckdb")
    assert database_at() == EXAMPLE
    (tmp_path / "findings.duckdb").touch()
    assert database_at() == tmp_path / "findings.duckdb"
