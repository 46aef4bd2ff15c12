from __future__ import annotations

from pathlib import Path

import pytest

from scope.real_files import real_file


def test_a_link_is_what_it_leads_to(tmp_path: Path) -> None:
    real = (tmp_path / "real" / "findings.duckdb").resolve()
    real.parent.mkdir()
    link, second = tmp_path / "current.duckdb", tmp_path / "second.duckdb"
    link.symlink_to("real/findings.duckdb")
    second.symlink_to(link)
    assert real_file(link) == real_file(second) == real, "also before the file is made"
    real.write_bytes(b"")
    assert real_file(link) == real_file(second) == real


def test_no_link_stays_as_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (Path("findings.duckdb"), tmp_path / "a" / ".." / "findings.duckdb", Path("a\0b"), Path("n" * 5000)):
        assert real_file(path) == path


def test_links_in_a_circle_are_no_crash(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert not real_file(tmp_path / "a").exists()
