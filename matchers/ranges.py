"""Ranges of symbols that come one by one, and how much of another range they cover."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable


class Ranges:
    """Ranges, kept as those without overlap that cover the same. Each step takes the time to find a place."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def within(self, start: int, end: int) -> int:
        """How much of a range they cover."""
        low, high = bisect_right(self._ends, start), bisect_left(self._starts, end)
        inside = zip(self._starts[low:high], self._ends[low:high], strict=True)
        return sum(min(end, theirs[1]) - max(start, theirs[0]) for theirs in inside)

    def add(self, start: int, end: int) -> None:
        """One more, not empty."""
        low, high = bisect_left(self._ends, start), bisect_right(self._starts, end)
        if low < high:
            start, end = min(start, self._starts[low]), max(end, self._ends[high - 1])
        self._starts[low:high], self._ends[low:high] = [start], [end]

    def add_all(self, ranges: Iterable[tuple[int, int]]) -> None:
        """Several."""
        for start, end in ranges:
            self.add(start, end)
