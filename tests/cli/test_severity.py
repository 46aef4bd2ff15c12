"""`stray findings severity`: shown, explained, previewed, loaded and given up."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Workspace

RULES = """[levels]
critical = 90
high = 50
medium = 25
low = 0

[[rule]]
id = "ours"
points = 30
why = "we say so"
"""


@pytest.fixture
def ours(swept: tuple[Workspace, subprocess.CompletedProcess[str]], workspace: Workspace) -> Workspace:
    """A workspace with a copy of the swept database."""
    shutil.copy(swept[0].database, workspace.database)
    shutil.copy(swept[0].folder / "findings.key", workspace.folder / "findings.key")
    return workspace


def objects(workspace: Workspace, *arguments: str) -> list[dict[str, object]]:
    told = workspace.stray("findings", *arguments, "--format", "json")
    assert told.returncode == 0, told.stderr
    # Masks of places are other ones in each process.
    rows = [json.loads(line) for line in told.stdout.splitlines()]
    return [{name: value for name, value in row.items() if name not in {"url", "member"}} for row in rows]


def test_rules_are_previewed_loaded_and_given_up(ours: Workspace) -> None:
    path = ours.folder / "rules.toml"
    path.write_text("\ufeff" + RULES.replace('id = "ours"', 'id =\t"ours" # \u2028\u202e'))
    before = objects(ours, "list")
    (preview,) = objects(ours, "severity", "--load", str(path))
    assert (preview["written"], preview["findings"]) == (False, len(before))
    assert objects(ours, "list") == before
    (loaded,) = objects(ours, "severity", "--load", str(path), "--yes", "--by", "A. Analyst")
    assert loaded == preview | {"written": True}
    assert {(row["severity"], tuple(row["severity_reasons"])) for row in objects(ours, "list")} == {  # type: ignore[arg-type]
        ("medium", ("+30 we say so",))
    }
    written = ours.stray("findings", "severity", "--toml").stdout
    assert "\u202e" not in written
    path.write_text(written)
    (again,) = objects(ours, "severity", "--load", str(path))
    assert again["moved"] == []
    assert "loaded by A. Analyst" in ours.stray("findings", "severity").stdout
    objects(ours, "severity", "--shipped", "--yes")
    assert objects(ours, "list") == before


def test_a_finding_is_explained_and_the_rules_are_shown(ours: Workspace) -> None:
    row = objects(ours, "list")[0]
    (explained,) = objects(ours, "severity", str(row["finding_id"])[:12])
    assert explained == {name: row[name] for name in ("finding_id", "severity")} | {"reasons": row["severity_reasons"]}
    text = ours.stray("findings", "severity", str(row["finding_id"])).stdout
    assert f"{row['finding_id']}: {row['severity']}" in text
    shown = ours.stray("findings", "severity").stdout
    assert "rules: shipped, loaded by stray" in shown
    assert "at least critical what must never be found can be found by anyone" in shown
    assert {"known_letter", "listed"} <= {str(rule["rule_id"]) for rule in objects(ours, "severity")}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--load", "none.toml"], "can not be read"),
        (["--shipped", "--toml"], "give one of"),
        (["--yes"], "--yes is for"),
        (["ffffffff"], "no finding begins"),
    ],
)
def test_what_can_not_be_done_is_said_in_one_line(ours: Workspace, arguments: list[str], said: str) -> None:
    told = ours.stray("findings", "severity", *arguments)
    assert told.returncode == 2
    assert said in told.stderr
