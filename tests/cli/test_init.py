from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import run_stray


def test_a_new_workspace_says_what_to_fill_in_and_makes_no_request_before(tmp_path: Path) -> None:
    told = run_stray("init", "trust", cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert (tmp_path / "trust" / "pack.key").stat().st_mode & 0o777 == 0o600
    shown = run_stray("scope", "show", "trust/scope.toml", cwd=tmp_path)
    assert shown.returncode == 2
    assert "names nothing to look at" in shown.stderr
    text = (tmp_path / "trust" / "scope.toml").read_text()
    uncommented = "\n".join(
        line.removeprefix("# ") if line.startswith(("# [", "# [[")) or " = " in line else line
        for line in text.splitlines()
    )
    (tmp_path / "trust" / "scope.toml").write_text(uncommented)
    shown = run_stray("scope", "show", "trust/scope.toml", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "8 units" in shown.stderr  # three of them are services to search for names


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "scope.toml").write_text("mine")
    told = run_stray("init", cwd=tmp_path)
    assert told.returncode == 2
    assert (tmp_path / "scope.toml").read_text() == "mine"
    assert not (tmp_path / "pack.key").exists()
