"""SARIF 2.1.0 for code scanning tools: a rule for each verdict, a result for each finding, a notice for each gap."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, assert_never
from urllib.parse import quote

from findings.records import FindingState, Severity, SweepState, TriageDecision
from findings.report_facts import ReportedFinding, ReportFacts, SweepFacts
from findings.results import FindingRow
from matchers.verdicts import Verdict
from reports.finding_lines import json_text
from reports.finding_words import words_of
from reports.overview import VERDICTS, overview
from reports.shown import Shown, printable

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# Name and version of what makes results of two runs the same.
_FINGERPRINT: Final = "strayFinding/v1"
_RULES: Final = {
    Verdict.KNOWN_LETTER: ("KnownLetter", "A letter of ours lies open"),
    Verdict.SHARED_PASSAGE: ("SharedPassage", "A passage of a letter of ours lies open"),
    Verdict.SAME_TEMPLATE: ("SameTemplate", "A document on our template with a person's data lies open"),
}
# What tools that know only a number are told, 0 to 10 (the scale that GitHub reads).
_NUMBERS: Final = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.0", Severity.LOW: "2.0"}
# Characters of an address that stay as they are; all others are written with %.
_KEPT: Final = ":/?#[]@!$&'()*+,;=-._~%"


def sarif_log(facts: ReportFacts, shown: Shown, version: str) -> str:
    """The log, a result a line, in UTC. Results are told apart by `partialFingerprints`, never by their address."""
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "Stray",
                "semanticVersion": version,
                "rules": [_rule(verdict) for verdict in VERDICTS],
                "notifications": [{"id": "NotSeen", "shortDescription": {"text": "In scope and not looked at"}}],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [],
    }
    if facts.sweeps:
        latest = facts.sweeps[-1]
        run["invocations"] = [_invocation(facts, latest)]
        run["automationDetails"] = {"id": f"stray/{latest.kind.value}/{latest.sweep_id}"}
    before, after = json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}).split('"results": []')
    results = ",\n".join(json_text(_result(finding, shown)) for finding in facts.findings)
    return f'{before}"results": [\n{results}\n]{after}\n'


def _rule(verdict: Verdict) -> dict[str, Any]:
    name, text = _RULES[verdict]
    return {
        "id": verdict.value,
        "name": name,
        "shortDescription": {"text": text},
        "fullDescription": {"text": f"{text}, where anyone can read it without an account."},
        "help": {"text": "Keep proof, have it taken down by whoever runs the place, sweep again, and look for copies."},
        "defaultConfiguration": {"level": "error" if verdict is Verdict.KNOWN_LETTER else "warning"},
        "properties": {"tags": ["security", "privacy", "external/cwe/cwe-359"]},
    }


def _result(finding: ReportedFinding, shown: Shown) -> dict[str, Any]:
    row, words = finding.row, words_of(finding, shown)
    letter = f"letter {words.letter}" if words.letter else "a document on our template"
    return {
        "ruleId": row.verdict.value,
        "ruleIndex": VERDICTS.index(row.verdict),
        "kind": "fail",
        "level": _level(row.severity),
        "message": {
            "text": f"{printable(row.host)} ({words.operator}): {letter}, {row.state.value}, {row.severity.value}. "
            f"{'; '.join(words.since)}. Next: {words.next_step}."
        },
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": quote(shown.url(row.url), safe=_KEPT)}},
                "logicalLocations": [
                    {"name": printable(row.host), "fullyQualifiedName": words.where, "kind": "resource"}
                ],
            }
        ],
        "partialFingerprints": {_FINGERPRINT: row.finding_id},
        "baselineState": _baseline(row.state),
        "suppressions": _suppressions(row),
        "provenance": {"firstDetectionTimeUtc": _time(row.first_seen), "lastDetectionTimeUtc": _time(row.last_seen)},
        "properties": {
            "state": row.state.value,
            "severity": row.severity.value,
            "security-severity": _NUMBERS[row.severity],
            "triage": row.triage.value,
            "supplier": printable(row.supplier) if row.supplier else None,
            "letterId": words.letter,
            "incidentId": printable(row.incident_id) if row.incident_id else None,
            "why": [*words.why],
            "howReachable": [f"{name}: {value}" for name, value in words.reachable],
            "severityReasons": [printable(reason) for reason in row.severity_reasons],
        },
    }


def _level(severity: Severity) -> str:
    match severity:
        case Severity.CRITICAL | Severity.HIGH:
            return "error"
        case Severity.MEDIUM:
            return "warning"
        case Severity.LOW:
            return "note"
        case _:
            assert_never(severity)


def _baseline(state: FindingState) -> str:
    """Against the sweep before. SARIF has no word for unknown; what is not known to be gone is unchanged."""
    match state:
        case FindingState.NEW:
            return "new"
        case FindingState.REAPPEARED:
            return "new"
        case FindingState.OPEN | FindingState.UNKNOWN:
            return "unchanged"
        case FindingState.GONE:
            return "absent"
        case _:
            assert_never(state)


def _suppressions(row: FindingRow) -> list[dict[str, Any]]:
    """What a person has put aside. Notes stay out: a person's own words may hold what no export may."""
    if not row.settled:
        return []
    reasons = {
        TriageDecision.FALSE_POSITIVE: "judged a false positive",
        TriageDecision.ACCEPTED_UNTIL: "accepted until a day that the database holds",
        TriageDecision.CLOSED: "closed",
    }
    return [{"kind": "external", "status": "accepted", "justification": reasons.get(row.triage, row.triage.value)}]


def _invocation(facts: ReportFacts, latest: SweepFacts) -> dict[str, Any]:
    told: dict[str, Any] = {
        "executionSuccessful": latest.state is SweepState.FINISHED,
        "startTimeUtc": _time(latest.started_at),
        "toolExecutionNotifications": [
            {
                "descriptor": {"id": "NotSeen", "index": 0},
                "level": "warning" if gap.is_blind else "note",
                "message": {"text": f"{gap.count} {gap.what} ({gap.where}): {gap.means}"},
            }
            for gap in overview(facts, latest.started_at.date()).gaps
        ],
    }
    if latest.ended_at is not None:
        told["endTimeUtc"] = _time(latest.ended_at)
    return told


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
