from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from findings.compact_copy import copy_compact
from findings.database import open_reader
from findings.errors import DatabaseMissingError, SpoolError
from findings.query import latest_sweep_id, letters_exposed, open_findings, reach
from findings.schema import applied_version, is_current, migrations

EXAMPLE = Path(__file__).parents[2] / "findings.duckdb.example"


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        names = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {
            name: connection.execute(f"SELECT columns(*)::VARCHAR FROM {name} ORDER BY ALL").fetchall()
            for name in names
        }


def test_the_copy_holds_the_same_and_is_smaller(tmp_path: Path) -> None:
    database = tmp_path / "findings.duckdb"
    shutil.copy(EXAMPLE, database)
    copy_compact(database, tmp_path / "copy.duckdb")
    assert rows(tmp_path / "copy.duckdb") == rows(database)
    assert open_findings(tmp_path / "copy.duckdb") == open_findings(database)
    assert (tmp_path / "copy.duckdb").stat().st_size < 5_000_000


def test_what_can_not_be_copied_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissingError):
        copy_compact(tmp_path / "none.duckdb", tmp_path / "copy.duckdb")
    with pytest.raises(SpoolError):
        copy_compact(EXAMPLE, tmp_path)


def test_the_example_is_of_this_schema_and_has_something_to_look_at(tmp_path: Path) -> None:
    example = tmp_path / "example.duckdb"
    shutil.copy(EXAMPLE, example)
    steps = migrations()
    with open_reader(example) as connection:
        assert applied_version(connection) == steps[-1].version
        assert is_current(connection, example, steps), "make it anew: make example"
    assert len(open_findings(example)) > 20
    assert len(letters_exposed(example)) > 20
    assert len(reach(example, latest_sweep_id(example))) == 11
