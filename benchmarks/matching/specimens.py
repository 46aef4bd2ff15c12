"""A text made to be matched, the letters that it really holds, and what may be said about it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import StrEnum

from benchmarks.matching.corpus import Corpus, MadeLetter
from matchers.verdicts import Verdict

NEVER_KNOWN = frozenset(Verdict) - {Verdict.KNOWN_LETTER}


class Strength(StrEnum):
    """How far a distortion goes."""

    MILD = "mild"
    MIDDLE = "middle"
    SEVERE = "severe"


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
    """

    text: str
    holds: tuple[str, ...] = ()
    verdicts: frozenset[Verdict] = frozenset({Verdict.KNOWN_LETTER})
    pages: tuple[str, ...] = field(default=())
