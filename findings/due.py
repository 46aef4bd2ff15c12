"""When what was reported or taken down is looked at again, and whether that is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from findings.asking import asked, utc
from findings.database import LOCK_WAIT_SECONDS, open_reader

# After what somebody did about it. What is taken down comes back within hours by a cache or a mirror, and after weeks
# from a back-up.
LOOKED_AT_AGAIN: Final = (
    timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(days=3), timedelta(days=7),
    timedelta(days=30), timedelta(days=90),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Due:
    """One finding that somebody reported or had taken down.

    Attributes:
        since: when.
        answered_at: its latest answer.
        next_look: when it is to be looked at; in the past where that is due; None after the last look.
    """

    finding_id: str
    since: datetime
    answered_at: datetime
    next_look: datetime | None


def looks_due(database: Path, wait_seconds: float = LOCK_WAIT_SECONDS) -> tuple[Due, ...]:
    """Of all findings whose latest decision is that they were reported or taken down, the next look.

    Raises:
        FindingsError: the database is missing, locked for too long, or can not be used.
    """
    query = (
        "SELECT status.finding_id, status.answered_at, max(events.decided_at) AS since FROM finding_status AS status "
        "JOIN triage_events AS events ON events.finding_id = status.finding_id AND events.decision = status.triage "
        "WHERE status.triage IN ('reported', 'taken_down') GROUP BY ALL ORDER BY status.finding_id"
    )
    with open_reader(database, wait_seconds) as connection:
        rows = asked(connection, query)
    found = ((row["finding_id"], utc(row["since"]), utc(row["answered_at"])) for row in rows)
    return tuple(Due(each, since, answered, next_look(since, answered)) for each, since, answered in found)


def next_look(since: datetime, answered_at: datetime, steps: Sequence[timedelta] = LOOKED_AT_AGAIN) -> datetime | None:
    """The first look that has had no answer since it came up; those that were missed are made good by one."""
    open_looks = [since + step for step in steps if since + step > answered_at]
    return open_looks[0] if open_looks else None
