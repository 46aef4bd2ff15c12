"""A sweep as another shell sees it: while it runs, after a kill, and in the log that it kept."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from sweeps.status_file import STATUS_NAME

if TYPE_CHECKING:
    from tests.cli.conftest import Workspace


def status_of(workspace: Workspace) -> dict[str, Any]:
    told = workspace.stray("status", "--format", "json")
    assert told.returncode == 0, told.stderr
    fields = json.loads(told.stdout)
    assert isinstance(fields, dict)
    return fields


def test_a_sweep_is_seen_while_it_runs_and_after_a_kill(workspace: Workspace) -> None:
    workspace.only_open_directory()
    workspace.edit({r"requests_per_second = \d+": "requests_per_second = 0.7"})
    file = workspace.folder / "findings.duckdb.spool" / STATUS_NAME
    log = workspace.folder / "sweep.jsonl"
    with workspace.started("sweep", "--quiet", "--log-file", "sweep.jsonl") as process:
        until = time.monotonic() + 60
        while not file.exists() or not json.loads(file.read_text())["counts"]["documents"]:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < until
            time.sleep(0.05)
        live = status_of(workspace)
        shown = workspace.stray("status").stdout
    running = live["running"]
    assert running["is_live"] is True
    assert running["pid"] == process.pid
    assert running["units"]["planned"] == 1
    assert running["counts"]["documents"] > 0
    assert "1 at work" in shown
    assert "time left" in shown
    assert "requests/s" in shown

    killed = status_of(workspace)
    assert killed["running"]["is_live"] is False
    assert killed["sweeping"] is None
    assert f"{running['sweep']} was killed at about" in workspace.stray("status").stdout

    workspace.edit({r"requests_per_second = 0.7": "requests_per_second = 100"})
    again = workspace.stray("sweep", "--log", "json", "--log-file", "sweep.jsonl")
    assert again.returncode == 10, again.stderr
    it_went_on([json.loads(line) for line in again.stderr.splitlines()], running)
    both = log.read_text()
    assert both.count('"sweep_began"') == 2
    assert "://" not in both
    assert not file.exists()
    assert status_of(workspace)["running"] is None
    watched = workspace.stray("status", "--watch")
    assert "none under way" in watched.stdout


def it_went_on(events: list[dict[str, Any]], running: dict[str, Any]) -> None:
    """The log of the second run, which goes on with the sweep that was killed."""
    assert events[0]["event"] == "sweep_began"
    assert events[-1]["event"] == "sweep_ended"
    assert events[-1]["exit_code"] == 10
    assert {each["sweep"] for each in events} == {running["sweep"]}
    ended = next(each for each in events if each["event"] == "unit_ended")
    assert ended["counts"]["documents"] >= running["counts"]["documents"]
    assert ended["counts"]["known"] > 0
