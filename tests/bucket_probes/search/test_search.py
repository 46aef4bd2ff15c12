from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest

from bucket_probes.search.asking import Reply
from bucket_probes.search.canaries import SearchedName
from bucket_probes.search.ledger import Ledger
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.store import PassingStore

GIVEN = ("canary-one", "canary-two", "canary-three")


def honest(now: float) -> None:
    return None


@pytest.mark.parametrize("passes", [1, 2, 5])
def test_an_honest_service_is_believed_in_full(search_for: Callable[..., Any], passes: int) -> None:
    outcome = search_for(honest, names=2000, passes=passes)
    assert outcome.settled == 2000
    assert sorted(outcome.found) == sorted(outcome.existing - set(GIVEN))
    assert outcome.ending is None
    absent = [name for _, name in outcome.service.asked if name in outcome.names and name not in outcome.existing]
    assert len(absent) == passes * len(set(absent)) == passes * outcome.ledger.absent
    assert len(outcome.service.asked) < 1.25 * passes * 2000


def test_a_lie_about_single_names_is_met_by_the_second_pass(search_for: Callable[..., Any]) -> None:
    class Forgetful:
        """Denies every name that is not a canary when it is asked for the first time."""

        def __init__(self, service: Any) -> None:
            self._service = service
            self._asked: set[str] = set()

        async def ask(self, name: SearchedName) -> Reply:
            reply: Reply = await self._service.ask(name)
            first = name.name not in self._asked and name.name not in GIVEN
            self._asked.add(name.name)
            return Reply(Truth.NO) if first else reply

    outcome = search_for(honest, asker=Forgetful, names=1500)
    assert sorted(outcome.found) == sorted(outcome.existing - set(GIVEN))
    assert outcome.settled == 1500


@pytest.mark.parametrize(("begin", "end"), [(0, 150), (500, 900), (0, 900)])
def test_a_lie_that_lasts_so_many_requests_is_outlived(search_for: Callable[..., Any], begin: int, end: int) -> None:
    asked = 0

    def mood(now: float) -> Truth | None:
        nonlocal asked
        asked += 1
        return Truth.NO if begin < asked <= end else None

    outcome = search_for(mood, names=2000)
    assert (outcome.false_negatives, outcome.settled) == ([], 2000)


RATES = ["second", "sliding", "bucket"]


@pytest.mark.parametrize("kind", RATES)
@pytest.mark.parametrize("limit", [12, 75, 150, 310])
def test_one_who_lies_above_a_speed_hides_nothing_and_all_is_resolved(
    search_for: Callable[..., Any], moods: Any, kind: str, limit: int
) -> None:
    outcome = search_for(moods[kind](limit), names=1500, seed=limit)
    assert outcome.false_negatives == []
    assert outcome.settled == 1500
    assert outcome.search.counts.lies >= 1
    assert outcome.pace.rate <= 1.02 * limit
    assert outcome.pace.lied_at is not None


@pytest.mark.parametrize(
    ("seed", "mood", "rate", "latency"),
    [
        (102, ("second", 50), (20, 400), (0.02, 0.3)),
        (332, ("between", 2.488, 18.818), (200, 2000), (0.001, 0.003)),
    ],
)
def test_a_search_of_few_names_has_its_rounds_once_the_pace_is_found(
    search_for: Callable[..., Any], moods: Any, seed: int, mood: Any, rate: Any, latency: Any
) -> None:
    kind, *how = mood
    outcome = search_for(moods[kind](*how), seed, names=100, share=0.1, rate=rate, latency=latency)
    assert (outcome.false_negatives, outcome.settled, outcome.ending) == ([], 100, None)


@pytest.mark.parametrize("pause", [0.5, 3, 20])
@pytest.mark.parametrize("kind", ["until_pause", "for_a_time"])
def test_a_lie_that_lasts_is_waited_for(search_for: Callable[..., Any], moods: Any, kind: str, pause: float) -> None:
    outcome = search_for(moods[kind](90, pause))
    assert outcome.false_negatives == []
    assert outcome.settled == 600


