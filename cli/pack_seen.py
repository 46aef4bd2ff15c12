"""What `stray pack add` says of letters that were seen before they were added."""

from __future__ import annotations

from pathlib import Path

from cli.console import notice
from findings.errors import FindingsError
from matchers.keys import PackKey
from matchers.pack import Pack, open_pack
from scope.errors import ScopeError
from scope.loader import load_scope
from sweeps.rematching import Comparison, seen

# Seconds to wait for a database that another process holds; then it is said that it could not be asked.
_WAIT = 5.0
_SCOPE = Path("scope.toml")


def tell_seen(pack_path: Path, key: PackKey, before: Pack, database: Path | None) -> None:
    """Say where letters that were not in the pack before were seen; nothing is requested or recorded."""
    found = database or _database_of(pack_path)
    if found is None or not found.exists():
        return
    now = open_pack(pack_path, key)
    known = {before.letter(number).letter_id for number in range(before.letters)}
    ids = [each for each in (now.letter(number).letter_id for number in range(now.letters)) if each not in known]
    try:
        comparison, places = seen(found, now, ids, _WAIT)
    except FindingsError as error:
        notice(f"whether they were seen before is not known: {error}")
        return
    letters = {place.letter_id for place in places}
    if places:
        last = max(place.last_seen for place in places)
        where = _places(len({(place.url, place.member) for place in places}))
        notice(
            f"{len(letters)} of the {len(ids)} letters were seen before: {where}, last seen {last:%Y-%m-%d %H:%M} UTC; "
            "`stray rematch` records them"
        )
    else:
        notice(f"none of the {len(ids)} letters was seen before, as far as sketches tell")
    tell_limits(comparison)


def tell_limits(comparison: Comparison) -> None:
    """How far sketches reach, and what only a fetch can settle."""
    counts = comparison.counts
    if comparison.little:
        notice(f"{comparison.little} documents have a little of one of them; the next sweep fetches these again")
    if counts.missing:
        told = f"{counts.missing} of {counts.places} places"
        notice(f"{told} have no sketch that the pack's key opens: of them nothing is known until they are swept")
    if comparison.altered:
        notice(f"{comparison.altered} sketches can not be opened; the next sweep fetches their documents again")


def _database_of(pack_path: Path) -> Path | None:
    """That of the scope in this folder, where it is this pack's."""
    try:
        scope = load_scope(_SCOPE) if _SCOPE.exists() else None
    except ScopeError:
        return None
    if scope is None or not scope.pack.path.exists() or not scope.pack.path.samefile(pack_path):
        return None
    return scope.database.file


def _places(count: int) -> str:
    return "1 place" if count == 1 else f"{count} places"
