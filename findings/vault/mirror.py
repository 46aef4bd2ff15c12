"""The log's copy in the database: taken in line by line, never changed, and held against the log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from findings.asking import asked
from findings.database import LOCK_WAIT_SECONDS, Connection, open_reader, open_writer
from findings.parts import UTC_TIME, columns_of
from findings.schema import Transaction
from findings.statements import sql_text
from findings.stored_text import storable
from findings.vault.chain import Action, Event, Head, event_of
from findings.vault.log import EvidenceLog
from findings.vault.store import kept_of, vault_folder

_EVENTS: Final = columns_of(
    [
        ("event_number", pa.int64()),
        ("happened_at", UTC_TIME),
        *((name, pa.string()) for name in ("action", "evidence_id", "done_by", "reason", "line", "digest")),
        ("taken_in_at", UTC_TIME),
    ]
)
_SEALED: Final = columns_of(
    [
        ("evidence_id", pa.string()),
        ("event_number", pa.int64()),
        ("fetched_at", UTC_TIME),
        *((name, pa.string()) for name in ("captured_by", "reason", "sweep_id")),
        ("status", pa.int32()),
        ("sha256", pa.string()),
        ("sha1", pa.string()),
        ("size", pa.int64()),
        ("sealed_sha256", pa.string()),
        ("sealed_size", pa.int64()),
        ("recipients", pa.list_(pa.string())),
        ("finding_ids", pa.list_(pa.string())),
    ]
)
# Lines in one transaction: 10,000 take 60 MB while they are on their way.
_LINES_AT_ONCE: Final = 10_000
_STEPS: Final = ("evidence_log", "sealed_evidence")


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How the log and its copy came together.

    Attributes:
        events: lines that are new to the database.
        differs: the log is not the one that the database knows: cut short, or written anew. Then nothing is taken in.
    """

    events: int = 0
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Mirror:
    """What a database knows of a vault.

    Attributes:
        lines: of the log, by number.
        sealed: digest of each sealed file, by id of the evidence.
        findings: ids of each evidence's findings.
        urls: places of each evidence's findings.
        rows: the other columns of each sealed file, by id of the evidence; of each line of the log, by its number.
    """

    lines: dict[int, bytes] = field(default_factory=dict)
    sealed: dict[str, str] = field(default_factory=dict)
    findings: dict[str, frozenset[str]] = field(default_factory=dict)
    urls: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)
    rows: dict[str | int, dict[str, Any]] = field(default_factory=dict, repr=False)

    @property
    def head(self) -> Head:
        """The last line that the database knows."""
        last = max(self.lines, default=0)
        event = event_of(self.lines[last]) if last else None
        return Head(last, event.digest) if event else Head()


def take_in(connection: Connection, folder: Path) -> TakenIn:
    """Copy what is new in the log of the vault `folder`, in short transactions."""
    lines = EvidenceLog(folder).lines()
    (known,) = asked(
        connection,
        "SELECT coalesce(max(event_number), 0) AS number, max_by(line, event_number) AS line FROM evidence_log",
    )
    number = int(known["number"])
    if number > len(lines) or (number and lines[number - 1] != str(known["line"]).encode()):
        return TakenIn(differs=True)
    taken = 0
    for start in range(number, len(lines), _LINES_AT_ONCE):
        read = enumerate(lines[start : start + _LINES_AT_ONCE], start + 1)
        events = [event for at, line in read if (event := event_of(line)) and event.number == at]
        _insert(connection, events)
        taken += len(events)
    return TakenIn(taken)


def _insert(connection: Connection, events: Sequence[Event]) -> None:
    connection.register("new_events", pa.Table.from_pylist([*map(_event_row, events)], schema=_EVENTS))
    connection.register("new_sealed", pa.Table.from_pylist([*_sealed_rows(events)], schema=_SEALED))
    with Transaction(connection):
        for step in _STEPS:
            connection.execute(sql_text("merging", f"{step}.sql"))
    for name in ("new_events", "new_sealed"):
        connection.unregister(name)


