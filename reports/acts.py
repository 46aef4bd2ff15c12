"""What people, and sweeps, did with a finding, in words; every text is safe to show."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from findings.records import FindingState, Reopened
from findings.results import FindingRow, TriageEvent
from reports.shown import printable

# Characters of a note that are shown; the rest is counted.
_NOTE_SHOWN: Final = 2000
_REOPENED: Final = {
    Reopened.STRONGER_VERDICT: "opened again: the match has grown stronger since",
    Reopened.CONTENT_CHANGED: "opened again: the content has changed since",
    Reopened.SEEN_AGAIN: "opened again: it was seen again",
    Reopened.EXPIRED: "opened again: the acceptance has ended",
}


def did(event: TriageEvent) -> str:
    """What an act does, in a few words."""
    told = []
    if event.reopened:
        told.append(_REOPENED[event.reopened])
    elif event.decision:
        until = f" {event.valid_until}" if event.valid_until else ""
        told.append(event.decision.value + until)
    if event.assigned_to is not None:
        told.append(f"assigned to {printable(event.assigned_to)}" if event.assigned_to else "assigned to nobody")
    if event.due:
        told.append(f"due {event.due}")
    if event.without_due:
        told.append("no due day")
    return ", ".join(told) or "noted"


def reopened_words(row: FindingRow) -> str:
    """Why the latest decision no longer holds; empty where it does."""
    return _REOPENED[row.reopened] if row.reopened else ""


def is_overdue(row: FindingRow, today: date | None = None) -> bool:
    """Past its day, and still to be dealt with."""
    today = today or datetime.now(UTC).date()
    return row.due is not None and row.due < today and not row.settled and row.state is not FindingState.GONE


def standing(row: FindingRow) -> list[tuple[str, str]]:
    """What holds, who is to see to it and by when: names and values."""
    words = reopened_words(row)
    told = [("triage", f"{row.triage}{' (settled)' if row.settled else ''}{f'; {words}' if words else ''}")]
    told += [("assigned to", printable(row.assigned_to))] if row.assigned_to else []
    told += [("due", f"{row.due}{', overdue' if is_overdue(row) else ''}")] if row.due else []
    return told


def note_lines(note: str) -> str:
    """A note, line by line, with nothing in it that steers what shows it."""
    shown = "\n".join(printable(line) for line in note[:_NOTE_SHOWN].split("\n"))
    return shown + (f" (and {len(note) - _NOTE_SHOWN} characters more)" if len(note) > _NOTE_SHOWN else "")
