from __future__ import annotations

import pytest

from bucket_probes.shares import Share
from fetching.budget import Budget
from scope.model import Limits


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("limit", ["requests", "bytes", "seconds"])
def test_a_fourth_of_what_is_left(limit: str) -> None:
    clock = Clock()
    limits = Limits(requests=100, bytes=1000, seconds=1000)
    budget = Budget(limits, clock)
    spent = {"requests": 20, "bytes": 200, "seconds": 200}[limit]

    def spend(count: int) -> None:
        for _ in range(count if limit == "requests" else 0):
            budget.request()
        budget.received(count if limit == "bytes" else 0)
        clock.now += count if limit == "seconds" else 0

    spend(spent)
    share = Share(budget, limits, 4)
    spend(spent - 1)
    assert not share.is_spent
    spend(1)
    assert share.is_spent


def test_there_is_always_one_request_in_it() -> None:
    limits = Limits(requests=2)
    budget = Budget(limits)
    share = Share(budget, limits, 4)
    assert not share.is_spent
    budget.request()
    assert share.is_spent
