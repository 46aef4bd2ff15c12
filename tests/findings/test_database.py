"""Opening the database: patience, privacy, and plain words for every way in which it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import duckdb
import pytest

from findings.database import open_reader, open_writer, private_files
from findings.errors import DatabaseLockedError, DatabaseMissingError, DatabaseUnusableError, FindingsError
from tests.findings.conftest import Estate, letter

HOLD_TO_WRITE = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


def test_a_new_database_is_private_and_of_a_version_that_all_can_read(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "findings.duckdb"
    with open_writer(path) as connection:
        connection.execute("INSERT INTO meta VALUES ('x', 'y')")
        log = Path(f"{path}.wal")
        assert log.stat().st_mode & 0o777 == 0o600, "the log holds addresses too"
        tags = connection.execute("SELECT tags FROM duckdb_databases() WHERE database_name = 'findings'").fetchall()
    assert tags[0][0]["storage_version"].startswith("v1.0.0")
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_no_extension_is_fetched_from_anywhere(tmp_path: Path) -> None:
    names = ("autoinstall_known_extensions", "autoload_known_extensions", "allow_community_extensions")
    query = "SELECT name, value FROM duckdb_settings() WHERE contains(?, name)"
    for opened in (open_writer, open_reader):
        with opened(tmp_path / "findings.duckdb") as connection:
            assert dict(connection.execute(query, [list(names)]).fetchall()) == dict.fromkeys(names, "false")


def test_times_are_utc_wherever_the_machine_stands(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    script = (
        "import sys; from pathlib import Path; from findings.query import open_findings; "
        "print(open_findings(Path(sys.argv[1]))[0].first_seen.isoformat())"
    )
    command = [sys.executable, "-c", script, str(estate.database)]
    environment = {"TZ": "Pacific/Auckland", "PATH": os.defpath}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert told.stdout == "2026-03-02T08:31:00+00:00\n"


def test_a_reader_waits_for_a_writer_then_says_who_it_is(estate: Estate) -> None:
    estate.sweep()
    command = [sys.executable, "-c", HOLD_TO_WRITE, str(estate.database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "open\n"
        for opened in (open_reader, open_writer):
            with pytest.raises(DatabaseLockedError) as raised, opened(estate.database, wait_seconds=0.2):
                pass
            assert raised.value.pid == other.pid
        other.kill()
        with open_reader(estate.database) as connection:
            assert connection.execute("SELECT count(*) FROM sweeps").fetchall() == [(1,)]


def test_readers_do_not_shut_each_other_out(estate: Estate) -> None:
    estate.sweep()
    with open_reader(estate.database) as one, open_reader(estate.database) as other:
        assert (
            one.execute("SELECT count(*) FROM sweeps").fetchall()
            == other.execute("SELECT count(*) FROM sweeps").fetchall()
        )


def test_a_writer_in_this_process_counts_as_a_holder(estate: Estate) -> None:
    estate.sweep()
    with (
        open_writer(estate.database),
        pytest.raises(DatabaseLockedError) as raised,
        open_reader(estate.database, wait_seconds=0.1),
    ):
        pass
    assert raised.value.pid == os.getpid()


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissingError), open_reader(tmp_path / "findings.duckdb"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"hello" * 4000, b"DUCK" * 4000])
def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "findings.duckdb"
    path.write_bytes(content)
    for opened in (open_writer, open_reader):
        with pytest.raises(DatabaseUnusableError), opened(path):
            pass
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "made",
    [
        "CREATE TABLE payroll (name VARCHAR)",
        "CREATE TABLE schema_migrations (version VARCHAR); CREATE TABLE payroll (name VARCHAR)",
        "CREATE VIEW payroll AS SELECT 1 AS a",
        "CREATE SEQUENCE payroll",
        "CREATE SCHEMA payroll",
        "CREATE MACRO payroll() AS 1",
        "CREATE TYPE payroll AS ENUM ('a')",
    ],
)
def test_somebody_elses_database_is_left_alone(tmp_path: Path, made: str) -> None:
    path = tmp_path / "payroll.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(made)
    before = path.read_bytes()
    for opened in (open_writer, open_reader):
        with pytest.raises(DatabaseUnusableError, match="not a findings database"), opened(path):
            pass
    assert path.read_bytes() == before


def test_an_empty_database_is_taken_to_write_and_not_to_read(tmp_path: Path) -> None:
    path = tmp_path / "findings.duckdb"
    duckdb.connect(str(path)).close()
    with pytest.raises(DatabaseUnusableError, match="not a findings database"), open_reader(path):
        pass
    with open_writer(path):
        pass
    with open_reader(path) as connection:
        assert connection.execute("SELECT count(*) FROM sweeps").fetchall() == [(0,)]


def test_a_place_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseUnusableError), open_writer(tmp_path / "file" / "findings.duckdb"):
        pass
    with pytest.raises(DatabaseUnusableError, match="question mark"), open_writer(tmp_path / "a?.duckdb"):
        pass


def test_duckdbs_texts_quote_values_so_they_are_not_passed_on(tmp_path: Path) -> None:
    with (
        pytest.raises(FindingsError) as raised,
        open_writer(tmp_path / "findings.duckdb") as connection,
    ):
        connection.execute("SELECT CAST('Mrs Planted' AS INTEGER)")
    told = f"{raised.value!s}{raised.value!r}"
    assert "Planted" not in told
    assert "ConversionException" in told
    assert raised.value.__suppress_context__


def test_killed_while_it_is_made_a_database_is_whole_or_not_there(tmp_path: Path) -> None:
    script = "import sys; from pathlib import Path; from findings.database import open_writer\n" + (
        "print('go', flush=True)\nwith open_writer(Path(sys.argv[1])): pass"
    )
    for number in range(5):
        path = tmp_path / str(number) / "findings.duckdb"
        command = [sys.executable, "-c", script, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as making:
            assert making.stdout
            making.stdout.readline()
            while number and not list(tmp_path.glob(f"{number}/*")) and making.poll() is None:
                pass
            making.kill()
        with open_writer(path) as connection:
            assert connection.execute("SELECT count(*) FROM sweeps").fetchall() == [(0,)]


def test_committed_rows_outlive_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "findings.duckdb"
    script = (
        "import os, signal, sys; from pathlib import Path; from findings.database import open_writer\n"
        "with open_writer(Path(sys.argv[1])) as connection:\n"
        "    connection.execute(\"INSERT INTO meta VALUES ('x', 'y')\")\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("SELECT value FROM meta WHERE name = 'x'").fetchall() == [("y",)]


def test_what_threads_create_side_by_side_is_private_and_the_umask_comes_back() -> None:
    before = os.umask(0o022)
    try:
        with ExitStack() as first, ExitStack() as second:
            first.enter_context(private_files())
            second.enter_context(private_files())
            first.close()  # as of a thread that ends while another is in its block
            assert os.umask(0o077) == 0o077
        assert os.umask(before) == 0o022
    finally:
        os.umask(before)
