from __future__ import annotations

import pytest

from documents.records import SkipReason
from fetching.budget import Budget, BudgetSpentError
from scope.model import Limits


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_requests_are_counted_down() -> None:
    budget = Budget(Limits(requests=2))
    budget.request()
    budget.request()
    assert budget.spent == "requests"
    with pytest.raises(BudgetSpentError) as caught:
        budget.request()
    assert (caught.value.reason, caught.value.detail) == (SkipReason.BUDGET_SPENT, "requests")
    assert caught.value.limit == "requests"
    assert budget.requests == 2


def test_bytes_over_the_limit_are_noticed_by_the_next_request() -> None:
    budget = Budget(Limits(bytes=10))
    budget.request()
    budget.received(9)
    states = [budget.spent]
    budget.received(5)
    assert [*states, budget.spent] == [None, "bytes"]
    with pytest.raises(BudgetSpentError, match="bytes"):
        budget.request()


def test_seconds_count_from_the_beginning() -> None:
    clock = Clock()
    budget = Budget(Limits(seconds=60), clock)
    clock.now += 59.9
    budget.request()
    clock.now += 0.1
    assert budget.spent == "seconds"
    with pytest.raises(BudgetSpentError, match="seconds"):
        budget.request()
