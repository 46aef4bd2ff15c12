"""What people decide of findings: every decision is kept, the latest counts."""

from __future__ import annotations

from pathlib import Path

from findings.database import LOCK_WAIT_SECONDS, open_writer
from findings.errors import DatabaseMissingError, FindingUnknownError, TriageError
from findings.records import TriageDecision
from findings.results import TriageEvent


def set_triage(database: Path, finding_id: str, event: TriageEvent, wait_seconds: float = LOCK_WAIT_SECONDS) -> None:
    """Add a decision to a finding, named by its whole id (`query.finding` finds it by its beginning).

    Raises:
        TriageError: `ACCEPTED_UNTIL` lacks its last day or another decision has one, nobody decided, or the time has
            no time zone.
        FindingUnknownError: there is no such finding.
        FindingsError: the database is missing, locked for too long, or can not be used.
    """
    if (event.decision is TriageDecision.ACCEPTED_UNTIL) != (event.valid_until is not None):
        raise TriageError("accepted_until needs its last day, and no other decision takes one")
    if not event.decided_by.strip():
        raise TriageError("say who decided")
    if event.decided_at.tzinfo is None:
        raise TriageError("the time of a decision needs its time zone")
    if not database.exists():
        raise DatabaseMissingError(database)
    with open_writer(database, wait_seconds) as connection:
        # A lone surrogate can not even be asked for.
        asked = "SELECT 1 FROM findings WHERE finding_id = ?"
        if not finding_id.isascii() or not connection.execute(asked, [finding_id]).fetchall():
            raise FindingUnknownError(finding_id)
        connection.execute(
            "INSERT INTO triage_events (finding_id, decision, note, decided_by, decided_at, valid_until) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [finding_id, event.decision.value, event.note, event.decided_by, event.decided_at, event.valid_until],
        )