@pytest.mark.parametrize("kind", [*RATES, "until_pause"])
def test_requests_to_slow_down_are_obeyed(
    search_for: Callable[..., Any], moods: Any, slow_down: Reply, kind: str
) -> None:
    more = {"pause": 2} if kind == "until_pause" else {}
    outcome = search_for(moods[kind](90, says=slow_down, **more))
    assert outcome.false_negatives == []
    assert outcome.settled == 600
    assert outcome.search.counts.throttled
    assert outcome.pace.rate <= 95


def test_lies_at_the_beginning_are_waited_for(search_for: Callable[..., Any], moods: Any) -> None:
    outcome = search_for(moods["between"](0, 9))
    assert (outcome.false_negatives, outcome.settled) == ([], 600)


def test_a_lie_in_the_middle_voids_what_it_may_have_touched(search_for: Callable[..., Any], moods: Any) -> None:
    outcome = search_for(moods["between"](4.5, 30), names=2000)
    assert (outcome.false_negatives, outcome.settled) == ([], 2000)


def test_a_service_that_says_yes_to_all_is_not_believed(search_for: Callable[..., Any], moods: Any) -> None:
    always = search_for(moods["between"](0, 1e9, Truth.YES))
    assert (always.found, always.settled) == ([], 0)
    assert always.ending is not None
    for_a_while = search_for(moods["between"](3, 20, Truth.YES))
    assert (for_a_while.false_positives, for_a_while.settled) == ([], 600)


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
def test_one_who_lies_whatever_the_speed_is_not_believed_and_what_it_shows_is_found(
    search_for: Callable[..., Any], moods: Any, share: float
) -> None:
    outcome = search_for(moods["at_random"](share, 3), names=400, share=0.1)
    assert outcome.false_negatives == []
    if share < 0.1:
        assert len(outcome.found) > 0.8 * (len(outcome.existing) - len(GIVEN))
    assert outcome.seconds < 5000


def test_without_a_canary_no_no_counts_and_a_yes_does(search_for: Callable[..., Any]) -> None:
    outcome = search_for(honest, given=())
    assert outcome.ledger.absent == 0
    assert sorted(outcome.found) == sorted(outcome.existing - set(GIVEN))
    assert not outcome.search.has_canary
    missing = next(position for position, name in enumerate(outcome.names) if name not in outcome.existing)
    assert outcome.ledger.is_unvouched(missing)


def test_where_the_canaries_are_gone_what_is_found_takes_their_place(search_for: Callable[..., Any]) -> None:
    outcome = search_for(honest, given=("there-is-none", "nor-this"))
    assert outcome.settled == 600
    nothing = search_for(honest, given=("there-is-none",), share=0)
    assert (nothing.settled, nothing.search.has_canary) == (0, False)
    assert nothing.ending is not None


def test_one_canary_of_many_is_enough_and_those_that_are_not_there_do_no_harm(
    search_for: Callable[..., Any],
) -> None:
    outcome = search_for(honest, given=("there-is-none", "canary-two", "nor-this"))
    assert outcome.settled == 600
    assert outcome.search.counts.lies == 0


def test_failures_are_unknown_and_asked_again(search_for: Callable[..., Any], moods: Any) -> None:
    broken = Reply(Truth.UNKNOWN, SkipReason.SERVER_ERROR, "500")
    outcome = search_for(moods["at_random"](0.2, 5, broken))
    assert outcome.false_negatives == []
    assert outcome.settled > 590


def test_a_service_that_is_gone_ends_the_search_soon_and_is_told_as_that(
    search_for: Callable[..., Any], moods: Any
) -> None:
    down = Reply(Truth.UNKNOWN, SkipReason.HOST_DOWN, "ConnectionRefusedError")
    never = search_for(moods["between"](0, 1e9, down))
    assert never.ending is not None
    assert (never.ending.reason, never.settled) == (SkipReason.HOST_DOWN, 0)
    assert never.seconds < 10
    later = search_for(moods["between"](4, 1e9, down), names=2000)
    assert later.ending is not None
    assert later.ending.reason is SkipReason.HOST_DOWN
    assert later.false_negatives == []
    for_a_minute = search_for(moods["between"](4, 60, down), names=2000)
    assert for_a_minute.settled == 2000


