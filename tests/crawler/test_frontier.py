"""The frontier's account: first in first out, each place once, none lost."""

from __future__ import annotations

import pytest

import crawler.frontier
from crawler.frontier import Frontier, Place
from documents.records import SkipReason


def place(number: int) -> Place:
    return Place(f"http://www.example.org/{number}", f"http://www.example.org/{number}")


def test_places_come_in_the_order_in_which_they_were_found() -> None:
    frontier = Frontier()
    for number in range(3):
        frontier.push(place(number))
    assert [frontier.next(), frontier.next(), frontier.next(), frontier.next()] == [place(0), place(1), place(2), None]
    assert frontier.is_exhausted


def test_a_url_is_new_once() -> None:
    frontier = Frontier()
    assert frontier.is_new("http://www.example.org/a")
    assert not frontier.is_new("http://www.example.org/a")
    assert frontier.is_new("http://www.example.org/b")


def test_a_place_is_finished_once() -> None:
    frontier = Frontier()
    frontier.push(place(1))
    taken = frontier.next()
    assert taken is not None
    assert frontier.finish(taken)
    assert not frontier.finish(taken)


def test_a_closed_frontier_gives_nothing_and_keeps_its_first_reason() -> None:
    frontier = Frontier()
    frontier.push(place(1))
    frontier.close(SkipReason.BUDGET_SPENT, "requests")
    frontier.close(SkipReason.INTERRUPTED, "stopped")
    assert frontier.next() is None
    assert frontier.is_exhausted
    assert frontier.closed == (SkipReason.BUDGET_SPENT, "requests")


def test_what_has_no_record_is_left_once() -> None:
    frontier = Frontier()
    for number in range(4):
        frontier.push(place(number))
    finished = frontier.next()
    frontier.next()
    assert finished is not None
    frontier.finish(finished)
    assert list(frontier.leave()) == [place(1), place(2), place(3)]
    assert list(frontier.leave()) == []


def test_a_full_queue_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawler.frontier, "LONGEST_QUEUE", 2)
    frontier = Frontier()
    for number in range(2):
        assert not frontier.is_full
        frontier.push(place(number))
    assert frontier.is_full
    frontier.next()
    assert not frontier.is_full


def test_a_full_memory_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawler.frontier, "MOST_SEEN", 1)
    frontier = Frontier()
    frontier.is_new("http://www.example.org/")
    assert frontier.is_full
