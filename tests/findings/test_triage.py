"""Decisions are added, never changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from findings.errors import DatabaseMissingError, FindingUnknownError, TriageError
from findings.query import finding, open_findings
from findings.records import TriageDecision
from findings.results import TriageEvent
from findings.triage import set_triage
from tests.findings.conftest import Estate, letter

AT = datetime(2026, 3, 5, 12, tzinfo=UTC)


def test_every_decision_is_kept_and_the_latest_counts(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    finding_id = open_findings(estate.database)[0].finding_id
    events = [
        TriageEvent(TriageDecision.CONFIRMED, 'it\'s ours; "quoted"', "J. Example", AT),
        TriageEvent(TriageDecision.ACCEPTED_UNTIL, "", "A. Example", AT + timedelta(days=1), date(2036, 3, 31)),
        TriageEvent(TriageDecision.REPORTED, "ticket 7", "J. Example", AT + timedelta(days=2)),
    ]
    for event in events:
        set_triage(estate.database, finding_id, event)
    detail = finding(estate.database, finding_id)
    assert detail.triage_events == tuple(events)
    assert detail.row.triage is TriageDecision.REPORTED


@pytest.mark.parametrize("finding_id", ["", "\udc80", "0" * 33])
def test_what_is_no_finding_is_not_decided(estate: Estate, finding_id: str) -> None:
    estate.sweep()
    with pytest.raises(FindingUnknownError):
        set_triage(estate.database, finding_id, TriageEvent(TriageDecision.CONFIRMED, "", "J. Example", AT))


def test_of_two_decisions_at_once_the_one_made_last_counts(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    finding_id = open_findings(estate.database)[0].finding_id
    for decision in (TriageDecision.CONFIRMED, TriageDecision.REPORTED):
        set_triage(estate.database, finding_id, TriageEvent(decision, "", "J. Example", AT))
    assert finding(estate.database, finding_id).row.triage is TriageDecision.REPORTED


@pytest.mark.parametrize(
    "event",
    [
        TriageEvent(TriageDecision.ACCEPTED_UNTIL, "", "J. Example", AT),
        TriageEvent(TriageDecision.CLOSED, "", "J. Example", AT, date(2026, 4, 1)),
        TriageEvent(TriageDecision.CLOSED, "", "  ", AT),
        TriageEvent(TriageDecision.CLOSED, "", "J. Example", AT.replace(tzinfo=None)),
    ],
)
def test_a_decision_that_does_not_hold_together_is_refused(estate: Estate, event: TriageEvent) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    with pytest.raises(TriageError):
        set_triage(estate.database, open_findings(estate.database)[0].finding_id, event)
    assert estate.ask("SELECT count(*) FROM triage_events") == [(0,)]


def test_a_decision_needs_a_finding(estate: Estate, tmp_path: Path) -> None:
    event = TriageEvent(TriageDecision.CONFIRMED, "", "J. Example", AT)
    with pytest.raises(DatabaseMissingError):
        set_triage(tmp_path / "none.duckdb", "00", event)
    estate.sweep()
    with pytest.raises(FindingUnknownError):
        set_triage(estate.database, "00", event)
