"""Letters that sketches show, as findings: where they were seen, since when, and what was heard of the place since.

No request is made, so nothing is said to be there now: a finding is present as of when its document was last seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from findings.asking import asked, utc
from findings.batches import belonging
from findings.database import LOCK_WAIT_SECONDS, Connection, open_writer, stored_key_check
from findings.deriving import derive
from findings.errors import DatabaseKeyError
from findings.keys import DatabaseKey
from findings.parts import UTC_TIME, columns_of
from findings.records import SweepRecord, SweepState, UnitRecord
from findings.rows import match_rows
from findings.schema import Transaction
from findings.statements import sql_text
from findings.stored_text import storable
from matchers.verdicts import LetterMatch

_TEXT_MAP: Final = pa.map_(pa.string(), pa.string())
# What of a unit says to whom a place belongs.
_UNIT: Final = ("unit_id", "kind", "start_url", "host", "tier", "authority", "supplier")
_COLUMNS: Final = columns_of(
    [
        *((name, pa.string()) for name in "finding_id url host member letter_id verdict".split()),
        *((name, pa.float64()) for name in ("containment", "coverage", "evidence")),
        *((name, pa.string()) for name in "unit_id tier supplier sha256".split()),
        ("size", pa.int64()),
        ("media_type", pa.string()),
        *((name, UTC_TIME) for name in ("server_modified", "first_seen", "last_seen")),
        *((name, pa.string()) for name in "first_sweep last_sweep fetched_sweep batch_id incident_id".split()),
        *((name, pa.string()) for name in ("sweep_id", "basis")),
        *((name, UTC_TIME) for name in ("answered_at", "fetched_at")),
        ("categories", pa.list_(pa.string())),
        ("person_ids", pa.list_(pa.string())),
        ("anchors", _TEXT_MAP),
        ("reasons", pa.list_(pa.string())),
        ("status", pa.int32()),
        ("headers", _TEXT_MAP),
        ("requested_url", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True, repr=False)
class SketchHit:
    """What the sketch of one content shows: letters, each with its verdict and the file inside that holds it."""

    sha256: str
    letters: tuple[tuple[str, LetterMatch], ...]


@dataclass(frozen=True, slots=True, repr=False)
class SeenLetter:
    """A letter that was seen at a place, as its sketch says.

    Attributes:
        letter_id: the letter's.
        url, member: the place.
        last_seen: when the document was last fetched, or asked and found unchanged.
        is_known: there is a finding of it.
    """

    letter_id: str
    url: str
    member: str
    last_seen: datetime
    is_known: bool


def seen_before(connection: Connection, hits: Sequence[SketchHit]) -> list[SeenLetter]:
    """The places where letters were seen, each once; what is known already too."""
    known = {
        (row["url"], row["member"], row["letter_id"])
        for row in asked(connection, "SELECT url, member, letter_id FROM findings WHERE letter_id IS NOT NULL")
    }
    found: dict[tuple[str, str, str], SeenLetter] = {}
    letters = {hit.sha256: hit.letters for hit in hits}
    for place in _places(connection, hits):
        for member, letter in letters[place["sha256"]]:
            named = (str(place["url"]), storable(member), letter.letter_id)
            found.setdefault(
                named, SeenLetter(letter.letter_id, *named[:2], utc(place["last_seen"]), is_known=named in known)
            )
    return list(found.values())


def record_rematch(
    database: Path,
    key: DatabaseKey,
    sweep: SweepRecord,
    hits: Sequence[SketchHit],
    wait_seconds: float = LOCK_WAIT_SECONDS,
) -> int:
    """Record what sketches show and no finding says yet, as one sweep; all in one transaction.

    Returns:
        How many findings that makes. Where there are none, no sweep is recorded.

    Raises:
        DatabaseKeyError: the database goes with another key.
        FindingsError: the database is missing, held or can not be used.
    """
    with open_writer(database, wait_seconds) as connection:
        if stored_key_check(connection) not in (None, key.check_value()):
            raise DatabaseKeyError(f"{database} was written with another database key; put that key back")
        rows = list(_rows(connection, key, sweep.sweep_id, hits))
        connection.register("rematched", pa.Table.from_pylist(rows, schema=_COLUMNS))
        with Transaction(connection):
            connection.execute(sql_text("rematching", "record.sql"))
            found = int(asked(connection, "SELECT count(*) AS count FROM found")[0]["count"])
            if found:
                _record_sweep(connection, sweep)
                derive(connection)
        return found


def _record_sweep(connection: Connection, sweep: SweepRecord) -> None:
    told = {
        "sweep_id": sweep.sweep_id,
        "kind": sweep.kind.value,
        "state": SweepState.FINISHED.value,
        "started_at": sweep.started_at,
        "ended_at": sweep.started_at,
        "organisation": sweep.organisation,
        "authority": sweep.authority,
        "scope_digest": sweep.scope_digest,
        "pack_check": sweep.pack_check,
        "stray_version": sweep.stray_version,
    }
    names = ", ".join(told)
    marks = ", ".join("?" for _ in told)
    connection.execute(f"INSERT INTO sweeps ({names}) VALUES ({marks})", list(told.values()))  # noqa: S608 - our names


def _places(connection: Connection, hits: Sequence[SketchHit]) -> list[dict[str, Any]]:
    table = pa.table({"sha256": pa.array([hit.sha256 for hit in hits], type=pa.string())})
    connection.register("sketch_hits", table)
    return asked(connection, sql_text("rematching", "places.sql"))


def _rows(
    connection: Connection, key: DatabaseKey, sweep_id: str, hits: Sequence[SketchHit]
) -> Iterator[dict[str, Any]]:
    """One row a finding: of several contents of one place with the same letter, the last that was seen."""
    letters = {hit.sha256: hit.letters for hit in hits}
    first: dict[str, tuple[datetime, str]] = {}
    rows: dict[str, dict[str, Any]] = {}
    for place in _places(connection, hits):
        for row in _rows_of(place, letters[place["sha256"]], key):
            name = row["finding_id"]
            first[name] = min(
                first.get(name, (row["first_seen"], row["first_sweep"])), (row["first_seen"], row["first_sweep"])
            )
            rows.setdefault(name, row)
    for name, row in rows.items():
        first_seen, first_sweep = first[name]
        yield {**row, "first_seen": first_seen, "first_sweep": first_sweep, "sweep_id": sweep_id}


def _rows_of(
    place: Mapping[str, Any], letters: Sequence[tuple[str, LetterMatch]], key: DatabaseKey
) -> Iterator[dict[str, Any]]:
    record = UnitRecord(**{name: place[name] for name in _UNIT})
    together = asdict(belonging(place["url"], record, key))
    for member, letter in letters:
        document = {"url": place["url"], "member": storable(member), "document_number": 0, "reasons": []}
        (row,) = match_rows(document, [letter], place["url"], key)
        kept = {name: row[name] for name in row if name in _COLUMNS.names}
        yield {**{name: place.get(name) for name in _COLUMNS.names}, **kept, **together, "coverage": None}
