"""Numbers for one letter in one document. What they mean is decided elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchers.alignment import Alignment
from matchers.chains import Chain
from matchers.template_text import TemplateText
from matchers.token_shapes import TokenClass

# Words that no other letter has, from which a letter is held against those alone; and their least share of the letter.
# A letter with fewer is all but a copy of another one, and is held against what a few letters share.
UNIQUE_TOKENS = 8
UNIQUE_SHARE = 0.03
# Share of a stretch's distinctive words that must be found for it to be a passage. At 5 % character error 0.7 are
# found; where another patient's letter runs along the same template, 0.2 to 0.55.
PASSAGE_SHARE = 0.6
# For the spread of what was found: parts of equal length that a letter is cut into, distinctive words that a part needs
# to count, and the share of them that must be found. At 5 % character error 0.7 are found, by chance 0.15.
SLICES = 10
SLICE_WORDS = 2
SLICE_SHARE = 0.4
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
        unique: symbols found that no other letter has.
        words: words that tell the letter from others; see `copy`.
        numbers: those of them that hold a digit.
        copy: the letter has no words of its own, and `words` counts what a few letters share.
        passage: most distinctive words found in one stretch without a hole.
        few_passage: the same for words that one to three letters share.
        spread: share of the letter, in tenths, in which its distinctive words were found.
        hole_share: share of the words in reach that lie in holes: where the document says other things, or nothing.
        longest_stretch: symbols of the longest stretch without a hole.
        containment: share of the letter's symbols in stretches.
        frame: symbols of template text close by that the letter does not explain: the frame of another letter.
        explained: share of the document's part (the pieces that hold the stretches) that lies in stretches.
    """

    evidence: int
    unique: int
    words: Tally
    numbers: Tally
    copy: bool
    passage: int
    few_passage: int
    spread: float
    hole_share: float
    longest_stretch: int
    containment: float
    frame: int
    explained: float


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
    rare = classes != TokenClass.TEMPLATE
    copy = int(unique.sum()) < max(UNIQUE_TOKENS, UNIQUE_SHARE * len(unique))
    distinctive = rare if copy else unique
    letter_ranges = [part.letter_symbols for part in alignment.stretches]
    doc_ranges = [part.doc_symbols for part in alignment.stretches]
    return LetterScore(
        evidence=sum(chain.evidence for chain in chains),
        unique=sum(chain.unique for chain in chains),
        words=_tally(distinctive, reach, found),
        numbers=_tally(distinctive & alignment.shapes.numeric, reach, found),
        copy=copy,
        passage=_passage(alignment, distinctive),
        few_passage=_passage(alignment, rare),
        spread=_spread(distinctive, found),
        hole_share=alignment.hole_share,
        longest_stretch=max((end - start for start, end in letter_ranges), default=0),
        containment=union_length(letter_ranges) / max(1, alignment.symbols),
        explained=union_length(doc_ranges) / max(1, _touched(doc_ranges, layout.piece_starts)),
        frame=_frame(doc_ranges, layout.template),
    )


def _tally(kind: NDArray[np.bool_], reach: NDArray[np.bool_], found: NDArray[np.bool_]) -> Tally:
    return Tally(int(kind.sum()), int((kind & reach).sum()), int((kind & found).sum()))


def _passage(alignment: Alignment, kind: NDArray[np.bool_]) -> int:
    best = 0
    for part in alignment.stretches:
        start, end = part.letter_tokens
        of_kind = int(kind[start:end].sum())
        found = int((kind & alignment.found)[start:end].sum())
        if found >= PASSAGE_SHARE * of_kind:
            best = max(best, found)
    return best


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


def _spread(kind: NDArray[np.bool_], found: NDArray[np.bool_]) -> float:
    """The share of the letter's slices in which enough of the words were found; 1 where no slice has enough words."""
    slices = np.arange(len(kind)) * SLICES // max(1, len(kind))
    words = np.bincount(slices[kind], minlength=SLICES)
    seen = np.bincount(slices[kind & found], minlength=SLICES)
    counted = words >= SLICE_WORDS
    return float((seen >= SLICE_SHARE * words)[counted].mean()) if counted.any() else 1.0
