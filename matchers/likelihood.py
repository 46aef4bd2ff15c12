"""How much likelier a letter's words stand in a document as a copy than by chance, in nats.

Each word of a letter is missing, out of line (found where the words beside it do not lead), or in line. A copy loses
words evenly, at a rate of character errors that its template words tell too; another patient's letter on the same
template has the template's words and loses the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from matchers.compiled import NUMBER, compiled, filled, given
from matchers.token_shapes import TokenClass, TokenShapes

# Character error rates that a copy may have.
RATES = (0.003, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.125, 0.15, 0.175, 0.2, 0.23, 0.26, 0.3)
# Share of a copy's words that are lost or out of line for other reasons.
LOST_ANYWAY = 0.01
OUT_OF_LINE_COPIED = 0.005
# Chance that a word of the letter is found in line in another patient's letter on its template: for words that no other
# letter has there, by their symbols, 0 to 12; for words that few or many letters have, by the length of the run of such
# words. Measured on words of letters that were not the one they were held against.
IN_LINE_OWN = (0.27, 0.27, 0.27, 0.24, 0.25, 0.17, 0.12, 0.11, 0.1, 0.08, 0.08, 0.08, 0.08)
IN_LINE_FEW = (0.5, 0.85)
IN_LINE_MANY = (0.75, 0.8, 0.95)
# Symbols of the runs that part these; words in longer runs are template text, which tells nothing.
FEW_RUNS = (80,)
MANY_RUNS = (40, 80, 160)
# The same in text that has nothing to do with it.
IN_LINE_UNRELATED = (0.15, 0.15, 0.15, 0.12, 0.08, 0.06, 0.04, 0.03, 0.03, 0.02, 0.02, 0.02, 0.02)
OUT_OF_LINE = 0.06
# Mean symbols of a word below which a script has no spaces, and the symbols that one word has there.
UNSPACED_LENGTH = 2.0
UNSPACED_WORD = 2
# Symbols by which the distance between letter and document may change from one word found to the next.
IN_LINE_SYMBOLS = 2
_LENGTHS = len(IN_LINE_OWN)


class WordState(IntEnum):
    """What became of a word of the letter."""

    MISSING = 0
    OUT_OF_LINE = 1
    IN_LINE = 2


@dataclass(frozen=True, slots=True)
class Likelihood:
    """What the words of a range say.

    Attributes:
        nats: log of the ratio of the chances, copy to another patient's letter on the template, over the whole range.
        best: the same for the part of the range where it is greatest.
        loss: rate of character errors at which it is greatest.
    """

    nats: float
    best: float
    loss: float


@cache
def _copied() -> NDArray[np.float64]:
    """Log of the chance of each state in a copy: rate x length x state."""
    rates = np.array(RATES)[:, np.newaxis]
    lengths = np.maximum(1, np.arange(_LENGTHS))[np.newaxis, :]
    in_line = (1 - rates) ** lengths * (1 - LOST_ANYWAY)
    astray = np.full_like(in_line, OUT_OF_LINE_COPIED)
    return np.log(np.stack([1 - in_line - astray, astray, in_line], axis=2))


class WordKind(IntEnum):
    """How far a word tells a letter from others on its template."""

    OWN = 0
    FEW = 1
    FEW_IN_RUN = 2
    PHRASE = 3
    LONG_PHRASE = 4
    STOCK = 5
    TEMPLATE = 6


@cache
def _chance() -> NDArray[np.float64]:
    """Log of the chance of each state in another letter, which has errors too: kind x rate x length x state."""
    rates = np.array(RATES)[:, np.newaxis]
    kept = (1 - rates) ** np.maximum(1, np.arange(_LENGTHS))[np.newaxis, :]
    flat = [np.full(_LENGTHS, chance) for chance in (*IN_LINE_FEW, *IN_LINE_MANY)]
    in_line = np.array([IN_LINE_OWN, *flat])[:, np.newaxis, :] * kept
    astray = np.minimum(OUT_OF_LINE, (1 - in_line) / 2)
    table = np.log(np.stack([1 - in_line - astray, astray, in_line], axis=3))
    both: NDArray[np.float64] = np.concatenate((table, _copied()[np.newaxis]))
    return both


@cache
def _unrelated() -> NDArray[np.float64]:
    """Log of the chance of each state in text that has nothing to do with the letter: length x state."""
    in_line = np.array(IN_LINE_UNRELATED)
    astray = np.full_like(in_line, OUT_OF_LINE)
    table: NDArray[np.float64] = np.log(np.stack([1 - in_line - astray, astray, in_line], axis=1))
    return table


@cache
def _copied_or_unrelated() -> NDArray[np.float64]:
    """The first less the second: rate x cell, and a cell is a length and a state."""
    table: NDArray[np.float64] = (_copied() - _unrelated()).reshape(len(RATES), -1)
    return table


@cache
def _chance_by_rate() -> NDArray[np.float64]:
    """`_chance` as rate x cell, and a cell is a kind, a length and a state."""
    return np.ascontiguousarray(_chance().swapaxes(0, 1)).reshape(len(RATES), -1)


def word_kinds(shapes: TokenShapes) -> NDArray[np.int64]:
    """The kind of each word of a letter: runs of shared words that are short are turns of phrase, not template."""
    kinds = np.empty(len(shapes.classes), dtype=np.int64)
    _fill_kinds(np.ascontiguousarray(shapes.classes), np.ascontiguousarray(shapes.lengths), kinds)
    return kinds


_UNIQUE_CLASS, _FEW_CLASS = int(TokenClass.UNIQUE), int(TokenClass.FEW)
_OWN, _FEW, _PHRASE = int(WordKind.OWN), int(WordKind.FEW), int(WordKind.PHRASE)


@compiled(NUMBER, (given("u1"), given("i8"), filled("i8")))
def _fill_kinds(classes: NDArray[np.uint8], lengths: NDArray[np.int64], kinds: NDArray[np.int64]) -> int:
    start, symbols = 0, 0
    for word in range(len(classes)):
        if classes[word] == _UNIQUE_CLASS:
            kinds[word] = _OWN
            start, symbols = word + 1, 0
            continue
        symbols += lengths[word]
        if word + 1 < len(classes) and classes[word + 1] != _UNIQUE_CLASS:
            continue
        few, phrase = _FEW, _PHRASE  # the run ends here
        for longest in FEW_RUNS:
            few += symbols >= longest
        for longest in MANY_RUNS:
            phrase += symbols >= longest
        for other in range(start, word + 1):
            kinds[other] = few if classes[other] == _FEW_CLASS else phrase
    return len(kinds)


def word_states(
    places: NDArray[np.int64], starts: NDArray[np.int64], doc_starts: NDArray[np.int64]
) -> NDArray[np.int8]:
    """The state of each word.

    Args:
        places: for each word of the letter the word of the document it is, or -1.
        starts: symbol that each word of the letter begins with.
        doc_starts: the same of the document.
    """
    states = np.empty(len(places), dtype=np.int8)
    _fill_states(places, np.ascontiguousarray(starts), np.ascontiguousarray(doc_starts), states)
    return states


_MISSING, _ASTRAY, _IN_LINE = (int(state) for state in WordState)


@compiled(NUMBER, (given("i8"), given("i8"), given("i8"), filled("i1")))
def _fill_states(
    places: NDArray[np.int64], starts: NDArray[np.int64], doc_starts: NDArray[np.int64], states: NDArray[np.int8]
) -> int:
    before, distance = -1, 0
    for word in range(len(places)):
        if places[word] < 0:
            states[word] = _MISSING
            continue
        states[word] = _ASTRAY
        own = doc_starts[places[word]] - starts[word]
        if before >= 0 and abs(own - distance) <= IN_LINE_SYMBOLS:
            states[word] = states[before] = _IN_LINE
        before, distance = word, own
    return len(states)


def text_gains(lengths: NDArray[np.int64], states: NDArray[np.int8], core: slice) -> NDArray[np.float64]:
    """For each word, how much likelier its state is in a copy than in unrelated text; error rate taken from `core`."""
    cells = _cells(lengths, states)
    table = _copied_or_unrelated()
    rate = int((table @ np.bincount(cells[core], minlength=_CELLS)).argmax())
    gains: NDArray[np.float64] = table[rate, cells]
    return gains


_CELLS = _LENGTHS * len(WordState)


def _cells(lengths: NDArray[np.int64], states: NDArray[np.int8]) -> NDArray[np.int64]:
    """The cell of each word in tables of length and state."""
    return (np.minimum(lengths, _LENGTHS - 1) * len(WordState) + states).astype(np.int64, copy=False)


def likelihood(shapes: TokenShapes, states: NDArray[np.int8], reach: NDArray[np.bool_]) -> Likelihood:
    """Weigh the words in reach.

    The rate of character errors that makes a copy likeliest is taken, and for the other letter the one that makes it
    likeliest.
    """
    cells = _cells(shapes.lengths, states)
    cells_by_kind = word_kinds(shapes) * _CELLS + cells
    counts = np.bincount(cells_by_kind[reach], minlength=len(WordKind) * _CELLS)
    copied, chance = _copied().reshape(len(RATES), -1), _chance_by_rate()
    copy = copied @ counts.reshape(-1, _CELLS).sum(axis=0)
    other = chance @ counts
    rate, their_rate = int(copy.argmax()), int(other.argmax())
    # Where each symbol is a word of its own, those of one phrase come and go together.
    weight = 1 / UNSPACED_WORD if len(shapes.lengths) and shapes.lengths.mean() < UNSPACED_LENGTH else 1.0
    nats = weight * float(copy[rate] - other[their_rate])
    gains = copied[rate, cells] - chance[their_rate, cells_by_kind]
    return Likelihood(nats, weight * _best(np.where(reach, gains, 0)), RATES[rate])


def _best(gains: NDArray[np.float64]) -> float:
    """The greatest sum of gains that follow one another."""
    total = np.concatenate(([0.0], np.cumsum(gains)))
    return float((total - np.minimum.accumulate(total)).max())
