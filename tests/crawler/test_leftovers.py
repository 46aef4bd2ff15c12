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
@pytest.mark.parametrize("together", [2, 1000])
def test_every_place_is_told_once(
    monkeypatch: pytest.MonkeyPatch, saved: bool, window: int, most: int, together: int
) -> None:
    monkeypatch.setattr(crawler.frontier, "TOGETHER", together)
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
    singly = [skip.url for skip in skips if not skip.stands_for]
    together_told = [url for skip in skips for url in skip.stands_for]
    assert len(singly) == min(most, 19)
    assert singly[0] == under_way.url
    assert sorted(singly + together_told) == sorted(f"{START}{number % 2}/{number}" for number in range(1, 20))
    for skip in skips:
        if skip.stands_for:
            assert skip.detail == f"requests {len(skip.stands_for)} more"
            assert all(url.startswith(skip.url) for url in skip.stands_for)
    assert list(leftovers(frontier, START, SkipReason.BUDGET_SPENT, "requests")) == []


def test_what_is_under_way_is_told_once_though_better_places_came_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawler.frontier, "WINDOW", 2)
    frontier = Frontier()
    frontier.push(Place(f"{START}late", f"{START}late", START, priority=9))
    frontier.save()
    assert frontier.next() is not None
    for number in range(8):
        frontier.push(Place(f"{START}{number}", f"{START}{number}", START))
    frontier.save()
    told = [skip.url for skip in leftovers(frontier, START, SkipReason.BUDGET_SPENT, "requests")]
    assert sorted(told) == sorted([f"{START}late", *(f"{START}{number}" for number in range(8))])
