"""Word by word: which words of a letter stand in a document, in order. Confirms what single shingles suggest."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq

from matchers.chains import Chain
from matchers.holes import Holes, LetterWords
from matchers.likelihood import Likelihood, WordState, likelihood, text_gains, word_states
from matchers.stored_letter import StoredLetter
from matchers.token_shapes import TokenClass, TokenShapes
from matchers.tokens import SaltedTokens, Tokens

# Words of a letter aligned at once, and the most words of the document they are aligned with: 400 x 1500 take about
# 0.2 ms, and no input can make a window larger.
BLOCK_TOKENS = 400
WINDOW_TOKENS = 1500
# Symbols on either side of where a block is expected, for drift that no shingle shows: about 40 words.
WINDOW_SLACK = 200
# Share of a block's words that must be found for the block to count; at 20 % character error 0.2 are. Unrelated English
# text reaches 0.14 to 0.2 in any order, and few of these words keep their distance (`word_states`).
BLOCK_CUTOFF = 0.12


@dataclass(frozen=True, slots=True, repr=False)
class Stretch:
    """Text that the letter and the document share, without a hole. Ends are not included.

    Attributes:
        letter_tokens: words of the letter.
        letter_symbols: the same in symbols.
        doc_symbols: where they stand in the document.
        words: for each word found, down the columns and in the order of the document, its first symbol there, its first
            in the letter, and the one after it.
    """

    letter_tokens: tuple[int, int]
    letter_symbols: tuple[int, int]
    doc_symbols: tuple[int, int]
    words: NDArray[np.int64]

    def letter_part(self, start: int, end: int) -> tuple[int, int] | None:
        """The symbols of the letter that stand in a range of the document; None where no word begins there."""
        low, high = np.searchsorted(self.words[0], (start, end)).tolist()
        return (int(self.words[1, low:high].min()), int(self.words[2, low:high].max())) if low < high else None


@dataclass(frozen=True, slots=True, repr=False)
class Alignment:
    """How a letter's words stand in a part of a document.

    Attributes:
        shapes: the letter's tokens.
        symbols: the letter's length.
        found: for each token whether it was found, in order and in line.
        reach: for each token whether it lies between the first and the last token found along a chain.
        stretches: what is shared.
        hole_share: share of the tokens between the first and the last one found that lie in holes.
        likelihood: what the tokens in reach say.
    """

    shapes: TokenShapes
    symbols: int
    found: NDArray[np.bool_]
    reach: NDArray[np.bool_]
    stretches: tuple[Stretch, ...]
    hole_share: float
    likelihood: Likelihood


class Aligner:
    """Aligns one letter with one document."""

    def __init__(
        self, letter: StoredLetter, document: Tokens, template: NDArray[np.bool_], few_tell: bool = True
    ) -> None:
        """Make one.

        Args:
            letter: of the pack.
            document: the document's words.
            template: for each of them whether template shingles cover it.
            few_tell: words that a few letters share tell anything; in a small pack they are what shows the template.
        """
        self._few_tell = few_tell
        self._letter = letter
        self._document = document
        self._template = template
        self._shapes = letter.shapes()
        self._starts = np.concatenate(([0], np.cumsum(self._shapes.lengths)))
        self._tokens = letter.tokens()
        self._words = LetterWords(self._tokens, self._shapes.classes)

    def align(self, chains: list[Chain]) -> Alignment:
        """Align along chains that each find other text of the letter."""
        starts = self._starts
        merged = np.full(len(self._tokens), -1, dtype=np.int64)
        in_line = merged.copy()
        reach = np.zeros(len(self._tokens), dtype=np.bool_)
        stretches: list[Stretch] = []
        chain_holes: list[Holes] = []
        for limited in _with_limits(chains, int(starts[-1]), int(self._document.starts[-1])):
            # Nothing here looks beyond the limits: chains of a long letter together take the time of the letter.
            first, last = _token_range(starts, limited.letter)
            places, in_line[first:last], (start, end) = self._drawn_out(limited, first, last)
            if start < end:
                holes = self._words.holes(in_line, start, end)
                chain_holes.append(holes)
                stretches += [self._stretch(in_line, low, high) for low, high in holes.unbroken(in_line)]
                found = places[start - first : end - first]
                merged[start:end] = np.where(found >= 0, found, merged[start:end])
                reach[start:end] = True
            in_line[first:last] = -1
        states = word_states(merged, starts, self._document.starts)
        in_line = np.where(states == WordState.IN_LINE, merged, -1)
        share = chain_holes[0].share if len(chain_holes) == 1 else self._words.hole_share(in_line)
        shapes = self._told_by(merged)
        weighed = likelihood(shapes, states, reach)
        return Alignment(shapes, int(starts[-1]), in_line >= 0, reach, tuple(stretches), share, weighed)

    def _drawn_out(
        self, limited: _Limited, first: int, last: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], tuple[int, int]]:
        """Of the letter's words `first` to `last` the places, those in line, and the range that a chain explains.

        The range is empty where no word is in line.
        """
        places = self._places(limited, first, last)
        states = word_states(places, self._starts[first : last + 1], self._document.starts)
        in_line = np.where(states == WordState.IN_LINE, places, -1)
        low, high = _token_range(self._starts, limited.chain.letter)
        core = low - first, high - first
        gains = text_gains(self._shapes.lengths[first:last], states, slice(*core))
        start, end = _drawn_out(in_line >= 0, gains, core)
        return places, in_line, (first + start, first + end)

    def _told_by(self, places: NDArray[np.int64]) -> TokenShapes:
        """The letter's tokens; one that stands in template text of the document tells nothing.

        The pack may have learned the template after the letter was put into it.
        """
        found = np.flatnonzero(places >= 0)
        classes = self._shapes.classes.copy()
        classes[found[self._template[places[found]]]] = TokenClass.TEMPLATE
        if not self._few_tell:
            classes[classes == TokenClass.FEW] = TokenClass.TEMPLATE
        return replace(self._shapes, classes=classes)

    def _stretch(self, places: NDArray[np.int64], low: int, high: int) -> Stretch:
        starts = self._starts
        at = low + np.flatnonzero(places[low:high] >= 0)
        inside = places[at]
        doc = int(self._document.starts[inside.min()]), int(self._document.starts[inside.max() + 1])
        words = np.array((self._document.starts[inside], starts[at], starts[at + 1]))
        return Stretch((low, high), (int(starts[low]), int(starts[high])), doc, _in_order(words))

    def _places(self, limited: _Limited, first: int, last: int) -> NDArray[np.int64]:
        """For each token of the letter from `first` to `last` the token of the document it is, or -1."""
        places = np.full(last - first, -1, dtype=np.int64)
        for block in range(first, last, BLOCK_TOKENS):
            end = min(block + BLOCK_TOKENS, last)
            low, high = self._window(int(self._starts[block]), int(self._starts[end]), limited)
            if high <= low:
                continue
            theirs = self._letter.salted(self._document.hashes[low:high])
            ours_at, theirs_at = _matching(self._tokens[block:end], theirs)
            places[block - first + ours_at] = low + theirs_at
        return places

    def _window(self, start: int, end: int, limited: _Limited) -> tuple[int, int]:
        """Tokens of the document where symbols `start` to `end` of the letter should stand."""
        least, greatest = limited.chain.diagonals
        first = max(start + least - WINDOW_SLACK, limited.doc[0])
        last = max(0, min(end + greatest + WINDOW_SLACK, limited.doc[1]))
        low, high = _token_range(self._document.starts, (first, last))
        return low, min(high, low + WINDOW_TOKENS)


def _matching(ours: SaltedTokens, theirs: SaltedTokens) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The tokens of either side that are the same, in order; none where they are too few."""
    left, right = array("H", ours.tobytes()), array("H", theirs.tobytes())
    blocks = LCSseq.opcodes(left, right).as_matching_blocks()
    starts, others, sizes = (np.array(part, dtype=np.int64) for part in zip(*blocks, strict=True))
    total = int(sizes.sum())
    if total < math.ceil(BLOCK_CUTOFF * min(len(left), len(right))):
        return sizes[:0], sizes[:0]
    within = np.arange(total) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.repeat(starts, sizes) + within, np.repeat(others, sizes) + within


