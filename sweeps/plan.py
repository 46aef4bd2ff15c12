"""What a sweep will do: its units, and the digest by which an interrupted sweep is recognised.

A million units are 10,000 targets that earlier sweeps cut into a hundred pieces each. They are numbered row by row and
made when they are asked for: what is kept is a number for each target, and the bounds of its pieces.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from fetching.seen import digest_of
from findings.records import UnitRecord
from scope.model import AnyTarget, Scope
from scope.pieces import Bounds, later_digests, pieces_of
from scope.units import Unit, UnitKind, unit_of

# The parts of a scope that say what is looked at. Limits, authority and paths may change between a kill and a resume.
_IDENTITY = ("organisation", "site", "bucket", "ftp", "names")
# Of each target: when it may be asked, and until when; and what its host is checked by.
_WHEN = ("windows", "expires", "canary_path")
# Of a search for names, likewise: how fast it asks.
_PACE = ("requests_per_second", "fastest")
_Digests = NDArray[np.uint64]
# Ids that are compared at a time: 8 bytes each, and Python's numbers (32 bytes) meanwhile.
_AT_A_TIME = 50_000


class Rows:
    """Numbers of one target's units, each given once."""

    __slots__ = ("_next", "_stop")

    def __init__(self, start: int, stop: int) -> None:
        self._next = start
        self._stop = stop

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        if self._next >= self._stop:
            raise StopIteration
        self._next += 1
        return self._next - 1


class Plan:
    """Every unit of a sweep, in the order of the scope; a target named twice is one.

    Args:
        scope: whose targets.
        cuts: of units that earlier sweeps found large, by id: where they were cut into pieces.
    """

    def __init__(self, scope: Scope, cuts: Mapping[str, Bounds] | None = None) -> None:
        self._targets: list[AnyTarget] = []
        self._bounds: list[Bounds | None] = []
        self._starts = array("L")
        self._count = 0
        self._last: tuple[int, list[Unit]] = (-1, [])
        cuts = cuts or {}
        seen: set[str] = set()
        for target in scope.targets:
            unit = unit_of(target)
            if unit.unit_id in seen:
                continue
            seen.add(unit.unit_id)
            bounds = cuts.get(unit.unit_id)
            self._targets.append(target)
            self._bounds.append(bounds)
            self._starts.append(self._count)
            self._count += len(bounds) + 1 if bounds else 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Unit]:
        for number in range(len(self._targets)):
            yield from self._pieces(number)

    def unit(self, row: int) -> Unit:
        """The unit of this number."""
        number = bisect_right(self._starts, row) - 1
        return self._pieces(number)[row - self._starts[number]]

    def by_host(self, kinds: Collection[UnitKind]) -> Iterator[tuple[str, Rows]]:
        """The host of each target of these kinds, and its units."""
        for number, target in enumerate(self._targets):
            unit = unit_of(target)
            if unit.kind in kinds:
                stop = self._starts[number + 1] if number + 1 < len(self._starts) else self._count
                yield unit.host, Rows(self._starts[number], stop)

    def wholes(self) -> Iterator[str]:
        """Ids of all units as they were before any was cut."""
        return (unit_of(target).unit_id for target in self._targets)

    def cuts(self) -> dict[str, Bounds]:
        """Where those are cut."""
        return {whole: bounds for whole, bounds in zip(self.wholes(), self._bounds, strict=True) if bounds}

    def pieces(self) -> dict[str, int]:
        """How many pieces each of those has."""
        return {
            whole: len(bounds) + 1 if bounds else 1 for whole, bounds in zip(self.wholes(), self._bounds, strict=True)
        }

    def records(self) -> Sequence[UnitRecord]:
        """What the spool and the database keep of each."""
        return _Records(self)

    def open_rows(self, finished: Iterable[str]) -> bytearray:
        """For each unit, 1 where it is not among these ids."""
        known = id_digests(finished)
        marks = bytearray(self._count)
        held: list[int] = []
        row = 0
        for number, target in enumerate(self._targets):
            unit, bounds = unit_of(target), self._bounds[number]
            held.append(id_digest(unit.unit_id))
            held.extend(later_digests(unit, bounds) if bounds else ())
            if len(held) >= _AT_A_TIME or number == len(self._targets) - 1:
                is_open = ~is_among(known, np.array(held, dtype=np.uint64))
                marks[row : row + len(held)] = is_open.astype(np.uint8).tobytes()
                row += len(held)
                held.clear()
        return marks

    def _pieces(self, number: int) -> list[Unit]:
        """A target's units; the last target's are kept, for they are asked for one after another."""
        if self._last[0] != number:
            self._last = (number, pieces_of(unit_of(self._targets[number]), self._bounds[number]))
        return self._last[1]


class _Records(Sequence[UnitRecord]):
    """A plan's units as records, made when they are read."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def __len__(self) -> int:
        return len(self._plan)

    @overload
    def __getitem__(self, index: int) -> UnitRecord: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[UnitRecord]: ...
    def __getitem__(self, index: int | slice) -> UnitRecord | Sequence[UnitRecord]:
        if isinstance(index, slice):
            return [self[number] for number in range(len(self))[index]]
        return UnitRecord.from_unit(self._plan.unit(range(len(self))[index]))

    def __iter__(self) -> Iterator[UnitRecord]:
        return map(UnitRecord.from_unit, self._plan)


def id_digest(unit_id: str) -> int:
    """Eight bytes that stand for an id: those that it ends with, where it was made by `scope.units`."""
    try:
        return int(unit_id[-16:], 16)
    except ValueError:
        return digest_of(unit_id)


def id_digests(unit_ids: Iterable[str]) -> _Digests:
    """The same of many, ascending."""
    digests = np.fromiter(map(id_digest, unit_ids), dtype=np.uint64)
    digests.sort()
    return digests


def is_among(known: _Digests, asked: _Digests) -> NDArray[np.bool_]:
    """Of each that is asked for: is it among these? They are ascending: sorted once, and not for each call."""
    if not len(known):
        return np.zeros(len(asked), dtype=np.bool_)
    at = np.searchsorted(known, asked)
    return np.asarray(known[np.minimum(at, len(known) - 1)] == asked)


def scope_digest(scope: Scope) -> str:
    """The same for the same targets; 128 bit in hex."""
    identity = scope.model_dump(mode="json", include=set(_IDENTITY))
    for kind in ("site", "bucket", "ftp"):
        identity[kind] = [
            {key: value for key, value in target.items() if key not in _WHEN} for target in identity[kind]
        ]
    names = identity.pop("names", None)
    if names is not None:  # a scope without them has the digest that it had before there were any
        identity["names"] = {key: value for key, value in names.items() if key not in _PACE}
    return hashlib.blake2b(json.dumps(identity, sort_keys=True).encode(), digest_size=16).hexdigest()


def user_agent(scope: Scope, version: str) -> str:
    """Who asks and whom to write to, in printable ASCII: other characters may not stand in a header."""
    text = f"Stray/{version} (+{scope.contact}; {scope.organisation})"
    return "".join(character if " " <= character <= "~" else "?" for character in text)
