from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.doctor_checks import State
from cli.doctor_machine import (
    EXTRAS,
    extra_checks,
    leftover_checks,
    resource_checks,
    time_checks,
)

ROOT = Path(__file__).parents[2]


def test_each_extra_is_told_with_what_its_absence_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.doctor_machine.find_spec", lambda module: None)
    found = {check.name: check.detail for check in extra_checks()}
    assert found["extra proxy"] == "not installed: no SOCKS proxy; install stray[proxy] if that is wanted"
    assert {f"extra {name}" for name in EXTRAS} <= set(found)
    declared = (ROOT / "pyproject.toml").read_text()
    for name in EXTRAS:
        assert f"\n{name} = [" in declared


def test_few_open_files_and_a_folder_that_can_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda which: (256, 4096))
    monkeypatch.setattr("cli.doctor_machine.free_memory", lambda: 100 << 20)
    monkeypatch.setattr("os.access", lambda path, mode: False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    found = {check.name: check for check in resource_checks({"NUMBA_CACHE_DIR": str(tmp_path)})}
    assert {found[name].state for name in ("open files", "memory", "compiled loops")} == {State.WARNING}
    assert found["temporary files"].state is State.FAILED
    assert "set TMPDIR" in found["temporary files"].detail


def test_a_clock_that_is_behind_its_files_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {check.name: check.state for check in time_checks({"TERM": "xterm"})}
    assert found["clock and files"] is State.OK
    assert found["time zones"] is State.OK
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - 7200)
    assert {check.name: check.state for check in time_checks({})}["clock and files"] is State.WARNING


def test_workers_with_a_sweep_are_no_orphans() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()", "sweeps.worker"], stdin=subprocess.PIPE
    ) as worker:
        found = next(iter(leftover_checks()))
        assert str(worker.pid) not in found.detail
        assert worker.stdin
        worker.stdin.close()
