"""What is kept, as the database tells it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from findings.asking import asked, times
from findings.database import LOCK_WAIT_SECONDS, open_reader


@dataclass(frozen=True, slots=True)
class Held:
    """One piece of evidence; names as in the table `sealed_evidence`. Its places do not show in `repr`."""

    evidence_id: str
    fetched_at: datetime
    captured_by: str
    reason: str
    sweep_id: str | None
    sha256: str
    sha1: str
    size: int
    sealed_sha256: str
    sealed_size: int
    recipients: tuple[str, ...]
    destroyed_at: datetime | None
    finding_ids: tuple[str, ...]
    urls: tuple[str, ...] = field(repr=False)


_JOINED = ("finding_ids", "urls")


def held(database: Path, wait_seconds: float = LOCK_WAIT_SECONDS) -> tuple[Held, ...]:
    """All that was ever kept, the latest first. Raises FindingsError where the database can not be opened."""
    columns = ", ".join(f"sealed_evidence.{name}" for name in Held.__slots__ if name not in _JOINED)
    query = (
        f"SELECT {columns}, list_sort(list_distinct(list(finding_id))) AS finding_ids, "  # noqa: S608 - constants
        "list_sort(list_distinct(list(url))) AS urls FROM sealed_evidence "
        "LEFT JOIN sealed_findings USING (evidence_id) LEFT JOIN findings USING (finding_id) "
        f"GROUP BY {columns}, event_number ORDER BY event_number DESC"
    )
    with open_reader(database, wait_seconds) as connection:
        rows = asked(connection, query)
    return tuple(
        Held(**row | times(row) | {name: tuple(row[name] or ()) for name in ("recipients", *_JOINED)}) for row in rows
    )


def not_kept(database: Path, sweep_id: str, wait_seconds: float = LOCK_WAIT_SECONDS) -> int:
    """How many files this sweep would have kept, had the vault not been as full as the scope allows."""
    query = "SELECT count(*) AS count FROM evidence_log WHERE action = 'not_kept' AND contains(line, ?)"
    with open_reader(database, wait_seconds) as connection:
        return int(asked(connection, query, [f'"sweep_id": "{sweep_id}"'])[0]["count"])


def seen_digests(database: Path, url: str, wait_seconds: float = LOCK_WAIT_SECONDS) -> frozenset[str]:
    """SHA-256 of each whole file that a sweep has fetched from this place, in hex."""
    query = "SELECT DISTINCT sha256 FROM documents WHERE url = ? AND member = ''"
    with open_reader(database, wait_seconds) as connection:
        return frozenset(str(row["sha256"]) for row in asked(connection, query, [url]))
