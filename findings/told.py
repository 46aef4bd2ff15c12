"""Which sweeps' summaries have been told: what only others have found stays news."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from findings.database import LOCK_WAIT_SECONDS, open_writer
from findings.errors import FindingsError


def mark_told(
    database: Path, sweep_id: str, wait_seconds: float = LOCK_WAIT_SECONDS, told_at: datetime | None = None
) -> bool:
    """Record that the summary of this sweep has been told; once it has been printed, not before.

    Args:
        database: which.
        sweep_id: whose summary.
        wait_seconds: for a database that another process holds.
        told_at: aware; now, if not given. The first time counts.

    Returns:
        False if it could not be recorded: the database is held or missing, the disk is full, or no such sweep has been
        merged. Then the next sweep tells of the same findings once more. Nothing is raised: the summary stands.
    """
    if not database.exists() or not sweep_id.isascii():
        return False
    try:
        with open_writer(database, wait_seconds) as connection:
            added = "INSERT OR IGNORE INTO told_sweeps SELECT sweep_id, ? FROM sweeps WHERE sweep_id = ?"
            connection.execute(added, [told_at or datetime.now(UTC), sweep_id])
            known = connection.execute("SELECT 1 FROM told_sweeps WHERE sweep_id = ?", [sweep_id]).fetchall()
    except FindingsError:
        return False
    return bool(known)
