from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Workspace

Swept = tuple["Workspace", "subprocess.CompletedProcess[str]"]


def finding_ids(workspace: Workspace, database: str) -> list[str]:
    told = workspace.stray("findings", "list", "--db", database, "--format", "json")
    return [json.loads(line)["finding_id"] for line in told.stdout.splitlines()]


def test_a_copy_answers_as_the_database_does(swept: Swept, workspace: Workspace) -> None:
    shutil.copy(swept[0].database, workspace.database)
    told = workspace.stray("findings", "copy", "copy.duckdb")
    assert told.returncode == 0, told.stderr
    assert "addresses in clear" in told.stderr
    listed = [finding_ids(workspace, name) for name in ("findings.duckdb", "copy.duckdb")]
    assert listed[0] == listed[1] != []
    again = workspace.stray("findings", "copy", "copy.duckdb")
    assert again.returncode == 2
    assert "is there already" in again.stderr


def test_there_and_back(swept: Swept, workspace: Workspace) -> None:
    shutil.copy(swept[0].database, workspace.database)
    shutil.copy(swept[0].folder / "findings.key", workspace.folder / "findings.key")
    before = finding_ids(workspace, "findings.duckdb")
    made = workspace.stray("backup", "kept", "--format", "json")
    assert made.returncode == 0, made.stderr
    assert "not in it: the database key" in made.stderr
    assert json.loads(made.stdout)["rows"]["findings"] == len(before)
    assert "whole" in workspace.stray("restore", "kept", "--check", "--key", "findings.key").stderr
    workspace.database.write_bytes(b"ruins")
    refused = workspace.stray("restore", "kept")
    assert refused.returncode == 2
    assert "--replace" in refused.stderr
    done = workspace.stray("restore", "kept", "--replace", "--key", "findings.key")
    assert done.returncode == 0, done.stderr
    assert "before-restore" in done.stderr
    assert finding_ids(workspace, "findings.duckdb") == before
    other = workspace.folder / "other.key"
    other.touch(mode=0o600)
    other.write_bytes(bytes(32))
    wrong = workspace.stray("restore", "kept", "--replace", "--key", "other.key")
    assert wrong.returncode == 2
    assert "another database key" in wrong.stderr
