"""What was done with a finding, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from findings.records import FindingState, Reopened, TriageDecision
from findings.results import FindingRow, TriageEvent
from reports.acts import did, is_overdue, note_lines, standing

AT = datetime(2026, 3, 9, tzinfo=UTC)
DUE = date(2026, 3, 8)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (TriageEvent(TriageDecision.CONFIRMED, "", "J", AT), "confirmed"),
        (TriageEvent(TriageDecision.ACCEPTED_UNTIL, "why", "J", AT, DUE), "accepted_until 2026-03-08"),
        (TriageEvent(None, "why", "J", AT), "noted"),
        (TriageEvent(None, "", "J", AT, assigned_to="\x1b[2J", due=DUE), "assigned to \\x1b[2J, due 2026-03-08"),
        (TriageEvent(None, "", "J", AT, assigned_to="", without_due=True), "assigned to nobody, no due day"),
        (
            TriageEvent(TriageDecision.TO_TRIAGE, "", "stray", AT, reopened=Reopened.SEEN_AGAIN),
            "opened again: it was seen again",
        ),
    ],
)
def test_an_act_is_told(event: TriageEvent, said: str) -> None:
    assert did(event) == said


@pytest.mark.parametrize("why", list(Reopened))
def test_why_it_was_opened_again_is_told(row: FindingRow, why: Reopened) -> None:
    back = replace(row, triage=TriageDecision.TO_TRIAGE, reopened=why, assigned_to="J", due=DUE)
    assert [name for name, _ in standing(back)] == ["triage", "assigned to", "due"]
    assert "opened again: " in standing(back)[0][1]
    assert standing(back)[2][1] == "2026-03-08, overdue"


def test_what_is_settled_or_gone_is_not_overdue(row: FindingRow) -> None:
    late = replace(row, due=DUE)
    assert is_overdue(late, date(2026, 3, 9))
    assert not is_overdue(late, DUE)
    assert not is_overdue(replace(late, settled=True), date(2026, 3, 9))
    assert not is_overdue(replace(late, state=FindingState.GONE), date(2026, 3, 9))


def test_a_long_note_is_cut_and_counted() -> None:
    assert note_lines("a\nb\x1b") == "a\nb\\x1b"
    assert note_lines("x" * 5000).endswith("(and 3000 characters more)")
