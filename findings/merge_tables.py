"""A batch of spooled units as tables that the merging statements read: `spool_units`, `spool_documents` and so on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from findings.database import Connection
from findings.parts import COLUMNS, UTC_TIME, columns_of
from findings.planned_units import PLAN_COLUMNS, table_of
from findings.records import SweepEnd, UnitOutcome, UnitRecord, UnitState, reason_of

_UNIT_COLUMNS: Final = columns_of(
    [
        ("sweep_id", pa.string()),
        *((name, pa.string()) for name in PLAN_COLUMNS.names),
        ("state", pa.string()),
        ("started_at", UTC_TIME),
        ("ended_at", UTC_TIME),
        ("requests", pa.int64()),
        ("bytes", pa.int64()),
        ("error", pa.string()),
        ("damaged_parts", pa.int32()),
    ]
)
_END_COLUMNS: Final = columns_of(
    [
        *((name, pa.string()) for name in ("sweep_id", "state", "cause", "skip_reason")),
        ("ended_at", UTC_TIME),
    ]
)
_GLOB_CHARACTERS = re.compile(r"([\[*?])")

# Ranks that the merging statements sort by.
_MACROS = """
CREATE OR REPLACE TEMP MACRO verdict_rank(verdict) AS
    coalesce(list_position(['same_template', 'shared_passage', 'known_letter'], verdict), 0);
CREATE OR REPLACE TEMP MACRO outcome_rank(outcome) AS
    coalesce(list_position(['not_selected', 'skipped', 'unchanged', 'fetched'], outcome), 0);
"""


@dataclass(frozen=True, slots=True)
class UnitRows:
    """A published unit: what it is, how it ended, its readable files by table, its parts that can not be read, rows."""

    record: UnitRecord
    outcome: UnitOutcome
    files: Mapping[str, Sequence[Path]]
    damaged: tuple[Path, ...]
    rows: int


def stage_units(connection: Connection, sweep_id: str, units: Sequence[UnitRows]) -> None:
    """Let the merging statements see these units of one sweep."""
    connection.execute(_MACROS)
    rows = [_unit_row(sweep_id, unit) for unit in units]
    connection.register("spool_units", pa.Table.from_pylist(rows, schema=_UNIT_COLUMNS))
    for table, columns in COLUMNS.items():
        connection.register(f"no_{table}", columns.empty_table())
        files = [path for unit in units for path in unit.files[table]]
        connection.execute(_table(table, files))


def _table(table: str, files: Sequence[Path]) -> str:
    """A statement without parameters, so the paths stand in it, quoted; tables are those of `COLUMNS`.

    A table and not a view: the statements read each several times, and to open a small file again costs 1 ms.
    """
    made = f"CREATE OR REPLACE TEMP TABLE spool_{table} AS SELECT * FROM no_{table}"  # noqa: S608
    if not files:
        return made
    # A folder named `sweep_id=x` on the way is a folder, not a column.
    read = f"read_parquet({_listed(files)}, hive_partitioning = false)"
    return f"{made} UNION ALL BY NAME SELECT * FROM {read}"  # noqa: S608


def stage_end(connection: Connection, sweep_id: str, end: SweepEnd, plan: Sequence[UnitRecord]) -> None:
    """Let the merging statements see how a sweep ended and what it had planned."""
    connection.execute(_MACROS)  # a sweep may end in a merge that has no unit
    ended = {
        "sweep_id": sweep_id,
        "state": end.state.value,
        "cause": end.cause.value if end.cause else None,
        "skip_reason": reason_of(end.cause).value,
        "ended_at": end.ended_at,
    }
    connection.register("spool_end", pa.Table.from_pylist([ended], schema=_END_COLUMNS))
    connection.register("spool_plan", table_of(plan))


def _unit_row(sweep_id: str, unit: UnitRows) -> dict[str, object]:
    outcome = unit.outcome
    in_doubt = bool(unit.damaged) and outcome.state is UnitState.FINISHED
    return {
        "sweep_id": sweep_id,
        **unit.record.as_row(),
        "state": UnitState.FAILED.value if in_doubt else outcome.state.value,
        "started_at": outcome.started_at,
        "ended_at": outcome.ended_at,
        "requests": outcome.requests,
        "bytes": outcome.bytes,
        "error": "spool_part_unreadable" if in_doubt else outcome.error,
        "damaged_parts": len(unit.damaged),
    }


def _listed(files: Sequence[Path]) -> str:
    """A list of paths in SQL; each stands for itself, whatever glob characters its folders have."""
    quoted = ("'" + _GLOB_CHARACTERS.sub(r"[\1]", str(path)).replace("'", "''") + "'" for path in files)
    return "[" + ", ".join(quoted) + "]"
