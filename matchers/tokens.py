"""Words as salted 16-bit hashes: enough to align a letter with a document, of no use across letters."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchers.keys import SUBKEY_BYTES
from matchers.normaliser import Normalised
from matchers.siphash import SipKey, Words, siphash

# Symbols of the longest token; longer words are cut. They fill four words of the hash function.
LONGEST_TOKEN = 12
SALT_BYTES = 16
_SYMBOLS_PER_WORD = 3
_BITS_PER_SYMBOL = 21

SaltedTokens = NDArray[np.uint16]


@dataclass(frozen=True, slots=True, repr=False)
class Tokens:
    """The words of a text.

    Attributes:
        starts: the symbol that each begins with; one more entry than there are tokens, the last is the symbol count.
        numeric: whether it holds a digit.
        hashes: keyed, the same for a word wherever it stands; made for salting and never stored.
    """

    starts: NDArray[np.int64]
    numeric: NDArray[np.bool_]
    hashes: Words

    def __len__(self) -> int:
        return len(self.hashes)


def tokens_of(text: Normalised, key: SipKey) -> Tokens:
    """The tokens of a normalised text, in order; together they hold every symbol."""
    count = len(text)
    begins = np.flatnonzero(text.begins_token)
    lengths = np.diff(begins, append=count)
    parts = -(-lengths // LONGEST_TOKEN)
    within = np.arange(int(parts.sum())) - np.repeat(np.cumsum(parts) - parts, parts)
    starts = np.append(np.repeat(begins, parts) + within * LONGEST_TOKEN, count)
    digits = np.concatenate(([0], np.cumsum(text.numeric)))
    numeric = digits[starts[1:]] > digits[starts[:-1]]
    return Tokens(starts, numeric, _token_hashes(text.symbols, starts, key))


def _token_hashes(symbols: NDArray[np.uint32], starts: NDArray[np.int64], key: SipKey) -> Words:
    padded = np.concatenate((symbols, np.zeros(LONGEST_TOKEN, dtype=np.uint32))).astype(np.uint64)
    begins, ends = starts[:-1], starts[1:]
    message = []
    for first in range(0, LONGEST_TOKEN, _SYMBOLS_PER_WORD):
        word = np.zeros(len(begins), dtype=np.uint64)
        for index in range(_SYMBOLS_PER_WORD):
            at = begins + first + index
            word |= np.where(at < ends, padded[at], 0).astype(np.uint64) << np.uint64(_BITS_PER_SYMBOL * index)
        message.append(word)
    return siphash(message, key)


def letter_key(token_subkey: bytes, salt: bytes) -> bytes:
    """The key of one letter's tokens; gone with its salt."""
    return hashlib.blake2b(salt, digest_size=SUBKEY_BYTES, key=token_subkey, person=b"letter-tokens").digest()


def salted(hashes: Words, keys: Sequence[bytes], repeats: NDArray[np.int64]) -> SaltedTokens:
    """16 bits of each token under its letter's key; `keys[i]` serves the next `repeats[i]` tokens."""
    low = siphash([hashes], SipKey.each(keys, repeats)) & np.uint64(0xFFFF)
    return low.astype(np.uint16)
