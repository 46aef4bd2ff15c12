"""Runs of k symbols, their keyed hashes, and the winnowing that picks which of them are kept."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from matchers.siphash import SipKey, Words, siphash_along

# Symbols that fill one 64-bit word: a code point needs 21 bits.
SYMBOLS_PER_WORD = 3
_BITS_PER_SYMBOL = 21
_Element = TypeVar("_Element", bound=np.generic)
_NEVER_SMALLEST = np.uint64(0xFFFFFFFFFFFFFFFF)


def shingle_hashes(symbols: NDArray[np.uint32], length: int, key: SipKey) -> Words:
    """The keyed hash of every run of `length` symbols; entry i is the run that begins at symbol i.

    The message that is hashed is the run itself, 21 bits a symbol, so only the pseudo-random function stands between a
    hash and its text. `length` is a multiple of 3.
    """
    count = len(symbols) - length + 1
    if count <= 0:
        return np.zeros(0, dtype=np.uint64)
    wide = symbols.astype(np.uint64)
    triples = wide[: len(wide) - 2].copy()
    for index in range(1, SYMBOLS_PER_WORD):
        triples |= wide[index : index + len(triples)] << np.uint64(_BITS_PER_SYMBOL * index)
    return siphash_along(triples, length // SYMBOLS_PER_WORD, SYMBOLS_PER_WORD, key)


def covered(starts: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """For each symbol, whether any marked shingle covers it; `starts` marks shingles by their first symbol."""
    if not len(starts):
        return np.zeros(0, dtype=np.bool_)
    steps = np.zeros(len(starts) + length, dtype=np.int64)
    steps[: len(starts)] += starts
    steps[length:] -= starts
    return np.cumsum(steps)[: len(starts) + length - 1] > 0


def distinct(ordered: NDArray[_Element]) -> NDArray[_Element]:
    """The different values of an array in ascending order; `numpy.unique` takes six times as long for a letter."""
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(ordered) else ordered


def winnowed(hashes: Words, eligible: NDArray[np.bool_], window: int) -> NDArray[np.int64]:
    """Positions kept: in every `window` shingles that follow one another the smallest eligible hash, if there is one.

    The choice hangs on keyed hashes, so it tells nothing of the text.
    """
    if not eligible.any():
        return np.zeros(0, dtype=np.int64)
    ranked = np.where(eligible, hashes, _NEVER_SMALLEST)
    if len(ranked) <= window:
        return np.array([ranked.argmin()], dtype=np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(ranked, window)
    chosen = distinct(windows.argmin(axis=1) + np.arange(len(windows)))
    kept: NDArray[np.int64] = chosen[eligible[chosen]]
    return kept
