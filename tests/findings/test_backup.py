"""Back-ups: whole or not there, and told when they are not as they were."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from findings.backup import BESIDE, DATABASE, MANIFEST, Backup, back_up, check_backup
from findings.errors import BackupError, DatabaseMissingError, SchemaNewerError
from tests.findings.conftest import START, Estate, letter

LOG = '{"who": "A"}\n'


def backed_up(estate: Estate, folder: Path) -> Backup:
    estate.database.with_name("findings.duckdb.reveals.jsonl").write_text(LOG)
    sealed = estate.database.with_name("findings.duckdb.evidence") / "ab"
    sealed.mkdir(parents=True)
    (sealed / "abcd.warc.age").write_bytes(b"sealed")
    (sealed / "half.tmp").write_bytes(b"half")
    (sealed / "link").symlink_to(estate.database)
    estate.database.with_name("findings.key").write_bytes(bytes(32))
    return back_up(estate.database, folder, START, "0.1.0", 5)[0]


def test_it_holds_all_but_key_log_and_spool(estate: Estate, tmp_path: Path) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    estate.sweep(merged=False)
    folder = tmp_path / "kept" / "one"
    folder.parent.mkdir()
    made = backed_up(estate, folder)
    assert set(made.files) == {DATABASE, f"{BESIDE}/reveals.jsonl", f"{BESIDE}/evidence/ab/abcd.warc.age"}
    assert (made.rows["findings"], made.waiting) == (1, 1)
    assert check_backup(folder) == made
    assert [path.name for path in folder.parent.iterdir()] == ["one"]
    for path in folder.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
    with duckdb.connect(str(folder / DATABASE), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM findings").fetchall() == [(1,)]


def test_a_folder_of_its_own(estate: Estate, tmp_path: Path) -> None:
    estate.sweep()
    (tmp_path / "one").mkdir()
    with pytest.raises(BackupError, match="already"):
        back_up(estate.database, tmp_path / "one", START, "0.1.0")
    (tmp_path / "two.tmp").mkdir()
    (tmp_path / "two.tmp" / "mine").touch()
    with pytest.raises(BackupError, match="in the way"):
        back_up(estate.database, tmp_path / "two", START, "0.1.0")
    assert (tmp_path / "two.tmp" / "mine").exists()
    with pytest.raises(DatabaseMissingError):
        back_up(tmp_path / "none.duckdb", tmp_path / "three", START, "0.1.0")


def test_what_a_killed_one_left_is_no_back_up_and_goes(estate: Estate, tmp_path: Path) -> None:
    estate.sweep()
    left = tmp_path / "one.tmp"
    left.mkdir()
    (left / DATABASE).write_bytes(b"half")
    with pytest.raises(BackupError, match="no back-up"):
        check_backup(left)
    back_up(estate.database, tmp_path / "one", START, "0.1.0")
    assert not left.exists()


@pytest.mark.parametrize("what", ["changed", "cut", "missing", "added", "swapped"])
def test_what_is_not_as_it_was_is_told(estate: Estate, tmp_path: Path, what: str) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    folder = tmp_path / "one"
    backed_up(estate, folder)
    sealed = folder / BESIDE / "evidence" / "ab" / "abcd.warc.age"
    match what:
        case "changed":
            content = bytearray((folder / DATABASE).read_bytes())
            content[-1] ^= 1
            (folder / DATABASE).write_bytes(content)
        case "cut":
            (folder / DATABASE).write_bytes((folder / DATABASE).read_bytes()[:-1])
        case "missing":
            sealed.unlink()
        case "added":
            (folder / BESIDE / "more").touch()
        case _:
            shutil.copy(folder / BESIDE / "reveals.jsonl", sealed)
    with pytest.raises(BackupError):
        check_backup(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 99},
        {"files": {}},
        {"files": {DATABASE: {"sha256": "", "bytes": 0}, "../../etc/passwd": {"sha256": "", "bytes": 0}}},
        {"files": {DATABASE: {"sha256": "", "bytes": 0}, "/etc/passwd": {"sha256": "", "bytes": 0}}},
        {"files": []},
        {"made_at": "yesterday"},
    ],
)
def test_a_manifest_of_somebody_else(estate: Estate, tmp_path: Path, changes: dict[str, object]) -> None:
    estate.sweep()
    folder = tmp_path / "one"
    backed_up(estate, folder)
    told = json.loads((folder / MANIFEST).read_bytes())
    (folder / MANIFEST).write_text(json.dumps(told | changes))
    with pytest.raises(BackupError):
        check_backup(folder)


def test_one_of_a_newer_stray(estate: Estate, tmp_path: Path) -> None:
    estate.sweep()
    folder = tmp_path / "one"
    backed_up(estate, folder)
    told = json.loads((folder / MANIFEST).read_bytes())
    (folder / MANIFEST).write_text(json.dumps(told | {"schema": 999}))
    with pytest.raises(SchemaNewerError):
        check_backup(folder)
