"""Why a service lies: because it is asked too fast, or whatever the pace."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

# Right canaries in a row at one pace and faster, and seconds, that show a limit above half of that pace. A service that
# denies what is over its limit would answer ten such rightly once in 1,000 times; and limiters let bursts of a second
# pass. Three, and at whatever pace, took one search of 100 names in 300 for hopeless that was not.
RIGHT_AT_ONE_PACE, SECONDS_AT_ONE_PACE = 10, 2.0
# Lies at less than that, after which the pace is not to blame.
CONTRADICTIONS = 2
# Paces that are told apart, as a ratio.
_LEVEL = 1.25


@dataclass(slots=True)
class LyingHabit:
    """Remembers at what pace the service was right, and at what pace it lied after that.

    Attributes:
        is_any_pace: a slower one will not help.
    """

    is_any_pace: bool = False
    _bearable: float = 0.0
    _contradictions: int = 0
    # By level of pace: when the first canary since the last lie was answered rightly, and how many were.
    _right: dict[int, tuple[float, int]] = field(default_factory=dict)

    def right(self, shown: float, moment: float) -> None:
        """A canary that exists was answered rightly at a pace that was really gone, requests a second."""
        if shown > 0:
            level = math.floor(math.log(shown, _LEVEL))
            since, count = self._right.get(level, (moment, 0))
            self._right[level] = (since, count + 1)

    def lied(self, pace: float, moment: float, *, is_slowest: bool) -> None:
        """One was answered wrongly, at most at this pace."""
        self._contradictions += pace <= self._bearable or is_slowest
        self.is_any_pace = self._contradictions >= CONTRADICTIONS
        self._bearable = max(self._bearable, self._borne(moment) / 2)
        self._right.clear()

    def _borne(self, moment: float) -> float:
        """The highest pace at which enough canaries were right for long enough; 0 for none."""
        right, since = 0, math.inf
        for level, (first, count) in sorted(self._right.items(), reverse=True):
            right, since = right + count, min(since, first)
            if right >= RIGHT_AT_ONE_PACE and moment - since >= SECONDS_AT_ONE_PACE:
                return _LEVEL**level
        return 0.0
