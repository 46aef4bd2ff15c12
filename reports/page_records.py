"""The parts of the HTML report as records: texts and numbers that the template places."""

from __future__ import annotations

from dataclasses import dataclass

from reports.charts import Chart
from reports.finding_words import FindingWords
from reports.overview import Gap


@dataclass(frozen=True, slots=True)
class Card:
    """One finding in full; `number` is its place in the page."""

    number: int
    id: str
    severity: str
    state: str
    host: str
    tier: str
    words: FindingWords
    bad_because: tuple[str, ...]
    standing: str


@dataclass(frozen=True, slots=True)
class Row:
    """One finding in a line."""

    id: str
    severity: str
    state: str
    letter: str
    sure: str
    where: str
    reachable: str
    since: str
    next_step: str


@dataclass(frozen=True, slots=True)
class ActorLine:
    """Who has to act."""

    operator: str
    tier: str
    hosts: str
    findings: int
    severities: str
    since: str
    assigned: str


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """Findings of one supplier, host and batch: one thing to handle."""

    id: str
    operator: str
    host: str
    worst: str
    findings: int
    letters: int
    since: str
    states: str


@dataclass(frozen=True, slots=True)
class SeverityLine:
    """Open findings of one severity."""

    severity: str
    findings: int
    letters: int
    since: str
    because: str


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One target of the latest sweep."""

    kind: str
    place: str
    operator: str
    state: str
    documents: str
    unseen: str
    requests: str


@dataclass(frozen=True, slots=True)
class SweepLine:
    """One sweep."""

    id: str
    kind: str
    state: str
    started: str
    authority: str
    documents: str
    unseen: str


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report. Texts from outside are made printable here; the template escapes them for HTML."""

    organisation: str
    version: str
    made_at: str
    latest: SweepLine | None
    shows: str
    revealed: bool
    tone: str
    headline: str
    points: tuple[str, ...]
    tiles: tuple[tuple[str, str], ...]
    severities: tuple[SeverityLine, ...]
    categories: str
    actors: tuple[ActorLine, ...]
    steps: tuple[tuple[str, str], ...]
    incidents: tuple[IncidentLine, ...]
    incidents_note: str
    unseen: tuple[str, ...]
    gaps: tuple[Gap, ...]
    timeline: Chart | None
    timeline_note: str
    answers: Chart | None
    by_host: Chart | None
    reachable: tuple[tuple[str, str], ...]
    people: tuple[tuple[str, str], ...]
    targets: Chart | None
    reach: Chart | None
    units: tuple[UnitLine, ...]
    findings_note: str
    cards: tuple[Card, ...]
    more_note: str
    more: tuple[tuple[str, tuple[Row, ...], bool], ...]
    sweeps: tuple[SweepLine, ...]
