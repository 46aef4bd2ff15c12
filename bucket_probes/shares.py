"""A part of what a unit may still spend, so that looking around leaves something for the letters that it finds."""

from __future__ import annotations

from fetching.budget import Budget
from scope.model import Limits


class Share:
    """One in so many of the requests, bytes and seconds that are left now.

    Args:
        budget: of the unit.
        limits: that it was made of.
        one_in: which part.
    """

    def __init__(self, budget: Budget, limits: Limits, one_in: int) -> None:
        self._budget = budget
        cost = budget.cost
        self._requests = cost.requests + max(1, (limits.requests - cost.requests) // one_in)
        self._bytes = cost.bytes + (limits.bytes - cost.bytes) // one_in
        self._seconds = cost.seconds + (limits.seconds - cost.seconds) / one_in

    @property
    def is_spent(self) -> bool:
        """Has it been used up?"""
        cost = self._budget.cost
        return cost.requests >= self._requests or cost.bytes >= self._bytes or cost.seconds >= self._seconds
