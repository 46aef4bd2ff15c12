"""Keys that may be there though no listing shows them."""

from __future__ import annotations

from collections.abc import Iterator

from fetching.errand import Errand
from scope.model import BucketTarget


class KnownKeys:
    """The keys of one bucket, always in the same order, so that a number tells how many were tried."""

    def __init__(self, errand: Errand, target: BucketTarget) -> None:
        self._keys = tuple(dict.fromkeys(target.known_keys))

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._keys)

    def from_number(self, number: int) -> Iterator[str]:
        """All keys after the first `number`."""
        yield from self._keys[number:]

    def tried(self, number: int) -> frozenset[str]:
        """The first `number` of them: they have had their records, whatever lists them later."""
        return frozenset(self._keys[:number])
