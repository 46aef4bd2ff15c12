"""How strongly a letter might be known in a document, whatever the thresholds say: what calibration counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from matchers.thresholds import Rule


@dataclass(frozen=True, slots=True)
class Claim:
    """One letter by one rule.

    Attributes:
        letter: its number in the pack.
        rule: by which it would be known.
        learned: enough letters show what of it is template.
        strength: that is held against the rule's threshold.
        words: share of all its own words, which no other letter of the pack has, that are found.
    """

    letter: int
    rule: Rule
    learned: bool
    strength: float
    words: float


def strongest_claims(claims: Iterable[Claim]) -> list[Claim]:
    """For each letter and rule the strongest."""
    best: dict[tuple[int, Rule], Claim] = {}
    for claim in claims:
        key = claim.letter, claim.rule
        if key not in best or claim.strength > best[key].strength:
            best[key] = claim
    return list(best.values())
