from __future__ import annotations

import os
from pathlib import Path

from sweeps.status_file import STATUS_NAME, StatusFile, read_status
from sweeps.tally import Tally
from sweeps.time_left import TimeLeft
from sweeps.watching import Began


def test_it_says_who_and_how_far_and_goes_with_its_sweep(tmp_path: Path) -> None:
    root = tmp_path / "findings.duckdb.spool"
    tally = Tally(TimeLeft({}, 1))
    with StatusFile(root, tally, "stray") as file:
        file.write()
        assert read_status(root) is None, "a sweep that is refused has no id, and says nothing over another"
        tally.tell(Began("s1", 3, 1))
        file.write()
        told = read_status(root)
        assert told is not None
        assert (told["sweep"], told["user"], told["pid"]) == ("s1", "stray", os.getpid())
        assert told["units"]["planned"] == 3
        assert (root / STATUS_NAME).stat().st_mode & 0o777 == 0o600
    assert list(root.iterdir()) == []


def test_another_ones_file_stays_and_what_can_not_be_read_is_nothing(tmp_path: Path) -> None:
    (tmp_path / STATUS_NAME).write_text('{"v": 1, "pid": 1}')
    with StatusFile(tmp_path, Tally(TimeLeft({}, 1)), "stray"):
        pass
    assert read_status(tmp_path) == {"v": 1, "pid": 1}
    for text in ("", "[]", '{"v": 99}', "\0" * 50):
        (tmp_path / STATUS_NAME).write_text(text)
        assert read_status(tmp_path) is None


def test_where_it_can_not_be_written_the_sweep_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    tally = Tally(TimeLeft({}, 1))
    tally.tell(Began("s1", 3, 1))
    with StatusFile(tmp_path / "file", tally, "stray") as file:
        file.write()
