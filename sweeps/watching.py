"""What a sweep tells while it runs: one event at a time, to whoever watches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from findings.records import SweepKind
from scope.units import Unit
from sweeps.progress import Progress


@dataclass(frozen=True, slots=True)
class Began:
    """The sweep has its units; `resumed` of `units` were finished before it was interrupted."""

    sweep_id: str
    units: int
    resumed: int
    kind: SweepKind = SweepKind.SWEEP


@dataclass(frozen=True, slots=True)
class UnitBegan:
    """A unit's process starts."""

    unit: Unit


@dataclass(frozen=True, slots=True)
class UnitTold:
    """A unit has come so far."""

    unit: Unit
    progress: Progress


@dataclass(frozen=True, slots=True)
class UnitEnded:
    """A unit has ended; `why` says how its process broke, and is empty where it did not."""

    unit: Unit
    why: str = ""


@dataclass(frozen=True, slots=True)
class UnitSplit:
    """A unit turned out large and goes on as so many pieces, which are units of their own."""

    unit: Unit
    pieces: int


@dataclass(frozen=True, slots=True)
class Stopping:
    """The sweep ends before all of it was looked at. `reason` is fit to be shown: no place, no name."""

    reason: str


@dataclass(frozen=True, slots=True)
class Waits:
    """The sweep goes on when something else lets it: a database that another process holds, a time window."""

    what: str


@dataclass(frozen=True, slots=True)
class Merged:
    """Results are in the database: of so many units."""

    units: int


SweepEvent = Began | UnitBegan | UnitTold | UnitEnded | UnitSplit | Stopping | Waits | Merged


class Watcher(Protocol):
    """Is told how a sweep goes on; what it makes of that is its own affair.

    It may be called from any thread, and from a signal handler inside another call. It never raises.
    """

    def tell(self, event: SweepEvent) -> None:
        """Something has happened."""


class Watchers:
    """Tells each of several watchers, in order."""

    def __init__(self, watchers: Sequence[Watcher]) -> None:
        self._watchers = tuple(watchers)

    def tell(self, event: SweepEvent) -> None:
        """See `Watcher`."""
        for watcher in self._watchers:
            watcher.tell(event)
