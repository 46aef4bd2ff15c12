"""Where a sweep stands at this moment: what its events add up to."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from findings.records import SweepKind
from scope.units import Unit
from sweeps.progress import NOT_COUNTED, Progress
from sweeps.time_left import Left, TimeLeft
from sweeps.watching import Began, Merged, Stopping, SweepEvent, UnitBegan, UnitEnded, UnitSplit, UnitTold, Waits

# Seconds over which "requests a second now" is counted: long enough for a host that is asked once in ten.
WINDOW: Final = 30.0
# Seconds without anything new after which a unit is called quiet. Workers tell at least every 5; a page may take 20.
QUIET: Final = 30.0
# Seconds of which at least a rate speaks.
_SHORTEST: Final = 2.0
_COUNTS: Final = tuple(field.name for field in fields(Progress) if field.name not in NOT_COUNTED)


class Phase(StrEnum):
    """What the sweep is doing."""

    PLANNING = "planning"
    FETCHING = "fetching"
    STOPPING = "stopping"
    WAITING = "waiting"
    MERGING = "merging"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class UnitAtWork:
    """A unit that is at work.

    Attributes:
        title: its address as the scope names it, for a terminal; never for a file or a log.
        seconds: since it began, in this run.
        quiet_seconds: since its counts last changed.
        requests_per_second: lately; None while that can not be told.
    """

    unit_id: str
    kind: str
    host: str
    title: str
    progress: Progress
    seconds: float
    quiet_seconds: float
    requests_per_second: float | None

    @property
    def trouble(self) -> str:
        """Why it is slow, empty where it is not known to be."""
        if self.progress.held_seconds:
            return f"asked to wait {self.progress.held_seconds:.0f} s"
        return f"nothing new for {self.quiet_seconds:.0f} s" if self.quiet_seconds >= QUIET else ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A sweep at one moment.

    Attributes:
        why: what a phase of stopping or waiting is about; fit to be shown.
        seconds: since this run began.
        planned, resumed, ended, broken: units: all, ended before this run, ended in it, of these broken.
        counts: of all units that were at work in this run.
        units: at work, in the order in which they began.
        made: requests of this run.
        requests_per_second: over the last half minute; None before there is one to speak of.
    """

    sweep_id: str
    kind: SweepKind
    phase: Phase
    why: str
    began_at: datetime
    seconds: float
    planned: int
    resumed: int
    ended: int
    broken: int
    counts: Progress
    units: tuple[UnitAtWork, ...]
    made: int
    requests_per_second: float | None
    left: Left | None

    @property
    def waiting(self) -> int:
        """Units that have not begun."""
        return max(0, self.planned - self.resumed - self.ended - len(self.units))

    @property
    def hosts(self) -> int:
        """Hosts that are asked at present."""
        return len({unit.host for unit in self.units})

    @property
    def mean_rate(self) -> float:
        """Requests a second since the run began."""
        return self.made / self.seconds if self.seconds else 0.0


@dataclass(slots=True)
class _Running:
    """A unit at work; `mark` is a moment and its requests, from which a rate is counted."""

    unit: Unit
    began: float
    changed: float
    progress: Progress
    mark: tuple[float, int] | None = None
    last_mark: tuple[float, int] | None = None


