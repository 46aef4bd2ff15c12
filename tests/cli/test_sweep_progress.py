"""The live view as a terminal shows it, and the lines elsewhere."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from cli.sweep_progress import SweepProgress, view
from scope.units import Unit
from sweeps.progress import Progress
from sweeps.tally import Tally
from sweeps.watching import Began, Stopping, UnitBegan, UnitEnded, UnitSplit, UnitTold, Waits
from tests.sweeps.test_tally import made


def drawn(tally: Tally, width: int, height: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, height=height, force_terminal=True, color_system=None)
    console.print(view(tally.snapshot(), console))
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def a_thousand() -> Tally:
    """A thousand units at work, one of them at a host that wants a rest."""
    tally, _, units = made()
    tally.tell(Began("20261122T064335Z-6cea0854", 4_000, 10))
    for number in range(1_000):
        unit = units[number % len(units)]
        unit = Unit(f"{number:04}", unit.kind, f"https://host{number:04}.example/\x1b[31mclinic/", unit.target)
        held = 90.0 if number == 700 else 0.0
        tally.tell(UnitTold(unit, Progress(entries=9, documents=3, known=1, matches=1, requests=9, held_seconds=held)))
    return tally


@pytest.mark.parametrize(("width", "height"), [(80, 24), (132, 60), (60, 14), (40, 24), (200, 8)])
def test_it_fits_the_terminal(width: int, height: int) -> None:
    lines = drawn(a_thousand(), width, height)
    assert len(lines) <= max(height - 2, 7)
    assert max(map(len, lines)) <= width
    assert "\x1b[31m" not in "".join(lines)


def test_who_is_slow_comes_first_and_the_rest_is_counted() -> None:
    text = "\n".join(drawn(a_thousand(), 80, 24))
    assert "host0700.example" in text
    assert "asked to wait 90 s" in text
    assert "more at work" in text
    assert "10 of 4,000 done (10 before), 1,000 at work, 2,990 to come" in text
    assert "at 1,000 hosts" in text
    assert "time left -" in text
    assert "3,000 documents" in text
    assert "1,000 known" in text


def test_elsewhere_than_on_a_terminal_each_end_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    tally, _, units = made()
    with SweepProgress(tally) as progress:
        for event in (
            Began("s1", 2, 1), UnitBegan(units[0]), UnitTold(units[0], Progress(documents=4, unchanged=2)),
            UnitEnded(units[0]), UnitSplit(units[1], 3), UnitEnded(units[1], "exit code -9"),
            Stopping("the window closes"), Waits("for the database"),
        ):  # fmt: skip
            progress.tell(event)
    assert capsys.readouterr().err.splitlines() == [
        "sweep s1: 2 units, 1 of them finished before it was interrupted",
        f"{units[0].display}: 4 documents, 2 unchanged, 0 letters in them, 0 entries, 0 not read",
        f"{units[1].display}: large, goes on as 3 units",
        f"{units[1].display}: 0 documents, 0 letters in them, 0 entries, 0 not read; "
        "its process broke, the rest is not seen",
        "stopping: the window closes",
        "for the database",
    ]


def test_a_terminal_that_can_not_move_its_cursor_gets_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("FORCE_COLOR", "1")
    tally, _, _ = made()
    with SweepProgress(tally) as progress:
        progress.tell(Began("s1", 2, 0))
    assert capsys.readouterr().err == "sweep s1: 2 units\n"
