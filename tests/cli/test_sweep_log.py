"""The log for programs: its form as documented, no place in it, and a full disk."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cli.sweep_log import SweepLog, note_line
from sweeps.progress import Progress
from sweeps.watching import Began, Merged, Stopping, UnitBegan, UnitEnded, UnitSplit, UnitTold, Waits
from tests.sweeps.test_tally import Clock, made

PAGE = Path(__file__).parents[2] / "docs" / "progress.md"


def written(path: Path) -> list[dict[str, object]]:
    """The lines of a log that has been told one event of each kind."""
    tally, _, units = made()
    clock = Clock()
    log = SweepLog(path, tally, clock)
    for event in (
        Began("s1", 2, 1), UnitBegan(units[0]), UnitTold(units[0], Progress(documents=4)), UnitSplit(units[0], 3),
        Stopping("the window closes"), Waits("for the database"), Merged(2),
    ):  # fmt: skip
        tally.tell(event)
        log.tell(event)
    clock.now += 31
    log.tell(UnitTold(units[0], Progress(documents=5)))
    log.tell(UnitEnded(units[0], "exit code -9"))
    log.note("stopping")
    log.line("sweep_ended", {"merged": True, "exit_code": 10})
    log.close()
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_each_event_has_the_fields_that_the_page_names(tmp_path: Path) -> None:
    lines = written(tmp_path / "log")
    told = {line["event"]: set(line) for line in lines}
    named = {
        row[0]: set(re.findall(r"`(\w+)`", row[1]))
        for row in re.findall(r"^\| `(\w+)` \|[^|]*\| (.*?) \|$", PAGE.read_text(), re.MULTILINE)
    }
    always = {"v", "time", "event", "sweep"}
    ends = named.pop("sweep_ended")
    assert {event: fields - always for event, fields in told.items() if event != "sweep_ended"} == named
    assert {"merged", "exit_code"} <= ends
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(line["time"])) for line in lines)
    assert {line["v"] for line in lines} == {1}
    assert "progress" in told


def test_no_place_stands_in_it_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    written(tmp_path / "log")
    assert "://" not in (tmp_path / "log").read_text()
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600
    before = (tmp_path / "log").read_text()
    written(tmp_path / "log")
    assert (tmp_path / "log").read_text().startswith(before), "a log is added to"


def test_what_can_not_be_written_is_counted_and_ends_nothing() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    log = SweepLog(full, made()[0])
    log.tell(Began("s1", 2, 1))
    log.close()
    log.tell(Merged(1))
    assert log.lost == 2


def test_what_is_said_before_there_is_a_sweep_is_a_line_too(capfd: pytest.CaptureFixture[str]) -> None:
    note_line("the authority expired on 2020-01-01\x1b[31m")
    (line,) = capfd.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["event"], told["sweep"]) == ("note", "")
    assert "\x1b" not in line
