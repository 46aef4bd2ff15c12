"""Requests that a database says were made: what its conduct log has to hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from findings.asking import asked, utc
from findings.database import open_reader

# Only units that ended by themselves: their log was closed before they counted as ended. Of one that was killed,
# requests are counted that it may not have come to.
_MADE: Final = """
SELECT units.sweep_id, units.unit_id, units.requests, sweeps.started_at
FROM units JOIN sweeps ON sweeps.sweep_id = units.sweep_id
WHERE units.requests > 0 AND units.state = 'finished'
ORDER BY ALL
"""


@dataclass(frozen=True, slots=True)
class Made:
    """A unit of a sweep that asked for something."""

    sweep_id: str
    unit_id: str
    requests: int
    started_at: datetime


def requests_made(database: Path, wait_seconds: float) -> tuple[Made, ...]:
    """By unit, oldest sweeps first.

    Raises:
        FindingsError: the database is missing, held for too long, or can not be used.
    """
    with open_reader(database, wait_seconds) as connection:
        rows = asked(connection, _MADE, [])
    return tuple(Made(row["sweep_id"], row["unit_id"], int(row["requests"]), utc(row["started_at"])) for row in rows)
