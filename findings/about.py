"""What is known of an address, a content, a letter, a finding or an incident: a tip-off's first question."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from findings.asking import asked, times
from findings.chosen import worst_first
from findings.database import LOCK_WAIT_SECONDS, Connection, open_reader
from findings.finding_rows import FINDING_COLUMNS, finding_row
from findings.results import FindingRow
from findings.stored_text import storable, stored_place
from scope.urls import canonical_url

# Beginnings of ids and digests shorter than this are taken for something else; as short as `findings set` takes them.
_SHORTEST_HEX: Final = 4
_HEX: Final = re.compile(rf"[0-9a-fA-F]{{{_SHORTEST_HEX},64}}")
# What happened to an address or a content, that is told at most; a page met in thousands of sweeps says no more.
_MOST_HAPPENINGS: Final = 500

_BY_NAME: Final = {
    "letter": "letter_id = $told",
    "finding": "starts_with(finding_id, lower($told))",
    "incident": "starts_with(incident_id, lower($told))",
    "content": "starts_with(sha256, lower($told))",
}
_PLACE: Final = """
SELECT first_seen AS moment, 'met first' AS what, kind AS answer, NULL AS letter_id, url, '' AS member,
    '' AS detail, first_sweep AS sweep_id
FROM entries WHERE url IN (SELECT unnest($places))
UNION ALL BY NAME
SELECT last_seen AS moment, 'met last' AS what, outcome AS answer, url, '' AS member, '' AS detail,
    last_sweep AS sweep_id
FROM entries WHERE url IN (SELECT unnest($places))
UNION ALL BY NAME
SELECT fetched_at AS moment, 'fetched' AS what, verdict AS answer, url, member,
    media_type || ', ' || size || ' bytes, SHA-256 ' || sha256 AS detail, sweep_id
FROM documents
WHERE url IN (SELECT unnest($places)) OR requested_url IN (SELECT unnest($places))
    OR found_as IN (SELECT unnest($places))
UNION ALL BY NAME
SELECT skipped_at AS moment, 'skipped' AS what, reason AS answer, url, member, detail, sweep_id
FROM skips WHERE url IN (SELECT unnest($places))
"""
_CONTENT: Final = """
SELECT fetched_at AS moment, 'fetched' AS what, verdict AS answer, NULL AS letter_id, url, member,
    media_type || ', ' || size || ' bytes, SHA-256 ' || sha256 AS detail, sweep_id
FROM documents WHERE starts_with(sha256, lower($told))
"""
_ANSWERS: Final = """
SELECT answers.seen_at AS moment, answers.presence AS what, answers.state AS answer, known.letter_id, known.url,
    known.member, answers.basis AS detail, answers.sweep_id
FROM findings AS known JOIN sightings AS answers ON answers.finding_id = known.finding_id
WHERE known.finding_id IN (SELECT unnest($ids))
UNION ALL BY NAME
SELECT events.decided_at AS moment, 'decided' AS what, coalesce(events.decision, 'note') AS answer, known.letter_id,
    known.url, known.member, 'by ' || events.decided_by AS detail
FROM findings AS known JOIN triage_events AS events ON events.finding_id = known.finding_id
WHERE known.finding_id IN (SELECT unnest($ids))
"""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to a place. Places are in clear; `repr` leaves them out.

    Attributes:
        what: met first, met last, fetched, skipped; present, gone, unknown (a sweep's answer for a finding); decided.
        answer: a kind, an outcome, a verdict, a reason, a state or a decision.
        detail: class, code or digest; never an address.
    """

    moment: datetime
    what: str
    answer: str
    letter_id: str | None
    url: str = field(repr=False)
    member: str = field(repr=False)
    detail: str
    sweep_id: str | None


@dataclass(frozen=True, slots=True)
class About:
    """All that is known of something.

    Attributes:
        subjects: what it was taken for: address, letter, finding, incident, content; none where nothing is known of it.
        findings: settled and gone ones too, the worst first.
        happenings: oldest first.
        omitted: happenings that are not told.
        swept: of an address: units of its host and when one was swept last.
    """

    subjects: tuple[str, ...]
    findings: tuple[FindingRow, ...]
    happenings: tuple[Happening, ...]
    omitted: int = 0
    swept: str | None = None


def about(database: Path, told: str, wait_seconds: float = LOCK_WAIT_SECONDS) -> About:
    """What is known of `told`: an address, a letter's id, or the beginning of a finding's or incident's id or a digest.

    Raises:
        FindingsError: the database is missing, locked for too long, or can not be used.
    """
    told = storable(told.strip())
    with open_reader(database, wait_seconds) as connection:
        return _about_place(connection, told) if "://" in told else _about_name(connection, told)


def _about_place(connection: Connection, told: str) -> About:
    places = _spellings(told)
    rows = asked(connection, _findings("url IN (SELECT unnest($places))"), {"places": places})
    happened = asked(connection, _PLACE, {"places": places})
    return _told(connection, ("address",) if rows or happened else (), rows, happened, _swept(connection, places[0]))


def _about_name(connection: Connection, told: str) -> About:
    rows: dict[str, dict[str, Any]] = {}
    subjects = []
    for subject, condition in _BY_NAME.items():
        if subject != "letter" and not _HEX.fullmatch(told):
            continue
        if found := asked(connection, _findings(condition), {"told": told}):
            subjects.append(subject)
            rows |= {row["finding_id"]: row for row in found}
    happened = asked(connection, _CONTENT, {"told": told}) if _HEX.fullmatch(told) else []
    if happened and "content" not in subjects:
        subjects.append("content")
    return _told(connection, tuple(subjects), list(rows.values()), happened)


def _told(
    connection: Connection,
    subjects: tuple[str, ...],
    rows: list[dict[str, Any]],
    happened: list[dict[str, Any]],
    swept: str | None = None,
) -> About:
    findings = tuple(finding_row(row) for row in rows)
    ids = [row.finding_id for row in findings]
    happened += asked(connection, _ANSWERS, {"ids": ids}) if ids else []
    happenings = sorted((Happening(**row | times(row)) for row in happened), key=lambda each: (each.moment, each.what))
    return About(
        subjects, findings, tuple(happenings[-_MOST_HAPPENINGS:]), max(len(happenings) - _MOST_HAPPENINGS, 0), swept
    )


def _findings(condition: str) -> str:
    return f"SELECT {FINDING_COLUMNS} FROM finding_status WHERE {condition} ORDER BY {worst_first()}, finding_id"  # noqa: S608


def _spellings(told: str) -> list[str]:
    """The address as it is stored, in its canonical form, and as it was told."""
    found = [stored_place(told), told]
    with suppress(ValueError):
        found.insert(0, canonical_url(stored_place(told)))
    return list(dict.fromkeys(found))


def _swept(connection: Connection, place: str) -> str:
    try:
        host = urlsplit(place).netloc
    except ValueError:
        return "not an address"
    rows = asked(
        connection,
        "SELECT count(DISTINCT units.unit_id) AS units, max(sweeps.started_at) AS latest FROM units "
        "JOIN sweeps ON sweeps.sweep_id = units.sweep_id WHERE units.host = $host AND units.started_at IS NOT NULL",
        {"host": host},
    )
    if not rows[0]["units"]:
        return "its host has not been swept as a target"
    return f"targets on its host: {rows[0]['units']}, swept last at {rows[0]['latest']:%Y-%m-%d %H:%M} UTC"