def test_a_crash_of_ours_costs_one_name(search_for: Callable[..., Any]) -> None:
    class Breaking:
        def __init__(self, service: Any) -> None:
            self._service = service

        async def ask(self, name: SearchedName) -> Reply:
            if name.name == "name-7":
                raise ZeroDivisionError
            reply: Reply = await self._service.ask(name)
            return reply

    outcome = search_for(honest, asker=Breaking)
    assert outcome.settled == 599
    assert outcome.ledger.reason(7) is SkipReason.PARSER_CRASHED


def test_a_kill_at_any_moment_loses_nothing_and_settled_names_are_not_asked_again(
    search_for: Callable[..., Any],
) -> None:
    class KilledError(KeyboardInterrupt):
        """Whatever else is raised in a task ends that task only."""

    store = PassingStore()
    settled: set[str] = set()
    kills = 0
    for limit in (1500, 4000, 100_000):

        class Killing:
            def __init__(self, service: Any, left: int = limit, done: frozenset[str] = frozenset(settled)) -> None:
                self._service = service
                self._left = left
                self._done = done

            async def ask(self, name: SearchedName) -> Reply:
                assert name.name not in self._done
                self._left -= 1
                if not self._left:
                    raise KilledError
                reply: Reply = await self._service.ask(name)
                return reply

        try:
            outcome = search_for(honest, names=3000, store=store, asker=Killing)
        except KilledError:
            kills += 1
            kept = Ledger(store, "test")
            settled = {f"name-{position}" for position in range(3000) if kept.is_settled(position)}
            assert settled
    assert kills == 2
    assert outcome.settled == 3000
    assert outcome.false_positives == []
    assert outcome.ledger.existing == len(outcome.existing) - len(GIVEN)
    store.close()


def test_a_stop_ends_it_and_keeps_what_counts(search_for: Callable[..., Any]) -> None:
    stop = threading.Event()

    def stopping(now: float) -> None:
        if now > 9:
            stop.set()

    outcome = search_for(stopping, names=5000, stop=stop)
    assert outcome.ending is not None
    assert outcome.ending.reason is SkipReason.INTERRUPTED
    assert outcome.seconds < 10
    assert 0 < outcome.settled < 5000


def chances(count: int) -> Iterator[tuple[int, str, float]]:
    drawn = random.Random(20261122)  # noqa: S311
    kinds = ["second", "sliding", "bucket", "until_pause", "for_a_time", "at_random", "between"]
    for seed in range(count):
        yield seed, drawn.choice(kinds), drawn.choice([5, 11, 23, 50, 77, 100, 130, 200, 310, 380, 399])


def mood_of(moods: Any, seed: int, kind: str, limit: float, says: Any) -> Any:
    drawn = random.Random(seed)  # noqa: S311
    if kind == "at_random":
        return moods[kind](drawn.choice([0.03, 0.05, 0.1, 0.3]), seed, says)
    if kind == "between":
        begin = drawn.uniform(0, 10)
        return moods[kind](begin, begin + drawn.uniform(1, 30), says)
    if kind in ("until_pause", "for_a_time"):
        return moods[kind](limit, drawn.choice([0.5, 2, 8]), says)
    return moods[kind](limit, says=says)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(5))
def test_no_existing_name_is_ever_reported_absent(search_for: Callable[..., Any], moods: Any, part: int) -> None:
    for seed, kind, limit in islice(chances(150), part, None, 5):
        drawn = random.Random(seed)  # noqa: S311
        outcome = search_for(
            mood_of(moods, seed, kind, limit, Truth.NO),
            seed,
            names=drawn.choice([100, 300, 1200]),
            share=drawn.choice([0.02, 0.1]),
            rate=drawn.choice([(5, 100), (20, 400), (50, 400), (200, 2000)]),
            latency=drawn.choice([(0.001, 0.003), (0.005, 0.05), (0.02, 0.3)]),
        )
        assert outcome.false_negatives == [], (seed, kind, limit)
        assert outcome.false_positives == []
        if kind != "at_random":
            assert outcome.settled >= 0.99 * len(outcome.names), (seed, kind, limit)
