"""Thresholds from the letters of an organisation that its pack does not have: how strong is chance, at most?

Extreme values: what lies over a high start is taken to fall off exponentially. How fast, all contacts on a scale tell
together, because few documents of others come near any one rule; how often a rule's start is reached, the rule's own
claims. Both are 95 % upper bounds, and so is what is made of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from matchers.rare_events import mean_bound, rate_bound
from matchers.thresholds import MILLION, Level, Tail, Tails, Thresholds
from matchers.trials import SCALES, Near

# Letters of others below which nothing is fitted.
FEWEST_LETTERS = 100
# Contacts over the start of a tail: at first so many, or that share of the letters; and how few will do. The upper
# bound of their mean is 1.3 times what 50 show, and 1.6 times what 20 show.
FIRST_EXCESSES = 50
TAIL_SHARE = 0.1
FEWEST_EXCESSES = 20
# Standard errors by which the spread of an exponential's excesses may be over their mean. Beyond, the tail is heavier.
HEAVIER = 2.0
# No threshold is lower, nats: with less, words that everybody uses are enough.
LEAST_THRESHOLD = 10.0
# Chance that a rate or a fall is over its bound; together 5 %.
_DOUBT = 0.025
# A tail that does not fall, for where only counting is left.
_NO_FALL = 1e9


class Answer(StrEnum):
    """What calibration says of a level."""

    CALIBRATED = "calibrated"
    KEPT = "kept"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LevelAnswer:
    """One level.

    Attributes:
        answer: `calibrated`: the threshold was chosen. `kept`: too few letters came near, it stays as it was.
            `unknown`: what came near does not fall off as it must to say more than what was counted.
        threshold: to be written.
        earlier: that the pack had.
        tail: of what others come to.
        contacts: others' letters with any contact on its scale.
        claims: others' letters of which one might be known by it.
        strongest: of these claims, where there are any.
        needed: letters of others that would be enough, where there are too few.
    """

    answer: Answer
    threshold: float
    earlier: float
    tail: Tail
    contacts: int
    claims: int
    strongest: float | None
    needed: int | None = None

    @property
    def expected(self) -> float:
        """False matches in a million documents like those tried, at most."""
        return self.tail.expected(self.threshold)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was found.

    Attributes:
        thresholds: to be written.
        levels: each one's answer.
        letters: others' letters that were tried.
    """

    thresholds: Thresholds
    levels: dict[Level, LevelAnswer]
    letters: int

    def thresholds_for(self, per_million: float) -> Thresholds:
        """What they would be for another expectation, with the same tails."""
        chosen = {
            level: _threshold(one.tail, per_million) if one.answer is Answer.CALIBRATED else one.threshold
            for level, one in self.levels.items()
        }
        return self.thresholds.changed(chosen, self.thresholds.tails)

    @property
    def is_calibrated(self) -> bool:
        """Was any threshold chosen?"""
        return any(one.answer is Answer.CALIBRATED for one in self.levels.values())


def calibrated(others: Sequence[Near], earlier: Thresholds, per_million: float, growth: float = 1.0) -> Calibration:
    """Choose thresholds.

    Args:
        others: independent documents that hold no letter of the pack; each in its strongest form.
        earlier: the pack's thresholds, which stay where too few come near.
        per_million: documents of a million like these in which a letter may falsely be known, at most, by all levels.
        growth: how many times as many letters the pack has as the one that was tried.
    """
    levels = {level: _level(level, others, earlier, per_million, growth) for level in Level}
    chosen = {level: one.threshold for level, one in levels.items()}
    tails = Tails(**{level.value: one.tail for level, one in levels.items()})
    return Calibration(earlier.changed(chosen, tails), levels, len(others))


