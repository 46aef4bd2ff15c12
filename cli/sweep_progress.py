"""What a person sees while a sweep runs: a line for each unit at work, on standard error."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.markup import escape
from rich.progress import Progress as ProgressDisplay
from rich.progress import SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from cli.console import notice, notices
from scope.units import Unit
from sweeps.progress import Progress
from sweeps.watching import Began, Merged, Stopping, SweepEvent, UnitBegan, UnitEnded, UnitSplit, UnitTold, Waits


class SweepProgress:
    """Implements `sweeps.watching.Watcher`. On a terminal it redraws; elsewhere each unit that ends is one line."""

    def __init__(self) -> None:
        self._console = notices()
        self._display = ProgressDisplay(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
            console=self._console, disable=not self._console.is_terminal, transient=True,
        )  # fmt: skip
        self._tasks: dict[str, TaskID] = {}
        self._last: dict[str, Progress] = {}

    def __enter__(self) -> Self:
        self._display.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._display.stop()

    def tell(self, event: SweepEvent) -> None:
        """See `Watcher`."""
        match event:
            case Began(sweep_id, units, resumed):
                carried = f", {resumed} of them finished before it was interrupted" if resumed else ""
                self._say(f"sweep {sweep_id}: {units} units{carried}")
            case UnitBegan(unit):
                self._came_so_far(unit, Progress())
            case UnitTold(unit, progress):
                self._came_so_far(unit, progress)
            case UnitEnded(unit, why):
                self._ended(unit, why)
            case UnitSplit(unit, pieces):
                self._say(f"{unit.display}: large, goes on as {pieces} units")
            case Stopping(reason):
                self._say(f"stopping: {reason}" if reason else "")
            case Waits(what):
                self._say(what)
            case Merged():
                pass

    def _came_so_far(self, unit: Unit, progress: Progress) -> None:
        self._last[unit.unit_id] = progress
        if unit.unit_id not in self._tasks:
            self._tasks[unit.unit_id] = self._display.add_task("", total=None)
        self._display.update(self._tasks[unit.unit_id], description=escape(f"{unit.display}: {told(progress)}"))

    def _ended(self, unit: Unit, why: str) -> None:
        task = self._tasks.pop(unit.unit_id, None)
        if task is not None:
            self._display.remove_task(task)
        counts = told(self._last.pop(unit.unit_id, Progress()))
        self._say(f"{unit.display}: {counts}{'; its process broke, the rest is not seen' if why else ''}")

    def _say(self, text: str) -> None:
        if not text:
            return
        if self._display.disable:
            notice(text)
        else:
            self._console.print(escape(text))


def told(progress: Progress) -> str:
    """Counts in words."""
    if progress.names:
        return f"{progress.names_answered:,} of {progress.names:,} names with an answer, {progress.buckets:,} buckets"
    unchanged = f"{progress.unchanged} unchanged, " if progress.unchanged else ""
    return (
        f"{progress.documents} documents, {unchanged}{progress.matches} letters in them, "
        f"{progress.entries} entries, {progress.skipped} not read"
        f"{'; begun afresh, what it had saved could not be used' if progress.afresh else ''}"
    )
