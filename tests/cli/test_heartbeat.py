"""`stray heartbeat` as a timer runs it: each lapse told once, then weekly, and when it is over; silence never."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.heartbeat_record import TOLD_AGAIN, Record, read_record, record_file, write_record
from tests.cli.conftest import ENVIRONMENT, run_stray
from tests.cli.test_notify import ROOT, SCOPE
from tests.reports.test_notify import receiver

pytest.importorskip("apprise", reason="the extra [notify] is not installed")

Beat = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def beat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Beat:
    """The command in a workspace with the example's findings, whose sweeps ended long ago."""
    monkeypatch.setitem(ENVIRONMENT, "NO_PROXY", "127.0.0.1")
    shutil.copyfile(ROOT / "findings.duckdb.example", tmp_path / "findings.duckdb")
    (tmp_path / "scope.toml").write_text(SCOPE.replace("[notify]", '[heartbeat]\nevery = "1d"\n[notify]'))

    def run(*arguments: str, to: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        (tmp_path / "notify.conf").write_text("\n".join(to))
        (tmp_path / "notify.conf").chmod(0o600)
        return run_stray("heartbeat", *arguments, cwd=tmp_path)

    return run


def test_a_lapse_is_told_once_and_holds_no_place(beat: Beat, tmp_path: Path) -> None:
    with receiver() as (address, got):
        first = beat("--format", "json", to=(address,))
        second = beat(to=(address,))
    assert (first.returncode, second.returncode) == (50, 50), first.stderr + second.stderr
    assert [lapse["kind"] for lapse in json.loads(first.stdout)["lapses"]] == ["no_sweep"]
    assert "LAPSE: no sweep has ended" in second.stderr
    (message,) = got
    assert message["title"].startswith("Stray: no sweep has ended")
    assert "Example Hospital" in message["message"]
    assert "://" not in message["message"]
    assert str(tmp_path) not in message["message"]
    record = record_file(tmp_path / "findings.duckdb")
    assert record.stat().st_mode & 0o777 == 0o600
    assert "PlantedToken" not in record.read_text() + first.stderr


def test_a_database_that_is_gone_is_told_and_so_is_a_failure(beat: Beat, tmp_path: Path) -> None:
    (tmp_path / "findings.duckdb").unlink()
    with receiver() as (address, got):
        told = beat("--failed", to=(address,))
    assert told.returncode == 50, told.stderr
    assert "database can not be read" in got[0]["message"]
    assert "a sweep has failed" in got[0]["message"]


def test_who_can_not_be_told_is_tried_again(beat: Beat) -> None:
    with receiver() as (address, got), receiver(500) as (broken, _):
        assert beat(to=(address, broken)).returncode == 2
        again = beat(to=(address, broken))
    assert again.returncode == 2
    assert "NOT NOTIFIED, will be tried again: line 2 (json)" in again.stderr
    assert len(got) == 1


def test_a_scope_that_can_not_be_read_is_told_to_whom_the_command_names(beat: Beat, tmp_path: Path) -> None:
    (tmp_path / "scope.toml").write_text("organisation = ")
    with receiver() as (address, got):
        told = beat("--tell", "notify.conf", to=(address,))
    assert told.returncode == 2
    assert "its scope file can not be read" in got[0]["title"]


def test_told_again_after_a_week_and_never_by_a_clock_that_went_back(tmp_path: Path) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    record = Record()
    service = record.service("json://example/")
    assert record.is_due("no_sweep", service, now)
    record.told["no_sweep"] = {service: now}
    write_record(tmp_path / "findings.duckdb", record)
    held = read_record(tmp_path / "findings.duckdb")
    assert held == record
    assert held.service("json://example/") == service
    assert not held.is_due("no_sweep", service, now + timedelta(days=6))
    assert held.is_due("no_sweep", service, now + TOLD_AGAIN)
    assert held.is_due("no_sweep", service, now - timedelta(days=1)), "a time to come is none"
    assert held.over(frozenset()) == {"no_sweep"}
    assert held.told == {}
    record_file(tmp_path / "findings.duckdb").write_text("{torn")
    assert read_record(tmp_path / "findings.duckdb").told == {}
