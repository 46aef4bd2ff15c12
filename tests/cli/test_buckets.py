"""`stray buckets`: how open they are, from the database."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Workspace

Swept = tuple["Workspace", "subprocess.CompletedProcess[str]"]


@pytest.fixture
def after(swept: Swept, workspace: Workspace) -> Workspace:
    shutil.copy(swept[0].database, workspace.database)
    return workspace


def test_a_swept_bucket_stands_in_the_list_with_its_letters(after: Workspace) -> None:
    told = after.stray("buckets", "list", "--format", "json")
    assert told.returncode == 0, told.stderr
    rows = {row["name"]: row for row in map(json.loads, told.stdout.splitlines())}
    assert rows
    for row in rows.values():
        assert row["exists"] == "yes"
        assert row["state"] in {"listable", "readable", "not_listable"}
        assert row["found_by"] == "scope"
        assert (row["letters"] > 0) == ("holds_our_letters" in row["reasons"])
    assert any(row["letters"] for row in rows.values())
    table = after.stray("buckets", "list").stdout
    assert all(name in table for name in rows)
    assert "letters found in it" in " ".join(table.split())


def test_met_buckets_are_listed_or_said_to_be_none(after: Workspace) -> None:
    told = after.stray("buckets", "met")
    assert told.returncode == 0, told.stderr
    assert told.stdout.strip()


@pytest.mark.parametrize("command", ["list", "met"])
def test_without_a_database_it_says_so(workspace: Workspace, command: str) -> None:
    told = workspace.stray("buckets", command)
    assert told.returncode == 2
    assert "no such database" in told.stderr
