from __future__ import annotations

from collections.abc import Iterator

import pytest

from bucket_probes.search.ledger import PIECE, Ledger
from documents.records import SkipReason
from fetching.store import PassingStore


@pytest.fixture
def store() -> Iterator[PassingStore]:
    kept = PassingStore()
    yield kept
    kept.close()


def test_what_was_saved_is_there_again_and_what_was_not_is_not(store: PassingStore) -> None:
    ledger = Ledger(store, "a")
    ledger.exists(0)
    ledger.deny(PIECE + 1, times=1)
    ledger.leave_open(2 * PIECE + 3, SkipReason.TIMED_OUT)
    ledger.save({"pace": {"rate": 3.0}})
    ledger.deny(5, times=1)
    again = Ledger(store, "a")
    assert (again.existing, again.absent, len(again)) == (1, 1, 2 * PIECE + 4)
    assert again.is_existing(0)
    assert again.is_settled(PIECE + 1)
    assert again.is_open(5)
    assert again.reason(2 * PIECE + 3) is SkipReason.TIMED_OUT
    assert again.kept["pace"] == {"rate": 3.0}


def test_only_pieces_that_changed_are_written(store: PassingStore) -> None:
    ledger = Ledger(store, "a")
    ledger.deny(0, times=1)
    ledger.deny(3 * PIECE, times=1)
    ledger.save({})
    assert [row[0] for row in store.read("SELECT piece FROM names_state ORDER BY piece")] == [0, 3]
    store.commit(lambda connection: connection.execute("DELETE FROM names_state").close())
    ledger.deny(1, times=1)
    ledger.save({})
    assert [row[0] for row in store.read("SELECT piece FROM names_state")] == [0]


def test_what_is_fixed_is_what_it_was_when_the_search_began(store: PassingStore) -> None:
    ledger = Ledger(store, "a")
    assert ledger.fix("year", lambda: 2026) == 2026
    assert ledger.fix("year", lambda: 2027) == 2026
    again = Ledger(store, "a")
    assert again.fix("year", lambda: 2027) == 2026
    assert "year" not in again.kept
    assert Ledger(store, "b").fix("year", lambda: 2028) == 2028
    assert Ledger(None, "a").fix("names", lambda: [("", "one")]) == [["", "one"]]


def test_where_positions_mean_other_names_nothing_is_known(store: PassingStore) -> None:
    ledger = Ledger(store, "a")
    ledger.fix("names", lambda: "those")
    ledger.deny(0, times=1)
    ledger.exists(1)
    ledger.save({"has_lied": True})
    ledger.begin_anew()
    for each in (ledger, Ledger(store, "a")):
        assert (len(each), each.absent, each.existing, each.kept) == (0, 0, 0, {"identity": "a"})
    assert Ledger(store, "a").fix("names", lambda: "these") == "these"


def test_another_search_begins_afresh(store: PassingStore) -> None:
    ledger = Ledger(store, "a")
    ledger.deny(0, times=1)
    ledger.save({})
    other = Ledger(store, "b")
    assert (len(other), other.absent) == (0, 0)
    assert other.kept == {"identity": "b"}


def test_a_name_may_have_to_be_denied_twice() -> None:
    ledger = Ledger(None, "a")
    ledger.deny(0, times=2)
    assert ledger.is_open(0)
    assert not ledger.is_settled(0)
    ledger.leave_open(0, SkipReason.THROTTLED)  # the second answer waits for its canaries: the first still counts
    ledger.deny(0, times=2)
    assert ledger.is_settled(0)
    assert ledger.absent == 1


def test_what_was_settled_stays_so_whatever_comes_after(store: PassingStore) -> None:
    ledger = Ledger(store, "a")
    ledger.exists(0)
    ledger.leave_open(0, SkipReason.THROTTLED)
    ledger.close(0, SkipReason.DENIED_BY_GUARD)
    ledger.leave_unvouched(0)
    assert ledger.is_existing(0)


def test_doubt_opens_what_was_absent_once_or_twice_and_nothing_else(store: PassingStore) -> None:
    ledger = Ledger(store, "a")
    ledger.deny(0, times=1)
    ledger.deny(1, times=2)
    ledger.exists(2)
    ledger.close(3, SkipReason.DENIED_BY_GUARD)
    ledger.save({})
    ledger.reopen_absent()
    ledger.save({})
    again = Ledger(store, "a")
    assert [again.is_open(position) for position in range(5)] == [True, True, False, False, True]
    again.deny(1, times=2)
    assert not again.is_settled(1)
    assert again.absent == 0


def test_reasons_of_all_kinds_are_kept(store: PassingStore) -> None:
    ledger = Ledger(store, "a")
    for position, reason in enumerate(SkipReason):
        ledger.leave_open(position, reason)
        ledger.close(position + 1000, reason)
    ledger.save({})
    again = Ledger(store, "a")
    for position, reason in enumerate(SkipReason):
        assert again.reason(position) is again.reason(position + 1000) is reason
        assert again.is_open(position)
        assert not again.is_open(position + 1000)
    assert again.has_open(len(again))
    assert again.reason(500) is None
