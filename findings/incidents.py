"""Incidents, exposed letters and people: what lies open, gathered as a person handles and reports it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from findings.asking import asked, times
from findings.database import LOCK_WAIT_SECONDS, open_reader
from findings.records import Severity
from matchers.verdicts import Verdict


class IncidentStatus(StrEnum):
    """What has become of an incident: something is open, all is gone, or all has been put aside."""

    OPEN = "open"
    GONE = "gone"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Incident:
    """What is handled as one thing; see the view `incidents`. `place` is in clear; `repr` leaves it out.

    Attributes:
        severity: the worst of its open findings; None where none is open.
        persons: registered people; letters without a register entry count for nobody.
        gone_at: the latest first negative of any of it.
        plain, listed, indexable: of the open findings, how many lie open so.
    """

    incident_id: str
    status: IncidentStatus
    severity: Severity | None
    supplier: str | None
    host: str
    place: str = field(repr=False)
    findings_open: int
    findings_new: int
    findings_to_triage: int
    findings_unknown: int
    letters_open: int
    letters: int
    persons: int
    verdict: Verdict
    categories: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime
    gone_at: datetime | None
    plain: int
    listed: int
    indexable: int
    assigned_to: tuple[str, ...]
    due: date | None
    findings: int
    findings_gone: int
    findings_settled: int
    documents: int
    batches: int
    tier: str


@dataclass(frozen=True, slots=True)
class PeopleExposed:
    """How many people and letters lie open now; see the view `people_exposed`."""

    persons_confirmed: int
    persons_possible: int
    letters_confirmed: int
    letters_possible: int
    letters_of_unknown_person: int
    letters_not_in_pack: int
    listed_unopened: int
    listed_skipped: int


def incidents(
    database: Path, *, everything: bool = False, wait_seconds: float = LOCK_WAIT_SECONDS
) -> tuple[Incident, ...]:
    """Incidents that need somebody, the worst first; with `everything` those that are gone or settled too.

    Raises:
        FindingsError: the database is missing, locked for too long, or can not be used.
    """
    columns = ", ".join(Incident.__slots__)
    query = f"SELECT {columns} FROM incidents WHERE status = 'open' OR ?"  # noqa: S608 - constants
    with open_reader(database, wait_seconds) as connection:
        return tuple(_incident(row) for row in asked(connection, query, [everything]))


def people_exposed(database: Path, wait_seconds: float = LOCK_WAIT_SECONDS) -> PeopleExposed:
    """How many people and letters lie open now: sure, possible, and listed but never opened.

    Raises:
        FindingsError: the database is missing, locked for too long, or can not be used.
    """
    with open_reader(database, wait_seconds) as connection:
        return PeopleExposed(**asked(connection, "FROM people_exposed")[0])


def _incident(row: Mapping[str, Any]) -> Incident:
    sets = {
        "status": IncidentStatus(row["status"]),
        "severity": Severity(row["severity"]) if row["severity"] else None,
        "verdict": Verdict(row["verdict"]),
        "categories": tuple(row["categories"]),
        "assigned_to": tuple(row["assigned_to"]),
    }
    return Incident(**{**row, **times(row), **sets})
