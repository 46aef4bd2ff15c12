"""Keys that may be there though no listing shows them: of known findings, of the scope's patterns, met in pages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final
from urllib.parse import unquote

from fetching.errand import Errand
from fetching.known_places import read_places
from fetching.leads import read_leads
from scope.key_patterns import count, expand
from scope.model import BucketTarget

# Keys that were not tried and get a record each; patterns may stand for more of them than there are grains of sand, so
# the others share one. Half of what a unit may request by default.
KEYS_TOLD: Final = 10_000
# As many as can be told; beyond that they are not counted.
_MOST: Final = 1 << 62
# Keys that a unit may have tried: more than its requests, unless somebody allows it a million.
_MOST_TRIED: Final = 1_000_000


class KnownKeys:
    """The keys of one bucket, always in the same order, so that a number tells how many were tried.

    Args:
        errand: has the files of leads and of known places.
        target: the bucket.
        base: the address that its objects' begin with.
    """

    def __init__(self, errand: Errand, target: BucketTarget, base: str = "") -> None:
        self._target = target
        self._leads = errand.leads
        self._places = errand.places
        self._base = base
        self._patterns = tuple(dict.fromkeys(target.known_keys))
        self._tried_number = 0
        self._tried: frozenset[str] = frozenset()
        self.count = min(
            sum(map(count, self._patterns)) + sum(1 for _ in self._met()) + sum(1 for _ in self._known()), _MOST
        )

    def from_number(self, number: int) -> Iterator[str]:
        """All keys after the first `number`, made as they are asked for."""
        return iter(()) if number >= self.count else islice(self._all(), number, None)

    def tried(self, number: int) -> frozenset[str]:
        """The first `number` of them: they have had their records, whatever lists them later."""
        if number != self._tried_number:
            self._tried_number = number
            self._tried = frozenset(islice(self._all(), min(number, _MOST_TRIED)))
        return self._tried

    def untold(self, number: int) -> tuple[Iterator[str], int]:
        """Of the keys after the first `number`, those that get a record each, and how many others there are."""
        return islice(self.from_number(number), KEYS_TOLD), max(0, self.count - number - KEYS_TOLD)

    def _all(self) -> Iterator[str]:
        seen: set[str] = set()
        for key in self._in_order():
            if key not in seen:
                seen.add(key)
                yield key

    def _in_order(self) -> Iterator[str]:
        yield from self._known()
        for pattern in self._patterns:
            yield from expand(pattern)
        yield from self._met()

    def _known(self) -> Iterator[str]:
        """Keys of findings of earlier sweeps; an earlier version has an address of its own, and is not asked for."""
        for place in read_places(self._places) if self._base else ():
            if not place.is_canary and place.url.startswith(self._base) and "?" not in place.url:
                key = unquote(place.url.removeprefix(self._base), errors="surrogateescape")
                if key and key.startswith(self._target.prefix):
                    yield key

    def _met(self) -> Iterator[str]:
        """Keys that were named in pages, as they are: a brace in one is a brace."""
        target = self._target
        bucket = (target.provider, target.account or "", target.name)
        for lead in read_leads(self._leads):
            is_here = (lead.provider, lead.account, lead.name) == bucket
            if is_here and lead.key and lead.key.startswith(target.prefix):
                yield lead.key
