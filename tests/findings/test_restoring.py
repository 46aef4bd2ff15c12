"""Back from a back-up: nothing that was there is lost, and sweeps go on rightly."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from findings.backup import DATABASE, back_up
from findings.database import open_reader
from findings.errors import BackupError, DatabaseLockedError, SweepRunningError
from findings.lock import SweepLock
from findings.merge import merge
from findings.query import open_findings
from findings.restoring import Restored, restore
from findings.spool import SweepSpool
from tests.findings.conftest import START, Estate, letter, unit_record
from tests.findings.test_copying import HOLD


@pytest.fixture
def kept(estate: Estate, tmp_path: Path) -> Path:
    """A back-up with one finding."""
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    estate.database.with_name("findings.duckdb.reveals.jsonl").write_text("1\n")
    back_up(estate.database, tmp_path / "kept", START, "0.1.0")
    return tmp_path / "kept"


def put_back(kept: Path, estate: Estate, wait_seconds: float = 1.0) -> Restored:
    return restore(kept, estate.database, START + timedelta(days=9), wait_seconds, replace=True)


def test_where_there_is_nothing(kept: Path, estate: Estate, tmp_path: Path) -> None:
    target = tmp_path / "other" / "again.duckdb"
    target.parent.mkdir()
    restored = restore(kept, target, START)
    assert (restored.aside, restored.kept, restored.sweeps) == (None, 0, ())
    assert open_findings(target) == open_findings(estate.database)
    assert target.stat().st_mode & 0o777 == 0o600
    assert target.with_name("again.duckdb.reveals.jsonl").read_text() == "1\n"


def test_with_the_folders_that_lay_beside_it_whatever_the_way_to_it(
    estate: Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    sealed = estate.database.with_name("findings.duckdb.vault") / "ab" / "abcd.warc.age"
    sealed.parent.mkdir(parents=True)
    sealed.write_bytes(b"sealed")
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path)
    back_up(estate.database, Path("kept"), START, "0.1.0")
    restored = restore(Path("kept"), Path("other/again.duckdb"), START)
    assert (restored.aside, restored.kept) == (None, 0)
    again = tmp_path / "other" / "again.duckdb.vault" / "ab" / "abcd.warc.age"
    assert again.read_bytes() == b"sealed"
    assert [each.stat().st_mode & 0o777 for each in (again, again.parent, again.parent.parent)] == [0o600, 0o700, 0o700]


def test_what_was_there_is_set_aside_whole(kept: Path, estate: Estate) -> None:
    estate.sweep((estate.document("/1/b.pdf"), letter("L-2")))
    log = estate.database.with_name("findings.duckdb.reveals.jsonl")
    log.write_text("1\n2\n")
    with pytest.raises(BackupError, match="already"):
        restore(kept, estate.database, START)
    restored = put_back(kept, estate)
    assert len(open_findings(estate.database)) == 1
    assert restored.aside is not None
    assert len(open_findings(restored.aside / estate.database.name)) == 2
    assert (restored.kept, log.read_text()) == (1, "1\n2\n"), "a record of conduct is not set back"


def test_a_damaged_database_and_its_log_are_set_aside(kept: Path, estate: Estate) -> None:
    estate.database.write_bytes(b"ruins")
    log = Path(f"{estate.database}.wal")
    log.write_bytes(b"of the ruins")
    restored = put_back(kept, estate)
    assert restored.aside is not None
    assert (restored.aside / log.name).read_bytes() == b"of the ruins"
    assert (restored.aside / estate.database.name).read_bytes() == b"ruins"
    assert len(open_findings(estate.database)) == 1
    assert not log.exists()


def test_not_under_somebody_who_uses_it(kept: Path, estate: Estate) -> None:
    before = estate.database.read_bytes()
    with SweepLock(estate.root), pytest.raises(SweepRunningError):
        put_back(kept, estate)
    command = [sys.executable, "-c", HOLD, str(estate.database), "read"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as notebook:
        assert notebook.stdout
        assert notebook.stdout.readline() == "open\n"
        with pytest.raises(DatabaseLockedError) as raised:
            put_back(kept, estate, 0.2)
        assert raised.value.pid == notebook.pid
        notebook.kill()
    assert estate.database.read_bytes() == before


def test_a_back_up_that_is_not_whole_changes_nothing(kept: Path, estate: Estate) -> None:
    before = estate.database.read_bytes()
    (kept / DATABASE).write_bytes(b"ruins")
    with pytest.raises(BackupError):
        put_back(kept, estate)
    assert estate.database.read_bytes() == before
    assert not list(estate.database.parent.glob("*.tmp"))


def begun(estate: Estate) -> SweepSpool:
    """A sweep of two units; the first is merged, the second not begun."""
    sweep = estate.begin(unit_record(1), unit_record(2))
    estate.open_unit(sweep, 1).finish(estate.outcome())
    merge(estate.root, estate.database)
    return sweep


def test_a_sweep_that_goes_on_from_what_is_lost_is_set_aside(kept: Path, estate: Estate) -> None:
    sweep = begun(estate)
    restored = put_back(kept, estate)
    assert restored.sweeps == (sweep.record.sweep_id,)
    assert SweepSpool.unfinished(estate.root, "scope-1", estate.key) is None
    assert restored.aside is not None
    assert (restored.aside / estate.root.name / sweep.folder.path.name / "sweep.json").exists()


def test_a_sweep_that_the_back_up_knows_goes_on(kept: Path, estate: Estate, tmp_path: Path) -> None:
    sweep = begun(estate)
    back_up(estate.database, tmp_path / "later", START, "0.1.0")
    assert restore(tmp_path / "later", estate.database, START, replace=True).sweeps == ()
    assert SweepSpool.unfinished(estate.root, "scope-1", estate.key) == sweep


def test_what_waited_in_the_spool_is_merged_afterwards(kept: Path, estate: Estate) -> None:
    estate.sweep((estate.document("/1/b.pdf"), letter("L-2")), merged=False)
    assert put_back(kept, estate).sweeps == ()
    merge(estate.root, estate.database)
    assert len(open_findings(estate.database)) == 2


WRITE_AND_DIE = """
import os, sys, duckdb
held = duckdb.connect(sys.argv[1])
held.execute("SET wal_autocheckpoint = '1TB'")
held.execute("INSERT INTO meta VALUES ('mark', '1')")
os.kill(os.getpid(), 9)
"""

# Dies at the given call of those that change a name.
RESTORE_AND_DIE = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
left = int(sys.argv[3])

def dying(real):
    def call(self, *given, **named):
        global left
        if str(self).startswith(sys.argv[2]):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), 9)
        return real(self, *given, **named)
    return call

for name in ("rename", "replace", "hardlink_to", "unlink"):
    setattr(Path, name, dying(getattr(Path, name)))
from findings.restoring import restore
restore(Path(sys.argv[1]), Path(sys.argv[2]), datetime(2026, 3, 5, tzinfo=UTC), replace=True)
"""


@pytest.mark.slow
def test_killed_between_any_two_names_what_was_committed_is_there(kept: Path, estate: Estate) -> None:
    def marks(database: Path) -> int:
        with open_reader(database) as connection:
            return len(connection.execute("SELECT * FROM meta WHERE name = 'mark'").fetchall())

    database = estate.database
    for at in range(9):
        if not marks(database):
            subprocess.run([sys.executable, "-c", WRITE_AND_DIE, str(database)], check=False)
            assert Path(f"{database}.wal").exists()
        command = [sys.executable, "-c", RESTORE_AND_DIE, str(kept), str(database), str(at)]
        if subprocess.run(command, check=False).returncode == 0:
            break
        asides = [*database.parent.glob(f"{database.name}.before-restore-*/{database.name}")]
        assert marks(database) or any(map(marks, asides))
        for aside in asides:
            shutil.rmtree(aside.parent)
    assert at > 1, "it was killed in between"
    assert not marks(database)
