"""The same data and questions in SQLite, with the indexes that they want."""

from __future__ import annotations

import re
import sqlite3
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.findings.views import Timed, timed
from findings.database import Connection, open_reader

_ROWS: Final = 50_000
_COLUMNS: Final = {
    "entries": "url, unit_id, kind, name, size, parent, outcome, epoch_us(first_seen), epoch_us(last_seen), "
    "first_sweep, last_sweep, cue",
    "documents": "sweep_id, unit_id, document_number, url, member, parent, epoch_us(fetched_at), status, "
    "headers::VARCHAR, size, sha256, media_type, verdict, reasons::VARCHAR, reached_by::VARCHAR, transport, "
    "tls, listed",
    "findings": "finding_id, url, host, member, letter_id, verdict, containment, coverage, evidence, unit_id, tier, "
    "supplier, sha256, size, media_type, epoch_us(first_seen), epoch_us(last_seen), first_sweep, last_sweep",
    "sightings": "finding_id, sweep_id, presence, basis, epoch_us(seen_at), history, state",
    "finding_states": "finding_id, sweep_id, state, basis, epoch_us(answered_at), history",
    "triage_events": "finding_id, decision, note, decided_by, epoch_us(decided_at), event_number",
    "units": "sweep_id, unit_id, state, start_url, host, supplier, requests, bytes",
}
_INDEXES: Final = (
    "CREATE UNIQUE INDEX entries_url ON entries (url)",
    "CREATE INDEX entries_outcome ON entries (outcome, last_sweep, unit_id)",
    "CREATE INDEX documents_url ON documents (url, member)",
    "CREATE INDEX documents_sweep ON documents (sweep_id, unit_id, verdict)",
    "CREATE UNIQUE INDEX findings_id ON findings (finding_id)",
    "CREATE UNIQUE INDEX states_id ON finding_states (finding_id)",
    "CREATE INDEX sightings_id ON sightings (finding_id, sweep_id)",
    "CREATE INDEX triage_id ON triage_events (finding_id, event_number)",
)
_OPEN: Final = """
SELECT {what} FROM findings JOIN finding_states AS states USING (finding_id)
LEFT JOIN triage_events AS events ON events.finding_id = findings.finding_id
WHERE states.state <> 'gone' AND coalesce(events.decision, '') NOT IN ('false_positive', 'closed') {group}
"""
# The same words for both, but for what SQLite spells otherwise.
QUESTIONS: Final = {
    "open findings: count": _OPEN.format(what="count(*)", group=""),
    "hosts at risk": _OPEN.format(what="host, supplier, count(*), count(DISTINCT letter_id)", group="GROUP BY 1, 2"),
    "letters exposed": _OPEN.format(
        what="letter_id, count(*), count(DISTINCT host), max(findings.containment)", group="GROUP BY letter_id"
    ),
    "reach: places not selected": "SELECT last_sweep, unit_id, count(*) FROM entries WHERE outcome = 'not_selected' "
    "GROUP BY 1, 2",
    "reach: documents": "SELECT sweep_id, unit_id, count(*), count(CASE verdict WHEN 'undetermined' THEN 1 END) "
    "FROM documents GROUP BY 1, 2",
    "sizes of all places": "SELECT kind, count(*), sum(size) FROM entries GROUP BY kind",
    "states of all answers": "SELECT sweep_id, state, count(*) FROM sightings GROUP BY 1, 2",
    "one finding's answers": "SELECT * FROM sightings WHERE finding_id = (SELECT max(finding_id) FROM findings)",
}


def compare(database: Path, beside: Path) -> tuple[float, list[tuple[Timed, Timed]]]:
    """Write the same rows into SQLite; seconds that took, and each question to DuckDB and to SQLite."""
    start = time.perf_counter()
    with closing(sqlite3.connect(beside)) as peer, open_reader(database) as connection:
        peer.execute("PRAGMA journal_mode = OFF")
        peer.execute("PRAGMA synchronous = OFF")
        for table, columns in _COLUMNS.items():
            rows = connection.execute(f"SELECT {columns} FROM {table}")  # noqa: S608 - constants
            names = ", ".join(_name(column) for column in columns.split(", "))
            peer.execute(f"CREATE TABLE {table} ({names})")
            marks = ", ".join("?" for _ in columns.split(", "))
            while batch := rows.fetchmany(_ROWS):
                peer.executemany(f"INSERT INTO {table} VALUES ({marks})", batch)  # noqa: S608 - constants
        for index in _INDEXES:
            peer.execute(index)
        peer.execute("ANALYZE")
        peer.commit()
        loaded = time.perf_counter() - start
        pairs = []
        for what, query in QUESTIONS.items():
            ours = timed(what, partial(_ask, connection, query))
            pairs.append((ours, timed(what, partial(_ask, peer, query))))
    return loaded, pairs


def _ask(asked: Connection | sqlite3.Connection, query: str) -> None:
    asked.execute(query).fetchall()


def _name(column: str) -> str:
    return re.sub(r".*\(|\).*|::.*", "", column)
