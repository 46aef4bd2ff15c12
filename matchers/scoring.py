"""Numbers for one letter in one document. What they mean is decided elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchers.alignment import Alignment
from matchers.chains import Chain
from matchers.template_text import TemplateText
from matchers.thresholds import SYMBOLS_A_NAT
from matchers.token_shapes import TokenClass

# Words that no other letter has, from which a letter is held against those alone; and their least share of the letter.
# A letter with fewer is all but a copy of another one, and is held against what a few letters share.
UNIQUE_TOKENS = 8
UNIQUE_SHARE = 0.03
# For the spread of what was found: parts of equal length that a letter is cut into, distinctive words that a part needs
# to count, and how many of them must be found of those that a copy with so many errors would have.
SLICES = 10
SLICE_WORDS = 2
SLICE_SHARE = 0.5
_WORD_SYMBOLS = 5
# Symbols on either side of what was found, in which template text belongs to the same letter or page: about 600 words.
FRAME_REACH = 3000


@dataclass(frozen=True, slots=True)
class Tally:
    """Words of one kind: in the whole letter, between the first and the last word found, and found."""

    whole: int
    reach: int
    found: int

    @property
    def of_whole(self) -> float:
        """Share of the letter's words that were found; 1 where it has none."""
        return self.found / self.whole if self.whole else 1.0

    @property
    def of_reach(self) -> float:
        """Share of the words in reach that were found; 0 where there are none."""
        return self.found / self.reach if self.reach else 0.0


@dataclass(frozen=True, slots=True)
class LetterScore:
    """How much of a letter stands in one part of a document.

    Attributes:
        evidence: symbols of the letter found that few other letters have.
        nats: log of how much likelier the words in reach are in a copy of the letter than in another patient's letter.
        best: the same for the part of them where it is greatest.
        words: words that tell the letter from others: its own, or in a letter without any those that few letters share.
        numbers: those of them that hold a digit.
        loss: rate of character errors that makes a copy likeliest.
        spread: share of the letter, in tenths, in which its distinctive words were found.
        hole_share: share of the words in reach that lie in holes: where the document says other things, or nothing.
        longest_stretch: symbols of the longest stretch without a hole.
        containment: share of the letter's symbols in stretches.
        frame: symbols of template text close by that the letter does not explain: the frame of another letter.
        explained: share of the document's part (the pieces that hold the stretches) that lies in stretches.
    """

    evidence: int
    nats: float
    best: float
    words: Tally
    numbers: Tally
    loss: float
    spread: float
    hole_share: float
    longest_stretch: int
    containment: float
    frame: int
    explained: float

    @property
    def strength(self) -> float:
        """Nats of the words in reach, and of the rare symbols found."""
        return self.nats + self.evidence / SYMBOLS_A_NAT


@dataclass(frozen=True, slots=True, repr=False)
class DocumentLayout:
    """What a document is made of, in symbols.

    Attributes:
        piece_starts: the symbol that each piece begins with, and one more for the end.
        template: where the organisation's template stands.
    """

    piece_starts: NDArray[np.int64]
    template: TemplateText


def score(chains: list[Chain], alignment: Alignment, layout: DocumentLayout) -> LetterScore:
    """Count for one letter in one part of a document.

    Args:
        chains: the chains of this part, none a repetition.
        alignment: the words along them.
        layout: of the document.
    """
    classes, found, reach = alignment.shapes.classes, alignment.found, alignment.reach
    unique = classes == TokenClass.UNIQUE
    copy = int(unique.sum()) < max(UNIQUE_TOKENS, UNIQUE_SHARE * len(unique))
    distinctive = classes != TokenClass.TEMPLATE if copy else unique
    letter_ranges = [part.letter_symbols for part in alignment.stretches]
    doc_ranges = [part.doc_symbols for part in alignment.stretches]
    return LetterScore(
        evidence=sum(chain.evidence for chain in chains),
        nats=alignment.likelihood.nats,
        best=alignment.likelihood.best,
        words=_tally(distinctive, reach, found),
        numbers=_tally(distinctive & alignment.shapes.numeric, reach, found),
        loss=alignment.likelihood.loss,
        spread=_spread(distinctive, found, (1 - alignment.likelihood.loss) ** _WORD_SYMBOLS),
        hole_share=alignment.hole_share,
        longest_stretch=max((end - start for start, end in letter_ranges), default=0),
        containment=union_length(letter_ranges) / max(1, alignment.symbols),
        explained=union_length(doc_ranges) / max(1, _touched(doc_ranges, layout.piece_starts)),
        frame=_frame(doc_ranges, layout.template),
    )


def _tally(kind: NDArray[np.bool_], reach: NDArray[np.bool_], found: NDArray[np.bool_]) -> Tally:
    return Tally(int(kind.sum()), int((kind & reach).sum()), int((kind & found).sum()))


def _frame(ranges: list[tuple[int, int]], template: TemplateText) -> int:
    if not ranges:
        return 0
    low = min(start for start, _ in ranges) - FRAME_REACH
    high = max(end for _, end in ranges) + FRAME_REACH
    return template.within(low, high) - sum(template.within(start, end) for start, end in merged(ranges))


def _touched(ranges: list[tuple[int, int]], piece_starts: NDArray[np.int64]) -> int:
    """Symbols of all pieces that hold a part of the ranges."""
    touched: set[int] = set()
    for start, end in ranges:
        first = int(np.searchsorted(piece_starts, start, side="right")) - 1
        last = int(np.searchsorted(piece_starts, end, side="left"))
        touched.update(range(first, last))
    return int(sum(piece_starts[piece + 1] - piece_starts[piece] for piece in touched))


def union_length(ranges: list[tuple[int, int]]) -> int:
    """Length of the union of ranges."""
    return sum(end - start for start, end in merged(ranges))


def merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges without overlap that cover the same, ascending."""
    result: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def _spread(kind: NDArray[np.bool_], found: NDArray[np.bool_], expected: float) -> float:
    """The share of the letter's slices in which enough of the words were found; 1 where no slice has enough words."""
    slices = np.arange(len(kind)) * SLICES // max(1, len(kind))
    words = np.bincount(slices[kind], minlength=SLICES)
    seen = np.bincount(slices[kind & found], minlength=SLICES)
    counted = words >= SLICE_WORDS
    return float((seen >= SLICE_SHARE * expected * words)[counted].mean()) if counted.any() else 1.0
