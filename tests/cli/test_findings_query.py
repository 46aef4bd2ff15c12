"""`stray findings query`, as a user runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

    from tests.cli.conftest import Workspace


def test_a_query_masks_unless_revealed_and_a_reveal_is_on_record(
    swept: tuple[Workspace, subprocess.CompletedProcess[str]],
) -> None:
    workspace = swept[0]
    asked = (
        "SELECT url, split_part(url, '/', -1) AS file, verdict FROM open_findings WHERE contains(url, 'forum-thread')"
    )
    masked = workspace.stray("findings", "query", asked, "--format", "json")
    assert masked.returncode == 0, masked.stderr
    rows = [json.loads(line) for line in masked.stdout.splitlines()]
    assert rows
    assert "forum-thread" not in masked.stdout
    assert {row["file"] for row in rows} == {"~"}
    assert "masked, unless --reveal: url, file" in masked.stderr
    record = workspace.folder / "findings.duckdb.reveals.jsonl"
    before = record.read_text() if record.exists() else ""
    assert "forum-thread" in workspace.stray("findings", "query", asked, "--reveal").stdout.replace("\n", "")
    assert record.read_text() != before


def test_what_is_no_question_is_said_in_one_line(swept: tuple[Workspace, subprocess.CompletedProcess[str]]) -> None:
    workspace = swept[0]
    assert "people_exposed" in workspace.stray("findings", "query").stdout
    for sql in ("DELETE FROM findings", "FROM nowhere", "FROM read_text('/etc/passwd')"):
        told = workspace.stray("findings", "query", sql)
        assert (told.returncode, told.stdout) == (2, "")
        assert "Traceback" not in told.stderr
    assert "more than 1 rows" in workspace.stray("findings", "query", "FROM findings", "--rows", "1").stderr
