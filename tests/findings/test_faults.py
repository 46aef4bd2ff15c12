"""The bad day: a full disk, a file that is cut off, damaged or somebody else's, a process that is killed."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from documents.records import Skipped, SkipReason
from findings.backup import back_up
from findings.copying import copy_database
from findings.database import open_writer
from findings.errors import DatabaseUnusableError, DiskFullError, FindingsError, SpoolError
from findings.merge import merge
from findings.query import finding, open_findings
from findings.records import TriageDecision
from findings.results import TriageEvent
from findings.retention import RetentionRule, preview_purge, purge
from findings.standing import standing
from tests.findings.conftest import HOST, START, Estate, letter, set_triage

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
# Bytes of the disk that fills up: DuckDB wants 20 MB of its own to merge anything.
DISK = 40 << 20
LEFT = 200_000


def event(note: str = "") -> TriageEvent:
    return TriageEvent(TriageDecision.CONFIRMED, note, "A. Decider", START)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own in memory."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    command = [str(mount), "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(place)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("wants to mount a small tmpfs")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path, left: int) -> Path:
    """A file that takes up all but so many bytes."""
    path = disk / "fill"
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 16))
        except OSError:
            file.truncate(max(0, file.tell() - left))
    return path


def test_a_full_disk_loses_nothing_and_is_told(small_disk: Path, tmp_path: Path, empty_database: bytes) -> None:
    estate = Estate(small_disk / "findings.duckdb")
    estate.database.write_bytes(empty_database)
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    unit.entries([estate.entry(f"/1/{number}-{os.urandom(20).hex()}.pdf") for number in range(20_000)])
    unit.finish(estate.outcome())
    sweep.finish(estate.end())
    [known] = open_findings(estate.database)
    copied = tmp_path / "elsewhere"
    copied.mkdir()
    filler = fill(small_disk, LEFT)

    with pytest.raises(DiskFullError, match="free some space"):
        merge(estate.root, estate.database)
    with pytest.raises(DiskFullError):
        set_triage(estate.database, known.finding_id, event("x" * (1 << 20)))
    with pytest.raises(SpoolError, match="full"):
        copy_database(estate.database, small_disk / "copy.duckdb")
    with pytest.raises(SpoolError, match="full"):
        back_up(estate.database, small_disk / "kept", START, "0.1.0")
    assert {path.name for path in small_disk.iterdir()} <= {
        "fill", *(f"findings.duckdb{ending}" for ending in ("", ".memory", ".spool", ".wal", ".tmp"))
    }  # fmt: skip
    assert open_findings(estate.database) == (known,), "what is there can be read"
    assert standing(estate.database).spooled[0].waiting == 1
    assert copy_database(estate.database, copied / "copy.duckdb").rows["findings"] == 1, "and rescued"

    filler.unlink()
    assert merge(estate.root, estate.database).units == 1
    set_triage(estate.database, known.finding_id, event())
    assert estate.ask("SELECT count(*) FROM entries") == [(20_001,)]
    assert len(finding(estate.database, known.finding_id).triage_events) == 1


@pytest.mark.parametrize("room", [0, 12_000, 200_000, 1_000_000], ids=["header", "first rows", "log", "file"])
def test_a_disk_that_is_full_while_the_database_is_made_is_told_and_nothing_stays(room: int, tmp_path: Path) -> None:
    database = tmp_path / "findings.duckdb"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))  # as a full disk, but for this process alone
    try:
        with pytest.raises(DiskFullError, match="free some space"), open_writer(database):
            pass
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []
    with open_writer(database) as connection:
        assert connection.execute("SELECT count(*) FROM findings").fetchall() == [(0,)]


def test_a_disk_too_full_to_write_the_file_anew_deletes_all_the_same(small_disk: Path, empty_database: bytes) -> None:
    estate = Estate(small_disk / "findings.duckdb")
    estate.database.write_bytes(empty_database)
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    [known] = open_findings(estate.database)
    set_triage(estate.database, known.finding_id, TriageEvent(TriageDecision.FALSE_POSITIVE, "", "A", estate.now))
    filler = fill(small_disk, 3 << 20)
    days = {RetentionRule.FALSE_POSITIVE: 30}

    def delete() -> bool:
        return purge(estate.database, days, "A", clock=lambda: estate.now + timedelta(days=60)).rewrite

    with pytest.raises((DiskFullError, SpoolError)):
        delete()
    filler.unlink()
    assert delete(), "run again it does what is left"
    assert estate.ask("SELECT count(*) FROM findings") == [(0,)]


def cut(path: Path, share: float) -> None:
    os.truncate(path, int(path.stat().st_size * share))


def overwrite(path: Path, place: float) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(int(size * place))
        file.write(os.urandom(min(20_000, size)))


def other_kind(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE findings (finding_id TEXT)")
    connection.close()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "cut in the header": lambda path: cut(path, 0.002),
    "cut after the header": lambda path: cut(path, 0.02),
    "cut in the middle": lambda path: cut(path, 0.5),
    "header overwritten": lambda path: overwrite(path, 0.0),
    "sqlite": other_kind,
    "noise": lambda path: path.write_bytes(os.urandom(1 << 16)),
    "zeros": lambda path: path.write_bytes(bytes(1 << 16)),
}
USES: dict[str, Callable[[Estate, Path], object]] = {
    "list": lambda estate, _: open_findings(estate.database),
    "show": lambda estate, _: finding(estate.database, "ab"),
    "decide": lambda estate, _: set_triage(estate.database, "ab", event()),
    "merge": lambda estate, _: merge(estate.root, estate.database),
    "copy": lambda estate, folder: copy_database(estate.database, folder / "copy.duckdb"),
    "back up": lambda estate, folder: back_up(estate.database, folder / "kept", START, "0.1.0"),
    "preview": lambda estate, _: preview_purge(estate.database, {RetentionRule.GONE: 1}),
    "purge": lambda estate, _: purge(estate.database, {RetentionRule.GONE: 1}, "A"),
}


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database with one finding, and a sweep that waits."""
    estate = Estate(tmp_path_factory.mktemp("swept") / "findings.duckdb")
    estate.sweep((estate.document("/1/Mrs_Planted.pdf"), letter()))
    estate.sweep((estate.document("/1/b.pdf"), letter("L-2")), merged=False)
    return estate.database.parent


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_file_that_is_not_whole_or_not_ours_is_told_and_left_alone(damage: str, swept: Path, tmp_path: Path) -> None:
    folder = tmp_path / "used"
    shutil.copytree(swept, folder)
    estate = Estate(folder / "findings.duckdb")
    DAMAGE[damage](estate.database)
    before = estate.database.read_bytes()
    for name, use in USES.items():
        with pytest.raises(DatabaseUnusableError) as raised:
            use(estate, tmp_path)
        told = f"{raised.value!s}{raised.value!r}"
        assert "findings.duckdb can not be used as a findings database" in told, name
        assert "Planted" not in told
        assert raised.value.cause != "IOException" or "stray restore" in told
        assert estate.database.read_bytes() == before, f"{name} wrote to it"
    assert standing(estate.database).problem
    assert [path.name for path in tmp_path.iterdir()] == ["used"]
    shutil.copy(swept / "findings.duckdb", estate.database)
    assert merge(estate.root, estate.database).units == 1, "nothing of the spool was lost meanwhile"