def _token_range(starts: NDArray[np.int64], symbols: tuple[int, int]) -> tuple[int, int]:
    """The tokens that hold a range of symbols."""
    count = len(starts) - 1
    low = int(np.searchsorted(starts, symbols[0], side="right")) - 1
    high = int(np.searchsorted(starts, symbols[1], side="left"))
    return max(0, min(low, count)), max(0, min(high, count))


@dataclass(frozen=True, slots=True)
class _Limited:
    """A chain, and the symbols of letter and document it may be drawn out over: up to the chains beside it."""

    chain: Chain
    letter: tuple[int, int]
    doc: tuple[int, int]


def _with_limits(chains: list[Chain], letter_symbols: int, doc_symbols: int) -> list[_Limited]:
    ordered = sorted(chains, key=lambda chain: chain.letter)
    limited = []
    for index, chain in enumerate(ordered):
        before = ordered[index - 1] if index else None
        after = ordered[index + 1] if index + 1 < len(ordered) else None
        low = min(before.letter[1], chain.letter[0]) if before else 0
        high = max(after.letter[0], chain.letter[1]) if after else letter_symbols
        doc_low = before.doc[1] if before and before.doc[1] <= chain.doc[0] else 0
        doc_high = after.doc[0] if after and after.doc[0] >= chain.doc[1] else doc_symbols
        limited.append(_Limited(chain, (low, high), (doc_low, doc_high)))
    return limited


