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
# Symbols between two template runs up to which the text between them counts as filled in: about three pages.
LONGEST_FILLED = 8000


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

    def within(self, start: int, end: int) -> int:
        """Symbols of runs within a range."""
        return int(np.maximum(0, np.minimum(self.ends, end) - np.maximum(self.starts, start)).sum())

    def fillings(self, numbers: NDArray[np.bool_]) -> int:
        """Gaps of a few words in which a number begins, between stretches that template shingles cover."""
        edges = np.flatnonzero(np.diff(self.covered.astype(np.int8)))
        if len(edges) and not self.covered[0]:
            edges = edges[1:]
        starts, ends = edges[: len(edges) // 2 * 2 : 2] + 1, edges[1::2] + 1
        digits = np.concatenate(([0], np.cumsum(numbers)))
        return int(((ends - starts <= LONGEST_FILLING) & (digits[ends] > digits[starts])).sum())

    def filled(self, token_starts: NDArray[np.int64], numeric: NDArray[np.bool_]) -> tuple[int, int]:
        """Within and between runs: symbols that are not template, and words with digits that hold such symbols."""
        near = np.zeros(len(self.covered) + 1, dtype=np.int64)
        near[self.starts] += 1
        near[self.ends] -= 1
        close = self.starts[1:] - self.ends[:-1] <= LONGEST_FILLED
        near[self.ends[:-1][close]] += 1
        near[self.starts[1:][close]] -= 1
        other = (np.cumsum(near)[:-1] > 0) & ~self.covered
        counts = np.concatenate(([0], np.cumsum(other)))
        of_token = counts[token_starts[1:]] - counts[token_starts[:-1]]
        return int(counts[-1]), int((numeric & (of_token > 0)).sum())


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
