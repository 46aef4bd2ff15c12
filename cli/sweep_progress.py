"""What a person sees while a sweep runs, on standard error: a view that redraws, or a line for each unit that ends."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Final, Self

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from cli.console import notice, notices
from cli.sweep_words import sweep_lines, told, unit_rows
from reports.shown import printable
from sweeps.progress import Progress
from sweeps.snapshot_fields import snapshot_fields
from sweeps.tally import Phase, Snapshot, Tally
from sweeps.watching import Began, Merged, Stopping, SweepEvent, UnitBegan, UnitEnded, UnitSplit, UnitTold, Waits

# Drawn so often a second: less looks stuck, more costs a slow line.
_DRAWN: Final = 2
# Lines of the terminal that the head of the view and the last notices take.
_HEAD_LINES: Final = 12
# Columns below which the units at work are left out.
_NARROW: Final = 60
# Elsewhere than on a terminal a line tells how far it has come so often, seconds.
SAID_EVERY: Final = 300.0


class SweepProgress:
    """Implements `sweeps.watching.Watcher`. A terminal that can not move its cursor is no terminal for it."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._console = notices()
        self._draws = self._console.is_terminal and not self._console.is_dumb_terminal
        self._live = Live(
            get_renderable=lambda: view(self._tally.snapshot(), self._console),
            console=self._console, refresh_per_second=_DRAWN, transient=True, vertical_overflow="crop",
        )  # fmt: skip
        self._last: dict[str, Progress] = {}
        self._said = time.monotonic()

    def __enter__(self) -> Self:
        if self._draws:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._draws:
            self._live.stop()

    def tell(self, event: SweepEvent) -> None:
        """See `Watcher`."""
        match event:
            case Began(sweep_id, units, resumed):
                carried = f", {resumed} of them finished before it was interrupted" if resumed else ""
                self._say(f"sweep {sweep_id}: {units} units{carried}")
            case UnitBegan() | Merged():
                pass
            case UnitTold(unit, progress):
                self._last[unit.unit_id] = progress
                self._so_far()
            case UnitEnded(unit, why):
                counts = told(self._last.pop(unit.unit_id, Progress()))
                self._say(f"{unit.display}: {counts}{'; its process broke, the rest is not seen' if why else ''}")
            case UnitSplit(unit, pieces):
                self._say(f"{unit.display}: large, goes on as {pieces} units")
            case Stopping(reason):
                self._say(f"stopping: {reason}" if reason else "")
            case Waits(what):
                self._say(what)

    def _so_far(self) -> None:
        """Now and then a line where nothing is drawn, for whoever reads the journal of a sweep of ten hours."""
        if not self._draws and time.monotonic() - self._said >= SAID_EVERY:
            fields = snapshot_fields(self._tally.snapshot())
            lines = dict(sweep_lines(fields))
            self._say(f"so far: {lines['units']}; {lines['seen']}; {lines['requests']}; left: {lines['time left']}")

    def _say(self, text: str) -> None:
        if not text:
            return
        self._said = time.monotonic()
        if self._draws:
            self._console.print(escape(printable(text)))
        else:
            notice(text)


def view(snapshot: Snapshot, console: Console) -> Group:
    """What fits the terminal as it is now: the head, and of the units at work those in trouble and the oldest."""
    fields = snapshot_fields(snapshot)
    width, height = console.size
    head = Table.grid(padding=(0, 1))
    head.add_column(no_wrap=True, min_width=9)
    head.add_column(no_wrap=True, overflow="ellipsis")
    head.add_row("sweep", Text(snapshot.sweep_id or "-", no_wrap=True, overflow="ellipsis"))
    for name, line in sweep_lines(fields):
        head.add_row(name, Text(printable(line), no_wrap=True, overflow="ellipsis"))
    room = height - _HEAD_LINES
    if width < _NARROW or room < 1 or snapshot.phase is Phase.ENDED or not snapshot.units:
        return Group(head)
    return Group(head, Text(), _units(snapshot, room))


def _units(snapshot: Snapshot, room: int) -> Table:
    fields = snapshot_fields(snapshot)
    shown = fields["at_work"][: room if len(snapshot.units) <= room else room - 1]
    table = Table(box=None, pad_edge=False, expand=True)
    table.add_column("at work", no_wrap=True, overflow="ellipsis", ratio=1)
    for name in ("documents", "letters", "req/s"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True, overflow="ellipsis", max_width=24)
    for row in unit_rows(shown, len(snapshot.units) - len(shown)):
        table.add_row(*(Text(printable(cell), no_wrap=True, overflow="ellipsis") for cell in row))
    return table
