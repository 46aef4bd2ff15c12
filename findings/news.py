"""News for notifications: which findings are new or back, and when that was so; ids and severities, never a place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from findings.asking import asked
from findings.database import LOCK_WAIT_SECONDS, open_reader
from findings.records import FindingState, Severity
from findings.statements import sql_text


@dataclass(frozen=True, slots=True)
class News:
    """One finding that is new or back.

    Attributes:
        key: the same for the same news however often a sweep tells it: a finding is new once, and back once for each
            time that it had gone.
        event: new or reappeared.
        incident_id: the incident that it belongs to; None where there is none.
    """

    key: str
    event: FindingState
    finding_id: str
    severity: Severity
    incident_id: str | None


def news_of(database: Path, sweep_id: str, wait_seconds: float = LOCK_WAIT_SECONDS) -> tuple[News, ...]:
    """What this sweep has to tell of findings that nobody has put aside, the worst first.

    Raises:
        FindingsError: the database is missing, locked for too long, or can not be used.
    """
    return _asked(database, "sweep_news.sql", sweep_id, wait_seconds)


def still_news(database: Path, keys: frozenset[str], wait_seconds: float = LOCK_WAIT_SECONDS) -> tuple[News, ...]:
    """Which of these news are still true: the finding is neither gone nor put aside, and has not gone and come since.

    Raises:
        FindingsError: as above.
    """
    return _asked(database, "still_news.sql", sorted(keys), wait_seconds) if keys else ()


def _asked(database: Path, question: str, value: object, wait_seconds: float) -> tuple[News, ...]:
    with open_reader(database, wait_seconds) as connection:
        rows = asked(connection, sql_text("report_queries", question), [value])
    return tuple(_news(row) for row in rows)


def _news(row: dict[str, Any]) -> News:
    return News(
        row["key"], FindingState(row["event"]), row["finding_id"], Severity(row["severity"]), row["incident_id"]
    )
