from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Workspace

Swept = tuple["Workspace", "subprocess.CompletedProcess[str]"]
RETENTION = "[retention]\nlistings = 1\nfalse_positive = 1\n"


@pytest.fixture
def kept(swept: Swept, workspace: Workspace) -> Workspace:
    """A workspace with a copy of the swept database, and rules for how long it is kept."""
    shutil.copy(swept[0].database, workspace.database)
    shutil.copy(swept[0].folder / "findings.key", workspace.folder / "findings.key")
    workspace.scope.write_text(workspace.scope.read_text() + "\n" + RETENTION)
    return workspace


def test_it_shows_first_and_deletes_only_when_told(kept: Workspace) -> None:
    before = kept.database.read_bytes()
    shown = kept.stray("purge", "scope.toml", "--as-of", "2999-01-01")
    assert shown.returncode == 0, shown.stderr
    assert "not met for 1 days" in shown.stdout
    assert "nothing was deleted; --yes does it" in shown.stderr
    assert kept.database.read_bytes() == before
    done = kept.stray("purge", "scope.toml", "--yes", "--format", "json")
    assert done.returncode == 0, done.stderr
    fields = json.loads(done.stdout)
    assert (fields["deleted"], fields["rows"]) == (True, {}), "nothing is a day old"


def test_what_can_not_be_done_is_said(kept: Workspace) -> None:
    told = kept.stray("purge", "scope.toml", "--yes", "--as-of", "2999-01-01")
    assert told.returncode == 2
    assert "only shows" in told.stderr
    kept.scope.write_text(kept.scope.read_text().replace(RETENTION, ""))
    told = kept.stray("purge", "scope.toml", "--yes")
    assert told.returncode == 2
    assert "kept for ever" in told.stderr
    kept.scope.write_text(kept.scope.read_text() + RETENTION.replace("= 1", "= 0"))
    told = kept.stray("purge", "scope.toml")
    assert told.returncode == 2
    assert "retention.listings" in told.stderr


def test_a_database_that_is_named_through_a_link_is_one_database(kept: Workspace) -> None:
    """What a purge writes anew takes the place of the file, never of the link."""
    link = kept.folder / "current.duckdb"
    link.symlink_to(kept.database.name)
    before = kept.database.stat().st_ino
    (kept.folder / "current.key").symlink_to("findings.key")
    scope = kept.scope.read_text()
    rules = "[retention]\nlistings = 1\ndocuments = 1\nfalse_positive = 1\n"
    kept.scope.write_text(scope.replace(RETENTION, rules))
    done = kept.stray("purge", "scope.toml", "--db", "current.duckdb", "--yes")
    assert done.returncode == 0, done.stderr
    assert kept.stray("backup", "kept", "--db", "current.duckdb").returncode == 0
    restored = kept.stray("restore", "kept", "--db", "current.duckdb", "--replace")
    assert restored.returncode == 0, restored.stderr
    assert link.is_symlink()
    assert kept.database.stat().st_ino != before, "restored under its own name"
    assert not [path.name for path in kept.folder.glob("current.duckdb?*")], "nothing hangs on the link's name"
