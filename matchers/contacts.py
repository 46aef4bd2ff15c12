"""How strongly letters come to be known in a document, whatever the thresholds say: what calibration counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matchers.thresholds import Rule


@dataclass(frozen=True, slots=True)
class Contact:
    """One letter that a place of a document has something of.

    Attributes:
        letter: its number in the pack.
        learned: enough letters show what of it is template.
        strength: of what was found, as the thresholds count it.
        best: the same for the part of it where the strength of words alone is greatest.
        words: share found of all its own words, which no other letter of the pack has.
        claims: by which rules it may be known, and the strength that is held against each one's threshold.
    """

    letter: int
    learned: bool
    strength: float
    best: float
    words: float
    claims: Mapping[Rule, float]
