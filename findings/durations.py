"""How long each unit took in the last sweep that ran to its end: what a running one is judged by."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from findings.asking import asked
from findings.database import open_reader
from findings.errors import FindingsError

# Units of which times are kept, about 0.3 kB each; of a larger sweep the units that have ended say enough.
MOST_UNITS: Final = 50_000
_QUESTION: Final = """
SELECT unit_id, host, epoch(ended_at) - epoch(started_at) AS seconds FROM units
WHERE sweep_id = (
    SELECT sweep_id FROM sweeps WHERE scope_digest = ? AND kind = 'sweep' AND state = 'finished'
    ORDER BY started_at DESC, sweep_id DESC LIMIT 1
) AND started_at IS NOT NULL AND ended_at >= started_at LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class UnitTime:
    """Where a unit was, and the seconds it took."""

    host: str
    seconds: float


def unit_times(database: Path, scope_digest: str) -> Mapping[str, UnitTime]:
    """By unit id; empty where there is no such sweep, it is too large, or the database can not be read just now."""
    if not database.exists():
        return {}
    with suppress(FindingsError), open_reader(database, wait_seconds=0) as connection:
        rows = asked(connection, _QUESTION, [scope_digest, MOST_UNITS + 1])
        if len(rows) <= MOST_UNITS:
            return {row["unit_id"]: UnitTime(row["host"], float(row["seconds"])) for row in rows}
    return {}
