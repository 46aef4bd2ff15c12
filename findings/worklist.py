"""What somebody works through: pages of findings, one finding with its neighbours, and what an act would touch.

The terminal and the web page both show this, so that they show the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from findings.asking import asked
from findings.chosen import Chosen, worst_first
from findings.database import LOCK_WAIT_SECONDS, Connection, open_reader
from findings.errors import FindingAmbiguousError, FindingUnknownError
from findings.finding_rows import FINDING_COLUMNS, finding_row
from findings.keys import FINDING_ID_BYTES
from findings.query import detail_of, is_finding_id
from findings.records import TriageDecision
from findings.results import FindingDetail, FindingRow, TriageEvent
from findings.triage import ACCEPTED_DAYS, PRESENT, mark_of
from matchers.verdicts import Verdict

# Findings on one page: what a person reads through without losing the place.
PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class WorkPage:
    """A page of the list, worst first.

    Attributes:
        start: place of the first row, from 0.
        total: findings in the whole list.
        waiting: of these, how many nobody has decided on.
    """

    rows: tuple[FindingRow, ...]
    start: int
    total: int
    waiting: int


@dataclass(frozen=True, slots=True)
class WorkEntry:
    """One finding in the list.

    Attributes:
        mark: of what the person has before them, for `triage.act`.
        place: from 1; a finding that has left the list keeps the place that it had.
        previous_id, next_id: its neighbours.
        waiting_id: the next one that nobody has decided on; from the end on from the beginning.
    """

    detail: FindingDetail
    mark: str
    place: int
    total: int
    waiting: int
    previous_id: str | None
    next_id: str | None
    waiting_id: str | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What an act would touch. `marks` go to `triage.act`, so that exactly this is acted on."""

    rows: tuple[FindingRow, ...]

    @property
    def marks(self) -> Mapping[str, str]:
        """Per finding, what the person saw of it."""
        return {row.finding_id: mark_of(row) for row in self.rows}

    def told(self, event: TriageEvent) -> list[str]:
        """What to weigh before this is done to all of them."""
        before = Counter(row.triage for row in self.rows if row.triage is not TriageDecision.TO_TRIAGE)
        already = [f"decided already, as {kind.value}: {count}" for kind, count in sorted(before.items())]
        return already + self.cautions(event)

    def cautions(self, event: TriageEvent) -> list[str]:
        """What this decision may come to that the person should know."""
        lines = []
        still = sum(row.state in PRESENT for row in self.rows)
        if still and event.decision in (TriageDecision.CLOSED, TriageDecision.TAKEN_DOWN):
            lines.append(f"still there when last looked at: {still}; the next sweep that sees them reopens them")
        certain = sum(row.verdict is Verdict.KNOWN_LETTER for row in self.rows)
        if certain and event.decision is TriageDecision.FALSE_POSITIVE:
            lines.append(f"matched as a known letter, the surest verdict: {certain}")
        if event.due and event.due < event.decided_at.date():
            lines.append(f"the due day, {event.due}, has passed already")
        if event.valid_until and event.valid_until > event.decided_at.date() + timedelta(days=ACCEPTED_DAYS):
            lines.append(f"accepted for longer than {ACCEPTED_DAYS} days; a nearer day makes sure that somebody looks")
        return lines