def _level(level: Level, others: Sequence[Near], earlier: Thresholds, per_million: float, growth: float) -> LevelAnswer:
    scale = SCALES[level]
    contacts = _descending([one.contacts[scale] for one in others if scale in one.contacts])
    claims = _descending([one.claims[level] for one in others if level in one.claims])
    before = getattr(earlier, level)
    counted = LevelAnswer(
        answer=Answer.KEPT,
        threshold=before,
        earlier=before,
        tail=earlier.tails.of(level),
        contacts=len(contacts),
        claims=len(claims),
        strongest=float(claims[0]) if len(claims) else None,
    )
    tails = list(_tails(contacts, claims, len(others)))
    if not tails:
        if len(claims) and float(claims[0]) >= before:
            return _counted_only(counted, others, growth)
        return replace(counted, needed=_needed(others, contacts))
    light = [one for one in tails if not one.is_heavy]
    if not light:
        return _counted_only(counted, others, growth)
    tail = Tail(light[0].start, _per_million(len(light[0].own), len(others), growth), light[0].fall)
    return replace(counted, answer=Answer.CALIBRATED, threshold=_threshold(tail, per_million), tail=tail)


@dataclass(frozen=True, slots=True, repr=False)
class _Excesses:
    """How far all contacts on a level's scale go over a start, and how far the level's own claims."""

    start: float
    all: NDArray[np.float64]
    own: NDArray[np.float64]

    @property
    def _telling(self) -> list[NDArray[np.float64]]:
        """The own ones only where there are enough of them."""
        return [sizes for sizes in (self.all, self.own) if len(sizes) >= FEWEST_EXCESSES]

    @property
    def is_heavy(self) -> bool:
        """Do they spread more than an exponential's would?"""
        return any(float(sizes.std() / sizes.mean()) > 1 + HEAVIER / math.sqrt(len(sizes)) for sizes in self._telling)

    @property
    def fall(self) -> float:
        """Nats in which they fall to 1/e, at most."""
        return max(mean_bound(float(sizes.sum()), len(sizes), _DOUBT) for sizes in self._telling)


def _tails(contacts: NDArray[np.float64], claims: NDArray[np.float64], letters: int) -> Iterator[_Excesses]:
    """From many excesses on, each time half as many; none where there are too few."""
    count = max(FIRST_EXCESSES, round(TAIL_SHARE * letters)) if letters >= FEWEST_LETTERS else 0
    while count >= FEWEST_EXCESSES:
        below = contacts[contacts < contacts[count - 1]] if count <= len(contacts) else contacts[:0]
        if len(below) and below[0] >= 0:
            start = float(below[0])
            yield _Excesses(start, contacts[contacts > start] - start, claims[claims > start] - start)
        count = max(FEWEST_EXCESSES, count // 2) if count > FEWEST_EXCESSES else 0


def _needed(others: Sequence[Near], contacts: NDArray[np.float64]) -> int | None:
    """Letters of others of which enough would have contacts, if they are like these; None where none has any."""
    if not len(contacts):
        return None
    return max(FEWEST_LETTERS, math.ceil(len(others) * (FEWEST_EXCESSES + 1) / len(contacts)))


def _threshold(tail: Tail, per_million: float) -> float:
    """Rounded up to a tenth; each level gets its share of what may be falsely known."""
    strength = tail.strength_for(per_million / len(Level))
    return math.ceil(10 * max(LEAST_THRESHOLD, strength)) / 10


def _per_million(events: int, letters: int, growth: float) -> float:
    return min(1.0, rate_bound(events, letters, _DOUBT) * growth) * MILLION


def _counted_only(counted: LevelAnswer, others: Sequence[Near], growth: float) -> LevelAnswer:
    """Above everything that was seen; nothing is said beyond what was counted."""
    beyond = 0.0 if counted.strongest is None else math.floor(10 * counted.strongest + 1) / 10
    threshold = max(counted.earlier, beyond)
    tail = Tail(threshold, _per_million(0, len(others), growth), _NO_FALL)
    return replace(counted, answer=Answer.UNKNOWN, threshold=threshold, tail=tail)


def _descending(values: list[float]) -> NDArray[np.float64]:
    return np.sort(np.array(values, dtype=np.float64))[::-1]
