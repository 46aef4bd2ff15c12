"""Which answers of a search count: those between canaries that were answered rightly, with many more behind them.

A service that has had enough may say "no such bucket" of buckets that exist, and nothing in the answer shows it. What
shows it are names of which the truth is known, asked in the middle of the others.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

# Canaries that exist and were answered rightly in a row, from the one behind a "no" on, before it counts. A service
# that lies to one request in ten is caught by 60 in 998 of 1,000 cases; the pace grows within fewer, so that a speed
# is vouched for by a higher one.
VOUCHERS = 60
# The same once the service has lied, where a "no" counts after one pass: 200 let pass one in 500 of what lies to 3 %
# of requests.
VOUCHERS_AFTER_A_LIE = 200
# So many right answers in a row before the first lie, and what was settled by them stays settled. With fewer, the lie
# may have been there all the time, too rare to be met.
ENOUGH_BEFORE = 500


@dataclass(frozen=True, slots=True)
class Span:
    """When something was asked and when it was answered, monotonic seconds."""

    asked: float
    answered: float


@dataclass(slots=True)
class Ruling:
    """What has come to count: positions of names."""

    absent: list[int] = field(default_factory=list)
    existing: list[int] = field(default_factory=list)


class Trust:
    """Holds answers back until canaries on both sides vouch for them; a lie voids all that are held.

    A name that is not ruled upon has to be asked again.

    Args:
        has_existing: are there names that are known to exist? Without one no "no" ever counts.
        has_lied: the service did, before a kill.
        passes: times that a "no" must count.
    """

    def __init__(self, *, has_existing: bool, has_lied: bool = False, passes: int = 1) -> None:
        self.has_existing = has_existing
        self._passes = passes
        self.has_lied = has_lied
        self.lies = 0
        # From when on canaries have been answered rightly without a lie between them; None while they are not.
        self._sound_from: float | None = None
        self._right = 0
        self._nos: deque[tuple[float, int]] = deque()
        self._vouched: deque[tuple[int, int]] = deque()
        self._yeses: deque[tuple[float, int]] = deque()
        self._ruling = Ruling()

    @property
    def right(self) -> int:
        """Canaries that exist and were answered rightly, without a lie since."""
        return self._right

    @property
    def is_sound(self) -> bool:
        """Were the last canaries answered rightly?"""
        return self._sound_from is not None

    def is_sound_at(self, moment: float) -> bool:
        """Were they, and had they been when this was asked?"""
        return self._sound_from is not None and moment >= self._sound_from

    @property
    def held(self) -> int:
        """Answers that wait for canaries behind them."""
        return len(self._nos) + len(self._vouched) + len(self._yeses)

    @property
    def needed(self) -> int:
        """Canaries behind a "no" before it counts."""
        return VOUCHERS_AFTER_A_LIE if self.has_lied and self._passes == 1 else VOUCHERS

    def sound_from(self, moment: float) -> None:
        """Canaries were asked one by one and answered rightly, until this moment."""
        self._sound_from = moment

    def ruled(self) -> Ruling:
        """What has come to count since this was asked last."""
        ruling, self._ruling = self._ruling, Ruling()
        return ruling

    def denied(self, position: int, span: Span) -> bool:
        """A name is said not to exist. False: nothing vouches for it, and nothing will."""
        if not self.has_existing or not self.is_sound_at(span.asked):
            return False
        self._nos.append((span.answered, position))
        return True

    def confirmed(self, position: int, span: Span) -> bool:
        """A name is said to exist. False: the service says so of names that do not."""
        if not self.is_sound_at(span.asked):
            return False
        self._yeses.append((span.answered, position))
        return True

    def existing_canary(self, span: Span) -> None:
        """A name that exists was said to exist."""
        if not self.is_sound_at(span.asked):
            return
        self._right += 1
        while self._nos and self._nos[0][0] <= span.asked:
            self._vouched.append((self._nos.popleft()[1], self._right))
        self._settle()

    def missing_canary(self, span: Span) -> None:
        """A name that does not exist was said not to."""
        if not self.is_sound_at(span.asked):
            return
        while self._yeses and self._yeses[0][0] <= span.asked:
            self._ruling.existing.append(self._yeses.popleft()[1])

    def lie(self) -> bool:
        """A canary was answered wrongly. True: what was settled earlier in this search must be asked again too."""
        doubtful = not self.has_lied and self._right < ENOUGH_BEFORE
        self.lies += 1
        self.has_lied = True
        self.doubt()
        return doubtful

    def doubt(self) -> None:
        """Nothing that is held will count, nor anything until canaries were asked one by one again."""
        self._sound_from = None
        self._right = 0
        self.let_go()

    def let_go(self) -> None:
        """What is held will not count."""
        for held in (self._nos, self._vouched, self._yeses):
            held.clear()

    def _settle(self) -> None:
        while self._vouched and self._right - self._vouched[0][1] >= self.needed - 1:
            self._ruling.absent.append(self._vouched.popleft()[0])