class Tally:
    """Implements `sweeps.watching.Watcher`. Keeps nothing of units that have ended but their sums.

    Args:
        time_left: judges what is left.
        clock: monotonic seconds.
    """

    def __init__(self, time_left: TimeLeft, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.RLock()  # a signal handler may tell of a stop inside another call
        self._time_left = time_left
        self._clock = clock
        self._began = clock()
        self._began_at = datetime.now(UTC)
        self._sweep = Began("", 0, 0)
        self._phase, self._why = Phase.PLANNING, ""
        self._planned = self._ended = self._broken = 0
        self._sums: dict[str, Any] = dict.fromkeys(_COUNTS, 0)
        self._running: dict[str, _Running] = {}
        self._made = 0
        self._marks: deque[tuple[float, int]] = deque()

    def tell(self, event: SweepEvent) -> None:
        """See `Watcher`."""
        with self._lock:
            match event:
                case Began():
                    self._sweep, self._planned, self._phase = event, event.units, Phase.FETCHING
                case UnitBegan(unit):
                    self._of(unit)
                case UnitTold(unit, progress):
                    self._told(unit, progress)
                case UnitEnded(unit, why):
                    self._unit_ended(unit, why)
                case UnitSplit(_, pieces):
                    self._planned += pieces
                case Stopping(reason):
                    self._phase, self._why = Phase.STOPPING, reason
                case Waits(what):
                    self._phase, self._why = Phase.WAITING, what
                case Merged():
                    self._phase, self._why = Phase.MERGING, ""

    def ended(self) -> None:
        """The sweep is over."""
        with self._lock:
            self._phase, self._why = Phase.ENDED, ""

    def snapshot(self) -> Snapshot:
        """How it stands now."""
        with self._lock:
            now = self._clock()
            running = {unit_id: now - each.began for unit_id, each in self._running.items()}
            to_do = self._planned - self._sweep.resumed - self._ended
            return Snapshot(
                sweep_id=self._sweep.sweep_id,
                kind=self._sweep.kind,
                phase=self._phase,
                why=self._why,
                began_at=self._began_at,
                seconds=now - self._began,
                planned=self._planned,
                resumed=self._sweep.resumed,
                ended=self._ended,
                broken=self._broken,
                counts=replace(Progress(), **self._sums),
                units=tuple(self._at_work(each, now) for each in self._running.values()),
                made=self._made,
                requests_per_second=self._rate(now),
                left=self._time_left.left(to_do, running, now - self._began) if self._phase is Phase.FETCHING else None,
            )

    def _of(self, unit: Unit) -> _Running:
        if unit.unit_id not in self._running:
            now = self._clock()
            self._running[unit.unit_id] = _Running(unit, now, now, Progress())
            self._phase = Phase.FETCHING if self._phase is Phase.WAITING else self._phase
        return self._running[unit.unit_id]

    def _told(self, unit: Unit, progress: Progress) -> None:
        running = self._of(unit)
        now = self._clock()
        before = running.progress
        for name in _COUNTS:
            self._sums[name] += getattr(progress, name) - getattr(before, name)
        if running.mark is None:  # what a unit had done before a kill is no work of today
            running.mark = running.last_mark = (now, progress.requests)
        else:
            self._made += progress.requests - before.requests
        if replace(progress, held_seconds=0.0) != replace(before, held_seconds=0.0):
            running.changed = now
        running.progress = progress
        if running.last_mark and now - running.last_mark[0] >= WINDOW / 2:
            running.mark, running.last_mark = running.last_mark, (now, progress.requests)
        self._mark(now)

    def _mark(self, now: float) -> None:
        """Note how many requests were made by now, once a second, over the window."""
        if not self._marks or now - self._marks[-1][0] >= 1.0:
            self._marks.append((now, self._made))
        while len(self._marks) > 1 and now - self._marks[1][0] >= WINDOW:
            self._marks.popleft()

    def _rate(self, now: float) -> float | None:
        if not self._marks or now - self._marks[0][0] < _SHORTEST:
            return None
        since, made = self._marks[0]
        return (self._made - made) / (now - since)

    def _unit_ended(self, unit: Unit, why: str) -> None:
        running = self._running.pop(unit.unit_id, None)
        self._ended += 1
        self._broken += bool(why)
        self._time_left.ended(unit.unit_id, self._clock() - running.began if running else 0.0)
        if self._ended + self._sweep.resumed >= self._planned and self._phase is Phase.FETCHING:
            self._phase = Phase.MERGING

    def _at_work(self, running: _Running, now: float) -> UnitAtWork:
        unit, rate = running.unit, None
        if running.mark and now - running.mark[0] >= _SHORTEST:
            rate = (running.progress.requests - running.mark[1]) / (now - running.mark[0])
        return UnitAtWork(
            unit.unit_id, unit.kind.value, unit.host, unit.display, running.progress,
            now - running.began, now - running.changed, rate,
        )  # fmt: skip
