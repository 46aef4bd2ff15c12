"""The search itself: names and canaries in one stream, at a pace that the service bears, round after round."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Protocol

from bucket_probes.search.asking import Questions, Reply
from bucket_probes.search.canaries import Canaries, SearchedName
from bucket_probes.search.habit import LyingHabit
from bucket_probes.search.ledger import Ledger
from bucket_probes.search.trust import Span, Trust
from documents.buckets import BucketAccess
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.adaptive_pace import AdaptivePace, Trouble
from fetching.budget import Budget, BudgetSpentError
from fetching.errors import FetchingError, NoAnswerError

# Times that the names are gone through: once, and again for those without an answer that counts.
ROUNDS = 8
# And a further one for each in which a lie showed that the pace was still too fast: among few names a lie voids all,
# and each pace that is tried may cost a round. From 2,000 a second down to one in two seconds are twelve halvings.
ROUNDS_OF_PACE = 12
# The same where the last of them settled no name, with no lie and no request to slow down in it: what was said is what
# will be said.
ROUNDS_IN_PEACE = 3
# The same once the service was found to lie at any pace: no "no" will count there, but a bucket may yet be found.
ROUNDS_AMONG_LIES = 4
# Seconds before the second round; doubled before each further one.
FIRST_DISTANCE = 1.0
# Times that canaries are asked one by one until all are answered rightly, after a lie or a silence. Seconds between
# two of them double: 7 s in all. Then names are asked again, with canaries among them, though nothing counts yet: some
# services get over it by requests, not by rest.
TRIES = 4
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
# The same before the first name; and where nobody answers at all, three seconds.
TRIES_AT_FIRST, TRIES_IN_SILENCE = 4, 3
# The same between two rounds: a minute.
TRIES_BETWEEN_ROUNDS = 7
# Canaries that are asked one by one after a lie.
RECOVERY_CANARIES = 3
# Seconds between two transactions; one takes 0.1 ms. With 1 s a kill cost 1,200 names at 2,000 requests a second; with
# this, 700.
SAVE_SECONDS = 0.25


class Hearer(Protocol):
    """Is told what comes to count. May block."""

    def found(self, name: SearchedName, access: BucketAccess | None) -> None:
        """It exists."""

    def going(self, search: NameSearch) -> None:
        """So far; called before each transaction."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a search works with.

    Attributes:
        questions: ask one name.
        pace: how fast.
        budget: of it enough is left for the canaries behind the last name.
        hearer: is told.
        clock: monotonic seconds.
    """

    questions: Questions
    pace: AdaptivePace
    budget: Budget
    hearer: Hearer
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Counts:
    """Of a search: requests, lies that were caught, requests to slow down, and seconds."""

    requests: int = 0
    lies: int = 0
    throttled: int = 0
    seconds: float = 0.0


class NameSearch:
    """One search at one provider.

    Args:
        means: what it works with.
        names: gives the names, the same in the same order each time.
        canaries: names of which the truth is known.
        ledger: what is known of each name.
        passes: times that a "no" must count, each in a round of its own.
    """

    def __init__(
        self,
        means: Means,
        names: Callable[[], Iterable[SearchedName]],
        canaries: Canaries,
        ledger: Ledger,
        passes: int = 2,
    ) -> None:
        self._questions = means.questions
        self._pace = means.pace
        self._budget = means.budget
        self._hearer = means.hearer
        self._clock = means.clock
        self._names = names
        self._canaries = canaries
        self._ledger = ledger
        self._trust = Trust(has_existing=True, has_lied=bool(ledger.kept.get("has_lied")), passes=passes)
        self._yeses: dict[int, tuple[SearchedName, BucketAccess | None]] = {}
        self._habit = LyingHabit()
        self._events_before = self._rounds = self._rounds_of_pace = 0
        self._is_closing = False
        # Nothing counts, and names are asked all the same.
        self._doubts = False
        self._right_in_doubt = 0
        self._passes = passes
        self._saved_at = self._began = means.clock()
        self._requests_before = means.budget.requests

    @property
    def counts(self) -> Counts:
        """So far, in this process."""
        requests = self._budget.requests - self._requests_before
        return Counts(requests, self._trust.lies, self._questions.throttled, self._clock() - self._began)

    @property
    def has_canary(self) -> bool:
        """Is there a name that is known to exist, so that a "no" can count?"""
        return self._canaries.has_existing

    async def run(self) -> FetchingError | None:
        """Search; why it ended early, or None."""
        ending: FetchingError | None = None
        try:
            await self._begin()
            await self._round()
            while self._goes_on():
                await self._questions.sleep(min(FIRST_DISTANCE * 2 ** max(0, self._rounds - 1), LONGEST_WAIT))
                await self._begin_again()
                await self._round()
        except FetchingError as error:
            ending = error
        await self._questions.done()
        self.save()
        return ending

    def save(self) -> None:
        """One transaction: all that has come to count."""
        ruling = self._trust.ruled()
        for position in ruling.absent:
            self._ledger.deny(position, times=self._passes)
        for position in ruling.existing:
            self._ledger.exists(position)
            name, access = self._yeses.pop(position)
            self._canaries.found(name)
            self._trust.has_existing = self.has_canary
            self._hearer.found(name, access)
        self._hearer.going(self)
        self._ledger.save({"has_lied": self._trust.has_lied, "pace": asdict(self._pace.found)})
        self._saved_at = self._clock()

    async def _begin(self) -> None:
        """Find out which canaries are worth anything. Raises FetchingError: the service's answers are worth nothing."""
        given = self._canaries.given
        is_vouched = bool(given) and await self._answered_rightly(given, TRIES_AT_FIRST)
        if not is_vouched and not await self._answered_rightly((), 1 if given else TRIES_AT_FIRST):
            raise self._distrust()
        self._trust.has_existing = self.has_canary
        self._trust.sound_from(self._clock())

    @property
    def _events(self) -> int:
        return self._trust.lies + self._questions.throttled + self._ledger.existing + self._ledger.denials

    def _goes_on(self) -> bool:
        """Is there anything left to be asked again, and hope for another answer?"""
        most = ROUNDS if self._doubts or self._events != self._events_before else ROUNDS_IN_PEACE
        if self._habit.is_any_pace:
            most = ROUNDS_AMONG_LIES
        return self._rounds < most and self._ledger.has_open(len(self._ledger))

    async def _begin_again(self) -> None:
        """Before a further round: canaries that were not there at first may be now. Raises where none is right."""
        if self._doubts:
            self._doubts = False
            await self._regain(TRIES_BETWEEN_ROUNDS)
            if self._doubts:
                raise self._distrust()
        elif self._canaries.given and not self.has_canary:
            if not await self._answered_rightly(self._canaries.given, TRIES_AT_FIRST):
                raise self._distrust()
            self._trust.has_existing = True
            self._trust.sound_from(self._clock())

    async def _round(self) -> None:
        self._events_before, lied_at = self._events, self._pace.found.lied_at
        for position, name in enumerate(self._names()):
            if self._ledger.is_open(position):
                await self._name(position, name)
        await self._questions.done()
        await self._vouch_for_the_last()
        is_of_pace = self._pace.found.lied_at != lied_at and self._rounds_of_pace < ROUNDS_OF_PACE
        self._rounds_of_pace += is_of_pace
        self._rounds += not is_of_pace

    async def _name(self, position: int, name: SearchedName) -> None:
        """Ask for a name once it may be asked; canaries that are due go first."""
        while True:
            if self._questions.is_silent or not (self._trust.is_sound or self._doubts):
                await self._regain()
            if self._trust.held and self._budget.left <= self._trust.needed + self._questions.under_way:
                await self._vouch_for_the_last()
                raise BudgetSpentError("requests")
            await self._questions.turn()
            if not (self._trust.is_sound or self._doubts):
                continue
            if not self._canaries.is_due():
                self._questions.send(self._ask(position, name))
                return
            self._questions.send(self._ask_canary(*self._canaries.draw()))

    async def _ask(self, position: int, name: SearchedName) -> None:
        reply, span = await self._questions.reply(name)
        match reply.exists:
            case Truth.YES:
                if self._trust.confirmed(position, span):
                    self._yeses[position] = (name, reply.access)
                else:
                    self._ledger.leave_open(position, SkipReason.THROTTLED)
            case Truth.NO:
                self._denied(position, span)
            case Truth.UNKNOWN if reply.is_final and not self._questions.over:
                self._ledger.close(position, reply.reason)
            case _:
                self._ledger.leave_open(position, reply.reason)
        if reply.exists is not Truth.UNKNOWN and not self.has_canary:
            self._pace.good()
        if self._clock() - self._saved_at >= SAVE_SECONDS:
            self.save()

    def _denied(self, position: int, span: Span) -> None:
        if not self._canaries.given:
            self._ledger.leave_unvouched(position)
        else:
            # Until it counts it is what it is: one more answer of a service that may have had enough.
            self._ledger.leave_open(position, SkipReason.THROTTLED)
            self._trust.denied(position, span)

    async def _ask_canary(self, name: SearchedName, exists: bool) -> None:
        reply, span = await self._questions.reply(name)
        if reply.exists is Truth.UNKNOWN:
            return
        is_right = (reply.exists is Truth.YES) is exists
        if self._doubts:
            self._right_in_doubt = self._right_in_doubt + 1 if is_right else 0
            if self._right_in_doubt > RECOVERY_CANARIES:
                self._doubts = False
                self._trust.sound_from(self._clock())
        elif not is_right:
            self._lied(span)
        elif exists:
            self._trust.existing_canary(span)
            self._habit.right(self._pace.shown, self._clock())
            if not (self._is_closing and self._trust.has_lied):
                self._pace.good()
        else:
            self._trust.missing_canary(span)

    def _lied(self, span: Span) -> None:
        if not self._trust.is_sound_at(span.asked):
            return  # of one lie many answers under way may tell
        if not self._habit.is_any_pace:
            if not self._pace.is_before_cut(span.asked):
                self._habit.lied(self._pace.rate, self._clock(), is_slowest=self._pace.is_slowest)
            self._pace.slow_down(Trouble.LIE, span.asked)
        self.save()
        if self._trust.lie():
            self._ledger.reopen_absent()
        self._yeses.clear()

    async def _vouch_for_the_last(self) -> None:
        """Canaries behind the last names, until what is held counts or is void."""
        self._is_closing = True  # at this pace the last names were asked: a faster one may bring the next lie
        for number in range(2 * self._trust.needed + self._questions.under_way):
            if not self._trust.held or not self._trust.is_sound:
                break
            await self._questions.turn()
            exists = self.has_canary and bool(number % (RECOVERY_CANARIES + 1))
            name = self._canaries.existing() if exists else self._canaries.missing()
            self._questions.send(self._ask_canary(name, exists))
        await self._questions.done()
        self._is_closing = False
        self.save()
        self._trust.let_go()

    async def _regain(self, tries: int = TRIES) -> None:
        """Wait until canaries are answered rightly. Raises FetchingError where they are not."""
        self._trust.doubt()
        await self._questions.done()
        existing = [self._canaries.existing() for _ in range(RECOVERY_CANARIES)] if self.has_canary else []
        was_silent = self._questions.is_silent
        self._doubts = not await self._answered_rightly(existing, tries)
        if self._doubts and (was_silent or self._questions.is_unanswered):
            raise self._distrust()
        self._pace.rest(0)
        self._right_in_doubt = 0
        if not self._doubts:
            self._trust.sound_from(self._clock())

    async def _answered_rightly(self, existing: Iterable[SearchedName], tries: int) -> bool:
        """Are canaries, asked one by one, answered rightly, in one of so many tries?"""
        existing = tuple(existing)
        wait = FIRST_WAIT
        at_first = not self.has_canary
        for number in range(1, tries + 1):
            if await self._one_by_one(existing):
                return True
            if number == tries or (at_first and not self._questions.answered and number >= TRIES_IN_SILENCE):
                return False
            await self._questions.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)
        return False

    async def _one_by_one(self, existing: tuple[SearchedName, ...]) -> bool:
        """One that does not exist and all of these; before the first name one of these is enough."""
        at_first = not self.has_canary
        right = 0
        for name in existing:
            if (await self._answer(name)).exists is Truth.YES:
                self._canaries.prove(name)
                right += 1
            elif not at_first:
                return False
        return (right > 0 or not existing) and (await self._answer(self._canaries.missing())).exists is Truth.NO

    async def _answer(self, name: SearchedName) -> Reply:
        await self._questions.turn()
        reply, _ = await self._questions.reply(name)
        return reply

    def _distrust(self) -> FetchingError:
        """Why nothing that the service says counts."""
        failure = self._questions.last_failure
        if self._questions.over:
            return self._questions.over
        if failure is not None and self._questions.is_unanswered:
            return failure
        return NoAnswerError(SkipReason.THROTTLED, "canaries are answered wrongly")
