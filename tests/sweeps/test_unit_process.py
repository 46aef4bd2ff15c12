"""A unit's process, seen from outside."""

from __future__ import annotations

import os

from sweeps.unit_process import UnitProcess


def test_one_that_ended_just_before_it_was_told_to_stop_is_read_to_its_end() -> None:
    process = UnitProcess("no job", 60.0, os.environ)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    process.stop()
    process.stop()
    assert list(process.lines()) == []
    assert process.ended() == ("exit code 1", False)
    process.stop()
    process.kill()
