"""How sure a verdict must be. A pack may carry its own, chosen by calibration on its organisation's letters."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# Symbols of the letter found that few other letters have, which weigh as much as one nat of words.
SYMBOLS_A_NAT = 10


class Rule(StrEnum):
    """By what a letter is known. The names are those of the thresholds."""

    WHOLE = "whole"
    MASKED = "masked"
    ALONE = "alone"
    EMBEDDED = "embedded"


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
    """

    whole: float = 20.0
    alone: float = 16.0
    embedded: float = 40.0
    unlearned: float = 65.0
    shared: float = 25.0
    masked: float = 30.0

    def least(self, rule: Rule, learned: bool) -> float:
        """The strength that a rule asks for; `learned`: enough letters show what of the letter is template."""
        own: float = getattr(self, rule)
        return own if learned else max(own, self.unlearned)


DEFAULT_THRESHOLDS = Thresholds()
