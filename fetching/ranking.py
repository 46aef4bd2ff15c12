"""In which order a unit's places are fetched: letters first, then a look around, then all other documents.

The best of all rows can be told only when the rows are known, and a listing costs one request for thousands of them. So
folders come before documents whose names tell nothing, until looking around has had its share of the requests.
"""

from __future__ import annotations

from enum import IntEnum

from fetching.selection import Priority

# The part of a unit's requests that goes into folders before plain documents get theirs: one in so many.
LOOKING_AROUND = 4


class Rank(IntEnum):
    """The order of the frontier, lower first."""

    LETTER = 0
    LETTER_FOLDER = 1
    FOLDER = 2
    DOCUMENT = 3
    LATER_FOLDER = 4
    PAGE = 5
    UNKNOWN = 6
    UNLIKELY = 7


_RANKS = {priority: Rank[priority.name] for priority in Priority}
_FOLDERS = frozenset([Priority.FOLDER, Priority.LETTER_FOLDER])


class Ranking:
    """Gives each place its rank. Counts in this process only: a unit that is resumed looks around once more.

    Args:
        requests: what the unit may spend.
    """

    def __init__(self, requests: int) -> None:
        self._left = max(1, requests // LOOKING_AROUND)

    def rank(self, priority: Priority) -> Rank:
        """The rank of the next place of this priority."""
        if priority not in _FOLDERS:
            return _RANKS[priority]
        if self._left <= 0:
            return Rank.LATER_FOLDER
        self._left -= 1
        return _RANKS[priority]