def test_a_cut_off_log_costs_the_last_act_and_not_the_database(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    script = "\n".join(
        [
            "import os, sys; from pathlib import Path; from findings.database import open_writer",
            "with open_writer(Path(sys.argv[1])) as connection:",
            "    for number in range(10): connection.execute('INSERT INTO meta VALUES (?, ?)', [str(number), 'x'])",
            "    os.kill(os.getpid(), 9)",
        ]
    )
    subprocess.run([sys.executable, "-c", script, str(estate.database)], env=ENVIRONMENT, check=False)
    log = Path(f"{estate.database}.wal")
    os.truncate(log, log.stat().st_size - 10)
    with open_writer(estate.database) as connection:
        kept = connection.execute("SELECT count(*) FROM meta WHERE value = 'x'").fetchall()
    assert kept == [(9,)]
    assert len(open_findings(estate.database)) == 1


DECIDE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from findings.records import TriageDecision
from findings.results import TriageEvent
from findings.triage import act
number = int(sys.argv[3])
while True:
    event = TriageEvent(TriageDecision.CONFIRMED, f"act {number}", "A. Decider", datetime.now(UTC))
    act(Path(sys.argv[1]), [sys.argv[2]], event)
    print(number, flush=True)
    number += 1
"""


def test_killed_while_deciding_what_was_acknowledged_is_there_once(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    [known] = open_findings(estate.database)
    acknowledged = -1
    for round_ in range(4):
        command = [sys.executable, "-c", DECIDE, str(estate.database), known.finding_id, str(acknowledged + 2)]
        with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True) as deciding:
            assert deciding.stdout
            for _ in range(round_ + 2):
                acknowledged = int(deciding.stdout.readline())
            deciding.kill()
            acknowledged = max([acknowledged, *map(int, deciding.stdout.read().split())])
        notes = [told.note for told in finding(estate.database, known.finding_id).triage_events]
        assert len(set(notes)) == len(notes)
        assert f"act {acknowledged}" in notes
        assert set(notes) <= {f"act {number}" for number in range(acknowledged + 2)}
    numbers = estate.ask("SELECT count(*), count(DISTINCT event_number) FROM triage_events")[0]
    assert numbers[0] == numbers[1]


PURGE = """
import sys
from datetime import datetime
from pathlib import Path
from findings.retention import RetentionRule, purge
print("go", flush=True)
purge(Path(sys.argv[1]), {RetentionRule.GONE: 30}, "A", clock=lambda: datetime.fromisoformat(sys.argv[2]))
"""


def test_killed_while_purging_it_is_before_or_after(estate: Estate) -> None:
    kept = (estate.document("/1/b.pdf"), letter("L-42"))
    estate.sweep((estate.document("/1/a.pdf"), letter()), kept)
    for _ in range(2):
        estate.sweep(Skipped(f"{HOST}/1/a.pdf", SkipReason.NOT_FOUND), kept)
    whole = estate.database.read_bytes()
    moment = (estate.now + timedelta(days=60)).isoformat()
    for stop in ("go", "*.wal", "*.tmp", "end"):
        estate.database.write_bytes(whole)
        command = [sys.executable, "-c", PURGE, str(estate.database), moment]
        with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True) as purging:
            assert purging.stdout
            purging.stdout.readline()
            while stop.startswith("*") and not list(estate.database.parent.glob(stop)) and purging.poll() is None:
                pass
            if stop == "end":
                purging.wait()
            purging.kill()
        [(findings, gone, purges)] = estate.ask(
            "SELECT (SELECT count(*) FROM findings), (SELECT count(*) FROM purged_findings), count(*) FROM purges"
        )
        assert (findings, gone, purges) in {(2, 0, 0), (1, 1, 1)}
        done = purge(estate.database, {RetentionRule.GONE: 30}, "A", clock=lambda: START + timedelta(days=63))
        assert done.rewrite is (stop != "end")
        assert estate.ask("SELECT count(*) FROM purges") == [(1,)]
        assert b"/1/a.pdf" not in estate.database.read_bytes()
        assert not list(estate.database.parent.glob("*.tmp")), "what the killed one left is gone too"


def test_all_errors_have_one_root() -> None:
    assert issubclass(DiskFullError, DatabaseUnusableError)
    assert issubclass(DatabaseUnusableError, FindingsError)
