"""Copies of a database that others hold."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from findings.copying import copy_database
from findings.errors import DatabaseMissingError, DatabaseUnusableError, SpoolError
from tests.findings.conftest import Estate, letter

HOLD = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "read")
print("open", flush=True)
sys.stdin.read()
"""
# Two tables that are equal after each transaction; a checkpoint now and then, as a merge makes it.
WRITE = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("CREATE TABLE one (n BIGINT, text VARCHAR); CREATE TABLE two (n BIGINT, text VARCHAR)")
n = 0
while True:
    connection.execute("BEGIN")
    for table in ("one", "two"):
        connection.execute(f"INSERT INTO {table} SELECT ?, repeat('x', 100) || range FROM range(3000)", [n])
        connection.execute(f"DELETE FROM {table} WHERE n < ?", [n - 5])
    connection.execute("COMMIT")
    if n % 3 == 2:
        connection.execute("CHECKPOINT")
    n += 1
    print(n, flush=True)
"""


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_a_copy_is_whole_private_and_alone(estate: Estate, tmp_path: Path) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    target = tmp_path / "kept" / "copy.duckdb"
    target.parent.mkdir()
    copied = copy_database(estate.database, target)
    assert copied.writer is None
    assert copied.rows["findings"] == 1
    assert copied.bytes == target.stat().st_size
    assert rows(target, "SELECT * FROM findings") == estate.ask("SELECT * FROM findings")
    assert target.stat().st_mode & 0o777 == 0o600
    assert list(target.parent.iterdir()) == [target]


def test_a_decision_can_be_added_to_a_copy(estate: Estate, tmp_path: Path) -> None:
    """Numbers go on where they were."""
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    columns = "(finding_id, decision, note, decided_by, decided_at)"
    added = f"INSERT INTO triage_events {columns} VALUES ('x', 'y', '', '', now())"
    target = tmp_path / "copy.duckdb"
    with duckdb.connect(str(estate.database)) as connection:
        connection.execute(added)
    copy_database(estate.database, target)
    with duckdb.connect(str(target)) as connection:
        connection.execute(added)
        numbers = connection.execute("SELECT event_number FROM triage_events ORDER BY ALL").fetchall()
    assert numbers == [(1,), (2,)]


def test_readers_are_not_in_the_way_and_stay(estate: Estate, tmp_path: Path) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    command = [sys.executable, "-c", HOLD, str(estate.database), "read"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as notebook:
        assert notebook.stdout
        assert notebook.stdout.readline() == "open\n"
        assert copy_database(estate.database, tmp_path / "copy.duckdb", 0).writer is None
        notebook.kill()


def test_what_a_killed_writer_had_committed_is_in_the_copy(estate: Estate, tmp_path: Path) -> None:
    estate.sweep()
    script = (
        "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute(\"INSERT INTO meta VALUES ('a', 'b')\"); "
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(estate.database)], check=False)
    log = Path(f"{estate.database}.wal")
    assert log.stat().st_size
    copy_database(estate.database, tmp_path / "copy.duckdb")
    assert log.exists(), "the original is left as it is"
    assert rows(tmp_path / "copy.duckdb", "SELECT value FROM meta WHERE name = 'a'") == [("b",)]


def test_a_writer_that_does_not_let_go_is_copied_from_under(estate: Estate, tmp_path: Path) -> None:
    estate.sweep()
    command = [sys.executable, "-c", WRITE, str(estate.database)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        try:
            for number in range(4):
                committed = int(writer.stdout.readline())
                target = tmp_path / f"{number}.duckdb"
                copied = copy_database(estate.database, target, 0)
                assert copied.writer is not None
                assert copied.writer.pid == writer.pid
                counts = "SELECT max(n), count(*), count(DISTINCT text) FROM {}"
                one, two = (rows(target, counts.format(table)) for table in ("one", "two"))
                assert one == two
                last = one[0][0]
                assert isinstance(last, int)
                assert last + 1 >= committed, "what was committed before the copy began is in it"
                while committed < last + 1:
                    committed = int(writer.stdout.readline())
        finally:
            writer.kill()


def test_nothing_is_overwritten_unless_it_is_asked_for(estate: Estate, tmp_path: Path) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    target = tmp_path / "copy.duckdb"
    target.write_text("mine")
    with pytest.raises(SpoolError, match="is there already"):
        copy_database(estate.database, target)
    assert target.read_text() == "mine"
    Path(f"{target}.wal").write_text("of what lay here before")
    assert copy_database(estate.database, target, replace=True).rows["findings"] == 1
    assert not Path(f"{target}.wal").exists()
    for wrong in (estate.database, tmp_path, tmp_path / "no" / "copy.duckdb"):
        with pytest.raises(SpoolError):
            copy_database(estate.database, wrong, replace=True)


def test_a_target_that_somebody_holds_is_left_alone(estate: Estate, tmp_path: Path) -> None:
    estate.sweep()
    target = tmp_path / "copy.duckdb"
    copy_database(estate.database, target)
    command = [sys.executable, "-c", HOLD, str(target), "read"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as notebook:
        assert notebook.stdout
        assert notebook.stdout.readline() == "open\n"
        with pytest.raises(SpoolError, match=f"process {notebook.pid}"):
            copy_database(estate.database, target, replace=True)
        notebook.kill()


def damage(path: Path) -> None:
    """In each block of the middle half."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        for place in range(size // 4, size * 3 // 4, 1 << 18):
            file.seek(place)
            file.write(os.urandom(4096))


def test_a_damaged_block_is_told_and_not_copied(estate: Estate, tmp_path: Path) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    with duckdb.connect(str(estate.database)) as connection:
        connection.execute(
            "CREATE TABLE bulk AS SELECT range AS n, repeat('x', 50) || range AS text FROM range(100000)"
        )
    damage(estate.database)
    with pytest.raises(DatabaseUnusableError) as raised:
        copy_database(estate.database, tmp_path / "copy.duckdb")
    assert raised.value.path == estate.database
    assert not list(tmp_path.glob("copy*"))


def test_no_database_and_a_foreign_one(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissingError):
        copy_database(tmp_path / "none.duckdb", tmp_path / "copy.duckdb")
    with duckdb.connect(str(tmp_path / "theirs.duckdb")) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS x")
    with pytest.raises(DatabaseUnusableError, match="not a findings database"):
        copy_database(tmp_path / "theirs.duckdb", tmp_path / "copy.duckdb")
    assert not list(tmp_path.glob("copy*"))
