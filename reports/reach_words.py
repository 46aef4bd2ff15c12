"""How far a sweep saw, in a few lines: canary letters first, for without them nothing else can be believed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final

from findings.reach_records import CanaryCheck, LimitReached, ReachChange, ReachChangeKind, ReachTold

# Lines of one kind that are told; the rest is counted. `stray findings reach` tells all.
MOST_LINES: Final = 5

_WORDS: Final = {
    ReachChangeKind.REFUSES: "refuses everything, and gave {before:,} documents before",
    ReachChangeKind.TRUNCATED: "{now:,} listings or files came cut off, {before:,} before",
    ReachChangeKind.LIMIT: "met the limit {detail} for the first time, {now:,} places left",
    ReachChangeKind.BROKE: "{detail}, and was finished before",
    ReachChangeKind.BACK: "finished again, {detail} before",
    ReachChangeKind.LEFT_SCOPE: "is in this sweep's scope no more; it gave {before:,} documents",
}
_SEEN: Final = {
    "entries": "listed {before:,} entries, now {now:,}",
    "documents": "gave {before:,} documents, now {now:,}",
}


def alarms(reach: ReachTold, most: int = MOST_LINES) -> Iterator[str]:
    """What makes the sweep's other answers doubtful, or is a leak of its own."""
    if reach.missing:
        yield (
            f"BROKEN: {len(reach.missing)} of {len(reach.canaries)} canary letters not found; what is said of their "
            "targets does not count"
        )
        yield from _cut([_missing(canary) for canary in reach.missing], most)
    if reach.strays:
        yield f"CANARY ELSEWHERE: {len(reach.strays)} copies of canary letters lie where nobody planted them"
        yield from _cut([
            f"  {each.letter_id} at {each.host} (finding {each.finding_id[:8]}), planted: "
            f"{', '.join(each.planted) or 'in no sweep of this database'}"
            for each in reach.strays
        ], most)  # fmt: skip
    if reach.suspicious:
        yield "BLIND OR FIXED? much less was seen than before, and no answer of the server explains it:"
        yield from _cut([_fell(change) for change in _largest(reach.suspicious)], most)
        yield "  if it is as it should be: stray findings reach --accept UNIT --note WHY"


def told_of(reach: ReachTold, most: int = MOST_LINES) -> Iterator[str]:
    """How far the sweep saw, and what is otherwise than before."""
    whole = reach.whole
    share = "" if whole.share_seen is None else f", {percent(whole.share_seen)} of what was to be read"
    entries = "" if whole.entries is None else f"{whole.entries:,} entries, "
    empty = f" ({whole.units_empty:,} more gave nothing)" if whole.units_empty else ""
    seen = whole.units_finished - whole.units_empty
    yield (
        f"seen: {seen:,} of {whole.units:,} units{empty}, {entries}{whole.fetched:,} documents read, "
        f"{whole.unchanged:,} unchanged, {whole.skipped:,} skipped{share}"
    )
    if reach.canaries and not reach.missing:
        yield f"canary letters: all {len(reach.canaries)} found"
    if reach.moved:
        yield f"moved: {_moved(reach)}; stray findings show ID tells from where"
    if reach.replaced:
        yield (
            f"replaced: {_places(reach.replaced)} something else now, which proves nothing by itself. Look at them; "
            "where that is for good: stray findings set ID closed --note WHY. A sweep that sees it opens it again"
        )
    yield from _cut([limit_told(limit) for limit in reach.limits], most)
    others = [change for change in reach.changes if not change.is_suspicious]
    yield from _cut([f"{change.start_url}: {change_told(change)}" for change in others], most)


def reach_fields(reach: ReachTold) -> dict[str, Any]:
    """For programs. Units' starts are what the operator wrote into the scope."""
    return {
        "broken": bool(reach.missing),
        "canaries": [_plain(canary) for canary in reach.canaries],
        "canaries_elsewhere": [asdict(stray) for stray in reach.strays],
        "reach": asdict(reach.whole),
        "moved": dict(reach.moved),
        "replaced": reach.replaced,
        "limits": [asdict(limit) for limit in reach.limits],
        "changes": [asdict(change) for change in reach.changes],
    }


def limit_told(limit: LimitReached) -> str:
    """Which limit, what it left, what it would have taken."""
    needed = f"; {limit.needed_at_least:,} would have been needed at least" if limit.needed_at_least else ""
    return f"{limit.start_url}: cut short by the limit {limit.limit_name}, {limit.places_left:,} places left{needed}"


def change_told(change: ReachChange) -> str:
    """What is otherwise than before, without the unit's name."""
    if change.change is not ReachChangeKind.FELL:
        return _WORDS[change.change].format(before=change.before, now=change.now, detail=change.detail)
    words = _SEEN[change.detail].format(before=change.before, now=change.now)
    if change.explained:
        words += f"; the server says of {change.explained:,} that they are not there"
    return f"{words}{'; accepted' if change.is_accepted else ''}"


def percent(share: float) -> str:
    """Cut and not rounded: 100 % is all of them."""
    return f"{math.floor(share * 1000) / 10:g} %"


def _moved(reach: ReachTold) -> str:
    total = sum(reach.moved.values())
    states = ", ".join(f"{count} {state.value}" for state, count in reach.moved.items())
    return f"{total:,} of the new findings lay elsewhere before (there now: {states})"


def _places(number: int) -> str:
    return "the place of 1 finding holds" if number == 1 else f"the places of {number:,} findings hold"


def _missing(canary: CanaryCheck) -> str:
    last = f"last found {canary.last_found:%Y-%m-%d}" if canary.last_found else "never found yet"
    return f"  {canary.label} at {canary.host}: {canary.basis}; {last}"


def _fell(change: ReachChange) -> str:
    return f"  {change.start_url}: {change_told(change)} ({change.unit_id})"


def _largest(changes: Sequence[ReachChange]) -> list[ReachChange]:
    return sorted(changes, key=lambda change: change.now - change.before)


def _plain(canary: CanaryCheck) -> dict[str, Any]:
    return asdict(canary) | {"last_found": canary.last_found.isoformat() if canary.last_found else None}


def _cut(lines: Sequence[str], most: int) -> Iterator[str]:
    yield from lines[:most]
    if len(lines) > most:
        yield f"  and {len(lines) - most} more: stray findings reach"
