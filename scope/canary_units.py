"""Which unit a canary letter lies in, and what is wrong with those of a scope."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from scope.canaries import Canary
from scope.guard import contains
from scope.model import NameTarget, Scope
from scope.units import Unit, unit_of
from scope.urls import canonical_url, has_credentials


def unit_of_canary(scope: Scope, canary: Canary) -> Unit | None:
    """The unit that must find it: of several that hold its place, the one that begins nearest to it."""
    try:
        url = canonical_url(canary.url)
        units = [
            unit_of(target) for target in scope.targets if not isinstance(target, NameTarget) and contains(target, url)
        ]
    except ValueError:
        return None
    return max(units, key=lambda unit: len(unit.start_url), default=None)


def label_of(canary: Canary) -> str:
    """How messages call it: never its address."""
    return canary.label or canary.letter or f"file {(canary.sha256 or '')[:12]}"


def unfit_canaries(scope: Scope) -> Iterator[str]:
    """What is wrong; no text holds an address's path."""
    seen: set[str] = set()
    for number, canary in enumerate(scope.canary, 1):
        where = f"canary[{number}].url"
        host = urlsplit(canary.url).netloc.rpartition("@")[2] if "://" in canary.url else "no address"
        if unit_of_canary(scope, canary) is None:
            yield f"{where}: lies in no target of this scope ({host}); no sweep would come there"
        elif has_credentials(canary.url):
            yield f"{where}: carries a credential; a canary letter lies where anyone can read it"
        elif canary.url in seen:
            yield f"{where}: named twice; one letter at one place"
        seen.add(canary.url)
