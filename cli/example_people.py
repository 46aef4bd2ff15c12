"""What the people of the example decided, sweep by sweep."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import unquote

from cli.example_time import SimulatedTime
from demo_range.weeks import BATCH, Week
from findings.chosen import Chosen
from findings.query import findings
from findings.records import TriageDecision
from findings.results import FindingRow, TriageEvent
from findings.triage import set_triage
from matchers.verdicts import Verdict

_GUARDIAN, _ANALYST, _NIGHT = "A. Whitcombe", "S. Ridley", "N. Farouk"
# Long enough that the example never runs out of an acceptance that holds.
_FAR = date(2099, 12, 31)
_CONFIRMED, _FALSE, _ACCEPTED, _REPORTED, _TAKEN_DOWN, _CLOSED = (
    TriageDecision.CONFIRMED, TriageDecision.FALSE_POSITIVE, TriageDecision.ACCEPTED_UNTIL, TriageDecision.REPORTED,
    TriageDecision.TAKEN_DOWN, TriageDecision.CLOSED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision on all findings whose place holds `where`; on those of one verdict, if it is given."""

    month: int
    day: int
    after: timedelta
    where: str
    decision: TriageDecision
    by: str
    note: str
    until: date | None = None
    verdict: Verdict | None = None


def _hours(hours: float) -> timedelta:
    return timedelta(hours=hours)


_DECISIONS = (
    Decided(9, 7, _hours(6.5), "/patients/story-of-a-cycle", _CONFIRMED, _ANALYST, "whole consultation, names and all"),
    Decided(9, 7, _hours(7), "/patients/story-of-a-cycle", _REPORTED, _GUARDIAN, "web team told, ticket 40117"),
    Decided(9, 7, _hours(7.2), "/second-opinion.pdf", _FALSE, _ANALYST, "invented patient of the typing course"),
    Decided(9, 7, _hours(7.4), "/Pending/", _CONFIRMED, _ANALYST, "not in the pack; asked the bureau whose"),
    Decided(9, 7, _hours(8), "/governance/audit-sample.pdf", _ACCEPTED, _GUARDIAN,
            "consent for teaching is on file, 2026/88", _FAR),
    Decided(9, 7, _hours(8.1), "/governance/letter-format-example.docx", _ACCEPTED, _GUARDIAN,
            "until the new format is out", date(2026, 10, 1)),
    Decided(9, 14, _hours(9), "/ashcombe-sharing/", _CONFIRMED, _ANALYST, "link was meant for one practice"),
    Decided(9, 21, _hours(7), "/ashcombe-results/", _REPORTED, _ANALYST, "bureau told by telephone"),
    Decided(9, 21, _hours(7.5), "/clinic-letters/", _REPORTED, _ANALYST, "bureau told, same call"),
    Decided(10, 12, _hours(7), "/patients/story-of-a-cycle", _TAKEN_DOWN, _ANALYST, "page is gone in two sweeps"),
    Decided(10, 12, _hours(7.5), "/governance/typing-test.txt", _CLOSED, _ANALYST, "a pangram now, seen by eye"),
    Decided(10, 19, _hours(0.4), BATCH, _CONFIRMED, _NIGHT, "tip-off IG-2026-311: couples' letters"),
    Decided(10, 19, _hours(0.6), "/2026/10/audit/", _CONFIRMED, _NIGHT, "the same batch in the bureau's bucket"),
    Decided(10, 19, _hours(6.2), BATCH, _REPORTED, _GUARDIAN, "bureau's duty line told, MB-7719"),
    Decided(10, 19, _hours(6.3), "/2026/10/audit/", _REPORTED, _GUARDIAN, "bureau's duty line told, MB-7719"),
    Decided(10, 21, _hours(3), BATCH, _TAKEN_DOWN, _ANALYST, "refused since this morning"),
    Decided(10, 21, _hours(3.1), "/2026/10/audit/", _TAKEN_DOWN, _ANALYST, "refused since this morning"),
    Decided(10, 26, _hours(7), "/patients/story-of-a-cycle", _REPORTED, _ANALYST, "back after a restore, 40117"),
    Decided(10, 26, _hours(7.1), BATCH, _CLOSED, _GUARDIAN, "gone in two sweeps; letters to the couples are out"),
)  # fmt: skip


def decide(database: Path, week: Week, time: SimulatedTime) -> None:
    """Record what was decided after this sweep and before the next."""
    rows = findings(database, Chosen(everything=True))
    for decided in _DECISIONS:
        if (decided.month, decided.day) != (week.begins.month, week.begins.day):
            continue
        for row in _meant(rows, decided):
            event = TriageEvent(decided.decision, decided.note, decided.by, time.now() + decided.after, decided.until)
            set_triage(database, row.finding_id, event)


def _meant(rows: Iterable[FindingRow], decided: Decided) -> list[FindingRow]:
    return [
        row
        for row in rows
        if decided.where in unquote(row.url) and (decided.verdict is None or row.verdict is decided.verdict)
    ]
