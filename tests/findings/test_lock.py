"""One sweep at a time; no stale locks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from findings.errors import SweepRunningError
from findings.lock import SweepLock

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
        with pytest.raises(SweepRunningError, match=f"process {other.pid}, since 20"), SweepLock(root):
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
