"""Canary letters in the merge: what a sweep was to find, for the statements that say whether it did."""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa

from findings.database import Connection
from findings.parts import columns_of

_NAMES: Final = ("canary_id", "unit_id", "url", "letter_id", "sha256", "label")
_COLUMNS: Final = columns_of([("sweep_id", pa.string()), *((name, pa.string()) for name in _NAMES)])


def stage_canaries(connection: Connection, header: dict[str, Any]) -> None:
    """Let the merging statements see which letters this sweep was to find; a sweep of an older Stray, none."""
    rows = [{"sweep_id": header["sweep_id"], **canary} for canary in header.get("canaries", ())]
    connection.register("spool_canaries", pa.Table.from_pylist(rows, schema=_COLUMNS))


def put_places(connection: Connection) -> None:
    """Keep where they were planted; in the caller's transaction, before any unit's rows."""
    connection.execute(
        "INSERT INTO canary_places BY NAME "
        "SELECT * EXCLUDE (sweep_id), sweep_id AS first_sweep, sweep_id AS last_sweep FROM spool_canaries "
        "ON CONFLICT (canary_id) DO UPDATE SET label = excluded.label, "
        "first_sweep = least(first_sweep, excluded.first_sweep), last_sweep = greatest(last_sweep, excluded.last_sweep)"
    )
