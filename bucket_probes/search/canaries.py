"""Names of which the truth is known before they are asked: they tell a service's true answers from its false ones."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from documents.buckets import FoundBy

# Known-existing names that are made use of, of those that were given; and of those that the search found itself.
GIVEN_KEPT = 20
FOUND_KEPT = 100
# Names between two canaries, from and to; which of them is drawn, so that no count of the service's falls in with it.
STRIDE = (4, 10)
# One canary in so many is a name that does not exist.
MISSING_EVERY = 4
# Letters of a name that does not exist: 36 ** 20 of them, and Azure's accounts have at most 24.
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_LENGTH = 20


@dataclass(frozen=True, slots=True)
class SearchedName:
    """A name to be asked for.

    Attributes:
        name: of the bucket or container; empty where an account is asked for.
        account: Azure's storage account; empty elsewhere.
        why: the pattern and the words that it was made of; empty for a harvested one.
        found_by: how it came to be asked about.
    """

    name: str
    account: str = ""
    why: str = ""
    found_by: FoundBy = FoundBy.SEARCH


class Canaries:
    """Draws canaries; only names that were once said to exist serve as such.

    Args:
        given: names that are said to be known to exist.
        account: names of accounts are asked for, not of buckets.
        drawn: where chance comes from; one that a service can not foresee, unless a test must repeat itself.
    """

    def __init__(
        self, given: Sequence[SearchedName], *, account: bool = False, drawn: random.Random | None = None
    ) -> None:
        self.given = tuple(given)[:GIVEN_KEPT]
        self._account = account
        self._proven: list[SearchedName] = []
        self._found: list[SearchedName] = []
        self._drawn = 0
        self._stride = 0
        self._random = drawn or random.SystemRandom()

    @property
    def has_existing(self) -> bool:
        """Is there a name that is known to exist, and was said to?"""
        return bool(self._proven or (self.given and self._found))

    def prove(self, name: SearchedName) -> None:
        """A given one was said to exist."""
        if name not in self._proven:
            self._proven.append(name)

    def found(self, name: SearchedName) -> None:
        """The search found one itself: it can not be told from what the search looks for."""
        if len(self._found) < FOUND_KEPT:
            self._found.append(name)
        else:
            self._found[self._random.randrange(FOUND_KEPT)] = name

    def is_due(self) -> bool:
        """Is it a canary's turn? Counts one turn."""
        self._stride -= 1
        if self._stride >= 0:
            return False
        self._stride = self._random.randint(*STRIDE)
        return True

    def draw(self) -> tuple[SearchedName, bool]:
        """The next canary, and whether it exists."""
        self._drawn += 1
        if not self.has_existing or self._drawn % MISSING_EVERY == 0:
            return self.missing(), False
        return self.existing(), True

    def existing(self) -> SearchedName:
        """One that exists."""
        return self._random.choice([*self._proven, *self._found])

    def missing(self) -> SearchedName:
        """One that does not: nobody has drawn it before."""
        name = self._random.choice(_LETTERS[:26]) + "".join(self._random.choices(_LETTERS, k=_LENGTH - 1))
        return SearchedName("", name) if self._account else SearchedName(name)
