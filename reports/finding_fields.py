"""A finding as plain columns, the same in CSV and JSON Lines: masked, no note of a person, no text of a document."""

from __future__ import annotations

from typing import Any, Final

from findings.report_facts import ReportedFinding
from reports.finding_words import words_of
from reports.shown import Shown, printable
from reports.since_words import gap_words

# Columns of every file, in this order. New ones come at the end, so that whoever reads by number is not misled.
FIELDS: Final = (
    *("finding_id", "severity", "state", "triage", "verdict", "letter_id", "host", "url", "member", "supplier", "tier"),
    *("first_seen", "last_seen", "ended_at", "ended_basis", "answered_at", "basis", "why", "history"),
    *("containment", "coverage", "evidence", "false_per_million", "persons", "categories", "severity_reasons"),
    *("transport", "tls", "login_above", "listed", "folder_listed", "indexable", "index_basis"),
    *("incident_id", "assigned_to", "due", "settled", "next_step", "media_type", "size", "sha256"),
    *("server_modified", "first_sweep", "last_sweep", "reasons", "anchors", "gaps"),
)


def finding_fields(finding: ReportedFinding, shown: Shown) -> dict[str, Any]:
    """By column; texts are printable, times aware, sets are tuples. What is not known is None."""
    fields = {**_what(finding, shown), **_seen(finding), **_exposure(finding), **_to_do(finding, shown)}
    return {name: fields[name] for name in FIELDS}


def _what(finding: ReportedFinding, shown: Shown) -> dict[str, Any]:
    row = finding.row
    return {
        "finding_id": row.finding_id,
        "severity": row.severity.value,
        "verdict": row.verdict.value,
        "letter_id": _told(row.letter_id),
        "host": printable(row.host),
        "url": shown.url(row.url),
        "member": shown.member(row.member),
        "supplier": _told(row.supplier),
        "tier": row.tier,
        "containment": row.containment,
        "coverage": row.coverage,
        "evidence": row.evidence,
        "false_per_million": finding.false_per_million,
        "persons": row.persons,
        "categories": tuple(map(printable, row.categories)),
        "severity_reasons": tuple(map(printable, row.severity_reasons)),
        "media_type": printable(row.media_type),
        "size": row.size,
        "sha256": row.sha256,
        "reasons": tuple(map(printable, finding.reasons)),
        "anchors": {printable(kind): state.value for kind, state in finding.anchors.items()},
    }


def _seen(finding: ReportedFinding) -> dict[str, Any]:
    row = finding.row
    return {
        "state": row.state.value,
        "first_seen": row.first_seen,
        "last_seen": row.last_seen,
        "ended_at": finding.ended_at,
        "ended_basis": finding.ended_basis,
        "answered_at": row.answered_at,
        "basis": row.basis,
        "why": printable(row.why),
        "history": row.history,
        "gaps": tuple(printable(gap_words(gap)) for gap in finding.gaps),
        "server_modified": row.server_modified,
        "first_sweep": row.first_sweep,
        "last_sweep": row.last_sweep,
    }


def _exposure(finding: ReportedFinding) -> dict[str, Any]:
    way = finding.exposure
    names = ("transport", "tls", "login_above", "listed", "folder_listed", "indexable", "index_basis")
    if way is None or way.transport is None:  # a sweep of an older Stray did not record it
        return dict.fromkeys(names)
    basis = way.index_basis.value if way.index_basis else None
    known = (way.transport, way.tls, way.auth_above, way.listed, way.folder_listed, way.indexable)
    return dict(zip(names, [*(each.value for each in known), basis], strict=True))


def _to_do(finding: ReportedFinding, shown: Shown) -> dict[str, Any]:
    row = finding.row
    return {
        "triage": row.triage.value,
        "settled": row.settled,
        "incident_id": _told(row.incident_id),
        "assigned_to": _told(row.assigned_to),
        "due": row.due,
        "next_step": words_of(finding, shown).next_step,
    }


def _told(text: str | None) -> str | None:
    return None if text is None else printable(text)
