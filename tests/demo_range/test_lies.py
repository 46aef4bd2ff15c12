from __future__ import annotations

import pytest

from demo_range.lie_forms import FORMS
from demo_range.lie_listings import Listings
from demo_range.lies import ONLY_FOR, THROTTLES, Lie, Occasion, Telling


def test_every_lie_has_a_form() -> None:
    assert {*FORMS, *Listings().forms()} == set(Lie)
    assert set(ONLY_FOR) <= set(Lie)


@pytest.mark.parametrize("lie", THROTTLES)
def test_a_throttle_lies_above_its_rate_and_clears_after_a_pause(lie: Lie) -> None:
    occasion = Occasion(Telling(lie, above=10, pause=2))
    assert not any(occasion.is_now("a", 0.1 * n) for n in range(1, 50)), "ten a second are served for ever"
    fast = [occasion.is_now("a", 5.0 + 0.01 * n) for n in range(50)]
    assert not any(fast[:9])
    assert all(fast[12:])
    assert not occasion.is_now("b", 5.5), "another address is another client"
    assert occasion.is_now("a", 6.5), "not yet"
    assert not occasion.is_now("a", 8.0)


def test_whoever_goes_on_asking_too_fast_is_lied_to_for_ever() -> None:
    occasion = Occasion(Telling(Lie.NOT_FOUND_ABOVE, above=10, pause=1))
    told = [occasion.is_now("a", 0.02 * n) for n in range(500)]
    assert all(told[30:])


def test_chance_is_seeded() -> None:
    told = [[Occasion(Telling(Lie.FLAKY, seed=seed)).is_now("a", 0.0) for seed in range(20)] for _ in range(2)]
    assert told[0] == told[1]
    assert len(set(told[0])) == 2


def test_a_lie_in_the_middle() -> None:
    occasion = Occasion(Telling(Lie.NOT_FOUND_MIDSTREAM, after=3, pause=1))
    assert [occasion.is_now("a", 0.4 * n) for n in range(8)] == [False] * 3 + [True] * 3 + [False] * 2


def test_a_lie_at_the_beginning() -> None:
    occasion = Occasion(Telling(Lie.NOT_FOUND_FIRST, after=2))
    assert [occasion.is_now("a", 0.0) for _ in range(4)] == [True, True, False, False]