def work_page(
    database: Path,
    chosen: Chosen,
    start: int = 0,
    size: int = PAGE_SIZE,
    wait_seconds: float = LOCK_WAIT_SECONDS,
) -> WorkPage:
    """One page of the list; beyond its end the last one.

    Raises:
        FindingsError: the database is missing, locked for too long, or can not be used. So do all questions here.
    """
    condition, values = chosen.condition()
    counted = f"SELECT count(*) AS total, {_WAITING} AS waiting FROM finding_status WHERE {condition}"  # noqa: S608
    query = (
        f"SELECT {FINDING_COLUMNS} FROM finding_status WHERE {condition} "  # noqa: S608 - constants
        f"ORDER BY {worst_first()}, finding_id LIMIT ? OFFSET ?"
    )
    with open_reader(database, wait_seconds) as connection:
        counts = asked(connection, counted, values)[0]
        start = max(0, min(start, (counts["total"] - 1) // size * size))
        rows = asked(connection, query, [*values, size, start])
    return WorkPage(tuple(map(finding_row, rows)), start, **counts)


def work_entry(database: Path, chosen: Chosen, finding_id: str, wait_seconds: float = LOCK_WAIT_SECONDS) -> WorkEntry:
    """One finding, by the beginning of its id, and where it stands in the list.

    Raises:
        FindingUnknownError, FindingAmbiguousError: none, or several, begin so.
    """
    with open_reader(database, wait_seconds) as connection:
        row = _found(connection, [finding_id])[0]
        place = _placed(connection, chosen, row.finding_id)
        return WorkEntry(detail_of(connection, row), mark_of(row), **place)


def first_waiting(database: Path, chosen: Chosen, wait_seconds: float = LOCK_WAIT_SECONDS) -> str | None:
    """Where to begin: the first that nobody has decided on, or else the first; None where the list is empty."""
    condition, values = chosen.condition()
    query = (
        f"SELECT finding_id FROM finding_status WHERE {condition} "  # noqa: S608 - constants
        f"ORDER BY triage <> 'to_triage', {worst_first()}, finding_id LIMIT 1"
    )
    with open_reader(database, wait_seconds) as connection:
        rows = asked(connection, query, values)
    return str(rows[0]["finding_id"]) if rows else None


def preview_of(database: Path, id_prefixes: Sequence[str], wait_seconds: float = LOCK_WAIT_SECONDS) -> Preview:
    """Findings named one by one, by the beginnings of their ids, each once.

    Raises:
        FindingUnknownError, FindingAmbiguousError: none, or several, begin so.
    """
    with open_reader(database, wait_seconds) as connection:
        rows = _found(connection, id_prefixes)
    return Preview(tuple({row.finding_id: row for row in rows}.values()))


_WAITING: Final = "count(*) FILTER (triage = 'to_triage')"


def _found(connection: Connection, id_prefixes: Sequence[str]) -> list[FindingRow]:
    """The one finding that each prefix means."""
    for prefix in id_prefixes:
        if not is_finding_id(prefix):
            raise FindingUnknownError(prefix)
    prefixes = [prefix.lower() for prefix in id_prefixes]
    # A whole id is looked up; a beginning is looked for among all: 30 against 220 ms of CPU in 100,000 findings.
    is_one = len(prefixes) == 1 and len(prefixes[0]) == 2 * FINDING_ID_BYTES
    among = (
        "SELECT findings.finding_id FROM findings JOIN (SELECT unnest(?::VARCHAR[]) AS prefix) AS wanted "
        "ON starts_with(findings.finding_id, wanted.prefix)"
    )
    query = (
        f"SELECT {FINDING_COLUMNS} FROM finding_status "  # noqa: S608 - constants
        f"WHERE {'finding_id = ?' if is_one else f'finding_id IN ({among})'}"
    )
    rows = [finding_row(row) for row in asked(connection, query, prefixes if is_one else [prefixes])]
    found = []
    for prefix in prefixes:
        meant = [row for row in rows if row.finding_id.startswith(prefix)]
        if not meant:
            raise FindingUnknownError(prefix)
        if len(meant) > 1:
            raise FindingAmbiguousError(prefix, len(meant))
        found += meant
    return found


def _placed(connection: Connection, chosen: Chosen, finding_id: str) -> dict[str, Any]:
    """Where a finding stands; one that was put aside meanwhile where it stood, so that work goes on from there."""
    condition, values = chosen.condition()
    query = f"""
        WITH listed AS (
            SELECT * REPLACE (settled AND ({condition}) AS settled), ({condition}) AS is_chosen
            FROM finding_status WHERE ({condition}) OR finding_id = ?
        ), placed AS (
            SELECT finding_id, triage, is_chosen, row_number() OVER (ORDER BY {worst_first()}, finding_id) AS place
            FROM listed
        ), here AS (
            SELECT place AS mine FROM placed WHERE finding_id = ?
        )
        SELECT min(mine) AS place, count(*) FILTER (is_chosen) AS total,
            count(*) FILTER (is_chosen AND triage = 'to_triage') AS waiting,
            arg_max(finding_id, place) FILTER (place < mine) AS previous_id,
            arg_min(finding_id, place) FILTER (place > mine) AS next_id,
            coalesce(
                arg_min(finding_id, place) FILTER (place > mine AND triage = 'to_triage'),
                arg_min(finding_id, place) FILTER (place < mine AND triage = 'to_triage')
            ) AS waiting_id
        FROM placed CROSS JOIN here
    """  # noqa: S608 - constants
    return asked(connection, query, [*values, *values, *values, finding_id, finding_id])[0]
