"""Words as salted 16-bit hashes: enough to align a letter with a document, each letter's of its own kind."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchers.compiled import NUMBER, compiled, filled, given
from matchers.normaliser import Normalised
from matchers.siphash import Words

# Symbols of the longest token; longer words are cut.
LONGEST_TOKEN = 12
_FACTOR_BYTES = 8
_KEPT_BITS_SHIFT = np.uint64(48)

SaltedTokens = NDArray[np.uint16]
TokenKey = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, repr=False)
class TokenBounds:
    """Where the words of a text stand.

    Attributes:
        starts: the symbol that each begins with; one more entry than there are tokens, the last is the symbol count.
        numeric: whether it holds a digit.
    """

    starts: NDArray[np.int64]
    numeric: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.numeric)


@dataclass(frozen=True, slots=True, repr=False)
class Tokens(TokenBounds):
    """The words of a text.

    Attributes:
        hashes: keyed, the same for a word wherever it stands: the sum of its symbols, each times the factor of its
            place. Two words fall together for one key in 2**43 at most. Made for salting, and never stored.
    """

    hashes: Words


def token_bounds(text: Normalised) -> TokenBounds:
    """The tokens of a normalised text, in order; together they hold every symbol."""
    starts, numeric = np.empty(len(text) + 1, dtype=np.int64), np.empty(len(text), dtype=np.bool_)
    begins, digits = np.ascontiguousarray(text.begins_token), np.ascontiguousarray(text.numeric)
    count = _fill_bounds(begins, digits, starts, numeric)
    return TokenBounds(starts[: count + 1].copy(), numeric[:count].copy())


@compiled(NUMBER, (given("?"), given("?"), filled("i8"), filled("?")))
def _fill_bounds(
    begins: NDArray[np.bool_], digits: NDArray[np.bool_], starts: NDArray[np.int64], numeric: NDArray[np.bool_]
) -> int:
    """Fill in where tokens begin and which hold a digit; returns how many there are."""
    count, start, digit = 0, 0, False
    for at in range(len(begins)):
        if at > start and (begins[at] or at - start == LONGEST_TOKEN):
            starts[count], numeric[count] = start, digit
            count, start, digit = count + 1, at, False
        digit |= digits[at]
    if len(begins):
        starts[count], numeric[count] = start, digit
        count += 1
    starts[count] = len(begins)
    return count


def tokens_of(text: Normalised, key: TokenKey) -> Tokens:
    """The same with hashes."""
    bounds = token_bounds(text)
    hashes = np.empty(len(bounds), dtype=np.uint64)
    _fill_hashes(np.ascontiguousarray(text.symbols), bounds.starts, key, hashes)
    return Tokens(bounds.starts, bounds.numeric, hashes)


@compiled(NUMBER, (given("u4"), given("i8"), given("u8"), filled("u8")))
def _fill_hashes(symbols: NDArray[np.uint32], starts: NDArray[np.int64], key: TokenKey, hashes: Words) -> int:
    for token in range(len(hashes)):
        total = np.uint64(0)
        for at in range(starts[token], starts[token + 1]):
            total += np.uint64(symbols[at]) * key[at - starts[token]]
        hashes[token] = total
    return len(hashes)


def token_key(subkey: bytes) -> TokenKey:
    """A random factor for each place of a symbol in a token."""
    size = LONGEST_TOKEN * _FACTOR_BYTES
    return np.frombuffer(hashlib.shake_256(subkey).digest(size), dtype="<u8").astype(np.uint64)


def salted(hashes: Words, multiplier: np.uint64) -> SaltedTokens:
    """16 bits of each token: the upper bits of its product with the letter's multiplier.

    Multiply-shift is universal: over the multipliers, two words fall together in one letter of 30,000 at most, so no
    two words do in all of them. It hides nothing; that is the part of the seal that is put on what is stored.
    """
    return (hashes * multiplier >> _KEPT_BITS_SHIFT).astype(np.uint16)
