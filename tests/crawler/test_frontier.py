"""The frontier's account: best first, each place once, none lost."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

import crawler.frontier
from crawler.frontier import Frontier, Place
from documents.records import SkipReason
from fetching.known_places import KnownPlace
from fetching.store import PassingStore


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


def urls(frontier: Frontier) -> list[str]:
    found = []
    while (taken := frontier.next()) is not None:
        found.append(taken.url)
    return found


def test_the_best_come_first_and_equals_in_the_order_in_which_they_were_found() -> None:
    frontier = Frontier()
    for number, priority in enumerate([2, 0, 1, 0, 2]):
        frontier.push(replace(place(number), priority=priority))
    assert urls(frontier) == [place(number).url for number in (1, 3, 2, 0, 4)]


@pytest.mark.parametrize("saved_every", [1, 7, 1000])
def test_more_places_than_the_window_holds_come_in_order_each_once(
    monkeypatch: pytest.MonkeyPatch, saved_every: int
) -> None:
    monkeypatch.setattr(crawler.frontier, "WINDOW", 5)
    frontier = Frontier()
    moments = random.Random(4)  # noqa: S311 - a test's order of events
    waiting: list[tuple[int, int]] = []
    given: list[int] = []
    under_way: list[Place] = []
    for number in range(600):
        priority = moments.randrange(4)
        frontier.push(replace(place(number), priority=priority))
        waiting.append((priority, number))
        if moments.random() < 0.7:
            taken = frontier.next()
            assert taken is not None
            best = min(waiting)
            waiting.remove(best)
            assert taken == replace(place(best[1]), priority=best[0])
            given.append(best[1])
            under_way.append(taken)
        if under_way and moments.random() < 0.8:
            assert frontier.finish(under_way.pop(moments.randrange(len(under_way))))
        if number % saved_every == 0:
            frontier.save()
    assert urls(frontier) == [place(number).url for _, number in sorted(waiting)]
    assert len(given) == len(set(given))


@pytest.fixture(name="store")
def _store() -> Iterator[PassingStore]:
    """What outlives a frontier here, as a file outlives a process."""
    store = PassingStore()
    yield store
    store.close()


def test_what_was_saved_is_there_again_and_what_was_not_is_not(store: PassingStore) -> None:
    frontier = Frontier(store)
    for number in range(4):
        frontier.is_new(place(number).url)
        frontier.push(replace(place(number), asked=f"{place(number).url}#\udcff", trail=(7, 2**64 - 1), listed=True))
    done, under_way = frontier.next(), frontier.next()
    assert done is not None
    assert under_way is not None
    frontier.finish(done)
    frontier.save()
    frontier.finish(under_way)
    frontier.is_new("http://www.example.org/late")

    resumed = Frontier(store)
    assert not resumed.is_new(place(3).url)
    assert resumed.is_new("http://www.example.org/late")
    left = list(resumed.leave())
    assert [each.url for each in left] == [place(number).url for number in (1, 2, 3)]
    assert left[0] == under_way
    assert left[0].asked == f"{place(1).url}#\udcff"


def test_changes_are_saved_answer_by_answer(store: PassingStore) -> None:
    """Two answers have come; the records of the second are with the sink first, and a kill comes before the first's."""
    frontier = Frontier(store)
    frontier.push(place(1))
    frontier.push(place(2))
    frontier.save()
    first, second = frontier.next(), frontier.next()
    assert first is not None
    assert second is not None
    frontier.finish(first)
    frontier.push(place(3))
    changes_of_first = frontier.changes()
    frontier.finish(second)
    frontier.push(place(4))
    changes_of_second = frontier.changes()
    frontier.write([changes_of_second])
    frontier.written([changes_of_second])
    assert frontier.unsaved == 1
    assert urls(Frontier(store)) == [place(number).url for number in (1, 4)]
    frontier.write([changes_of_first])
    frontier.written([changes_of_first])
    assert frontier.unsaved == 0
    assert urls(Frontier(store)) == [place(number).url for number in (3, 4)]


@pytest.mark.parametrize("saved", [True, False])
def test_a_place_knows_how_it_was_reached(store: PassingStore, saved: bool) -> None:
    frontier = Frontier(store)
    frontier.push(place(0))
    for number in range(1, 4):
        came = frontier.next()
        assert came is not None
        frontier.finish(came)
        frontier.push(Place(place(number).url, place(number).url, above=came.number))
        if saved:
            frontier.save()
    last = (Frontier(store) if saved else frontier).next()
    assert last is not None
    expected = tuple(place(number).url for number in range(3))
    assert frontier.path(last) == expected
    assert frontier.path(place(9)) == ()


def test_a_known_place_waits_until_nothing_else_may_lead_to_it() -> None:
    frontier = Frontier()
    known = [KnownPlace(f"http://x.example.org/{name}", None, "00", ("finding",)) for name in "ab"]
    canary = KnownPlace("http://x.example.org/c", None, "00", ())
    frontier.is_new("http://x.example.org/")
    frontier.push(Place("http://x.example.org/", "http://x.example.org/"))
    frontier.push_known([*known, canary])
    start = frontier.next()
    assert start is not None
    assert frontier.next() is None, "the start may name it"
    waits = not frontier.is_exhausted
    assert waits
    frontier.finish(start)
    assert frontier.is_new(known[0].url)
    frontier.push(Place(known[0].url, known[0].url, parent=start.url, depth=1))
    named = frontier.next()
    assert named is not None
    assert named.parent == start.url
    frontier.finish(named)
    last = frontier.next()
    assert last is not None
    assert (last.url, last.is_known) == (known[1].url, True)
    assert frontier.next() is None, "what was named is not asked for again, a canary path is not asked for at all"
    frontier.finish(last)
    assert frontier.is_exhausted
    assert list(frontier.leave()) == []
