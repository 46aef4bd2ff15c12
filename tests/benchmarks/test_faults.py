"""The fault suite in its short form: a third of the estate, few kills. `make test-faults` runs all of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

SEED = "20261122"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_everything_goes_wrong_and_nothing_is_lost_or_doubled() -> None:
    command = [sys.executable, "-m", "benchmarks.faults", "--seed", SEED, "--kills", "3", "--part", "0.34"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=880)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAILS" not in done.stdout
