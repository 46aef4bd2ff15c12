"""What a person sees while a sweep runs: a line for each unit at work, on standard error."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.markup import escape
from rich.progress import Progress as ProgressDisplay
from rich.progress import SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from cli.console import notice, notices
from scope.units import Unit
from sweeps.unit_sink import Progress


class SweepProgress:
    """Implements `sweeps.sweep.Watcher`. On a terminal it redraws; elsewhere each unit that ends is one line."""

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

    def began(self, sweep_id: str, units: int, resumed: int) -> None:
        """See `Watcher`."""
        carried = f", {resumed} of them finished before it was interrupted" if resumed else ""
        self._say(f"sweep {sweep_id}: {units} units{carried}")

    def progress(self, unit: Unit, progress: Progress) -> None:
        """See `Watcher`."""
        self._last[unit.unit_id] = progress
        if unit.unit_id not in self._tasks:
            self._tasks[unit.unit_id] = self._display.add_task("", total=None)
        self._display.update(self._tasks[unit.unit_id], description=escape(f"{unit.display}: {told(progress)}"))

    def unit_ended(self, unit: Unit, finished: bool) -> None:
        """See `Watcher`."""
        task = self._tasks.pop(unit.unit_id, None)
        if task is not None:
            self._display.remove_task(task)
        counts = told(self._last.pop(unit.unit_id, Progress()))
        self._say(f"{unit.display}: {counts}{'' if finished else '; its process broke, the rest is not seen'}")

    def waits(self, what: str) -> None:
        """See `Watcher`."""
        self._say(what)

    def _say(self, text: str) -> None:
        if self._display.disable:
            notice(text)
        else:
            self._console.print(escape(text))


def told(progress: Progress) -> str:
    """Counts in words."""
    if progress.names:
        return f"{progress.names_answered:,} of {progress.names:,} names with an answer, {progress.buckets:,} buckets"
    return (
        f"{progress.documents} documents, {progress.matches} letters in them, "
        f"{progress.entries} entries, {progress.skipped} not read"
        f"{'; begun afresh, what it had saved could not be used' if progress.afresh else ''}"
    )
