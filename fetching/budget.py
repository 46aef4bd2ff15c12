"""What one unit may spend, and the moment it is spent."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from documents.records import SkipReason
from fetching.errors import NotAskedError
from scope.model import Limits

# Requests that are written down as spent before they are made, so that a kill refills nothing. A kill costs at most so
# many of the budget; writing takes 0.1 ms, so at the fastest pace (some 1,500 requests a second) 1 % of the time.
AHEAD = 16


class BudgetSpentError(NotAskedError):
    """A unit asked for more than its limits allow; sources turn it into `Skipped(budget_spent)`."""

    def __init__(self, limit: str) -> None:
        super().__init__(SkipReason.BUDGET_SPENT, limit)
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Cost:
    """What a unit has spent: requests (count), bytes, seconds."""

    requests: int = 0
    bytes: int = 0
    seconds: float = 0.0


NOTHING_SPENT = Cost()


class Budget:
    """Counts requests, bytes and seconds of one unit. Not thread-safe: one unit fetches in one thread.

    Args:
        limits: requests (count), bytes (as received, decoded) and seconds.
        clock: monotonic seconds.
        earlier: what the unit had spent before it was killed; a kill does not refill the budget.
        ahead: told how many requests may have been made before it is told again; keeps it over a kill.
    """

    def __init__(
        self,
        limits: Limits,
        clock: Callable[[], float] = time.monotonic,
        earlier: Cost = NOTHING_SPENT,
        ahead: Callable[[int], None] | None = None,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._started = clock() - earlier.seconds
        self.requests = earlier.requests
        self.bytes = earlier.bytes
        self._ahead = ahead
        self._written = earlier.requests

    @property
    def spent(self) -> str | None:
        """The name of the limit that is used up, or None while there is something left."""
        return "requests" if self.requests >= self._limits.requests else self.overspent

    @property
    def overspent(self) -> str | None:
        """The name of a limit that is used up and ends what is under way too: its bytes and its time still count."""
        if self.bytes >= self._limits.bytes:
            return "bytes"
        if self._clock() - self._started >= self._limits.seconds:
            return "seconds"
        return None

    @property
    def left(self) -> int:
        """Requests that are left."""
        return max(0, self._limits.requests - self.requests)

    @property
    def cost(self) -> Cost:
        """What has been spent so far."""
        return Cost(self.requests, self.bytes, self._clock() - self._started)

    def request(self) -> None:
        """Take one request from the budget.

        Raises:
            BudgetSpentError: nothing is left; the request must not be made.
        """
        if limit := self.spent:
            raise BudgetSpentError(limit)
        if self._ahead and self.requests >= self._written:
            self._written = min(self.requests + AHEAD, self._limits.requests)
            self._ahead(self._written)
        self.requests += 1

    def settle(self) -> None:
        """No more requests will be made: what was noted ahead gives way to what was made. A kill leaves that out."""
        if self._ahead:
            self._written = self.requests
            self._ahead(self.requests)

    def received(self, size: int) -> None:
        """Bytes that an answer cost. What is over the limit is noticed by the next request."""
        self.bytes += size
