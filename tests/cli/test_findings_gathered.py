"""`stray findings incidents | people | about`, as a user runs them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

    from tests.cli.conftest import Workspace


def test_incidents_people_and_what_is_known(swept: tuple[Workspace, subprocess.CompletedProcess[str]]) -> None:
    workspace = swept[0]

    def rows(*arguments: str) -> list[dict[str, object]]:
        told = workspace.stray("findings", *arguments, "--format", "json")
        assert told.returncode == 0, told.stderr
        return [json.loads(line) for line in told.stdout.splitlines()]

    listed = rows("list")
    incidents = rows("incidents")
    assert {row["incident_id"] for row in incidents} == {row["incident_id"] for row in listed}
    assert sum(int(str(row["findings_open"])) for row in incidents) == len(listed)
    assert all("~" in str(row["place"]) or str(row["place"]).count("/") == 3 for row in incidents)
    one = str(incidents[0]["incident_id"])
    assert len(rows("list", "--incident", one[:12])) == incidents[0]["findings_open"]
    people = rows("people")[0]
    assert people["letters_confirmed"] == len({row["letter_id"] for row in listed if row["verdict"] == "known_letter"})
    letter = str(listed[0]["letter_id"])
    known = rows("about", letter)[0]
    assert known["subjects"] == ["letter"]
    assert rows("about", "https://elsewhere.example/Planted-Jane")[0]["subjects"] == []