def _drawn_out(found: NDArray[np.bool_], gain: NDArray[np.float64], core: tuple[int, int]) -> tuple[int, int]:
    """The core, longer on both sides as long as the words there are likelier in a copy than in other text.

    It begins and ends with a word found, and is empty where there is none.
    """
    start, end = core
    after = np.cumsum(gain[end:])
    before = np.cumsum(gain[:start][::-1])
    if len(after) and after.max() > 0:
        end += int(after.argmax()) + 1
    if len(before) and before.max() > 0:
        start -= int(before.argmax()) + 1
    inside = np.flatnonzero(found[start:end])
    if not len(inside):
        return start, start
    return start + int(inside[0]), start + int(inside[-1]) + 1


def words_within(marks: NDArray[np.bool_], starts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For each word of a document, whether all its symbols are marked; a document without shingles has no marks."""
    if not len(marks):
        return np.zeros(len(starts) - 1, dtype=np.bool_)
    total = np.concatenate(([0], np.cumsum(marks)))[starts]
    whole: NDArray[np.bool_] = np.diff(total) == np.diff(starts)
    return whole


def joined_stretches(stretches: list[Stretch]) -> list[Stretch]:
    """Stretches in the order of the document, those that overlap in it and in the letter made one."""
    result: list[Stretch] = []
    parts: list[list[Stretch]] = []
    for part in sorted(stretches, key=lambda part: part.doc_symbols):
        last = result[-1] if result else None
        if last and _touch(last.doc_symbols, part.doc_symbols) and _touch(last.letter_symbols, part.letter_symbols):
            result[-1] = Stretch(
                _hull(last.letter_tokens, part.letter_tokens),
                _hull(last.letter_symbols, part.letter_symbols),
                _hull(last.doc_symbols, part.doc_symbols),
                part.words,
            )
            parts[-1].append(part)
        else:
            result.append(part)
            parts.append([part])
    return [
        whole if len(of) == 1 else replace(whole, words=_words_of(of)) for whole, of in zip(result, parts, strict=True)
    ]


def _words_of(parts: list[Stretch]) -> NDArray[np.int64]:
    return _in_order(np.concatenate([part.words for part in parts], axis=1))


def _in_order(words: NDArray[np.int64]) -> NDArray[np.int64]:
    """Words of a stretch in the order of the document."""
    if (words[0, 1:] >= words[0, :-1]).all():
        return words
    return words[:, np.argsort(words[0], kind="stable")]


def _touch(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _hull(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return min(one[0], other[0]), max(one[1], other[1])
