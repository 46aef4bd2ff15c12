"""Events of triage as they are read from the database."""

from __future__ import annotations

from typing import Any, Final

from findings.asking import times
from findings.records import Reopened, TriageDecision
from findings.results import TriageEvent
from matchers.verdicts import Verdict

EVENT_COLUMNS: Final = ", ".join(TriageEvent.__slots__)


def triage_event(row: dict[str, Any]) -> TriageEvent:
    """From a row of `EVENT_COLUMNS`."""
    sets = {
        "decision": TriageDecision(row["decision"]) if row["decision"] else None,
        "reopened": Reopened(row["reopened"]) if row["reopened"] else None,
        "verdict": Verdict(row["verdict"]) if row["verdict"] else None,
    }
    return TriageEvent(**row | times(row) | sets)
