from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from scope.loader import load_scope
from scope.units import units_of

if TYPE_CHECKING:
    from tests.cli.conftest import Workspace

Swept = tuple["Workspace", "subprocess.CompletedProcess[str]"]


@pytest.fixture
def triaged(swept: Swept, workspace: Workspace) -> Workspace:
    """A workspace with a copy of the swept database, to decide in."""
    shutil.copy(swept[0].database, workspace.database)
    shutil.copy(swept[0].folder / "findings.key", workspace.folder / "findings.key")
    return workspace


def rows(workspace: Workspace, *arguments: str) -> list[dict[str, object]]:
    told = workspace.stray("findings", *arguments, "--format", "json")
    assert told.returncode == 0, told.stderr
    return [json.loads(line) for line in told.stdout.splitlines()]


def test_a_decision_is_kept_and_the_latest_counts(triaged: Workspace) -> None:
    first = str(rows(triaged, "list")[0]["finding_id"])
    assert triaged.stray("findings", "set", first[:10], "confirmed", "--by", "A", "--note", "told").returncode == 0
    assert triaged.stray("findings", "set", first, "false_positive", "--by", "B").returncode == 0
    shown = rows(triaged, "show", first)[0]
    assert shown["triage"] == "false_positive"
    events = shown["triage_events"]
    assert isinstance(events, list)
    assert [event["decided_by"] for event in events] == ["A", "B"]
    assert first not in {row["finding_id"] for row in rows(triaged, "list")}
    assert first in {row["finding_id"] for row in rows(triaged, "list", "--all")}


def test_masked_unless_revealed_and_a_reveal_is_on_record(triaged: Workspace) -> None:
    masked = triaged.stray("findings", "list").stdout
    record = triaged.folder / "findings.duckdb.reveals.jsonl"
    assert not record.exists()
    clear = triaged.stray("findings", "list", "--reveal").stdout
    assert "forum-thread-118" in clear.replace("\n", "").replace(" ", "")
    assert "forum-thread" not in masked
    assert json.loads(record.read_text())["command"] == ["findings", "list"]
    assert record.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "ffffffffffff"), "no finding begins with"),
        (("show", ""), "no finding begins with"),
        (("set", "ffffffffffff", "confirmed"), "no finding begins with"),
        (("list", "--db", "none.duckdb"), "no such database"),
        (("list", "--db", "scope.toml"), "can not be used as a findings database"),
    ],
)
def test_what_can_not_be_answered_is_said(triaged: Workspace, arguments: tuple[str, ...], said: str) -> None:
    told = triaged.stray("findings", *arguments)
    assert told.returncode == 2, told.stderr
    assert said in told.stderr
    assert "Traceback" not in told.stderr


def test_accepted_until_needs_its_day_and_its_reason(triaged: Workspace) -> None:
    first = str(rows(triaged, "list")[0]["finding_id"])
    assert triaged.stray("findings", "set", first, "accepted_until").returncode == 2
    until = ("accepted_until", "--until", "2999-01-01")
    assert triaged.stray("findings", "set", first, *until).returncode == 2
    assert triaged.stray("findings", "set", first, *until, "--note", "the supplier moves").returncode == 0


def test_letters_reach_and_look_answer(triaged: Workspace) -> None:
    exposed = {row["letter_id"] for row in rows(triaged, "letters")}
    assert exposed >= set(triaged.ground.answer_key.exposed_letter_ids)
    assert len(rows(triaged, "reach")) == len(list(units_of(load_scope(triaged.scope))))
    assert rows(triaged, "look")


def test_a_finding_says_how_it_lies_open(swept: Swept) -> None:
    workspace = swept[0]
    listed = rows(workspace, "list")
    over_ftp = next(str(row["finding_id"]) for row in listed if str(row["url"]).startswith("ftp://"))
    exposure = rows(workspace, "show", over_ftp)[0]["exposure"]
    assert isinstance(exposure, dict)
    assert (exposure["transport"], exposure["tls"], exposure["auth_above"], exposure["listed"]) == (
        "ftp",
        "none",
        "no",
        "yes",
    )
    told = workspace.stray("findings", "show", over_ftp).stdout
    assert "by anyone over plain FTP" in told
    assert "the server lists it" in told
    kinds = {(row["exposure"]["listed"], row["exposure"]["indexable"]) for row in shown(workspace, listed)}
    assert {("yes", "yes"), ("no", "yes")} <= kinds, "open directories list, sites link"


def shown(workspace: Workspace, listed: list[dict[str, object]]) -> list[dict[str, dict[str, str]]]:
    """Some findings over http, in full: of an open directory and of a site."""
    over_http = [str(row["finding_id"]) for row in listed if str(row["unit_id"]).startswith(("open", "site"))]
    by_unit = {str(row["unit_id"]): str(row["finding_id"]) for row in listed if str(row["finding_id"]) in over_http}
    return [rows(workspace, "show", finding_id)[0] for finding_id in by_unit.values()]  # type: ignore[misc]


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_reader_that_has_enough_is_no_crash(triaged: Workspace, form: str) -> None:
    with triaged.started("findings", "list", "--format", form, "--db", triaged.database) as listing:
        assert listing.stdout is not None
        assert listing.stderr is not None
        listing.stdout.close()  # before anything is written: the command is still starting
        assert listing.wait(timeout=60) == 141
        assert listing.stderr.read() == ""


def test_the_worst_of_them(triaged: Workspace) -> None:
    every, worst = ([row["finding_id"] for row in rows(triaged, "list", *limit)] for limit in ((), ("--limit", "2")))
    assert worst == every[:2]
    assert triaged.stray("findings", "list", "--limit", "0").returncode == 2
