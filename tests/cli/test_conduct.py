from __future__ import annotations

import csv
import io
import json
import shutil
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import subprocess

    from tests.cli.conftest import Workspace

Swept = tuple["Workspace", "subprocess.CompletedProcess[str]"]


@pytest.fixture
def copied(swept: Swept, tmp_path: Path) -> Workspace:
    """A swept workspace that a test may change."""
    shutil.copytree(swept[0].folder, tmp_path / "copied")
    return type(swept[0])(tmp_path / "copied", swept[0].ground)


def test_a_sweep_is_verified_exported_and_let_go_again(copied: Workspace) -> None:
    verified = copied.stray("conduct", "verify", "--format", "json")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    told = json.loads(verified.stdout)
    assert (told["bundles"], told["waiting"], told["unfinished"], told["faults"]) == (1, 0, 0, [])
    assert copied.stray("conduct", "verify", "--head", told["head"]).returncode == 0
    altered = told["head"][:-1] + ("0" if told["head"][-1] != "0" else "1")
    assert copied.stray("conduct", "verify", "--head", altered).returncode == 40

    exported = copied.stray("conduct", "export", "--format", "jsonl")
    *lines, summary = [json.loads(line) for line in exported.stdout.splitlines()]
    assert summary["requests"] == sum("status" in line or "failed" in line for line in lines) > 50
    assert summary["authorities"]
    assert (summary["head"], summary["holds_together"]) == (told["head"], True)
    assert {"target", "link", "listing", "robots"} <= set(summary["why"])
    path = copied.ground.url(copied.ground.answer_key.planted[0]).split("/", 3)[3]
    assert path
    assert path not in exported.stdout

    host = next(iter(summary["hosts"]))
    one = copied.stray("conduct", "export", "--host", host, "--since", "2020-01-01")
    rows = list(csv.DictReader(io.StringIO(one.stdout)))
    assert {row["host"].rpartition("/")[2] for row in rows} == {host}
    assert "requests: " in one.stderr
    assert f"head: {told['head']}" in one.stderr

    url = next(copied.ground.url(place) for place in copied.ground.answer_key.planted if place.area == "site")
    asked = copied.stray("conduct", "export", "--url", url, "--format", "jsonl", "--reveal")
    *found, _ = [json.loads(line) for line in asked.stdout.splitlines()]
    assert [line["url"] for line in found] == [url]
    assert "conduct" in (copied.folder / "findings.duckdb.reveals.jsonl").read_text()

    assert "nothing is that old" in copied.stray("conduct", "purge", "--older-than", "1", "--yes").stdout
    (bundle,) = copied.folder.glob("findings.duckdb.conduct/*/*.jsonl.gz")
    bundle.write_bytes(bundle.read_bytes()[:-9])
    broken = copied.stray("conduct", "verify")
    assert broken.returncode == 40
    assert "MISSING" in broken.stdout
    told_all_the_same = copied.stray("conduct", "export", "--format", "summary")
    assert told_all_the_same.returncode == 40
    assert json.loads(told_all_the_same.stdout)["holds_together"] is False


def test_a_log_that_was_cut_with_its_bundle_is_told_by_the_database(copied: Workspace) -> None:
    log = copied.folder / "findings.duckdb.conduct" / "log.jsonl"
    (bundle,) = log.parent.glob("*/*.jsonl.gz")
    log.write_bytes(b"")
    bundle.unlink()
    cut = copied.stray("conduct", "verify")
    assert cut.returncode == 40, cut.stderr
    assert f"LOG CUT: sweep {bundle.parent.name}: the database has" in cut.stdout


def test_what_a_killed_sweep_asked_is_taken_in_by_the_next(workspace: Workspace) -> None:
    workspace.only_open_directory()
    workspace.edit({r"requests_per_second = \d+": "requests_per_second = 8"})
    with workspace.started("sweep") as process:
        until = time.monotonic() + 60
        while len(workspace.conduct()) < 5:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        open_pieces = [*workspace.folder.glob("findings.duckdb.conduct/open/*/*.jsonl")]
        assert open_pieces
    before = len(workspace.conduct())
    workspace.edit({r"requests_per_second = \d+": "requests_per_second = 1000"})
    assert workspace.stray("sweep").returncode == 10
    told = json.loads(workspace.stray("conduct", "verify", "--format", "json").stdout)
    assert (told["faults"], told["waiting"], told["unfinished"]) == ([], 0, 1)
    assert len(workspace.conduct()) > before
