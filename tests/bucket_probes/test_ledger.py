from __future__ import annotations

import random

import pytest

import bucket_probes.ledger
from bucket_probes.ledger import Kind, Ledger, Standing, Waiting, ended
from documents.records import SkipReason
from fetching.bucket_listings import ListedObject
from fetching.store import PassingStore

BASE = "http://s3.example/b/"


def waiting(rank: int, key: str, url: str = "", *, head: bool = False) -> Waiting:
    return Waiting(rank, ListedObject(key, 5), url or BASE + key, head)


def drained(ledger: Ledger, upto: int = 99) -> list[str]:
    keys = []
    while each := ledger.next(upto):
        keys.append(each.item.key)
        ledger.done(each)
    return keys


def test_the_best_comes_first_and_then_what_was_listed_first() -> None:
    ledger = Ledger(None, BASE)
    ledger.push([waiting(2, "b"), waiting(0, "c"), waiting(2, "a"), waiting(5, "d")])
    assert drained(ledger, 2) == ["c", "b", "a"]
    ledger.push([waiting(1, "e")])
    ledger.save()
    assert drained(ledger) == ["e", "d"]


def test_what_was_not_saved_waits_again_and_what_was_does_not() -> None:
    store = PassingStore()
    ledger = Ledger(store, BASE)
    ledger.push([waiting(0, "a"), waiting(0, "b"), waiting(0, "c", "http://elsewhere/c", head=True)])
    ledger.stands(Kind.CURRENT, Standing("token", 3))
    ledger.stands(Kind.OLD, ended(Standing(), SkipReason.TIMED_OUT, "too slow"))
    ledger.keys_tried, ledger.keys_read, ledger.access = 2, 1, "{}"
    first = ledger.next(9)
    assert first is not None
    ledger.done(first)
    ledger.save()
    second = ledger.next(9)
    assert second is not None
    ledger.done(second)
    again = Ledger(store, "http://another.region/b/")
    assert (again.keys_tried, again.keys_read, again.access) == (2, 1, "{}")
    assert again.standing(Kind.CURRENT) == Standing("token", 3)
    assert again.standing(Kind.OLD) == Standing(None, 0, True, SkipReason.TIMED_OUT, "too slow")
    left = list(again.left(10))
    assert [(each.item.key, each.url, each.head) for each in left] == [
        ("b", BASE + "b", False),
        ("c", "http://elsewhere/c", True),
    ]


def test_what_is_left_is_told_up_to_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket_probes.ledger, "_LEFT_AT_A_TIME", 3)
    ledger = Ledger(None, BASE)
    ledger.push([waiting(number % 3, f"{number:02}") for number in range(10)])
    ledger.save()
    done = ledger.next(9)
    assert done is not None
    ledger.done(done)
    assert [each.item.key for each in ledger.left(5)] == ["03", "06", "09", "01", "04"]
    assert [each.item.key for each in ledger.left(99)] == ["03", "06", "09", "01", "04", "07", "02", "05", "08"]
    assert ledger.count_left() == 9


def test_an_object_is_new_once_in_any_order() -> None:
    store = PassingStore()
    ledger = Ledger(store, BASE)
    numbers = random.Random(5)  # noqa: S311 - numbers of a test
    known: set[str] = set()
    for turn in range(40):
        keys = [f"{numbers.randrange(500):03}" for _ in range(20)]
        if turn % 3:
            keys.sort()
        expected = []
        for key in keys:
            expected.append(key not in known)
            known.add(key)
        assert ledger.are_new(Kind.CURRENT, [ListedObject(key) for key in keys]) == expected
        ledger.save()
        if turn % 7 == 0:
            ledger = Ledger(store, BASE)
    assert ledger.is_met(next(iter(known)))
    assert not ledger.is_met("999")


def test_keys_in_order_need_no_look_at_what_was_met(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger(None, BASE)
    monkeypatch.setattr(ledger, "_lookup", None)
    items = [ListedObject(f"{number:05}") for number in range(3_000)]
    assert all(all(ledger.are_new(Kind.CURRENT, items[start : start + 1000])) for start in (0, 1000, 2000))


def test_versions_are_objects_of_their_own() -> None:
    ledger = Ledger(None, BASE)
    assert ledger.are_new(Kind.CURRENT, [ListedObject("a", version="3")]) == [True]
    old = [ListedObject("a", version=version, is_current=False) for version in ("2", "1", "2", "0")]
    assert ledger.are_new(Kind.OLD, old) == [True, True, False, True]
    assert ledger.are_new(Kind.OLD, old[:1]) == [False]
    assert ledger.are_new(Kind.CURRENT, [ListedObject("a", version="4")]) == [False], "one current object for each key"


def test_a_key_that_is_no_text_is_kept() -> None:
    store = PassingStore()
    ledger = Ledger(store, BASE)
    key = "caf\udce9\ud800"
    ledger.are_new(Kind.CURRENT, [ListedObject(key)])
    ledger.push([Waiting(0, ListedObject(key), BASE + "caf%E9")])
    ledger.save()
    again = Ledger(store)
    assert [(each.item.key, each.url) for each in again.left(9)] == [(key, BASE + "caf%E9")]
    assert again.are_new(Kind.CURRENT, [ListedObject(key)]) == [False]
