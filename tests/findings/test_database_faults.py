"""What a killed process, too little memory and a clock that is set back do to the database."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from documents.records import Skipped, SkipReason
from findings.database import open_as_it_is, open_reader, open_writer
from findings.merge import merge
from findings.query import latest_sweep_id
from findings.schema import applied_version, migrations
from tests.findings.conftest import HOST, Estate, letter

# Ends itself, as a kill does, when the statement with this beginning is to be run.
KILLED = """
import os, signal, sys
from pathlib import Path
import findings.schema as schema
from findings.database import open_writer
at, path = sys.argv[1], Path(sys.argv[2])
true_rebuild = schema.rebuild
def rebuild(connection):
    true_rebuild(connection)
    os.kill(os.getpid(), signal.SIGKILL)
if at == "rebuild":
    schema.rebuild = rebuild
else:
    class Stopping(schema.Transaction):
        def __exit__(self, *about):
            if schema.applied_version(self._connection) == int(at):
                os.kill(os.getpid(), signal.SIGKILL)
            super().__exit__(*about)
    schema.Transaction = Stopping
with open_writer(path):
    pass
"""


def first_release(estate: Estate) -> Path:
    """What the first release had made of the same facts."""
    old = estate.database.with_name("old.duckdb")
    with duckdb.connect(str(old)) as connection:
        connection.execute(f"ATTACH '{estate.database}' AS now (READ_ONLY)")
        first = migrations()[0]
        connection.execute(first.sql)
        connection.execute("INSERT INTO schema_migrations VALUES (1, ?, now())", [first.name])
        for table in ("sweeps", "units", "documents", "matches", "findings", "sightings"):
            columns = connection.execute(
                "SELECT string_agg(column_name, ', ') FROM duckdb_columns() "
                "WHERE table_name = ? AND database_name = current_database()",
                [table],
            ).fetchall()[0][0]
            connection.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM now.{table}")
    return old


@pytest.mark.parametrize("killed_at", ["3", "6", "rebuild"])
def test_killed_in_a_migration_it_stands_at_a_whole_step_and_goes_on(estate: Estate, killed_at: str) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    estate.sweep(Skipped(f"{HOST}/1/a.pdf", SkipReason.NOT_FOUND))
    old = first_release(estate)
    killed = subprocess.run([sys.executable, "-c", KILLED, killed_at, str(old)], check=False)
    assert killed.returncode == -9
    with open_as_it_is(old) as connection:  # its log is one that DuckDB 1.5 does not take in by itself
        stands_at = applied_version(connection)
    assert stands_at == (migrations()[-1].version if killed_at == "rebuild" else int(killed_at) - 1)
    with open_reader(old) as connection:
        assert connection.execute("SELECT history, state FROM finding_status").fetchall() == [("PG", "unknown")]
        assert connection.execute("SELECT count(*) FROM sightings").fetchall() == [(2,)]


def test_what_does_not_fit_into_memory_is_private_and_goes_with_its_process(estate: Estate) -> None:
    left = estate.database.with_name(f"{estate.database.name}.1-0123abcd.spill")
    left.mkdir()
    (left / "duckdb_temp_storage_DEFAULT-0.tmp").write_text("rows of a killed process")
    other = estate.database.with_name(f"other.{left.name}")
    other.mkdir()
    with open_writer(estate.database) as connection:
        assert not left.exists()
        connection.execute("SET memory_limit = '40MB'")
        connection.execute("CREATE TEMP TABLE many AS SELECT md5(i::VARCHAR) AS text FROM range(2_000_000) AS t(i)")
        (spilled,) = estate.database.parent.glob("findings.duckdb.*.spill")
        assert stat.S_IMODE(spilled.stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in spilled.iterdir()} == {0o600}
        assert str(os.getpid()) in spilled.name
    assert not spilled.exists()
    assert other.exists(), "another database's"


def test_a_merge_that_does_not_fit_into_its_memory_takes_more(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("findings.merge.MERGE_MEMORY", "20MB")
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    assert estate.ask("SELECT state FROM finding_status") == [("new",)]


def test_after_a_clock_was_set_back_nothing_is_lost_or_doubled(estate: Estate) -> None:
    place = "/1/a.pdf"
    estate.sweep((estate.document(place), letter()))
    first = latest_sweep_id(estate.database)
    estate.days -= 30  # the clock had run ahead
    estate.sweep((estate.document(place), letter()), (estate.document("/1/b.pdf"), letter("L-2")))
    merge(estate.root, estate.database)
    # The order of answers is that of the clock, and each sweep's stands: the later one by the clock did not meet b.pdf.
    assert estate.ask("SELECT url[-5:], history, state FROM finding_status ORDER BY url") == [
        ("a.pdf", "PP", "open"),
        ("b.pdf", "PU", "unknown"),
    ]
    assert estate.ask("SELECT first_seen < last_seen FROM findings ORDER BY url LIMIT 1") == [(True,)]
    assert latest_sweep_id(estate.database) == first
    assert estate.ask("SELECT max(seen_at) - min(seen_at) FROM sightings") == [(timedelta(days=29, minutes=59),)]


# Reads as a notebook does, again and again, until its input ends; says how many findings it saw each time.
READER = """
import select, sys
from pathlib import Path
from findings.frames import ask
while not select.select([sys.stdin], [], [], 0)[0]:
    print(ask(Path(sys.argv[1]), "SELECT count(*) AS n FROM findings")["n"][0], flush=True)
"""


def test_two_sweeps_settle_while_a_notebook_reads(estate: Estate) -> None:
    estate.sweep((estate.document("/1/0.pdf"), letter()))
    for number in range(1, 7):
        estate.sweep((estate.document(f"/1/{number}.pdf"), letter()), merged=False)
    command = [sys.executable, "-c", READER, str(estate.database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as notebook:
        assert notebook.stdout is not None
        assert notebook.stdout.readline() == "1\n"
        settle = (
            "import sys; from pathlib import Path; from findings.merge import merge; merge(*map(Path, sys.argv[1:]))"
        )
        both = [
            subprocess.Popen([sys.executable, "-c", settle, str(estate.root), str(estate.database)]) for _ in range(2)
        ]
        assert [sweep.wait() for sweep in both] == [0, 0]
        seen, _ = notebook.communicate("")
    assert notebook.returncode == 0
    counts = [int(line) for line in seen.split()]
    assert counts == sorted(counts), "what was there stays there"
    assert estate.ask("SELECT count(*), count(DISTINCT url) FROM findings") == [(7, 7)]
    assert estate.ask("SELECT count(*) FROM sweeps WHERE state = 'finished'") == [(7,)]
