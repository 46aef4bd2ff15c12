"""Which findings a person means: one filter for lists, triage, reports and bulk decisions, and the order of reading."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from findings.records import FindingState, Severity, TriageDecision
from findings.stored_text import storable
from matchers.verdicts import Verdict

# What is news comes before what was known, and what is surely there before what may be.
_STATES: Final = (
    FindingState.REAPPEARED,
    FindingState.NEW,
    FindingState.OPEN,
    FindingState.UNKNOWN,
    FindingState.GONE,
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a finding must be. What is not given chooses nothing away; `Chosen()` is all that someone has to act on.

    Attributes:
        states, verdicts, triage, severities: one of these; empty for any. Gone and settled findings come only where a
            state or a decision is named, or with `everything`: most that are gone have been closed too.
        host: with its port, or without for any port.
        supplier, assigned_to: in any case of letters.
        incident_id: its beginning is enough.
        since: first seen or reappeared at this time or later; aware.
        overdue: only those whose due date has passed.
        everything: settled and gone ones too.
    """

    states: frozenset[FindingState] = frozenset()
    verdicts: frozenset[Verdict] = frozenset()
    triage: frozenset[TriageDecision] = frozenset()
    severities: frozenset[Severity] = frozenset()
    host: str | None = None
    supplier: str | None = None
    letter_id: str | None = None
    incident_id: str | None = None
    assigned_to: str | None = None
    since: datetime | None = None
    overdue: bool = False
    everything: bool = False

    def condition(self) -> tuple[str, tuple[object, ...]]:
        """SQL over `finding_status`, and its values."""
        given = [(sql, values) for sql, values in self._conditions() if sql]
        return " AND ".join(sql for sql, _ in given) or "true", tuple(each for _, values in given for each in values)

    def _conditions(self) -> list[tuple[str, tuple[object, ...]]]:
        return [
            ("" if self.states or self.triage or self.everything else "state <> 'gone' AND NOT settled", ()),
            _one_of("state", self.states),
            _one_of("verdict", self.verdicts),
            _one_of("triage", self.triage),
            _one_of("severity", self.severities),
            _told("(lower(host) = lower(?) OR starts_with(lower(host), lower(?) || ':'))", self.host, self.host),
            _told("lower(supplier) = lower(?)", self.supplier),
            _told("letter_id = ?", self.letter_id),
            _told("starts_with(incident_id, lower(?))", self.incident_id),
            _told("lower(assigned_to) = lower(?)", self.assigned_to),
            self._since(),
            ("due < (now() AT TIME ZONE 'UTC')::DATE" if self.overdue else "", ()),
        ]

    def _since(self) -> tuple[str, tuple[object, ...]]:
        if self.since is None:
            return "", ()
        return "(first_seen >= ? OR reappeared_at >= ?)", (self.since, self.since)


def worst_first() -> str:
    """The order in which a person should read: what is settled or gone last, then severity, state, verdict, place."""
    severity, state, verdict = (
        _place_in("severity", list(Severity)),
        _place_in("state", _STATES),
        _place_in("verdict", list(Verdict)),
    )
    return f"settled, state = 'gone', {severity}, {state}, {verdict}, severity_points DESC, host, url, member"


def _place_in(column: str, order: Collection[str]) -> str:
    values = ", ".join(f"'{value!s}'" for value in order)
    return f"list_position([{values}], {column})"


def _one_of(column: str, values: Collection[str]) -> tuple[str, tuple[object, ...]]:
    if not values:
        return "", ()
    return f"{column} IN ({', '.join('?' * len(values))})", tuple(sorted(str(value) for value in values))


def _told(sql: str, *values: str | None) -> tuple[str, tuple[object, ...]]:
    """A condition on text from a person, where there is one, written as it would be stored."""
    told = tuple(storable(value) for value in values if value is not None)
    return (sql, told) if told else ("", ())
