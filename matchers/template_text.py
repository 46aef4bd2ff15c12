"""How much of a document is the organisation's template, and what stands between the template's sentences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Symbols of a run of template text that counts; about eight words. Shorter runs are turns of phrase.
RUN_SYMBOLS = 40
# Symbols of other text that a run bridges: a wrong character and what is left of its surroundings.
BRIDGED_SYMBOLS = 16
# Symbols of the longest gap in template text that is a value filled in: a name and a number.
LONGEST_FILLING = 40


@dataclass(frozen=True, slots=True, repr=False)
class TemplateText:
    """Runs of template text in a document, as symbols.

    Attributes:
        covered: which symbols of the document template shingles cover.
        starts: first symbol of each run, ascending.
        ends: symbol after each run.
    """

    covered: NDArray[np.bool_]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    @property
    def symbols(self) -> int:
        """Symbols in all runs."""
        return int((self.ends - self.starts).sum())

    @property
    def longest(self) -> int:
        """Symbols of the longest run."""
        return int((self.ends - self.starts).max(initial=0))

    def within(self, start: int, end: int) -> int:
        """Symbols of runs within a range."""
        inside = slice(np.searchsorted(self.ends, start, side="right"), np.searchsorted(self.starts, end))
        return int((np.minimum(self.ends[inside], end) - np.maximum(self.starts[inside], start)).sum())

    def fillings(self, numbers: NDArray[np.bool_]) -> int:
        """Gaps of a few words in which a number begins, between stretches that template shingles cover."""
        edges = np.flatnonzero(np.diff(self.covered.astype(np.int8)))
        if len(edges) and not self.covered[0]:
            edges = edges[1:]
        starts, ends = edges[: len(edges) // 2 * 2 : 2] + 1, edges[1::2] + 1
        digits = np.concatenate(([0], np.cumsum(numbers)))
        return int(((ends - starts <= LONGEST_FILLING) & (digits[ends] > digits[starts])).sum())


def template_runs(covered: NDArray[np.bool_], symbols: int) -> TemplateText:
    """The runs of a document of so many symbols, of which `covered` marks those that template shingles cover.

    A document too short for a shingle has no marks.
    """
    if len(covered) < symbols:
        covered = np.zeros(symbols, dtype=np.bool_)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], covered, [False])).astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return TemplateText(covered, starts, ends)
    apart = np.flatnonzero(starts[1:] - ends[:-1] > BRIDGED_SYMBOLS)
    starts, ends = starts[np.concatenate(([0], apart + 1))], ends[np.append(apart, len(ends) - 1)]
    long = ends - starts >= RUN_SYMBOLS
    return TemplateText(covered, starts[long], ends[long])
