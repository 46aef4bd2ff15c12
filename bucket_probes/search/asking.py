"""Questions of a search, many under way at once: when each may be asked, and what goes wrong with it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Protocol

from bucket_probes.search.canaries import SearchedName
from bucket_probes.search.trust import Span
from documents.buckets import BucketAccess
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.adaptive_pace import AdaptivePace, Trouble
from fetching.budget import BudgetSpentError
from fetching.dialler import AddressDeniedError
from fetching.errors import FetchingError, NoAnswerError, NotAskedError, StoppedError

# Questions under way at once: so many at first, and one more for every second answer. Each opens a connection, and a
# small server takes few at a time.
UNDER_WAY = 128
UNDER_WAY_AT_FIRST = 8
# Questions without an answer, one after another, after which the service is taken for gone for now.
UNANSWERED_IN_A_ROW = 32
# Failures are trouble for the pace once they are more than one in twenty answers, and three.
FAILURE_SHARE, FAILURES_BORNE = 0.05, 3.0
# Seconds between two looks at whether to stop.
TICK = 0.25


@dataclass(frozen=True, slots=True)
class Reply:
    """What the answer to "does it exist" says.

    Attributes:
        exists: unknown for whatever is not the service's own yes or no.
        reason: what the name ends as, where it is unknown.
        detail: class or code of that.
        is_throttle: it asked to slow down.
        retry_after: seconds that it asked to wait, None where it did not say.
        is_final: there is no point in asking again.
        access: what was learned of it.
    """

    exists: Truth
    reason: SkipReason = SkipReason.SERVER_ERROR
    detail: str = ""
    is_throttle: bool = False
    retry_after: float | None = None
    is_final: bool = False
    access: BucketAccess | None = None


class Asker(Protocol):
    """Asks a service for one name, once."""

    async def ask(self, name: SearchedName) -> Reply:
        """The answer. Raises FetchingError where it was not asked or brought no answer."""


class Turns:
    """Waits for the pace, one request at a time.

    Args:
        pace: how fast.
        stop: ends it.
    """

    def __init__(self, pace: AdaptivePace, stop: threading.Event) -> None:
        self._pace = pace
        self._stop = stop

    async def take(self) -> None:
        """Wait until a request may be made for a question that is under way. Raises StoppedError."""
        while wait := self._pace.wait():
            await asyncio.sleep(min(wait, TICK))
            if self._stop.is_set():
                raise StoppedError
        self._pace.take()


class Questions:
    """Asks when the pace allows.

    Args:
        asker: asks.
        pace: how fast; told of trouble.
        stop: ends all.
        clock: monotonic seconds.
        most: under way at once.

    Attributes:
        asked: questions so far.
        answered: of these, with a yes or a no.
        throttled: of these, answered with a request to slow down.
        over: why nothing more can be asked; None while it can.
        last_failure: the last question's without an answer.
    """

    def __init__(
        self,
        asker: Asker,
        pace: AdaptivePace,
        stop: threading.Event,
        clock: Callable[[], float],
        most: int = UNDER_WAY,
    ) -> None:
        self._asker = asker
        self._pace = pace
        self._stop = stop
        self._clock = clock
        self._most = most
        self._under_way: set[asyncio.Task[None]] = set()
        self._freed = asyncio.Event()
        self._broken: BaseException | None = None
        self._unanswered = 0
        self._failures = 0.0
        self.asked = 0
        self.answered = 0
        self.throttled = 0
        self.over: FetchingError | None = None
        self.last_failure: NoAnswerError | None = None

    @property
    def under_way(self) -> int:
        """Questions without an answer yet."""
        return len(self._under_way)

    @property
    def is_silent(self) -> bool:
        """Has nothing been answered for long?"""
        return self._unanswered >= UNANSWERED_IN_A_ROW

    @property
    def is_unanswered(self) -> bool:
        """Had the last question no answer?"""
        return self._unanswered > 0

    async def turn(self) -> None:
        """Wait until one more question may be under way. Raises FetchingError: none may be."""
        while True:
            self._check()
            if len(self._under_way) >= min(self._most, UNDER_WAY_AT_FIRST + self.answered // 2):
                await self._one_done()
            elif wait := self._pace.wait():
                await asyncio.sleep(min(wait, TICK))
            else:
                self._pace.take()
                return

    def send(self, question: Coroutine[None, None, None]) -> None:
        """Let it be under way."""
        task = asyncio.create_task(question)
        self._under_way.add(task)
        task.add_done_callback(self._is_done)

    def _is_done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._freed.set()
        if not task.cancelled() and (error := task.exception()):
            self._broken = self._broken or error

    async def _one_done(self) -> None:
        """Until one is answered, or for a tick; `asyncio.wait` would go through all of them each time."""
        self._freed.clear()
        tick = asyncio.get_running_loop().call_later(TICK, self._freed.set)
        await self._freed.wait()
        tick.cancel()

    async def done(self) -> None:
        """Wait until nothing is under way; a stop cuts it short. Raises what a question broke down with."""
        while self._under_way:
            if self._stop.is_set():
                for task in self._under_way:
                    task.cancel()
            await asyncio.wait(self._under_way, timeout=TICK)
        if self._broken:
            raise self._broken

    async def sleep(self, seconds: float) -> None:
        """Ask nothing for a while. Raises StoppedError."""
        end = self._clock() + seconds
        while (left := end - self._clock()) > 0:
            self._check()
            await asyncio.sleep(min(left, TICK))

    async def reply(self, name: SearchedName) -> tuple[Reply, Span]:
        """Ask, and tell the pace of trouble."""
        self.asked += 1
        began = self._clock()
        reply = await self._ask(name)
        span = Span(began, self._clock())
        if reply.exists is not Truth.UNKNOWN:
            self.answered += 1
            self._unanswered = 0
            self._pace.heard(began)
            self._failures = max(0.0, self._failures - FAILURE_SHARE)
        elif reply.is_throttle:
            self._unanswered = 0
            self.throttled += 1
            self._pace.slow_down(Trouble.THROTTLE, began, reply.retry_after)
        elif not reply.is_final:
            self._failed(NoAnswerError(reply.reason, reply.detail), began)
        return reply, span

    async def _ask(self, name: SearchedName) -> Reply:
        try:
            return await self._asker.ask(name)
        except NoAnswerError as error:
            return Reply(Truth.UNKNOWN, error.reason, error.detail)
        except NotAskedError as error:
            if _ends_all(error):
                self.over = self.over or error
            return Reply(Truth.UNKNOWN, error.reason, error.detail, is_final=True)
        except Exception as error:  # noqa: BLE001 - a hostile answer must not cost the search
            return Reply(Truth.UNKNOWN, SkipReason.PARSER_CRASHED, type(error).__name__)

    def _failed(self, failure: NoAnswerError, began: float) -> None:
        self.last_failure = failure
        self._unanswered += 1
        self._failures += 1.0
        if self._failures > FAILURES_BORNE:
            self._failures = 0.0
            self._pace.slow_down(Trouble.FAILURES, began)

    def _check(self) -> None:
        if self._broken:
            raise self._broken
        if self._stop.is_set() and not self.over:
            self.over = StoppedError()
        if self.over:
            raise self.over


def _ends_all(error: NotAskedError) -> bool:
    """Would the next question end the same way?"""
    if isinstance(error, BudgetSpentError | StoppedError | AddressDeniedError):
        return True
    return error.reason is SkipReason.AUTHORITY_EXPIRED
