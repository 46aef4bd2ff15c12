"""What people do with findings: every act is kept, of each kind the latest counts."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from findings.asking import asked
from findings.database import LOCK_WAIT_SECONDS, Connection, open_writer
from findings.errors import DatabaseMissingError, FindingUnknownError, TriageError, TriageOverlapError
from findings.parts import UTC_TIME, columns_of
from findings.records import FindingState, TriageDecision
from findings.results import FindingRow, TriageEvent
from findings.schema import Transaction
from findings.statements import sql_text
from findings.stored_text import storable

# Characters of a note: more than anybody types, and what a database row takes without harm.
NOTE_MOST: Final = 1 << 20
# Characters of a person's name.
NAME_MOST: Final = 200
# Days that an acceptance should last at the most, after which somebody looks again (practice of suppressions).
ACCEPTED_DAYS: Final = 180
# Seen there by the latest sweep that could tell.
PRESENT: Final = frozenset([FindingState.NEW, FindingState.OPEN, FindingState.REAPPEARED])
_ACT: Final = columns_of(
    [
        *((name, pa.string()) for name in ("decision", "note", "decided_by")),
        ("decided_at", UTC_TIME),
        ("valid_until", pa.date32()),
        ("assigned_to", pa.string()),
        ("due", pa.date32()),
        ("without_due", pa.bool_()),
        ("act_id", pa.string()),
    ]
)
# What makes two sendings of an act the same.
_SAME: Final = "decision, note, decided_by, valid_until, assigned_to, due, without_due"
_MARKED: Final = "finding_id, latest_event, sha256, verdict, state"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What an act came to.

    Attributes:
        act_id: of all its events.
        findings: how many it was recorded on.
        repeated: it had been recorded before; nothing was added now.
    """

    act_id: str
    findings: int
    repeated: bool = False


def new_act_id() -> str:
    """For an act that may be sent twice: with the same id it is recorded once."""
    return secrets.token_hex(16)


def mark_of(row: FindingRow) -> str:
    """What a person had before them: content, verdict, presence and the latest event.

    A sweep that sees the same again does not change it; what else happens does.
    """
    return _mark(row.latest_event, row.sha256, row.verdict.value, row.state)


def act(
    database: Path,
    finding_ids: Sequence[str],
    event: TriageEvent,
    *,
    act_id: str | None = None,
    marks: Mapping[str, str] | None = None,
    wait_seconds: float = LOCK_WAIT_SECONDS,
) -> Recorded:
    """Record one act on findings, named by their whole ids: on all of them, or on none.

    Args:
        database: which.
        finding_ids: of these; one named twice counts once.
        event: what was done; its `act_id` and all that follows it are given by the database.
        act_id: of `new_act_id`, where the act may be sent twice: the same act is recorded once.
        marks: per finding, `mark_of` the row that the person had before them.
        wait_seconds: for a database that another process holds.

    Raises:
        TriageError: the act does not hold together.
        TriageOverlapError: findings are not what the person saw, or the id stands for another act; nothing was
            recorded.
        FindingUnknownError: there is no such finding; nothing was recorded.
        FindingsError: the database is missing, locked for too long, or can not be used.
    """
    check_act(event)
    wanted = list(dict.fromkeys(finding_ids))
    if not wanted:
        raise TriageError("no finding is named")
    act_id = act_id or new_act_id()
    if not database.exists():
        raise DatabaseMissingError(database)
    with open_writer(database, wait_seconds) as connection:
        if _is_recorded(connection, wanted, event, act_id):
            return Recorded(act_id, len(wanted), repeated=True)
        with Transaction(connection):
            _stage(connection, wanted, event, act_id)
            _check_findings(connection, wanted, marks or {})
            connection.execute(sql_text("deciding", "add_events.sql"))
    return Recorded(act_id, len(wanted))


