"""OCSF 1.8 for security data lakes: a Data Security Finding (class 2006) for each finding, a line each."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, assert_never

from findings.records import FindingState, Severity, TriageDecision
from findings.report_facts import ReportedFinding, ReportFacts
from findings.results import FindingRow
from matchers.verdicts import Verdict
from reports.finding_lines import json_text
from reports.finding_words import FindingWords, words_of
from reports.shown import Shown, printable

_VERSION: Final = "1.8.0"
_CLASS: Final = 2006
_CATEGORY: Final = 2
# Numbers and captions as the schema has them.
_SEVERITIES: Final = {
    Severity.CRITICAL: (5, "Critical"),
    Severity.HIGH: (4, "High"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.LOW: (2, "Low"),
}
_CONFIDENCES: Final = {Verdict.KNOWN_LETTER: (3, "High"), Verdict.SHARED_PASSAGE: (2, "Medium")}
_CREATE, _UPDATE, _CLOSE, _SUPPRESSED = (1, "Create"), (2, "Update"), (3, "Close"), (4, "Suppressed")
# Microseconds of a timestamp go: OCSF counts milliseconds.
_MILLISECONDS: Final = 1000


def ocsf_lines(facts: ReportFacts, shown: Shown, made_at: datetime, version: str) -> str:
    """All findings, the worst first, one object a line. Times are milliseconds since 1970."""
    return "".join(json_text(_event(finding, shown, made_at, version)) + "\n" for finding in facts.findings)


def _event(finding: ReportedFinding, shown: Shown, made_at: datetime, version: str) -> dict[str, Any]:
    row, words = finding.row, words_of(finding, shown)
    severity, severity_name = _SEVERITIES[row.severity]
    confidence, confidence_name = _CONFIDENCES.get(row.verdict, (1, "Low"))
    return {
        **_kind(row),
        "time": _milliseconds(row.answered_at),
        "start_time": _milliseconds(row.first_seen),
        "end_time": _milliseconds(row.last_seen),
        "severity_id": severity,
        "severity": severity_name,
        "confidence_id": confidence,
        "confidence": confidence_name,
        "is_alert": not row.settled and row.state is not FindingState.GONE,
        "message": _title(words, row),
        "metadata": _metadata(row, made_at, version),
        "finding_info": _finding_info(finding, words),
        "data_security": _data_security(words),
        "file": _file(row, shown),
        "resources": [{"name": printable(row.host), "type": "host", "role_id": 3, "role": "Affected"}],
        "unmapped": _unmapped(row, words),
    }


def _kind(row: FindingRow) -> dict[str, Any]:
    """Class, activity and status, each as number and caption."""
    activity, activity_name = _activity(row)
    status, status_name = _status(row)
    return {
        "activity_id": activity,
        "activity_name": activity_name,
        "category_uid": _CATEGORY,
        "category_name": "Findings",
        "class_uid": _CLASS,
        "class_name": "Data Security Finding",
        "type_uid": _CLASS * 100 + activity,
        "type_name": f"Data Security Finding: {activity_name}",
        "status_id": status,
        "status": status_name,
        "status_detail": f"{row.state.value}, {row.triage.value}",
    }


def _metadata(row: FindingRow, made_at: datetime, version: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "version": _VERSION,
        "product": {"name": "Stray", "vendor_name": "Stray", "version": version},
        # The same finding after the same sweep is the same event, however often it is written.
        "uid": f"{row.finding_id}-{row.last_sweep}-{row.state.value}",
        "logged_time": _milliseconds(made_at),
    }
    return told | ({"correlation_uid": printable(row.incident_id)} if row.incident_id else {})


def _unmapped(row: FindingRow, words: FindingWords) -> dict[str, Any]:
    """What the schema has no place for."""
    return {
        "state": row.state.value,
        "verdict": row.verdict.value,
        "letter_id": words.letter,
        "supplier": printable(row.supplier) if row.supplier else None,
        "tier": row.tier,
        "persons": row.persons,
        "categories": [printable(category) for category in row.categories],
        "severity_reasons": [printable(reason) for reason in row.severity_reasons],
        "why": [*words.why],
        "how_reachable": dict(words.reachable),
        "next_step": words.next_step,
        "assigned_to": printable(row.assigned_to) if row.assigned_to else None,
        "due": row.due,
    }


def _title(words: FindingWords, row: FindingRow) -> str:
    what = f"Letter {words.letter}" if words.letter else "A document on our template"
    return f"{what} lies open at {printable(row.host)} ({words.operator})"


def _finding_info(finding: ReportedFinding, words: FindingWords) -> dict[str, Any]:
    row = finding.row
    return {
        "uid": row.finding_id,
        "title": _title(words, row),
        "desc": f"{words.verdict}. {'; '.join(words.since)}.",
        "types": [row.verdict.value],
        "first_seen_time": _milliseconds(row.first_seen),
        "last_seen_time": _milliseconds(row.last_seen),
        "created_time": _milliseconds(row.first_seen),
        "modified_time": _milliseconds(row.answered_at),
        "analytic": {"name": row.verdict.value, "type_id": 5, "type": "Fingerprinting"},
    }


def _data_security(words: FindingWords) -> dict[str, Any]:
    return {
        "category_id": 1,
        "category": "Personal",
        "confidentiality_id": 2,
        "confidentiality": "Confidential",
        "data_lifecycle_state_id": 1,
        "data_lifecycle_state": "Data at-Rest",
        "detection_system_id": 4,
        "detection_system": "Data Discovery & Classification",
        "detection_pattern": "keyed fingerprints of the organisation's own letters",
        **({"uid": words.letter} if words.letter else {}),
    }


def _file(row: FindingRow, shown: Shown) -> dict[str, Any]:
    place = shown.place(row.url, row.member)
    return {
        "name": place.rstrip("/").rpartition("/")[2] or place,
        "type_id": 1,
        "type": "Regular File",
        "uri": shown.url(row.url),
        "path": place,
        "size": row.size,
        "mime_type": printable(row.media_type),
        "hashes": [{"algorithm_id": 3, "algorithm": "SHA-256", "value": row.sha256}],
    }


def _activity(row: FindingRow) -> tuple[int, str]:
    if row.settled and row.triage is not TriageDecision.CLOSED:
        return _SUPPRESSED
    if row.settled:
        return _CLOSE
    match row.state:
        case FindingState.NEW:
            return _CREATE
        case FindingState.OPEN | FindingState.REAPPEARED | FindingState.UNKNOWN:
            return _UPDATE
        case FindingState.GONE:
            return _CLOSE
        case _:
            assert_never(row.state)


def _status(row: FindingRow) -> tuple[int, str]:
    if row.settled and row.triage is not TriageDecision.CLOSED:
        return 3, "Suppressed"
    if row.settled or row.state is FindingState.GONE:
        return 4, "Resolved"
    return (1, "New") if row.triage is TriageDecision.TO_TRIAGE else (2, "In Progress")


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * _MILLISECONDS)
