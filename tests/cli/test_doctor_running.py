"""Doctor on a scope that is meant to run for years: what is not well fails or warns, and says what to do."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.doctor_checks import State
from cli.doctor_running import guard_trial, running_checks
from cli.guard_trial import trial
from scope.heartbeat import Heartbeat
from scope.model import Authority, DatabaseFiles, Notify, PackFiles, Scope, SiteTarget, Tier
from sweeps.status_file import STATUS_NAME
from tests.conftest import MakeScope
from tests.findings.conftest import Estate

# Apprise's mail plugin asks for a module of Python's that later versions lack.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture
def scope(make_scope: MakeScope, tmp_path: Path) -> Scope:
    target = SiteTarget(url="http://127.0.0.1:9/", tier=Tier.OWN, authority="IG-1")
    made = make_scope(target)
    for name in ("pack.key", "findings.key"):
        (tmp_path / name).write_text("00" * 32)
        (tmp_path / name).chmod(0o600)
    (tmp_path / "notify.conf").write_text("json://127.0.0.1/hook")
    (tmp_path / "alive.url").write_text("https://alive.example/abc")
    for name in ("notify.conf", "alive.url"):
        (tmp_path / name).chmod(0o600)
    return made.model_copy(
        update={
            "pack": PackFiles(path=tmp_path / "pack", key=tmp_path / "pack.key"),
            "database": DatabaseFiles(file=tmp_path / "findings.duckdb", key=tmp_path / "findings.key"),
            "notify": Notify(file=tmp_path / "notify.conf"),
            "heartbeat": Heartbeat(every="1d", alive_file=tmp_path / "alive.url"),
            "authority": Authority(who="SIRO", reference="IG-1", expires=datetime.now(UTC).date() + timedelta(days=99)),
        }
    )


def told(scope: Scope) -> dict[str, tuple[State, str]]:
    return {check.name: (check.state, check.detail) for check in running_checks(scope, dict(os.environ))}


def test_a_scope_that_is_fit_for_years(scope: Scope, tmp_path: Path) -> None:
    pytest.importorskip("apprise")
    tmp_path.chmod(0o700)
    assert {name: what for name, what in told(scope).items() if what[0] is not State.OK} == {}


def test_what_is_not_well_and_what_to_do(scope: Scope, tmp_path: Path) -> None:
    (tmp_path / "pack.key").chmod(0o644)
    (tmp_path / "alive.url").write_text("nonsense")
    tmp_path.chmod(0o777)
    soon = Authority(who="SIRO", reference="IG-1", expires=datetime.now(UTC).date() + timedelta(days=20))
    (tmp_path / "findings.duckdb.aa.tmp.wal").write_text("")
    os.utime(tmp_path / "findings.duckdb.aa.tmp.wal", (0, 0))
    spool = tmp_path / "findings.duckdb.spool"
    (spool / "quarantine" / "sweep-1").mkdir(parents=True)
    (spool / "quarantine" / "sweep-1" / "part").write_text("")
    (spool / STATUS_NAME).write_text('{"v": 1, "pid": 1, "updated_at": "2026-01-01T00:00:00+00:00"}')
    (tmp_path / "findings.duckdb.memory").mkdir(mode=0o755)
    found = told(scope.model_copy(update={"notify": None, "authority": soon}))
    tmp_path.chmod(0o700)
    assert found["key of the pack"][0] is State.FAILED
    assert "chmod 600 it" in found["key of the pack"][1]
    assert found["sign of life"][0] is State.FAILED
    assert found["notify"] == (State.WARNING, "nobody is told of news; add [notify]")
    assert found["authority ends"][0] is State.WARNING
    assert found["folder"][0] is State.WARNING
    assert found["quarantine"][0] is State.WARNING
    assert "findings.duckdb.aa.tmp.wal" in found["leftovers"][1]
    assert found["sweep"][0] is State.WARNING
    assert found["remembered"][0] is State.WARNING
    assert "chmod 700 it" in found["remembered"][1]
    assert "stray status" in found["sweep"][1]


def test_what_waits_is_told(scope: Scope, tmp_path: Path) -> None:
    estate = Estate(tmp_path / "findings.duckdb")
    estate.sweep(estate.document("/1/a.pdf"), merged=False)
    state, detail = told(scope)["spool"]
    assert state is State.WARNING
    assert detail.startswith("1 unit wait")


def test_the_guard_is_tried_and_not_only_asked(scope: Scope) -> None:
    found = guard_trial(scope, dict(os.environ))
    assert found.state is State.OK
    assert found.detail.startswith("5 connections")


def test_a_guard_that_lets_through_is_caught(scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its last line of defence the process connects, and the trial says so."""
    monkeypatch.setattr("cli.guard_trial.refuse_undialled_connections", lambda guard: None)
    monkeypatch.setattr("cli.guard_trial._METADATA", ("127.0.0.1", 9))
    through = trial(scope)["through"]
    assert isinstance(through, list)
    assert "loopback past the dialler" in through
    assert "a connection arrived" in through
    assert "loopback by the dialler" not in through


def test_a_trial_that_can_not_be_made_is_unknown(scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise subprocess.TimeoutExpired("trial", 60)

    monkeypatch.setattr(subprocess, "run", broken)
    assert guard_trial(scope, {}).state is State.UNKNOWN