def check_act(event: TriageEvent) -> None:
    """Does it hold together?

    Raises:
        TriageError: it does not.
    """
    accepts = event.decision is TriageDecision.ACCEPTED_UNTIL
    lasts = event.valid_until is not None
    longest_name = max(map(len, (event.decided_by, event.assigned_to or "")))
    failings = {
        "accepted_until needs its last day, and no other decision takes one": accepts != lasts,
        "accepted_until needs a reason: say in a note why": accepts and not event.note.strip(),
        "say who decided": not event.decided_by.strip(),
        "the time of a decision needs its time zone": event.decided_at.tzinfo is None,
        "a due day can not be set and taken away at once": event.due is not None and event.without_due,
        "only a sweep reopens": event.reopened is not None,
        f"a note has at most {NOTE_MOST} characters": len(event.note) > NOTE_MOST,
        f"a name has at most {NAME_MOST} characters": longest_name > NAME_MOST,
        "nothing is done: no decision, note, assignment or due day": not _does_something(event),
    }
    for failing, is_so in failings.items():
        if is_so:
            raise TriageError(failing)


def _is_recorded(connection: Connection, finding_ids: Sequence[str], event: TriageEvent, act_id: str) -> bool:
    """Is this act on record already? All of it has to be the same, but the time: it is that of the sending.

    Raises:
        TriageOverlapError: under this id something else was recorded: a form that came back changed.
    """
    query = f"SELECT finding_id, {_SAME} FROM triage_events WHERE act_id = ?"  # noqa: S608 - constants
    before = asked(connection, query, [act_id])
    if not before:
        return False
    row = _row(event, act_id)
    same = {name: row[name] for name in _SAME.split(", ")}
    if {each.pop("finding_id") for each in before} != set(finding_ids) or any(each != same for each in before):
        raise TriageOverlapError(finding_ids)
    return True


def _does_something(event: TriageEvent) -> bool:
    changes = (event.decision, event.assigned_to, event.due)
    return any(change is not None for change in changes) or event.without_due or bool(event.note.strip())


def _stage(connection: Connection, finding_ids: Sequence[str], event: TriageEvent, act_id: str) -> None:
    places = {"finding_id": [storable(each) for each in finding_ids], "place": list(range(len(finding_ids)))}
    connection.register("act", pa.Table.from_pylist([_row(event, act_id)], schema=_ACT))
    connection.register("decided", pa.table(places))


def _row(event: TriageEvent, act_id: str) -> dict[str, Any]:
    return {
        "decision": event.decision and event.decision.value,
        "note": storable(event.note),
        "decided_by": storable(event.decided_by),
        "decided_at": event.decided_at,
        "valid_until": event.valid_until,
        "assigned_to": None if event.assigned_to is None else storable(event.assigned_to.strip()),
        "due": event.due,
        "without_due": event.without_due,
        "act_id": act_id,
    }


def _check_findings(connection: Connection, finding_ids: Sequence[str], marks: Mapping[str, str]) -> None:
    """All are there, and, where marks are given, are what the person saw."""
    if not marks:
        found = asked(connection, "SELECT finding_id FROM findings SEMI JOIN decided USING (finding_id)")
    else:
        found = asked(connection, f"SELECT {_MARKED} FROM finding_status SEMI JOIN decided USING (finding_id)")  # noqa: S608
    known = {row["finding_id"]: row for row in found}
    for finding_id in finding_ids:
        if finding_id not in known:
            raise FindingUnknownError(finding_id)
    changed = [finding_id for finding_id, mark in marks.items() if _mark_of_row(known.get(finding_id)) != mark]
    if changed:
        raise TriageOverlapError(changed)


def _mark_of_row(row: Mapping[str, Any] | None) -> str | None:
    if row is None:
        return None
    return _mark(row["latest_event"], row["sha256"], row["verdict"], FindingState(row["state"]))


def _mark(latest_event: int, sha256: str, verdict: str, state: FindingState) -> str:
    return f"{latest_event}:{sha256[:16]}:{verdict}:{'present' if state in PRESENT else state.value}"
