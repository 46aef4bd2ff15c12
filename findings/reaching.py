"""Questions of how far sweeps saw, and a person's word that a fall is explained."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from findings.asking import asked, times
from findings.database import LOCK_WAIT_SECONDS, Connection, open_writer
from findings.errors import UnitUnknownError
from findings.reach_records import (
    CanaryCheck,
    LimitReached,
    ReachChange,
    ReachChangeKind,
    ReachTold,
    StrayCanary,
    SweepReach,
)
from findings.records import FindingState
from findings.stored_text import storable

_STRAYS: Final = """
SELECT status.finding_id, status.letter_id, status.host,
    (SELECT list(label || ' at ' || split_part(url, '/', 3) ORDER BY label, url) FROM canary_places
    WHERE canary_places.letter_id = status.letter_id) AS planted
FROM finding_status AS status
WHERE status.canary = 'elsewhere' AND NOT status.settled AND status.state <> 'gone'
    AND status.finding_id IN (SELECT finding_id FROM sightings WHERE sweep_id = ?)
ORDER BY status.host, status.finding_id
"""
# Answers for a place where something else stands now. They decide nothing and may stay so for ever.
_REPLACED: Final = """
SELECT count(*) AS count FROM sightings JOIN finding_status AS status USING (finding_id)
WHERE sightings.sweep_id = ? AND sightings.basis IN ('fetched_without_match', 'login_page', 'soft_404')
    AND sightings.presence = 'unknown' AND status.state = 'unknown' AND NOT status.settled
"""
_MOVED: Final = """
SELECT copies.earlier_state AS state, count(*) AS count
FROM copies
JOIN sightings ON sightings.finding_id = copies.finding_id AND sightings.sweep_id = ? AND sightings.state = 'new'
JOIN finding_status AS status ON status.finding_id = copies.finding_id AND NOT status.settled
WHERE copies.relation = 'moved' GROUP BY ALL ORDER BY ALL
"""
_HAS_NEW: Final = "SELECT 1 FROM sightings WHERE sweep_id = ? AND state = 'new' LIMIT 1"


def reach_told(connection: Connection, sweep_id: str) -> ReachTold:
    """What one sweep, merged, has to say of how far it saw."""
    whole = asked(connection, _of("sweep_reach", SweepReach.__slots__), [sweep_id])
    return ReachTold(
        SweepReach(**whole[0]) if whole else SweepReach(),
        tuple(
            LimitReached(**row) for row in asked(connection, _of("limits_reached", LimitReached.__slots__), [sweep_id])
        ),
        tuple(_change(row) for row in asked(connection, _of("reach_changes", ReachChange.__slots__), [sweep_id])),
        tuple(_check(row) for row in asked(connection, _of("canaries", CanaryCheck.__slots__), [sweep_id])),
        tuple(
            StrayCanary(**row | {"planted": tuple(row["planted"] or ())})
            for row in asked(connection, _STRAYS, [sweep_id])
        ),
        int(asked(connection, _REPLACED, [sweep_id])[0]["count"]),
        _moved(connection, sweep_id),
    )


def accept_fall(
    database: Path,
    unit: str,
    by: str,
    note: str,
    sweep_id: str | None = None,
    wait_seconds: float = LOCK_WAIT_SECONDS,
) -> tuple[str, str]:
    """Put on record that a person has explained a fall: from then on the unit is held against what that sweep saw.

    Args:
        database: which.
        unit: id of the unit, its beginning, or its start as the scope says.
        by: who says so.
        note: why.
        sweep_id: whose fall; the latest that is suspicious, if not given.
        wait_seconds: for a database that another process holds.

    Returns:
        The unit's id and the sweep's.

    Raises:
        UnitUnknownError: no such unit has a fall that nobody has accepted, or several have.
    """
    query = (
        "SELECT DISTINCT unit_id, sweep_id FROM reach_changes WHERE is_suspicious "
        "AND (starts_with(unit_id, $unit) OR start_url = $unit) AND sweep_id = coalesce($sweep, sweep_id) "
        "QUALIFY row_number() OVER (PARTITION BY unit_id ORDER BY sweep_id DESC) = 1"
    )
    with open_writer(database, wait_seconds) as connection:
        rows = asked(connection, query, {"unit": storable(unit), "sweep": sweep_id})
        if len(rows) != 1:
            raise UnitUnknownError(len(rows))
        unit_id, fell_in = str(rows[0]["unit_id"]), str(rows[0]["sweep_id"])
        connection.execute(
            "INSERT INTO reach_accepted VALUES (?, ?, ?, ?, ?)",
            [unit_id, fell_in, storable(by), datetime.now(UTC), storable(note)],
        )
    return unit_id, fell_in


def _moved(connection: Connection, sweep_id: str) -> dict[FindingState, int]:
    """What a sweep without news need not ask: to pair all findings takes longest of all this."""
    if not asked(connection, _HAS_NEW, [sweep_id]):
        return {}
    return {FindingState(row["state"]): int(row["count"]) for row in asked(connection, _MOVED, [sweep_id])}


def _of(view: str, columns: Sequence[str]) -> str:
    return f"SELECT {', '.join(columns)} FROM {view} WHERE sweep_id = ?"  # noqa: S608 - constants


def _change(row: dict[str, Any]) -> ReachChange:
    return ReachChange(**row | {"change": ReachChangeKind(row["change"])})


def _check(row: dict[str, Any]) -> CanaryCheck:
    return CanaryCheck(**row | times(row))
