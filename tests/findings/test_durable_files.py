"""Whole or not there."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from findings.durable_files import private_folder, read_json, storage_errors, write_json, written_aside
from findings.errors import SpoolError


def test_a_file_has_no_name_before_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "unit.json"
    with written_aside(path) as out:
        out.write(b"half")
        assert not path.exists()
    assert path.read_bytes() == b"half"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_full_disk_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "unit.json.tmp").symlink_to("/dev/full")
    with pytest.raises(SpoolError, match="is full; free some space") as raised, storage_errors(tmp_path):
        write_json(tmp_path / "unit.json", {"a": 1})
    assert isinstance(raised.value.__cause__, OSError)
    assert raised.value.__cause__.errno == errno.ENOSPC
    assert not (tmp_path / "unit.json").exists()


def test_other_trouble_of_a_disk_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SpoolError, match="can not be used: "), storage_errors(tmp_path):
        private_folder(tmp_path / "file" / "folder")


@pytest.mark.parametrize("content", [b"", b'{"a": ', b"[1]", b"\xff\xfe"])
def test_what_is_no_object_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.json").write_bytes(content)
    assert read_json(tmp_path / "x.json") is None
    assert read_json(tmp_path / "missing.json") is None


def test_folders_are_for_their_owner(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    assert private_folder(tmp_path / "open").stat().st_mode & 0o777 == 0o700
