"""Places that sweeps ask for again: those of findings; and paths that answered, to compare their host with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from fetching.known_places import CANARY_BYTES, KnownPlace
from findings.asking import asked
from findings.database import LOCK_WAIT_SECONDS, open_reader
from findings.statements import sql_text

# Days that a place is asked for after it was gone: takedowns are looked at again after 90 days for the last time.
ASKED_AFTER_GONE: Final = timedelta(days=90)
# Documents of a unit that serve as canary paths: one may have been taken down since, and says nothing then.
CANARY_DOCUMENTS: Final = 2


def known_places(
    database: Path, now: datetime | None = None, wait_seconds: float = LOCK_WAIT_SECONDS
) -> dict[str, tuple[KnownPlace, ...]]:
    """Places of findings that are not gone, or were until lately, and canary paths, by unit.

    Raises:
        FindingsError: the database is missing, locked for too long, or can not be used.
    """
    since = (now or datetime.now(UTC)) - ASKED_AFTER_GONE
    values = {"gone_since": since, "most_bytes": CANARY_BYTES, "documents": CANARY_DOCUMENTS}
    with open_reader(database, wait_seconds) as connection:
        rows = asked(connection, sql_text("report_queries", "known_places.sql"), values)
    found: dict[str, list[KnownPlace]] = {}
    for row in rows:
        place = KnownPlace(
            row["url"], row["parent"], row["sha256"], tuple(row["finding_ids"]), row["rows"], row["media_type"]
        )
        found.setdefault(row["unit_id"], []).append(place)
    return {unit_id: tuple(places) for unit_id, places in found.items()}
