"""Whose requests these are: what the conduct log says of a unit, or of a command that asks for single places."""

from __future__ import annotations

from typing import assert_never

from fetching.conduct import Provenance, Why
from findings.keys import DatabaseKey
from scope.conduct import PlaceForm
from scope.model import Scope
from scope.units import Unit, UnitKind


def of_unit(scope: Scope, unit: Unit, sweep_id: str, key: DatabaseKey, usual: Why | None = None) -> Provenance:
    """Of a unit of a sweep; a recheck says itself what its requests are for."""
    target = unit.target
    head = {
        "sweep": sweep_id,
        "unit": unit.unit_id,
        "host": unit.host,
        "tier": target.tier.value,
        "supplier": target.supplier or "",
        "target_authority": target.authority,
    }
    return Provenance(
        head | _of_scope(scope), usual or _usual(unit.kind), scope.conduct.urls, _key(scope, key), unit.start_url
    )


def of_command(scope: Scope, command: str, by: str, usual: Why, key: DatabaseKey | None) -> Provenance:
    """Of a command; without a database key places are masked."""
    form = PlaceForm.MASKED if key is None and scope.conduct.urls is PlaceForm.KEYED else scope.conduct.urls
    head = {"command": command, "by": by} | _of_scope(scope)
    return Provenance(head | {"urls": form.value}, usual, form, key.subkey("conduct") if key else b"")


def _of_scope(scope: Scope) -> dict[str, str]:
    authority = scope.authority
    return {
        "organisation": scope.organisation,
        "authority": authority.reference if authority else "",
        "authority_expires": authority.expires.isoformat() if authority else "",
        "urls": scope.conduct.urls.value,
    }


def _key(scope: Scope, key: DatabaseKey) -> bytes:
    return key.subkey("conduct") if scope.conduct.urls is PlaceForm.KEYED else b""


def _usual(kind: UnitKind) -> Why:
    match kind:
        case UnitKind.SITE:
            return Why.LINK
        case UnitKind.OPEN_DIRECTORY | UnitKind.BUCKET | UnitKind.FTP:
            return Why.LISTING
        case UnitKind.NAMES:
            return Why.NAME_QUESTION
        case _:
            assert_never(kind)
