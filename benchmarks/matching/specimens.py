"""A text made to be matched, the letters that it really holds, and what may be said about it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from benchmarks.matching.corpus import Corpus, MadeLetter
from matchers.verdicts import Verdict

T = TypeVar("T")
NEVER_KNOWN = frozenset(Verdict) - {Verdict.KNOWN_LETTER}


class Strength(StrEnum):
    """How far a distortion goes."""

    MILD = "mild"
    MIDDLE = "middle"
    SEVERE = "severe"

    def pick(self, mild: T, middle: T, severe: T) -> T:
        """The one of three that is this strength's."""
        return {Strength.MILD: mild, Strength.MIDDLE: middle, Strength.SEVERE: severe}[self]


@dataclass(frozen=True, slots=True, repr=False)
class Subject:
    """A known letter and where it comes from.

    Attributes:
        letter: the one that is distorted.
        corpus: of which the first `known` letters are in the pack.
        known: their number.
        generator: of everything that the distortion draws.
    """

    letter: MadeLetter
    corpus: Corpus
    known: int
    generator: random.Random

    def other_known(self) -> MadeLetter:
        """Another letter of the pack."""
        number = self.generator.randrange(self.known - 1)
        return self.corpus.letter(number + (number >= self.letter.number))


@dataclass(frozen=True, slots=True, repr=False)
class Specimen:
    """A document.

    Attributes:
        text: to be matched.
        holds: ids of the letters of the pack that it holds.
        verdicts: what the document as a whole may be called.
        pages: the text in pieces where it has pages; the whole text as one piece otherwise.
        also: ids of letters of which something truly is there, and which may be named or not.
        partial: the document is known to be incomplete.
    """

    text: str
    holds: tuple[str, ...] = ()
    verdicts: frozenset[Verdict] = frozenset({Verdict.KNOWN_LETTER})
    pages: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    partial: bool = False
