"""A pace that finds out how fast a service can be asked, and stays under what made it balk."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from fetching.pacing import LONGEST_WAIT, THROTTLE_STATUSES, retry_after_seconds

# A window, seconds: rate limiters that are known count by the second, so a shorter one may end before they notice.
WINDOW_SECONDS = 1.0
# Good answers that a window needs besides.
WINDOW_ANSWERS = 3
# Growth from window to window: up to half of the speed at which trouble began last, and from there.
DOUBLING = 2.0
STEP = 1.1
# The share of a pace that must have been used for a window to say anything of it: who asks more slowly than allowed has
# not shown that the allowed is honest.
USED = 0.7
# What a pace keeps below the fastest that the scope allows, and below one at which a service balked: requests are
# spaced evenly, but a busy machine sends some late and so the next ones close behind.
BELOW_FASTEST = 0.95
BELOW_TROUBLE = 0.8
# The slowest, as shares of where it began, and at least one request in two seconds: a service that lies gives no other
# sign; one that asks to slow down says how long to wait.
SLOWEST_AFTER_LIES, SLOWEST_SHARE = 1 / 64, 1 / 8
SLOWEST = 0.5
# Requests that came late are made up for, so many seconds of pace; the rest is lost. Timers are milliseconds late.
CREDIT = 0.02
# First wait after trouble without a Retry-After, seconds; doubled while trouble goes on.
FIRST_BACK_OFF = 0.5
# Windows without trouble, at the highest pace that is left, after which a throttle is taken for over. A lie's pace is
# never tried again.
FORGIVEN_AFTER = 300


class Trouble(StrEnum):
    """What says that a pace was too fast."""

    # A false answer: the service does not say so when it has had enough.
    LIE = "lie"
    # It says so.
    THROTTLE = "throttle"
    # Timeouts, 5xx, connections that break.
    FAILURES = "failures"


@dataclass(frozen=True, slots=True)
class Found:
    """What was found out, to be kept over a kill; requests a second, None for not known.

    Attributes:
        rate: the pace.
        lied_at: the slowest pace that was answered with lies.
        throttled_at: the slowest that was answered with requests to slow down.
    """

    rate: float
    lied_at: float | None = None
    throttled_at: float | None = None


class AdaptivePace:
    """Grows by window while all is well, halves on trouble, and remembers the speed at which that began.

    `reserve` and `answered` are those of `fetching.pacing.Pacer`. Not thread-safe.

    Args:
        start: requests a second to begin with.
        fastest: never more than this.
        clock: monotonic seconds.
        earlier: what was found out before a kill.
    """

    def __init__(
        self,
        start: float,
        fastest: float,
        clock: Callable[[], float] = time.monotonic,
        earlier: Found | None = None,
    ) -> None:
        self._clock = clock
        self._fastest = fastest * BELOW_FASTEST
        self._slowest = min(max(SLOWEST, start * SLOWEST_AFTER_LIES), self._fastest)
        self._slowest_throttled = min(max(SLOWEST, start * SLOWEST_SHARE), self._fastest)
        self._lied_at = earlier.lied_at if earlier else None
        self._throttled_at = earlier.throttled_at if earlier else None
        self.rate = min(earlier.rate if earlier else start, self._limit())
        self._doubles_to = self.rate if self._lied_at or self._throttled_at else self._fastest
        self._is_new_trouble = True
        self._next = clock()
        self._cut_at = -math.inf
        self._back_off = FIRST_BACK_OFF
        self._calm = 0
        self._measured: float | None = None
        self._begin_window()

    @property
    def found(self) -> Found:
        """What was found out so far."""
        return Found(self.rate, self._lied_at, self._throttled_at)

    @property
    def shown(self) -> float:
        """The speed at which the last window was gone through without trouble; 0 for none since trouble."""
        return self._measured or 0.0

    @property
    def is_slowest(self) -> bool:
        """Is there no slower pace to try?"""
        return self.rate <= self._slowest

    def is_before_cut(self, asked_at: float) -> bool:
        """Was it asked before trouble last slowed this down, and so at another pace?"""
        return asked_at < self._cut_at

    def wait(self) -> float:
        """Seconds until the next request may be made; 0 for now."""
        return max(0.0, self._next - self._clock())

    def take(self) -> None:
        """A request is made now."""
        self._next = max(self._next, self._clock() - CREDIT) + 1.0 / self.rate
        self._asked += 1

    def reserve(self) -> float:
        """Take the next free slot and return the seconds until it begins."""
        wait = self.wait()
        self.take()
        return wait

    def rest(self, seconds: float) -> None:
        """Nothing is to be asked for so long."""
        self._next = max(self._next, self._clock() + seconds)
        self._begin_window()

    def heard(self, asked_at: float) -> None:
        """An answer that is no trouble, to what was asked at this time: the next wait is a short one again."""
        if asked_at >= self._cut_at:
            self._back_off = FIRST_BACK_OFF

    def good(self) -> None:
        """An answer that can be relied on."""
        self._good += 1
        elapsed = self._clock() - self._began
        if elapsed < WINDOW_SECONDS or self._good < WINDOW_ANSWERS:
            return
        self._measured = self._asked / elapsed
        self._is_new_trouble = True
        if self._measured >= USED * self.rate:
            self._forgive()
            factor = STEP if self.rate >= self._doubles_to else DOUBLING
            self.rate = min(self.rate * factor, max(self._doubles_to, self.rate * STEP), self._limit())
        self._begin_window()

    def slow_down(self, trouble: Trouble, asked_at: float | None = None, retry_after: float | None = None) -> float:
        """Halve the pace and leave the service alone for a while.

        Args:
            trouble: what happened.
            asked_at: when the request was made that met it; one made before the last cut says nothing new.
            retry_after: seconds that the service asks for; None where it does not say.

        Returns:
            Seconds that it is left alone from now on.
        """
        now = self._clock()
        wait = min(self._back_off if retry_after is None else retry_after, LONGEST_WAIT)
        if asked_at is not None and asked_at < self._cut_at:
            if retry_after is not None:
                self._next = max(self._next, now + wait)
            return self.wait()
        speed = self._speed(now)
        if trouble is Trouble.LIE:
            self._lied_at = min(speed, self._lied_at or speed)
        elif trouble is Trouble.THROTTLE and self._is_new_trouble:
            self._throttled_at = min(speed, self._throttled_at or speed)
        if self._is_new_trouble:
            self._doubles_to = speed / 2
        self._is_new_trouble = False
        self._calm = 0
        self._measured = None
        slowest = self._slowest if trouble is Trouble.LIE else min(self.rate, self._slowest_throttled)
        self.rate = max(slowest, min(speed / 2, self._limit()))
        self._back_off = min(self._back_off * 2, LONGEST_WAIT)
        self._cut_at = now
        self.rest(wait)
        return wait

    def answered(self, status: int, retry_after: str | None = None) -> float:
        """Learn from an answer; returns the seconds that the host is left alone from now on (0 for a normal answer)."""
        if status in THROTTLE_STATUSES:
            return self.slow_down(Trouble.THROTTLE, retry_after=retry_after_seconds(retry_after))
        self.heard(self._clock())
        self.good()
        return 0.0

    def _speed(self, now: float) -> float:
        """How fast it was really asked: the allowed pace may be more than we, or it, can do."""
        elapsed = now - self._began
        if self._asked and elapsed >= WINDOW_SECONDS / 2:
            return max(self._slowest, min(self.rate, self._asked / elapsed))
        return min(self.rate, self._measured * DOUBLING) if self._measured else self.rate

    def _limit(self) -> float:
        """The fastest that is left."""
        limit = self._fastest
        for balked_at in (self._lied_at, self._throttled_at):
            if balked_at is not None:
                limit = min(limit, balked_at * BELOW_TROUBLE)
        return max(self._slowest, limit)

    def _forgive(self) -> None:
        self._calm = self._calm + 1 if self.rate >= self._limit() else 0
        if self._calm >= FORGIVEN_AFTER and self._throttled_at is not None:
            self._throttled_at *= DOUBLING
            self._calm = 0

    def _begin_window(self) -> None:
        self._began = max(self._clock(), self._next)
        self._asked = 0
        self._good = 0
