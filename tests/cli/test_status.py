from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Workspace

Swept = tuple["Workspace", "subprocess.CompletedProcess[str]"]


def test_status_tells_a_person_and_a_program(swept: Swept, workspace: Workspace) -> None:
    shutil.copy(swept[0].database, workspace.database)
    told = workspace.stray("status")
    assert told.returncode == 0, told.stderr
    assert "nothing waits" in told.stdout
    assert "none under way" in told.stdout
    fields = json.loads(workspace.stray("status", "--format", "json").stdout)
    assert fields["database"] == "findings.duckdb"
    assert fields["schema"] == fields["known_schema"]
    assert fields["sweeps"][0]["state"] == "finished"


def test_no_database(workspace: Workspace) -> None:
    told = workspace.stray("status")
    assert told.returncode == 2
    assert "no such database" in told.stderr


def test_a_database_that_can_not_be_used_is_no_success(workspace: Workspace) -> None:
    workspace.database.write_bytes(b"not a database" * 500)
    told = workspace.stray("status")
    assert told.returncode == 2
    assert "stray restore" in told.stdout
    assert json.loads(workspace.stray("status", "--format", "json").stdout)["is_usable"] is False
