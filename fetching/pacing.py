"""How fast one host may be asked, and what it says of that itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Answers that ask a client to slow down.
THROTTLE_STATUSES = frozenset([429, 503])
# Longest wait that a Retry-After is followed for, seconds. A server may say a day: a sweep then ends as throttled, and
# the next one comes back; 120 s is the longest back-off that rate limiters of common web servers use by default.
LONGEST_WAIT = 120.0
# First wait after a throttled answer without Retry-After, seconds; doubled each further time, to LONGEST_WAIT.
FIRST_BACK_OFF = 2.0
# How often one request is tried again after a throttled answer, before it is recorded as skipped.
THROTTLE_RETRIES = 3


class Pacer:
    """Spaces the requests to one host. `reserve` gives the seconds to wait; whoever asks does the waiting.

    Args:
        requests_per_second: the steady rate, from the scope.
        clock: monotonic seconds.
    """

    def __init__(self, requests_per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = 1.0 / requests_per_second
        self._clock = clock
        self._next = clock()
        self._back_off = FIRST_BACK_OFF
        self._held_until = clock()

    @property
    def held(self) -> float:
        """Seconds for which the host is still left alone, because it said that it has had enough; 0 for not at all."""
        return max(0.0, self._held_until - self._clock())

    def reserve(self) -> float:
        """Take the next free slot and return the seconds until it begins."""
        now = self._clock()
        slot = max(now, self._next)
        self._next = slot + self._interval
        return slot - now

    def answered(self, status: int, retry_after: str | None = None) -> float:
        """Learn from an answer; returns the seconds that the host is left alone from now on (0 for a normal answer)."""
        if status not in THROTTLE_STATUSES:
            self._back_off = FIRST_BACK_OFF
            return 0.0
        asked = retry_after_seconds(retry_after)
        wait = self._back_off if asked is None else asked
        self._back_off = min(self._back_off * 2, LONGEST_WAIT)
        wait = min(wait, LONGEST_WAIT)
        self._held_until = max(self._held_until, self._clock() + wait)
        self._next = max(self._next, self._held_until)
        return wait


def retry_after_seconds(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks for, given as a number or as an HTTP date; None where it says nothing.

    A date in the past asks for no wait.
    """
    if not value:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the second by a time zone of absurd size
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())
