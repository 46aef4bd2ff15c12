"""How sure a verdict must be. A pack may carry its own, chosen by calibration on its organisation's letters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

# Symbols of the letter found that few other letters have, which weigh as much as one nat of words.
SYMBOLS_A_NAT = 10
MILLION = 1_000_000
# No expectation below this is told, documents in a million: what a few thousand letters show of their tail does not
# reach further.
LEAST_TOLD = 0.01


class Rule(StrEnum):
    """By what a letter is known. The names are those of the thresholds."""

    WHOLE = "whole"
    MASKED = "masked"
    ALONE = "alone"
    EMBEDDED = "embedded"


class Level(StrEnum):
    """A threshold by which a letter becomes known: those of the rules, and that of letters on unlearned templates."""

    WHOLE = "whole"
    MASKED = "masked"
    ALONE = "alone"
    EMBEDDED = "embedded"
    UNLEARNED = "unlearned"


def level_of(rule: Rule, learned: bool) -> Level:
    """The threshold that decides."""
    return Level(rule.value) if learned else Level.UNLEARNED


@dataclass(frozen=True, slots=True)
class Tail:
    """How the chance that another's document comes to a strength falls off. Both numbers are 95 % upper bounds.

    Attributes:
        start: strength from which it is known.
        per_million: documents of a million that come so far.
        fall: nats in which that falls to 1/e.
    """

    start: float
    per_million: float
    fall: float

    def expected(self, strength: float) -> float:
        """Documents of a million that come to a strength by chance, at most."""
        if strength < self.start:
            return MILLION
        return max(LEAST_TOLD, self.per_million * math.exp((self.start - strength) / self.fall))

    def strength_for(self, per_million: float) -> float:
        """The least strength to which no more than so many come."""
        return self.start + self.fall * math.log(max(1.0, self.per_million / per_million))


@dataclass(frozen=True, slots=True)
class Tails:
    """The tail of each level.

    Those below are the worst of `python -m benchmarks.matching.calibrating`: starts and rates of 6,000 house letters of
    other patients against 300 on six templates (unlearned: against 60), the falls of these or of 214 dictated letters
    against 770, where few letters make the bound wide.
    """

    whole: Tail = Tail(11.7, 1461.0, 5.37)
    masked: Tail = Tail(19.8, 615.0, 4.08)
    alone: Tail = Tail(11.7, 615.0, 5.37)
    embedded: Tail = Tail(11.7, 3491.0, 5.37)
    unlearned: Tail = Tail(32.7, 2176.0, 6.70)

    def of(self, level: Level) -> Tail:
        """That of one level."""
        tail: Tail = getattr(self, level)
        return tail


DEFAULT_TAILS = Tails()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Least strength for each rule of `matchers.deciding`: nats of words found and lost, and rare symbols as nats.

    Set so that nothing is falsely known among 9,000 texts of other patients (dictated bodies on three templates against
    500 letters, generated letters on six and on ten templates against 240 and 400). There the greatest were 16.1
    (whole), 13.4 (alone) and 25.5 (embedded). `python -m benchmarks.matching` shows what they give elsewhere.

    Attributes:
        whole: half of a letter and more.
        alone: a passage that is all of a document.
        embedded: a passage in other text.
        unlearned: any of these, of a letter whose template fewer than 20 letters show, or only this one.
        shared: a passage that is worth telling, though it may be another letter's too.
        masked: the part of a whole letter around its names and numbers, where these are replaced.
        tails: how rarely others come so far.
    """

    whole: float = 20.0
    alone: float = 16.0
    embedded: float = 40.0
    unlearned: float = 65.0
    shared: float = 25.0
    masked: float = 30.0
    tails: Tails = DEFAULT_TAILS

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Thresholds:
        """From what `dataclasses.asdict` gives.

        Raises:
            TypeError, KeyError: it is not that.
        """
        tails = {name: Tail(**tail) for name, tail in raw["tails"].items()}
        return cls(**{**raw, "tails": Tails(**tails)})

    def changed(self, levels: Mapping[Level, float], tails: Tails) -> Thresholds:
        """With other numbers at the levels."""
        return Thresholds(
            **{level.value: strength for level, strength in levels.items()}, shared=self.shared, tails=tails
        )

    def least(self, rule: Rule, learned: bool) -> float:
        """The strength that a rule asks for; `learned`: enough letters show what of the letter is template."""
        own: float = getattr(self, rule)
        return own if learned else max(own, self.unlearned)

    def expected_per_million(self, rule: Rule, learned: bool, strength: float) -> float:
        """Of a million documents of others, how many come to such a strength by a rule; at most, with 95 %."""
        return self.tails.of(level_of(rule, learned)).expected(strength)

    def expected(self, level: Level) -> float:
        """The same for what just reaches a threshold."""
        least: float = getattr(self, level)
        return self.tails.of(level).expected(least)

    def stricter(self, other: Thresholds) -> Thresholds:
        """For a pack of the letters of two: of each threshold the greater, and the expectations of both together."""
        names = [field.name for field in fields(self) if field.name != "tails"]
        tails = {level.value: _together(self.tails.of(level), other.tails.of(level)) for level in Level}
        return Thresholds(
            **{name: max(getattr(self, name), getattr(other, name)) for name in names}, tails=Tails(**tails)
        )


def _together(one: Tail, other: Tail) -> Tail:
    if one == other:
        return one
    return Tail(max(one.start, other.start), one.per_million + other.per_million, max(one.fall, other.fall))


DEFAULT_THRESHOLDS = Thresholds()