def take_in_log(database: Path, wait_seconds: float = LOCK_WAIT_SECONDS) -> TakenIn:
    """`take_in`, for a database that is not open. Raises FindingsError where it can not be opened."""
    with open_writer(database, wait_seconds) as connection:
        return take_in(connection, vault_folder(database))


def mirror_of(database: Path, wait_seconds: float = LOCK_WAIT_SECONDS) -> Mirror:
    """What the database knows of its vault. Raises FindingsError where it can not be opened."""
    with open_reader(database, wait_seconds) as connection:
        lines = asked(connection, "SELECT * EXCLUDE (taken_in_at) FROM evidence_log")
        sealed = asked(connection, "FROM sealed_evidence")
        places = asked(
            connection,
            "SELECT evidence_id, list(DISTINCT finding_id) AS findings, list(DISTINCT url) AS urls "
            "FROM sealed_findings LEFT JOIN findings USING (finding_id) GROUP BY evidence_id",
        )
    return Mirror(
        {int(row["event_number"]): str(row["line"]).encode() for row in lines},
        {str(row["evidence_id"]): str(row["sealed_sha256"]) for row in sealed},
        {str(row["evidence_id"]): frozenset(map(str, row["findings"])) for row in places},
        {str(row["evidence_id"]): frozenset(str(url) for url in row["urls"] or () if url) for row in places},
        {row["event_number"]: row for row in lines} | {row["evidence_id"]: row for row in sealed},
    )


def altered_rows(events: Sequence[Event], mirror: Mirror) -> Iterator[tuple[int, str, str]]:
    """Columns of the database that say something else than the line which they were made of: line, evidence, names."""
    known = [event for event in events if mirror.lines.get(event.number) == event.line]
    ends: dict[str, set[datetime]] = {}
    for event in known:
        if event.deed.action is Action.DESTROYED:
            ends.setdefault(storable(event.deed.evidence_id), set()).add(event.at)
    made: dict[str | int, dict[str, object]] = {event.number: _event_row(event) for event in known}
    for row in _sealed_rows(known):
        made.setdefault(str(row["evidence_id"]), row)
    for name, row in made.items():
        held = mirror.rows.get(name, {})
        strange = {column for column in row.keys() & held.keys() if held[column] != row[column]}
        if isinstance(name, str) and held and held["destroyed_at"] not in ends.get(name, {None}):
            strange.add("destroyed_at")
        if strange:
            evidence_id = name if isinstance(name, str) else ""
            yield int(str(row["event_number"])), evidence_id, ", ".join(sorted(strange))


def _event_row(event: Event) -> dict[str, object]:
    deed = event.deed
    return {
        "event_number": event.number,
        "happened_at": event.at,
        "action": deed.action.value,
        "evidence_id": storable(deed.evidence_id),
        "done_by": storable(deed.by),
        "reason": storable(deed.reason),
        "line": event.line.decode("ascii"),
        "digest": event.digest,
        "taken_in_at": datetime.now(UTC),
    }


def _sealed_rows(events: Iterable[Event]) -> Iterable[dict[str, object]]:
    for kept in kept_of(event for event in events if event.deed.action is Action.CAPTURED):
        details = kept.event.deed.details
        status, recipients = details.get("status"), details.get("recipients")
        yield {
            "evidence_id": kept.evidence_id,
            "event_number": kept.event.number,
            "fetched_at": datetime.fromisoformat(details["fetched_at"]),
            "captured_by": storable(kept.event.deed.by),
            "reason": storable(kept.event.deed.reason),
            "sweep_id": storable(str(details.get("sweep_id") or "")) or None,
            "status": status if type(status) is int and 0 <= status < 1000 else None,  # noqa: PLR2004 - three digits
            "sha256": storable(kept.sha256),
            "sha1": storable(str(details.get("sha1", ""))),
            "size": kept.size,
            "sealed_sha256": storable(kept.sealed_sha256),
            "sealed_size": kept.sealed_size,
            "recipients": [storable(str(text)) for text in recipients] if isinstance(recipients, list) else [],
            "finding_ids": [storable(finding_id) for finding_id in kept.finding_ids],
        }
