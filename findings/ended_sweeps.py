"""Which sweeps of a scope have ended, merged or still in the spool: what a heartbeat goes by."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from findings.asking import asked, utc
from findings.database import open_reader
from findings.durable_files import read_json
from findings.errors import SpoolError
from findings.records import SweepKind, SweepState
from findings.spool_folders import read_end, spool_root, sweep_folders

# Sweeps that are looked at, the latest first. A heartbeat that finds none of them complete says so.
MOST_SWEEPS: Final = 60
# Units by which a sweep is taken for one of this scope, whatever has been changed in the scope since.
_MOST_UNITS: Final = 1_000
_QUESTION: Final = """
SELECT sweep_id, state, started_at, ended_at FROM sweeps
WHERE kind = 'sweep' AND ended_at IS NOT NULL AND (
    scope_digest = ? OR sweep_id IN (SELECT sweep_id FROM units WHERE unit_id IN (SELECT unnest(?)))
)
ORDER BY ended_at DESC, sweep_id DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class EndedSweep:
    """A whole sweep that has ended, in whichever way; `merged` once it is in the database."""

    sweep_id: str
    state: SweepState
    started_at: datetime
    ended_at: datetime
    merged: bool


def merged_sweeps(
    database: Path, scope_digest: str, unit_ids: Sequence[str], wait_seconds: float
) -> tuple[EndedSweep, ...]:
    """Those in the database, the latest first; of this scope, or of one that had a unit of it.

    Raises:
        FindingsError: the database is missing, held for too long, or can not be used.
    """
    with open_reader(database, wait_seconds) as connection:
        rows = asked(connection, _QUESTION, [scope_digest, list(unit_ids[:_MOST_UNITS]), MOST_SWEEPS])
    return tuple(
        EndedSweep(row["sweep_id"], SweepState(row["state"]), utc(row["started_at"]), utc(row["ended_at"]), True)
        for row in rows
    )


def waiting_sweeps(database: Path, scope_digest: str) -> tuple[EndedSweep, ...]:
    """Those of this scope whose end waits in the spool, the latest first; what can not be read is left out."""
    found = []
    for folder in sweep_folders(spool_root(database)):
        header, end = read_json(folder.header_file), read_end(folder)
        if header is None or end is None or header.get("scope_digest") != scope_digest:
            continue
        with suppress(KeyError, ValueError, TypeError, SpoolError):
            if SweepKind(header["kind"]) is SweepKind.SWEEP:
                started = datetime.fromisoformat(header["started_at"]).astimezone(UTC)
                found.append(EndedSweep(folder.sweep_id, end.state, started, end.ended_at, False))
    return tuple(sorted(found, key=lambda sweep: sweep.ended_at, reverse=True))
