"""The canary letters of a scope, as a sweep keeps them."""

from __future__ import annotations

from collections.abc import Collection

from findings.keys import DatabaseKey
from findings.records import CanaryPlace
from scope.canary_units import label_of, unit_of_canary
from scope.model import Scope
from scope.urls import canonical_url

_KIND = "canary"


def canaries_of(scope: Scope, key: DatabaseKey, unit_ids: Collection[str] | None = None) -> tuple[CanaryPlace, ...]:
    """What a sweep of this scope must find; of these units alone, if they are given."""
    found = []
    for canary in scope.canary:
        unit = unit_of_canary(scope, canary)
        if unit is None or (unit_ids is not None and unit.unit_id not in unit_ids):
            continue
        url = canonical_url(canary.url)
        canary_id = key.fact(_KIND, f"{url}\n{canary.letter or canary.sha256}")
        found.append(CanaryPlace(canary_id, unit.unit_id, url, canary.letter, canary.sha256, label_of(canary)))
    return tuple(found)
