"""Ranges that come one by one."""

from __future__ import annotations

import numpy as np

from matchers.ranges import Ranges


def test_ranges_cover_what_single_symbols_do() -> None:
    generator = np.random.default_rng(7)
    ranges, covered = Ranges(), set[int]()
    for start, length, kept in generator.integers(0, (2000, 60, 3), (400, 3)).tolist():
        end = start + length + 1
        assert ranges.within(start, end) == len(covered & set(range(start, end)))
        if not kept:
            ranges.add(start, end)
            covered |= set(range(start, end))
