"""Addresses that a server makes up without end: cheap rules that real folders do not break."""

from __future__ import annotations

from urllib.parse import urlsplit

# Equal groups of path segments in a row that are still followed. Heritrix' PathologicalPath draws the same line.
MOST_REPEATS = 2
# Longest group of segments that is looked at: `/a/b/a/b/a/b` has two.
LONGEST_PERIOD = 3
# How many folders above a listing may have the very same rows before it is taken for a folder that holds itself.
MOST_EQUAL_ANCESTORS = 2


def repeats(url: str) -> bool:
    """Does the path repeat itself, more than MOST_REPEATS times in a row? Numbers may: `/2001/01/01/01/` is a date."""
    segments = [segment for segment in urlsplit(url).path.split("/") if segment]
    return any(_repeats_every(segments, period) for period in range(1, LONGEST_PERIOD + 1))


def _repeats_every(segments: list[str], period: int) -> bool:
    in_a_row = 0
    for place in range(period, len(segments)):
        in_a_row = in_a_row + 1 if segments[place] == segments[place - period] else 0
        if in_a_row >= period * MOST_REPEATS and not all(
            segment.isdigit() for segment in segments[place - period + 1 : place + 1]
        ):
            return True
    return False


def holds_itself(digest: int, trail: tuple[int, ...]) -> bool:
    """Is this listing equal to more than MOST_EQUAL_ANCESTORS of those above it, as by a link to its own parent?

    Ancestors only: brothers that look alike (`letter.pdf` in each patient's folder) are no trap.
    """
    return trail.count(digest) > MOST_EQUAL_ANCESTORS
