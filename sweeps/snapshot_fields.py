"""A snapshot of a sweep as plain fields, for a file and for a log: counts and hosts, never a place."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from sweeps.progress import NOT_COUNTED, Progress
from sweeps.tally import Snapshot, UnitAtWork

# Units at work that are named, those in trouble first; the rest is counted. Fewer than a screen has lines.
MOST_NAMED: Final = 20


def snapshot_fields(snapshot: Snapshot) -> dict[str, Any]:
    """See `docs/progress.md`."""
    left = snapshot.left
    named = sorted(snapshot.units, key=lambda unit: not unit.trouble)[:MOST_NAMED]
    return {
        "sweep": snapshot.sweep_id,
        "kind": snapshot.kind.value,
        "phase": snapshot.phase.value,
        "why": snapshot.why,
        "began_at": snapshot.began_at.isoformat(timespec="seconds"),
        "seconds": round(snapshot.seconds, 1),
        "units": {
            "planned": snapshot.planned,
            "resumed": snapshot.resumed,
            "ended": snapshot.ended,
            "broken": snapshot.broken,
            "at_work": len(snapshot.units),
            "waiting": snapshot.waiting,
        },
        "hosts": snapshot.hosts,
        "counts": counts_of(snapshot.counts),
        "requests_made": snapshot.made,
        "requests_per_second": _rounded(snapshot.requests_per_second),
        "mean_requests_per_second": _rounded(snapshot.mean_rate),
        "left": {"seconds": round(left.seconds), "basis": left.basis.value} if left else None,
        "at_work": [unit_fields(unit) for unit in named],
    }


def unit_fields(unit: UnitAtWork) -> dict[str, Any]:
    """One unit at work."""
    return {
        "unit": unit.unit_id,
        "source": unit.kind,
        "host": unit.host,
        "seconds": round(unit.seconds, 1),
        "quiet_seconds": round(unit.quiet_seconds, 1),
        "requests_per_second": _rounded(unit.requests_per_second),
        "trouble": unit.trouble,
        "counts": counts_of(unit.progress),
    }


def counts_of(progress: Progress) -> dict[str, int]:
    """All that is counted."""
    return {name: value for name, value in asdict(progress).items() if name not in NOT_COUNTED}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
