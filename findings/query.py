"""Questions to the database. Each opens it read-only, asks, and closes it; a merge under way is waited for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from documents.records import SkipReason
from findings.asking import asked, asked_table, times, utc
from findings.buckets import names_searched_of
from findings.chosen import Chosen, worst_first
from findings.database import LOCK_WAIT_SECONDS, Connection, open_reader
from findings.errors import FindingAmbiguousError, FindingUnknownError, SweepUnknownError
from findings.exposure import EXPOSURE_COLUMNS, exposure_of_row
from findings.finding_rows import FINDING_COLUMNS, finding_row, finding_rows
from findings.gaps import Gap, gaps_of
from findings.keys import FINDING_ID_BYTES
from findings.reach_records import ReachTold
from findings.reaching import reach_told
from findings.records import (
    BucketState,
    FindingState,
    Presence,
    Severity,
    SweepKind,
    SweepState,
    UnitState,
)
from findings.relations import relations_of
from findings.results import (
    DocumentToLookAt,
    ExposedLetter,
    FindingDetail,
    FindingExposure,
    FindingRow,
    Sighting,
    SweepSummary,
    UnitReach,
)
from findings.triage_events import EVENT_COLUMNS, triage_event
from matchers.verdicts import AnchorState, Span, Verdict

# What a person may type of an id; nothing else is asked for.
_FINDING_ID: Final = re.compile(rf"[0-9a-fA-F]{{1,{2 * FINDING_ID_BYTES}}}")
# The same in views/exposure_timeline.sql.
_BROKEN: Final = re.compile("P[^P]*G[^P]*P")
_NEWS: Final = (FindingState.NEW, FindingState.REAPPEARED, FindingState.OPEN)


def findings(database: Path, chosen: Chosen, wait_seconds: float = LOCK_WAIT_SECONDS) -> tuple[FindingRow, ...]:
    """The findings that somebody means, the worst first.

    Raises:
        FindingsError: the database is missing, locked for too long, or can not be used. So do all questions here.
    """
    with open_reader(database, wait_seconds) as connection:
        return findings_of(connection, chosen)


def findings_of(connection: Connection, chosen: Chosen) -> tuple[FindingRow, ...]:
    """The same, of a database that is open already."""
    rows = asked_table(connection, *finding_query(chosen))
    return tuple(finding_rows({name: rows[name].to_pylist() for name in rows.column_names}))


def finding_query(chosen: Chosen) -> tuple[str, tuple[object, ...]]:
    """The question for them, the worst first, and its values."""
    condition, values = chosen.condition()
    query = (
        f"SELECT {FINDING_COLUMNS} FROM finding_status WHERE {condition} "  # noqa: S608 - constants
        f"ORDER BY {worst_first()}, finding_id"
    )
    return query, values


def open_findings(database: Path, wait_seconds: float = LOCK_WAIT_SECONDS) -> tuple[FindingRow, ...]:
    """What someone has to act on, the worst first."""
    return findings(database, Chosen(), wait_seconds)


def finding(database: Path, id_prefix: str, wait_seconds: float = LOCK_WAIT_SECONDS) -> FindingDetail:
    """One finding by the beginning of its id.

    Raises:
        FindingUnknownError, FindingAmbiguousError: none, or several, begin so.
    """
    # By its whole id the view reads that finding alone; by a beginning it would put together all of them first. A whole
    # id is looked up in the table's index.
    begins = "finding_id = ?" if len(id_prefix) == 2 * FINDING_ID_BYTES else "starts_with(finding_id, ?)"
    known = f"SELECT finding_id FROM findings WHERE {begins}"  # noqa: S608 - constants
    query = f"SELECT {FINDING_COLUMNS} FROM finding_status WHERE finding_id = ?"  # noqa: S608 - constants
    with open_reader(database, wait_seconds) as connection:
        ids = asked(connection, known, [id_prefix.lower()]) if is_finding_id(id_prefix) else []
        if not ids:
            raise FindingUnknownError(id_prefix)
        if len(ids) > 1:
            raise FindingAmbiguousError(id_prefix, len(ids))
        rows = asked(connection, query, [ids[0]["finding_id"]])
        return detail_of(connection, finding_row(rows[0]))


def latest_sweep_id(database: Path, wait_seconds: float = LOCK_WAIT_SECONDS) -> str | None:
    """The sweep that began last, or None if there is none."""
    with open_reader(database, wait_seconds) as connection:
        rows = asked(connection, "SELECT sweep_id FROM sweeps ORDER BY started_at DESC, sweep_id DESC LIMIT 1")
    return str(rows[0]["sweep_id"]) if rows else None


def sweep_summary(database: Path, sweep_id: str, wait_seconds: float = LOCK_WAIT_SECONDS) -> SweepSummary:
    """What one sweep came to.

    Raises:
        SweepUnknownError: no such sweep has been merged.
    """
    with open_reader(database, wait_seconds) as connection:
        told = _sweep(connection, sweep_id)
        answers = asked(
            connection,
            "SELECT sweep_news.state, sweep_news.news, finding_status.settled, finding_status.severity, "
            "count(*) AS count FROM sweep_news JOIN finding_status USING (finding_id) "
            "WHERE sweep_news.sweep_id = ? GROUP BY ALL",
            [sweep_id],
        )
        read = _counts(connection, "documents", "verdict", sweep_id)
        kept = _counts(connection, "unchanged", "verdict", sweep_id, "sum(places)")
        skips = _counts(connection, "skips", "reason", sweep_id, "sum(places)")
        units = _counts(connection, "units", "state", sweep_id)
        buckets = _counts(connection, "bucket_history", "state", sweep_id)
        names = names_searched_of(connection, sweep_id)
        how_far = reach_told(connection, sweep_id)
    return SweepSummary(
        sweep_id=told["sweep_id"],
        kind=SweepKind(told["kind"]),
        state=SweepState(told["state"]),
        started_at=utc(told["started_at"]),
        ended_at=utc(told["ended_at"]) if told["ended_at"] else None,
        findings={state: sum(_counted_as(state, row) for row in answers) for state in FindingState},
        settled=sum(row["count"] for row in answers if row["settled"]),
        documents=sum(read.values()),
        unchanged=sum(kept.values()),
        verdicts={
            verdict: read.get(verdict, 0) + kept.get(verdict, 0) for verdict in Verdict if verdict in {*read, *kept}
        },
        skips={reason: skips[reason.value] for reason in SkipReason if reason.value in skips},
        units={state: units[state.value] for state in UnitState if state.value in units},
        buckets={state: buckets[state.value] for state in BucketState if state.value in buckets},
        names=names,
        reach=how_far,
        severities={state: _severities(state, answers) for state in _NEWS},
    )


def letters_exposed(database: Path, wait_seconds: float = LOCK_WAIT_SECONDS) -> tuple[ExposedLetter, ...]:
    """Which letters lie open, the worst first, then the most spread."""
    columns = ", ".join(ExposedLetter.__slots__)
    query = f"SELECT {columns} FROM letters_exposed"  # noqa: S608 - constants
    with open_reader(database, wait_seconds) as connection:
        rows = asked(connection, query)
    lists = ("hosts", "suppliers", "categories", "incident_ids")
    letters = (
        ExposedLetter(
            **row
            | times(row)
            | {name: tuple(row[name] or ()) for name in lists}
            | {"severity": Severity(row["severity"])}
        )
        for row in rows
    )
    worst = list(Severity)
    return tuple(sorted(letters, key=lambda each: (worst.index(each.severity), -each.places, each.letter_id)))


def reach(
    database: Path, sweep_id: str | None = None, wait_seconds: float = LOCK_WAIT_SECONDS
) -> tuple[UnitReach, ...]:
    """What a sweep (None: each sweep) looked at, skipped and never got to, unit by unit.

    Raises:
        SweepUnknownError: no such sweep has been merged.
    """
    columns = ", ".join(UnitReach.__slots__)
    query = (
        f"SELECT {columns} FROM reach WHERE sweep_id = coalesce(?, sweep_id) "  # noqa: S608 - constants
        "ORDER BY sweep_started_at, sweep_id, start_url, unit_id"
    )
    with open_reader(database, wait_seconds) as connection:
        if sweep_id is not None:
            _sweep(connection, sweep_id)
        rows = asked(connection, query, [sweep_id])
    return tuple(
        UnitReach(
            **row
            | {
                "state": UnitState(row["state"]),
                "skipped_by_reason": {SkipReason(reason): count for reason, count in row["skipped_by_reason"]},
                "limits": dict(row["limits"]),
            }
        )
        for row in rows
    )


def told_reach(database: Path, sweep_id: str, wait_seconds: float = LOCK_WAIT_SECONDS) -> ReachTold:
    """What one sweep has to say of how far it saw.

    Raises:
        SweepUnknownError: no such sweep has been merged.
    """
    with open_reader(database, wait_seconds) as connection:
        _sweep(connection, sweep_id)
        return reach_told(connection, sweep_id)


def to_look_at(database: Path, wait_seconds: float = LOCK_WAIT_SECONDS) -> tuple[DocumentToLookAt, ...]:
    """Documents that a person should look at, as last fetched."""
    columns = ", ".join(DocumentToLookAt.__slots__)
    query = f"SELECT {columns} FROM to_look_at ORDER BY url, member"  # noqa: S608 - constants
    with open_reader(database, wait_seconds) as connection:
        rows = asked(connection, query)
    return tuple(DocumentToLookAt(**row | times(row) | {"reasons": tuple(row["reasons"])}) for row in rows)


def _sweep(connection: Connection, sweep_id: str) -> dict[str, Any]:
    known = sweep_id.isascii()  # others, lone surrogates above all, are no ids of ours
    sweeps = asked(connection, "SELECT * FROM sweeps WHERE sweep_id = ?", [sweep_id]) if known else []
    if not sweeps:
        raise SweepUnknownError(sweep_id)
    return sweeps[0]


def is_finding_id(text: str) -> bool:
    """Can this be an id, or the beginning of one?"""
    return _FINDING_ID.fullmatch(text) is not None


def detail_of(connection: Connection, row: FindingRow) -> FindingDetail:
    """All that is known of this finding."""
    sightings = asked(
        connection,
        "SELECT sweep_id, seen_at, presence, basis, state FROM sighting_states WHERE finding_id = ? "
        "ORDER BY sweep_started_at, sweep_id",
        [row.finding_id],
    )
    events = asked(
        connection,
        f"SELECT {EVENT_COLUMNS} FROM triage_events WHERE finding_id = ? ORDER BY event_number",  # noqa: S608 - constants
        [row.finding_id],
    )
    match = _latest_match(connection, row.finding_id)
    return FindingDetail(
        row,
        tuple(_sighting(sighting) for sighting in sightings),
        tuple(triage_event(event) for event in events),
        tuple(_span(span) for span in match["spans"]),
        {kind: AnchorState(state) for kind, state in match["anchors"]},
        tuple(match["reasons"]),
        _exposure(connection, row.finding_id),
        _gaps(connection, row),
        relations_of(connection, row),
    )


def _exposure(connection: Connection, finding_id: str) -> FindingExposure | None:
    query = f"SELECT {EXPOSURE_COLUMNS} FROM exposure WHERE finding_id = ?"  # noqa: S608 - constants
    rows = asked(connection, query, [finding_id])
    return exposure_of_row(rows[0]) if rows else None


def _latest_match(connection: Connection, finding_id: str) -> dict[str, Any]:
    """Of the sweep that read it last, else of any; purged, what is kept of it stands with the finding."""
    query = (
        "SELECT matches.spans, matches.anchors, coalesce(matches.reasons, documents.reasons) AS reasons FROM matches "
        "JOIN documents USING (sweep_id, unit_id, document_number) WHERE matches.finding_id = ? {} "
        "ORDER BY documents.fetched_at DESC LIMIT 1"
    )
    kept = (
        "SELECT fetched_sweep, [] AS spans, coalesce(anchors, MAP {}) AS anchors, coalesce(reasons, []) AS reasons "
        "FROM findings WHERE finding_id = ?"
    )
    known = asked(connection, kept, [finding_id])[0]
    # By its sweep as a constant only rows of that sweep are read.
    of_sweep = asked(connection, query.format("AND matches.sweep_id = ?"), [finding_id, known["fetched_sweep"]])
    found = of_sweep or asked(connection, query.format(""), [finding_id])
    return found[0] if found else known


def _gaps(connection: Connection, row: FindingRow) -> tuple[Gap, ...]:
    """None but where a negative lies between two times that it was there: to ask the view costs most of a page."""
    if not _BROKEN.search(row.history):
        return ()
    rows = asked(connection, "SELECT gaps FROM exposure_timeline WHERE finding_id = ?", [row.finding_id])
    return gaps_of(rows[0]["gaps"]) if rows else ()


def _counted_as(state: FindingState, row: dict[str, Any]) -> int:
    """Under what is news of it; and what the sweep did not see stays under unknown or gone as well."""
    unseen = state in (FindingState.UNKNOWN, FindingState.GONE) and row["state"] == state.value
    return row["count"] if not row["settled"] and (unseen or row["news"] == state.value) else 0


def _severities(state: FindingState, answers: Sequence[dict[str, Any]]) -> dict[Severity, int]:
    counts = dict.fromkeys(Severity, 0)
    for row in answers:
        counts[Severity(row["severity"])] += _counted_as(state, row)
    return counts


def _counts(
    connection: Connection, table: str, column: str, sweep_id: str, counted: str = "count(*)"
) -> dict[str, int]:
    query = f"SELECT {column} AS value, {counted} AS count FROM {table} WHERE sweep_id = ? GROUP BY {column}"  # noqa: S608
    return {str(row["value"]): int(row["count"]) for row in asked(connection, query, [sweep_id])}


def _sighting(row: dict[str, Any]) -> Sighting:
    sets = {"presence": Presence(row["presence"]), "state": FindingState(row["state"])}
    return Sighting(**row | times(row) | sets)


def _span(span: dict[str, Any]) -> Span:
    return Span(span["piece"], (span["doc_start"], span["doc_end"]), (span["letter_start"], span["letter_end"]))
