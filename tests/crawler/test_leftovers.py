"""What a unit leaves is told, one by one or by number."""

from __future__ import annotations

import pytest

import crawler.frontier
import crawler.leftovers
from crawler.frontier import Frontier, Place
from crawler.leftovers import leftovers
from documents.records import SkipReason

START = "http://www.example.org/"


@pytest.mark.parametrize("saved", [True, False])
@pytest.mark.parametrize("window", [3, 1000])
@pytest.mark.parametrize("most", [4, 1000])
def test_every_place_is_told_once(monkeypatch: pytest.MonkeyPatch, saved: bool, window: int, most: int) -> None:
    monkeypatch.setattr(crawler.frontier, "WINDOW", window)
    monkeypatch.setattr(crawler.leftovers, "TOLD_ONE_BY_ONE", most)
    frontier = Frontier()
    for number in range(20):
        folder = f"{START}{number % 2}/"
        frontier.push(Place(f"{folder}{number}", f"{folder}{number}", folder))
    if saved:
        frontier.save()
    done, under_way = frontier.next(), frontier.next()
    assert done is not None
    assert under_way is not None
    frontier.finish(done)
    if saved:
        frontier.save()
    skips = list(leftovers(frontier, START, SkipReason.BUDGET_SPENT, "requests"))
    singly = [skip for skip in skips if skip.detail == "requests"]
    told = {skip.url: int(skip.detail.split()[1]) for skip in skips if skip.detail != "requests"}
    assert len(singly) == min(most, 19)
    assert {skip.url for skip in singly} <= {f"{START}{number % 2}/{number}" for number in range(1, 20)}
    assert singly[0].url == under_way.url
    assert sum(told.values()) + len(singly) == 19
    assert set(told) <= {f"{START}0/", f"{START}1/"}
    assert list(leftovers(frontier, START, SkipReason.BUDGET_SPENT, "requests")) == []
