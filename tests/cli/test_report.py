"""`stray report`, as a user runs it."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from findings.query import open_findings
from tests.cli.conftest import run_stray

ROOT = Path(__file__).parents[2]
FORMS = ["html", "jsonl", "csv", "sarif", "ocsf"]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example; tests only read it."""
    copy = tmp_path_factory.mktemp("example") / "findings.duckdb"
    shutil.copyfile(ROOT / "findings.duckdb.example", copy)
    return copy


def report(database: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return run_stray("report", "--db", database, *arguments, cwd=database.parent)


@pytest.mark.parametrize("form", FORMS)
def test_each_form_goes_to_a_file_that_only_its_owner_reads(database: Path, form: str, tmp_path: Path) -> None:
    out = tmp_path / f"report.{form}"
    done = report(database, "--format", form, "--out", out)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [out.name]
    ids = [row.finding_id[:12] for row in open_findings(database)]
    assert ids
    text = out.read_text()
    assert [finding_id for finding_id in ids if finding_id not in text] == []


def test_without_a_file_it_goes_to_standard_output(database: Path) -> None:
    done = report(database, "--format", "jsonl", "--verdict", "known_letter")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {line["verdict"] for line in lines} == {"known_letter"}
    assert all("/~" in line["url"] for line in lines)


def test_a_reveal_is_put_on_record(database: Path) -> None:
    log = database.with_name(database.name + ".reveals.jsonl")
    done = report(database, "--format", "csv", "--reveal")
    assert done.returncode == 0, done.stderr
    assert "/~" not in done.stdout
    assert [json.loads(line)["command"][0] for line in log.read_text().splitlines()] == ["report"]


def test_where_it_can_not_be_written_that_is_said(database: Path, tmp_path: Path) -> None:
    done = report(database, "--out", tmp_path / "none" / "report.html")
    assert done.returncode == 2
    assert "No such file or directory" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_database_it_says_what_makes_one(tmp_path: Path) -> None:
    done = run_stray("report", "--format", "csv", cwd=tmp_path)
    assert done.returncode == 2
    assert "no such database" in done.stderr
    assert done.stdout == ""
