"""What a recheck asks for: places of findings, and nothing else of their units."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from fetching.known_places import KnownPlace, write_places
from findings.durable_files import storage_errors
from findings.keys import DatabaseKey
from findings.records import CanaryPlace
from findings.spool_folders import SweepFolder
from scope.guard import contains
from scope.model import AnyTarget, NameTarget, Scope
from scope.units import Unit, unit_of
from sweeps.canaries import canaries_of
from sweeps.plan import scope_digest


@dataclass(frozen=True, slots=True)
class Recheck:
    """Fixed when it begins.

    Attributes:
        scope: with the targets that hold places, and no others.
        places: by unit: those to ask for, and paths to compare the host with.
        outside: findings that no target of the scope holds any more; they are not asked for.
    """

    scope: Scope
    places: Mapping[str, tuple[KnownPlace, ...]]
    outside: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, scope: Scope, known: Mapping[str, tuple[KnownPlace, ...]], finding_ids: Collection[str], key: DatabaseKey
    ) -> Self:
        """Of these findings; the canary letters of their units are asked for as well."""
        wanted = frozenset(finding_ids)
        targets = [target for target in scope.targets if not isinstance(target, NameTarget)]
        by_unit = {unit_of(target).unit_id: target for target in targets}
        chosen: dict[str, dict[str, KnownPlace]] = {}
        asked: set[str] = set()
        for unit_id, places in known.items():
            for place in places:
                if not wanted.intersection(place.finding_ids):
                    continue
                target = by_unit.get(unit_id) or _holding(targets, place.url)
                if target is not None and contains(target, place.url):
                    asked.update(place.finding_ids)
                    chosen.setdefault(unit_of(target).unit_id, {})[place.url] = place
        for canary in canaries_of(scope, key, chosen):
            beside = KnownPlace(canary.url, None, canary.sha256 or "", (canary.canary_id,))
            chosen[canary.unit_id].setdefault(canary.url, beside)
        paths = {unit_id: [place for place in known.get(unit_id, ()) if place.is_canary] for unit_id in chosen}
        everything = {unit_id: (*places.values(), *paths[unit_id]) for unit_id, places in chosen.items()}
        return cls(_narrowed(scope, everything), everything, wanted - asked)

    @property
    def digest(self) -> str:
        """The same for the same places of the same targets: a recheck that was killed is gone on with by it."""
        urls = sorted(place.url for places in self.places.values() for place in places if not place.is_canary)
        told = "\n".join(["recheck", scope_digest(self.scope), *urls])
        return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    def canaries(self, key: DatabaseKey) -> tuple[CanaryPlace, ...]:
        """Letters that it must find."""
        return canaries_of(self.scope, key, self.places)


class RecheckPlaces:
    """Hands each unit its places, as `sweeps.known.Known` does for a sweep."""

    def __init__(self, recheck: Recheck, folder: SweepFolder) -> None:
        self._recheck = recheck
        self._folder = folder

    def file_for(self, unit: Unit) -> str:
        """The unit's file, written now."""
        path: Path = self._folder.places_file(unit.unit_id)
        with storage_errors(path.parent):
            write_places(path, self._recheck.places.get(unit.unit_id, ()))
        return str(path)


def _holding(targets: Iterable[AnyTarget], url: str) -> AnyTarget | None:
    """The target nearest to the place: the unit that saw it may have been a piece, or of an older scope."""
    held = [target for target in targets if not isinstance(target, NameTarget) and contains(target, url)]
    return max(held, key=lambda target: len(unit_of(target).start_url), default=None)


def _narrowed(scope: Scope, unit_ids: Collection[str]) -> Scope:
    kept = {
        kind: tuple(target for target in getattr(scope, kind) if unit_of(target).unit_id in unit_ids)
        for kind in ("site", "bucket", "ftp")
    }
    return scope.model_copy(update={**kept, "names": None})
