"""One sweep at a time; no stale locks."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import pytest

from findings.errors import SweepRunningError
from findings.lock import BEAT_SECONDS, LOCK_NAME, SILENT_SECONDS, SweepLock

HOLD = """
import sys
from pathlib import Path
from findings.lock import SweepLock
with SweepLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_sweep_is_refused_and_told_who_holds_the_first(tmp_path: Path) -> None:
    root = tmp_path / "findings.duckdb.spool"
    command = [sys.executable, "-c", HOLD, str(root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with (
            pytest.raises(SweepRunningError, match=f"process {other.pid} of .+ on .+, since 20.+: sweep"),
            SweepLock(root),
        ):
            pass
        other.kill()
        other.wait()
        with SweepLock(root):  # killed, not cleaned up: the system has freed it
            pass


def test_the_lock_is_free_again_after_a_sweep_also_in_one_process(tmp_path: Path) -> None:
    for _ in range(2):
        with SweepLock(tmp_path), pytest.raises(SweepRunningError), SweepLock(tmp_path):
            pass
    assert (tmp_path / "sweep.lock").stat().st_mode & 0o777 == 0o600


def signed_elsewhere(root: Path, seconds_ago: float) -> None:
    """As a machine that shares the folder, and not our locks, has left it."""
    root.mkdir()
    told = {
        "pid": 4711,
        "started": "2026-03-01T08:30:00+00:00",
        "user": "stray",
        "host": "other.example",
        "doing": "sweep",
    }
    (root / LOCK_NAME).write_text(json.dumps(told))
    then = time.time() - seconds_ago
    os.utime(root / LOCK_NAME, (then, then))


def test_a_sweep_on_another_machine_is_seen_by_its_signs_of_life(tmp_path: Path) -> None:
    root = tmp_path / "findings.duckdb.spool"
    signed_elsewhere(root, BEAT_SECONDS)
    said = r"process 4711 of stray on other\.example, since 2026-03-01.*last sign of life \d+ s ago"
    with pytest.raises(SweepRunningError, match=said), SweepLock(root):
        pass
    assert [path.name for path in root.iterdir()] == [LOCK_NAME]


def test_one_that_shows_none_any_more_is_gone(tmp_path: Path) -> None:
    root = tmp_path / "findings.duckdb.spool"
    signed_elsewhere(root, SILENT_SECONDS + 1)
    with SweepLock(root, "purge"):
        assert json.loads((root / LOCK_NAME).read_text())["doing"] == "purge"
    assert (root / LOCK_NAME).read_text() == "", "nobody holds it"


def test_after_a_reboot_a_lock_of_this_machine_is_stale(tmp_path: Path) -> None:
    root = tmp_path / "findings.duckdb.spool"
    signed_elsewhere(root, 0)
    told = json.loads((root / LOCK_NAME).read_text()) | {"host": platform.node(), "pid": 1}
    (root / LOCK_NAME).write_text(json.dumps(told))
    with SweepLock(root):
        pass
