"""Runs of k symbols, their keyed hashes, and the winnowing that picks which of them are kept."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from matchers.compiled import NUMBER, compiled, filled, given
from matchers.siphash import SipKey, Words, siphash_along

# Symbols that fill one 64-bit word: a code point needs 21 bits.
SYMBOLS_PER_WORD = 3
_BY_SYMBOL, _BY_TWO_SYMBOLS = np.uint64(21), np.uint64(42)
_Element = TypeVar("_Element", bound=np.generic)


def shingle_hashes(symbols: NDArray[np.uint32], length: int, key: SipKey) -> Words:
    """The keyed hash of every run of `length` symbols; entry i is the run that begins at symbol i.

    The message that is hashed is the run itself, 21 bits a symbol, so only the pseudo-random function stands between a
    hash and its text. `length` is a multiple of 3.
    """
    triples = np.empty(max(0, len(symbols) - SYMBOLS_PER_WORD + 1), dtype=np.uint64)
    _fill_triples(np.ascontiguousarray(symbols), triples)
    return siphash_along(triples, length // SYMBOLS_PER_WORD, SYMBOLS_PER_WORD, key)


@compiled(NUMBER, (given("u4"), filled("u8")))
def _fill_triples(symbols: NDArray[np.uint32], triples: Words) -> int:
    for at in range(len(triples)):
        second, third = np.uint64(symbols[at + 1]), np.uint64(symbols[at + 2])
        triples[at] = np.uint64(symbols[at]) | second << _BY_SYMBOL | third << _BY_TWO_SYMBOLS
    return len(triples)


def covered(starts: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """For each symbol, whether any marked shingle covers it; `starts` marks shingles by their first symbol."""
    marks = np.empty(len(starts) + length - 1 if len(starts) else 0, dtype=np.bool_)
    _fill_covered(np.ascontiguousarray(starts), length, marks)
    return marks


@compiled(NUMBER, (given("?"), NUMBER, filled("?")))
def _fill_covered(starts: NDArray[np.bool_], length: int, marks: NDArray[np.bool_]) -> int:
    left = 0
    for at in range(len(marks)):
        if at < len(starts) and starts[at]:
            left = length
        marks[at] = left > 0
        left -= 1
    return len(marks)


def distinct(ordered: NDArray[_Element]) -> NDArray[_Element]:
    """The different values of an array in ascending order; `numpy.unique` takes six times as long for a letter."""
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(ordered) else ordered


def winnowed(hashes: Words, eligible: NDArray[np.bool_], window: int) -> NDArray[np.int64]:
    """Positions kept: in every `window` shingles that follow one another the smallest eligible hash, if there is one.

    The choice hangs on keyed hashes, so it tells nothing of the text.
    """
    kept = np.empty(len(hashes), dtype=np.int64)
    count = _fill_kept(np.ascontiguousarray(hashes), np.ascontiguousarray(eligible), window, kept)
    return kept[:count]


@compiled(NUMBER, (given("u8"), given("?"), NUMBER, filled("i8")))
def _fill_kept(hashes: Words, eligible: NDArray[np.bool_], window: int, kept: NDArray[np.int64]) -> int:
    """Of equal hashes in a window the first; what is shorter than a window is one."""
    count, smallest = 0, -1
    for at in range(len(hashes)):
        first = max(0, at - window + 1)
        if smallest >= first:
            if eligible[at] and hashes[at] < hashes[smallest]:
                smallest = at
        else:
            smallest = -1
            for other in range(first, at + 1):
                if eligible[other] and (smallest < 0 or hashes[other] < hashes[smallest]):
                    smallest = other
        whole = at >= window - 1 or at == len(hashes) - 1
        if whole and smallest >= 0 and (count == 0 or kept[count - 1] != smallest):
            kept[count] = smallest
            count += 1
    return count
