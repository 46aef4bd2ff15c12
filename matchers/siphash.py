"""SipHash-2-4 of many short messages at once: the keyed pseudo-random function behind every stored hash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchers.compiled import NUMBER, compiled, filled, given, inlined

Words = NDArray[np.uint64]

_INITIAL_0, _INITIAL_1 = np.uint64(0x736F6D6570736575), np.uint64(0x646F72616E646F6D)
_INITIAL_2, _INITIAL_3 = np.uint64(0x6C7967656E657261), np.uint64(0x7465646279746573)
_BYTES_PER_WORD = 8
_FINAL_MARK = np.uint64(0xFF)
_LENGTH_SHIFT = np.uint64(56)
_WORD_BITS = np.uint64(64)
_BY_13, _BY_16, _BY_17, _BY_21, _BY_32 = (np.uint64(bits) for bits in (13, 16, 17, 21, 32))
# Messages whose state is held at once, 8 KB of it. Their loops become vector instructions for messages of any length;
# a loop over whole messages does so for one length only, and saves a fifth.
_LANES = 256


@dataclass(frozen=True, slots=True, repr=False)
class SipKey:
    """128 bits, as two words."""

    low: np.uint64
    high: np.uint64

    @classmethod
    def from_bytes(cls, key: bytes) -> SipKey:
        """From 16 bytes."""
        low, high = np.frombuffer(key, dtype="<u8", count=2)
        return cls(np.uint64(low), np.uint64(high))


def siphash(message: Sequence[Words], key: SipKey) -> Words:
    """SipHash-2-4 of messages of `len(message)` words; `message[j][i]` is word j of message i.

    Equal to the reference function over the words written little-endian.
    """
    words = np.ascontiguousarray(message[0]) if len(message) == 1 else np.concatenate(message)
    return siphash_along(words, len(message), len(message[0]), key)


def siphash_along(words: Words, parts: int, stride: int, key: SipKey) -> Words:
    """The same of overlapping messages: word j of message i is `words[i + j * stride]`; as many as `words` holds."""
    out = np.empty(max(0, len(words) - (parts - 1) * stride), dtype=np.uint64)
    _fill_hashes(words, parts, stride, np.array([key.low, key.high], dtype=np.uint64), out)
    return out


@inlined
def _round(v0: np.uint64, v1: np.uint64, v2: np.uint64, v3: np.uint64) -> tuple[np.uint64, ...]:
    v0 += v1
    v1 = (v1 << _BY_13 | v1 >> (_WORD_BITS - _BY_13)) ^ v0
    v0 = v0 << _BY_32 | v0 >> _BY_32
    v2 += v3
    v3 = (v3 << _BY_16 | v3 >> (_WORD_BITS - _BY_16)) ^ v2
    v0 += v3
    v3 = (v3 << _BY_21 | v3 >> (_WORD_BITS - _BY_21)) ^ v0
    v2 += v1
    v1 = (v1 << _BY_17 | v1 >> (_WORD_BITS - _BY_17)) ^ v2
    v2 = v2 << _BY_32 | v2 >> _BY_32
    return v0, v1, v2, v3


@compiled(NUMBER, (given("u8"), NUMBER, NUMBER, given("u8"), filled("u8")))
def _fill_hashes(words: Words, parts: int, stride: int, key: Words, out: Words) -> int:
    low, high = key[0], key[1]
    a0, a1 = np.empty(_LANES, dtype=np.uint64), np.empty(_LANES, dtype=np.uint64)
    a2, a3 = np.empty(_LANES, dtype=np.uint64), np.empty(_LANES, dtype=np.uint64)
    length_word = np.uint64(parts * _BYTES_PER_WORD) << _LENGTH_SHIFT
    for begin in range(0, len(out), _LANES):
        count = min(_LANES, len(out) - begin)
        for lane in range(count):
            a0[lane], a1[lane] = low ^ _INITIAL_0, high ^ _INITIAL_1
            a2[lane], a3[lane] = low ^ _INITIAL_2, high ^ _INITIAL_3
        for part in range(parts + 1):
            for lane in range(count):
                word = length_word if part == parts else words[part * stride + begin + lane]
                v0, v1, v2, v3 = _round(a0[lane], a1[lane], a2[lane], a3[lane] ^ word)
                v0, a1[lane], a2[lane], a3[lane] = _round(v0, v1, v2, v3)
                a0[lane] = v0 ^ word
        for lane in range(count):
            v0, v1, v2, v3 = _round(a0[lane], a1[lane], a2[lane] ^ _FINAL_MARK, a3[lane])
            for _ in range(3):
                v0, v1, v2, v3 = _round(v0, v1, v2, v3)
            out[begin + lane] = v0 ^ v1 ^ v2 ^ v3
    return len(out)
