"""How long a sweep will still take, and what that is judged by; nothing is said where nothing can be known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from findings.durations import UnitTime

# Units that must have ended, and their share of those that were to be done, before others are judged by them. Not
# measured: fewer say nothing of hosts that differ a hundredfold in size.
ENOUGH_UNITS: Final = 5
ENOUGH_SHARE: Final = 0.05
# Units that must have ended before the last sweep's times are held against them: an unchanged estate takes a fifteenth.
ENOUGH_FOR_RATIO: Final = 3
# Units that took less, seconds, say nothing of a ratio: their process took as long to start.
LONG_ENOUGH: Final = 5.0


class Basis(StrEnum):
    """What a time is judged by."""

    LAST_SWEEP = "last_sweep"
    UNITS_SO_FAR = "units_so_far"


@dataclass(frozen=True, slots=True)
class Left:
    """Seconds that are left, about, and what that is judged by."""

    seconds: float
    basis: Basis


class TimeLeft:
    """Follows the units of one sweep.

    Args:
        earlier: what each unit took in the last whole sweep of the same targets; empty where there is none.
        workers: units at a time.
    """

    def __init__(self, earlier: Mapping[str, UnitTime], workers: int) -> None:
        self._earlier = dict(earlier)
        self._workers = workers
        self._hosts: dict[str, float] = defaultdict(float)
        for unit in earlier.values():
            self._hosts[unit.host] += unit.seconds
        self._expected = 0.0
        self._taken = 0.0
        self._compared = 0
        self._ended = 0

    def ended(self, unit_id: str, seconds: float) -> None:
        """A unit has ended after so many seconds."""
        self._ended += 1
        known = self._earlier.pop(unit_id, None)
        if known is None:
            return
        self._hosts[known.host] -= known.seconds
        if known.seconds >= LONG_ENOUGH:
            self._compared += 1
            self._expected += known.seconds
            self._taken += seconds

    def left(self, to_do: int, running: Mapping[str, float], seconds: float) -> Left | None:
        """What is left.

        Args:
            to_do: units that have not ended, those at work included.
            running: seconds for which each unit is at work.
            seconds: since this run of the sweep began.
        """
        if not to_do:
            return Left(0.0, Basis.UNITS_SO_FAR)
        if len(self._earlier) >= to_do:
            return self._by_last_sweep(to_do, running)
        if self._ended < ENOUGH_UNITS or self._ended < ENOUGH_SHARE * (self._ended + to_do):
            return None
        return Left(seconds / self._ended * to_do, Basis.UNITS_SO_FAR)

    def _by_last_sweep(self, to_do: int, running: Mapping[str, float]) -> Left | None:
        """Work divided among the workers, and never less than the busiest host or the longest unit at work takes."""
        ratio = self._taken / self._expected if self._compared >= ENOUGH_FOR_RATIO else 1.0
        share = to_do / len(self._earlier)  # of a sweep that is gone on with, some had ended before
        done, longest = 0.0, 0.0
        for unit_id, seconds in running.items():
            known = self._earlier.get(unit_id)
            if known is not None:
                done += min(seconds, known.seconds * ratio)
                longest = max(longest, known.seconds * ratio - seconds)
        whole = sum(self._hosts.values()) * ratio * share - done
        busiest = max(self._hosts.values(), default=0.0) * ratio * share
        if len(running) == to_do:  # nothing waits: what is at work says how long
            return Left(max(longest, 0.0), Basis.LAST_SWEEP) if longest > 0 else None
        return Left(
            max(whole / self._workers, busiest - max(running.values(), default=0.0), longest, 0.0), Basis.LAST_SWEEP
        )
