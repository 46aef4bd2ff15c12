"""Held against the published schema of OCSF 1.8.0, class 2006; no attribute beyond it is allowed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from findings.records import FindingState, TriageDecision
from findings.report_facts import ReportedFinding
from findings.results import FindingRow
from reports.ocsf import ocsf_lines
from reports.shown import Shown
from tests.reports.conftest import SEEN, facts_of, many

SCHEMA = json.loads((Path(__file__).parent / "schemas/ocsf-1.8.0-data_security_finding.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)


def events(*found: ReportedFinding, reveal: bool = False) -> list[dict[str, Any]]:
    text = ocsf_lines(facts_of(found), Shown(reveal), SEEN, "0.1.0")
    told = [json.loads(line) for line in text.splitlines()]
    for event in told:
        assert [error.json_path for error in VALIDATOR.iter_errors(event)] == []
    return told


def test_the_schema_is_strict(row: FindingRow) -> None:
    (event,) = events(ReportedFinding(row))
    assert [*VALIDATOR.iter_errors(event | {"further": 1})]
    assert [*VALIDATOR.iter_errors({name: value for name, value in event.items() if name != "finding_info"})]


@pytest.mark.parametrize("reveal", [False, True])
def test_every_way_that_a_finding_can_stand_is_valid(row: FindingRow, reveal: bool) -> None:
    found = many(row)
    for event, each in zip(events(*found, reveal=reveal), found, strict=True):
        assert event["class_uid"] == 2006
        assert event["type_uid"] == 200600 + event["activity_id"]
        assert event["is_alert"] is (not each.row.settled and each.row.state is not FindingState.GONE)
        assert event["finding_info"]["first_seen_time"] == int(SEEN.timestamp() * 1000)


@pytest.mark.parametrize(
    ("state", "triage", "activity", "status"),
    [
        (FindingState.NEW, TriageDecision.TO_TRIAGE, "Create", "New"),
        (FindingState.OPEN, TriageDecision.CONFIRMED, "Update", "In Progress"),
        (FindingState.REAPPEARED, TriageDecision.TO_TRIAGE, "Update", "New"),
        (FindingState.UNKNOWN, TriageDecision.REPORTED, "Update", "In Progress"),
        (FindingState.GONE, TriageDecision.REPORTED, "Close", "Resolved"),
        (FindingState.OPEN, TriageDecision.FALSE_POSITIVE, "Suppressed", "Suppressed"),
        (FindingState.OPEN, TriageDecision.ACCEPTED_UNTIL, "Suppressed", "Suppressed"),
        (FindingState.GONE, TriageDecision.CLOSED, "Close", "Resolved"),
    ],
)
def test_unknown_is_never_closed(
    row: FindingRow, state: FindingState, triage: TriageDecision, activity: str, status: str
) -> None:
    settled = triage in (TriageDecision.FALSE_POSITIVE, TriageDecision.ACCEPTED_UNTIL, TriageDecision.CLOSED)
    (event,) = events(ReportedFinding(replace(row, state=state, triage=triage, settled=settled)))
    assert (event["activity_name"], event["status"]) == (activity, status)
