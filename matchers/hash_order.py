"""Hashes in order: dealt into parts by their first bits, sorted, and counted; in linear time for any values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matchers.compiled import NUMBER, compiled, filled, given
from matchers.siphash import Words

# Bits that one pass of the sort looks at. Passes of 11 bits are fewer and take three times as long: 2,048 places to
# write to are more than the processor keeps the addresses of.
_DIGIT_BITS = 8
_DIGITS = 1 << _DIGIT_BITS
_PASSES = 8
# Hashes from which the passes are faster than numpy's sort: 10,000 take half of its time, ten million a quarter.
_WORTH_PASSES = 4096


def dealt(hashes: Words, bits: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """An order that brings together hashes with the same first `bits`, and the end of each of the `1 << bits` parts.

    Within a part they keep their order.
    """
    order, ends = np.empty(len(hashes), dtype=np.int64), np.zeros((1 << bits) + 1, dtype=np.int64)
    _fill_dealt(np.ascontiguousarray(hashes), 64 - bits, order, ends)
    return order, ends[:-1]


@compiled(NUMBER, (given("u8"), NUMBER, filled("i8"), filled("i8")))
def _fill_dealt(hashes: Words, shift: int, order: NDArray[np.int64], ends: NDArray[np.int64]) -> int:
    bits = np.uint64(shift)
    for hashed in hashes:
        ends[np.int64(hashed >> bits) + 1] += 1
    for number in range(1, len(ends)):
        ends[number] += ends[number - 1]
    for at in range(len(hashes)):
        part = np.int64(hashes[at] >> bits)
        order[ends[part]] = at
        ends[part] += 1
    return len(hashes)


def sorted_hashes(hashes: Words) -> Words:
    """The hashes in ascending order, in twice their memory. `hashes` itself is left alone."""
    if len(hashes) < _WORTH_PASSES:
        return np.sort(hashes)
    one, other = np.array(hashes, dtype=np.uint64), np.empty(len(hashes), dtype=np.uint64)
    return one if _sort(one, other) == 0 else other


@compiled(NUMBER, (filled("u8"), filled("u8")))
def _sort(one: Words, other: Words) -> int:
    """Sort by digits from the lowest; returns 0 if the result is in `one`, 1 if it is in `other`."""
    starts = np.zeros((_PASSES, _DIGITS), dtype=np.int64)
    width, mask = np.uint64(_DIGIT_BITS), np.uint64(_DIGITS - 1)
    for hashed in one:
        for digit in range(_PASSES):
            starts[digit, np.int64(hashed >> np.uint64(digit) * width & mask)] += 1
    swapped = 0
    for digit in range(_PASSES):
        source, target = (other, one) if swapped else (one, other)
        shift = np.uint64(digit) * width
        place, same = 0, False
        for number in range(_DIGITS):
            same |= starts[digit, number] == len(one)
            place, starts[digit, number] = place + starts[digit, number], place
        if same:
            continue  # all have this digit, as hashes of one part have their first bits
        for hashed in source:
            value = np.int64(hashed >> shift & mask)
            target[starts[digit, value]] = hashed
            starts[digit, value] += 1
        swapped = 1 - swapped
    return swapped


def runs(ordered: Words) -> tuple[Words, NDArray[np.int64]]:
    """The different values of an ascending array, and how often each is there."""
    values, counts = np.empty(len(ordered), dtype=np.uint64), np.empty(len(ordered), dtype=np.int64)
    found = _fill_runs(np.ascontiguousarray(ordered), values, counts)
    return values[:found], counts[:found]


@compiled(NUMBER, (given("u8"), filled("u8"), filled("i8")))
def _fill_runs(ordered: Words, values: Words, counts: NDArray[np.int64]) -> int:
    found, start = 0, 0
    for at in range(1, len(ordered) + 1):
        if at == len(ordered) or ordered[at] != ordered[start]:
            values[found], counts[found] = ordered[start], at - start
            found, start = found + 1, at
    return found
