"""What somebody typed, on the page or on the terminal, as an act of triage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from findings.errors import TriageError
from findings.records import TriageDecision
from findings.results import FindingRow, TriageEvent
from reports.shown import printable

# Characters of a note that is typed here.
TYPED_NOTE_MOST: Final = 4000
# As `triage.new_act_id` makes them.
_ACT_ID: Final = re.compile(r"[0-9a-f]{32}")
# Fields that come back in the form, so that nothing typed is lost when it can not be recorded.
FIELDS: Final = ("decision", "note", "until", "assigned_to", "due")


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed, as it was typed.

    Attributes:
        act_id: given with the form: sent twice, it is recorded once.
        mark: of the finding as it was shown.
    """

    decision: str = ""
    note: str = ""
    until: str = ""
    assigned_to: str = ""
    due: str = ""
    act_id: str = ""
    mark: str = ""

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> Typed:
        """From the fields of a form; what is not in it is empty."""
        names = (*FIELDS, "act_id", "mark")
        return cls(**{name: fields.get(name, "").replace("\r\n", "\n") for name in names})

    def fields(self) -> Mapping[str, str]:
        """All of it, to be sent again."""
        return {name: getattr(self, name) for name in (*FIELDS, "act_id", "mark")}


def event_of(typed: Typed, who: str, shown: FindingRow | None, now: datetime | None = None) -> TriageEvent:
    """The act. Where one finding was shown, only what differs from it is set; of several, only what is filled in.

    Raises:
        TriageError: a field that means nothing; what does not hold together is found when it is recorded.
    """
    if typed.act_id and not _ACT_ID.fullmatch(typed.act_id):
        raise TriageError("this form was not made here")
    if len(typed.note) > TYPED_NOTE_MOST:
        raise TriageError(f"a note has at most {TYPED_NOTE_MOST} characters here")
    now = now or datetime.now(UTC)
    decision = _decision(typed.decision)
    until = _day(typed.until, "the last day") if decision is TriageDecision.ACCEPTED_UNTIL else None
    if until is not None and until < now.date():
        raise TriageError(f"{until} has passed; give the last day on which it is accepted")
    assigned_to, due = typed.assigned_to.strip(), _day(typed.due, "the due day")
    before = (printable(shown.assigned_to or ""), shown.due) if shown else ("", None)
    return TriageEvent(
        decision,
        typed.note.strip(),
        who,
        now,
        until,
        assigned_to=assigned_to if assigned_to != before[0] else None,
        due=due if due != before[1] else None,
        without_due=due is None and before[1] is not None,
    )


def _decision(typed: str) -> TriageDecision | None:
    try:
        return TriageDecision(typed) if typed else None
    except ValueError:
        raise TriageError("there is no such decision") from None


def _day(typed: str, what: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip()) if typed.strip() else None
    except ValueError:
        raise TriageError(f"{what} is written like 2026-12-31") from None
