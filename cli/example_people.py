"""What the people of the example decided, noted and took on, sweep by sweep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import unquote

from cli.example_time import SimulatedTime
from demo_range.weeks import BATCH, Week
from findings.chosen import Chosen
from findings.query import findings
from findings.records import TriageDecision
from findings.results import TriageEvent
from findings.triage import act

_GUARDIAN, _ANALYST, _NIGHT = "A. Whitcombe", "S. Ridley", "N. Farouk"
_TO_TRIAGE, _CONFIRMED, _FALSE, _ACCEPTED, _REPORTED, _TAKEN_DOWN, _CLOSED = TriageDecision
_STORY = "/patients/story-of-a-cycle"
_MIRROR = "/2026/10/audit/"
_RESULTS, _LETTERS = "/ashcombe-results/", "/clinic-letters/"


@dataclass(frozen=True, slots=True)
class Act:
    """One act on all findings whose place holds `where`, some hours after the sweep of a day in 2026."""

    day: tuple[int, int]
    hours: float
    where: str
    by: str
    note: str = ""
    decision: TriageDecision | None = None
    until: date | None = None
    to: str | None = None
    due: date | None = None

    def event(self, time: SimulatedTime) -> TriageEvent:
        """As it is recorded."""
        at = time.now() + timedelta(hours=self.hours)
        return TriageEvent(self.decision, self.note, self.by, at, self.until, self.to, self.due)


def _day(month: int, day: int, year: int = 2026) -> date:
    return date(year, month, day)


_FIRST, _SECOND, _THIRD = (9, 7), (9, 14), (9, 21)
_SIXTH, _TIP, _AFTER, _LAST = (10, 12), (10, 19), (10, 21), (10, 26)

ACTS = (
    Act(_FIRST, 6.5, _STORY, _ANALYST, "a whole consultation", _CONFIRMED, to=_ANALYST, due=_day(9, 9)),
    Act(_FIRST, 7.0, _STORY, _GUARDIAN, "web team told, ticket 40117", _REPORTED),
    Act(_FIRST, 7.2, "/second-opinion.pdf", _ANALYST, "invented patient of the typing course", _FALSE),
    Act(_FIRST, 7.4, "/Pending/0007", _ANALYST, "shares a paragraph, names somebody else", _FALSE),
    Act(_FIRST, 7.5, "/Pending/0008", _ANALYST, "not in the pack; asked the bureau whose", _CONFIRMED, to=_ANALYST),
    Act(_FIRST, 7.6, "/Pending/0009", _ANALYST, "not in the pack; asked the bureau whose", _CONFIRMED, to=_ANALYST),
    Act(
        _FIRST,
        8.0,
        "/audit-sample.pdf",
        _GUARDIAN,
        "consent for teaching is on file, 2026/88",
        _ACCEPTED,
        _day(2, 28, 2027),
    ),
    Act(_FIRST, 8.1, "/letter-format-example", _GUARDIAN, "until the new format is out", _ACCEPTED, _day(10, 1)),
    Act(_FIRST, 8.3, "/typing-test.txt", _GUARDIAN, "until the course is over", _ACCEPTED, _day(12, 31)),
    Act(_FIRST, 9.0, "/Completed/", _GUARDIAN, to=_ANALYST, due=_day(9, 18)),
    Act(_SECOND, 9.0, "/ashcombe-sharing/", _ANALYST, "link was meant for one practice", _CONFIRMED),
    Act(_THIRD, 7.0, _RESULTS, _ANALYST, "bureau told by telephone", _REPORTED, to=_ANALYST, due=_day(10, 2)),
    Act(_THIRD, 7.5, _LETTERS, _ANALYST, "bureau told, same call", _REPORTED, to=_ANALYST, due=_day(10, 9)),
    Act(_THIRD, 8.0, "/NG-20931", _NIGHT, "is this the recording of the letter beside it?"),
    Act(_SIXTH, 7.0, _STORY, _ANALYST, "page is gone in two sweeps", _TAKEN_DOWN),
    Act(
        _SIXTH,
        7.1,
        "/letter-format-example",
        _GUARDIAN,
        "the new format is late, 2026/131",
        _ACCEPTED,
        _day(4, 5, 2027),
    ),
    Act(_SIXTH, 7.3, "/Completed/2024-06/", _ANALYST, "folder is no longer listed", _TAKEN_DOWN),
    Act(_TIP, 0.4, BATCH, _NIGHT, "tip-off IG-2026-311: couples' letters", _CONFIRMED, to=_NIGHT, due=_day(10, 19)),
    Act(_TIP, 0.6, _MIRROR, _NIGHT, "the same batch in a bucket", _CONFIRMED, to=_NIGHT, due=_day(10, 19)),
    Act(_TIP, 6.2, BATCH, _GUARDIAN, "bureau's duty line told, MB-7719", _REPORTED, to=_GUARDIAN),
    Act(_TIP, 6.3, _MIRROR, _GUARDIAN, "bureau's duty line told, MB-7719", _REPORTED, to=_GUARDIAN),
    Act(_AFTER, 3.0, BATCH, _ANALYST, "refused since this morning", _TAKEN_DOWN),
    Act(_AFTER, 3.1, _MIRROR, _ANALYST, "refused since this morning", _TAKEN_DOWN),
    Act(_LAST, 7.0, _STORY, _ANALYST, "back after a restore, 40117", _REPORTED, to=_ANALYST, due=_day(10, 28)),
    Act(_LAST, 7.1, BATCH, _GUARDIAN, "gone in two sweeps; the couples are told", _CLOSED),
)


def decide(database: Path, week: Week, time: SimulatedTime) -> None:
    """Record what was decided after this sweep and before the next."""
    rows = findings(database, Chosen(everything=True))
    for one in ACTS:
        meant = [row.finding_id for row in rows if one.where in unquote(row.url)]
        if one.day == (week.begins.month, week.begins.day) and meant:
            act(database, meant, one.event(time))
