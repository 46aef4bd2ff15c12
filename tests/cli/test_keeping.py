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
