"""A further sweep's spool, as its workers would have left it: what a merge of many rows is measured with."""

from __future__ import annotations

from datetime import timedelta
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa

from findings.asking import asked, utc
from findings.database import Connection, open_writer
from findings.keys import DatabaseKey
from findings.parts import COLUMN_ROWS, COLUMNS, PART_ROWS, part_name, write_table
from findings.records import SweepEnd, SweepRecord, UnitOutcome, UnitRecord, UnitState, new_sweep_id
from findings.spool import SweepSpool
from findings.spool_folders import spool_root

KEY = DatabaseKey(bytes(range(32)))
_TABLES = ("entries", "documents", "matches", "skips")
# Rows of one part, as columns.
_PART = PART_ROWS * COLUMN_ROWS


def spool_a_sweep(database: Path) -> int:
    """Write the spool of a sweep a week after the last; how many rows it has."""
    latest, units, rows = _rows(database)
    started = utc(latest["started_at"]) + timedelta(days=7)
    record = SweepRecord(_id_of(rows), "scope", "Benchmark", "B-1", started, "0", tuple(units))
    sweep = SweepSpool.create(spool_root(database), record, KEY)
    pieces = {table: _by_unit(rows[table]) for table in _TABLES}
    for unit in units:
        spool = sweep.unit(unit, clock=lambda: started)
        folder = sweep.folder.open_unit(unit.unit_id)
        held = {table: pieces[table][unit.unit_id] for table in _TABLES if unit.unit_id in pieces[table]}
        longest = max((piece.num_rows for piece in held.values()), default=0)
        for number, start in enumerate(range(0, longest, _PART), 1):
            part = folder / part_name(number)
            part.mkdir(mode=0o700)
            for table, piece in held.items():
                if piece.num_rows > start:
                    write_table(part / f"{table}.parquet", piece.slice(start, _PART))
        spool.finish(UnitOutcome(UnitState.FINISHED, started, started + timedelta(hours=1), 1200, 400_000_000))
    sweep.finish(SweepEnd(started + timedelta(hours=5)))
    return sum(table.num_rows for table in rows.values())


def _rows(database: Path) -> tuple[dict[str, Any], list[UnitRecord], dict[str, pa.Table]]:
    sql = resources.files("benchmarks.findings").joinpath("spooled.sql").read_text(encoding="utf-8")
    with open_writer(database) as connection:
        latest = asked(connection, "SELECT sweep_id, started_at FROM sweeps ORDER BY started_at DESC LIMIT 1")[0]
        started = utc(latest["started_at"]) + timedelta(days=7)
        connection.execute(
            "CREATE TEMP TABLE sweep AS "
            "SELECT ?::VARCHAR AS sweep_id, ?::TIMESTAMPTZ AS started_at, ?::VARCHAR AS latest",
            [new_sweep_id(started), started, latest["sweep_id"]],
        )
        connection.execute(sql)
        columns = ", ".join(UnitRecord.__slots__)
        units = asked(connection, f"SELECT {columns} FROM units WHERE sweep_id = ?", [latest["sweep_id"]])  # noqa: S608
        rows = {table: connection.sql(_shaped(connection, table)).to_arrow_table() for table in _TABLES}
    return latest, [UnitRecord(**unit) for unit in units], rows


def _shaped(connection: Connection, table: str) -> str:
    held = {str(row["column_name"]) for row in asked(connection, f"DESCRIBE spooled_{table}")}
    columns = ", ".join(name if name in held else f"NULL AS {name}" for name in COLUMNS[table].names)
    return f"SELECT {columns} FROM spooled_{table} ORDER BY unit_id"  # noqa: S608 - constants


def _id_of(rows: dict[str, pa.Table]) -> str:
    return str(rows["entries"]["sweep_id"][0].as_py())


def _by_unit(table: pa.Table) -> dict[str, pa.Table]:
    """Its rows stand in the order of units."""
    pieces: dict[str, pa.Table] = {}
    start = 0
    for unit_id, rows in groupby(table["unit_id"].to_pylist()):
        count = sum(1 for _ in rows)
        pieces[str(unit_id)] = table.slice(start, count)
        start += count
    return pieces
