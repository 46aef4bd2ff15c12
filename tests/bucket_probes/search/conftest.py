"""A clock that needs no waiting, and services that lie in every way that is known, for the search to run against."""

from __future__ import annotations

import asyncio
import random
import selectors
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest

from bucket_probes.search.asking import Questions, Reply
from bucket_probes.search.canaries import Canaries, SearchedName
from bucket_probes.search.ledger import Ledger
from bucket_probes.search.search import Means, NameSearch
from documents.buckets import BucketAccess
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.adaptive_pace import AdaptivePace, Found
from fetching.budget import Budget
from fetching.errors import FetchingError
from scope.model import Limits

Result = TypeVar("Result")
GIVEN = ("canary-one", "canary-two", "canary-three")


class _JumpingSelector(selectors.DefaultSelector):
    """Waits for nothing: the time that it would have waited is over at once."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout:
            self.now += timeout
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop whose time goes by as fast as it can be worked through."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self._jumping.now


def run_jumping(make: Callable[[Callable[[], float]], Coroutine[Any, Any, Result]]) -> tuple[Result, float]:
    """Run what `make(clock)` gives; its result, and the seconds that it would have taken."""
    loop = JumpingLoop()
    try:
        return loop.run_until_complete(make(loop.time)), loop.time()
    finally:
        if left := asyncio.all_tasks(loop):  # the search was killed
            loop.set_exception_handler(lambda *_: None)
            for task in left:
                task.cancel()
            loop.run_until_complete(asyncio.wait(left))
        loop.close()


@dataclass
class LyingService:
    """Knows which names exist. `mood` decides at each question: None for the truth, or what it says instead."""

    existing: frozenset[str]
    clock: Callable[[], float]
    mood: Callable[[float], Reply | Truth | None]
    seed: int = 0
    latency: tuple[float, float] = (0.005, 0.05)
    asked: list[tuple[float, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311

    async def ask(self, name: SearchedName) -> Reply:
        await asyncio.sleep(self._random.uniform(*self.latency) / 2)
        now = self.clock()
        self.asked.append((now, name.name))
        says = self.mood(now)
        await asyncio.sleep(self._random.uniform(*self.latency) / 2)
        if isinstance(says, Reply):
            return says
        return Reply(says or (Truth.YES if name.name in self.existing else Truth.NO))


NO = Truth.NO
SLOW_DOWN = Reply(Truth.UNKNOWN, SkipReason.THROTTLED, "SlowDown", is_throttle=True)


def above_in_second(limit: float, says: Reply | Truth = NO) -> Callable[[float], Reply | Truth | None]:
    """Over so many in a second of the clock: the rest of that second."""
    count = [0, 0]

    def mood(now: float) -> Reply | Truth | None:
        second = int(now)
        count[:] = [second, count[1] + 1 if count[0] == second else 1]
        return says if count[1] > limit else None

    return mood


def above_sliding(limit: float, says: Reply | Truth = NO, seconds: float = 1.0) -> Callable[[float], Any]:
    """Over so many in the last seconds, whatever they were answered with."""
    times: deque[float] = deque()

    def mood(now: float) -> Reply | Truth | None:
        times.append(now)
        while times[0] <= now - seconds:
            times.popleft()
        return says if len(times) > limit * seconds else None

    return mood


def above_bucket(limit: float, says: Reply | Truth = NO, burst: float = 10.0) -> Callable[[float], Any]:
    """A bucket of tokens: only what is over the limit is answered falsely."""
    state = [burst, 0.0]

    def mood(now: float) -> Reply | Truth | None:
        state[:] = [min(burst, state[0] + (now - state[1]) * limit), now]
        if state[0] >= 1:
            state[0] -= 1
            return None
        return says

    return mood


def until_pause(limit: float, pause: float, says: Reply | Truth = NO) -> Callable[[float], Any]:
    """Once over the limit, until nothing was asked for so many seconds."""
    over = above_sliding(limit)
    lying = False
    last = 0.0

    def mood(now: float) -> Reply | Truth | None:
        nonlocal lying, last
        lying = (lying and now - last < pause) or over(now) is not None
        last = now
        return says if lying else None

    return mood


def for_a_time(limit: float, seconds: float, says: Reply | Truth = NO) -> Callable[[float], Any]:
    """Once over the limit, for so many seconds."""
    over = above_sliding(limit)
    state = {"until": 0.0}

    def mood(now: float) -> Reply | Truth | None:
        if over(now) is not None:
            state["until"] = now + seconds
        return says if now < state["until"] else None

    return mood


def at_random(share: float, seed: int, says: Reply | Truth = NO) -> Callable[[float], Any]:
    """One in so many, whatever the speed."""
    drawn = random.Random(seed)  # noqa: S311

    def mood(now: float) -> Reply | Truth | None:
        return says if drawn.random() < share else None

    return mood


def between(begin: float, end: float, says: Reply | Truth = NO) -> Callable[[float], Any]:
    """For a time, whatever the speed."""

    def mood(now: float) -> Reply | Truth | None:
        return says if begin <= now < end else None

    return mood


MOODS: dict[str, Callable[..., Any]] = {
    "second": above_in_second, "sliding": above_sliding, "bucket": above_bucket, "until_pause": until_pause,
    "for_a_time": for_a_time, "at_random": at_random, "between": between,
}  # fmt: skip


@dataclass
class Outcome:
    """What a search came to."""

    names: list[str]
    existing: frozenset[str]
    ledger: Ledger
    pace: Found
    search: NameSearch
    service: Any
    found: list[str] = field(default_factory=list)
    ending: FetchingError | None = None
    seconds: float = 0.0

    @property
    def false_negatives(self) -> list[str]:
        settled = [name for position, name in enumerate(self.names) if self.ledger.is_settled(position)]
        return [name for name in settled if name in self.existing and name not in self.found]

    @property
    def false_positives(self) -> list[str]:
        return [name for name in self.found if name not in self.existing]

    @property
    def settled(self) -> int:
        return self.ledger.existing + self.ledger.absent


class Hearer:
    def __init__(self) -> None:
        self.heard: list[str] = []

    def found(self, name: SearchedName, access: BucketAccess | None) -> None:
        self.heard.append(name.name)

    def going(self, search: NameSearch) -> None:
        """Of no interest."""


@pytest.fixture(name="search_for", scope="session")
def _search_for() -> Callable[..., Outcome]:
    """Runs a search of `names` names against a service in some mood, in no time."""

    def searched(mood: Callable[[float], Any], seed: int = 1, **options: Any) -> Outcome:
        count, share = options.pop("names", 600), options.pop("share", 0.05)
        rate, fastest = options.pop("rate", (20, 400))
        passes = options.pop("passes", 2)
        drawn = random.Random(seed)  # noqa: S311
        names = options.pop("these", [f"name-{number}" for number in range(count)])
        given = options.pop("given", GIVEN)
        existing = frozenset(name for name in names if drawn.random() < share) | frozenset(GIVEN)
        ledger = Ledger(options.pop("store", None), "test")
        hearer = Hearer()
        kept: dict[str, Any] = {}

        async def run(clock: Callable[[], float]) -> FetchingError | None:
            service = LyingService(existing, clock, mood, seed, options.pop("latency", (0.005, 0.05)))
            pace = AdaptivePace(rate, fastest, clock)
            stop = options.pop("stop", threading.Event())
            questions = Questions(options.pop("asker", lambda asked: asked)(service), pace, stop, clock)
            budget = Budget(Limits(requests=10**9))
            means = Means(questions, pace, budget, hearer, clock)
            canaries = Canaries([SearchedName(name) for name in given], drawn=drawn)
            search = NameSearch(means, lambda: (SearchedName(name) for name in names), canaries, ledger, passes)
            kept.update(service=service, search=search, pace=pace)
            return await search.run()

        ending, seconds = run_jumping(run)
        return Outcome(
            names, existing, ledger, kept["pace"].found, kept["search"], kept["service"], hearer.heard, ending, seconds
        )

    return searched


@pytest.fixture(name="run_jumping", scope="session")
def _run_jumping() -> Any:
    return run_jumping


@pytest.fixture(name="lying_service", scope="session")
def _lying_service() -> type[LyingService]:
    return LyingService


@pytest.fixture(name="moods", scope="session")
def _moods() -> Any:
    return MOODS


@pytest.fixture(name="slow_down", scope="session")
def _slow_down() -> Reply:
    return SLOW_DOWN
