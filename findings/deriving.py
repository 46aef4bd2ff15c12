"""What views would compute of millions of rows at each question is computed once, in the merge's transaction, and kept.

Each step (`deriving/<name>.sql`) writes one table, of the findings that stand in the temporary table
`touched(finding_id)`; it reads facts and what the steps before it wrote. Whoever changes facts of findings fills
`touched` and calls `derive` in the same transaction. All of it can be made anew: `rebuild`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import duckdb

from findings.statements import digest_of, shipped_severity_rules, sql_text

# Each step after those that it reads from.
STEPS: Final = ("finding_states", "finding_exposures", "finding_severities")
_RULES: Final = "rules"
# Two sweeps' answers that a place is not there must lie as far apart to make it gone, if they came by the same way: an
# outage, a deployment or a restart is over by then, and a recheck after a takedown need not wait for the next night.
GONE_AFTER: Final = timedelta(hours=1)
# An answer from a sweep that did not see a finding changes its state, and nothing else of it.
UNSEEN_STEPS: Final = ("finding_states",)
_UNIT_STEP: Final = "unit_counts"
_ALL_UNITS: Final = """
CREATE OR REPLACE TEMP TABLE touched_units AS
SELECT sweep_id, unit_id, 0 AS not_selected FROM units
UNION ALL
SELECT last_sweep, unit_id, count(*) FROM entries WHERE outcome = 'not_selected' GROUP BY ALL
"""
# What rows of findings that are no longer there leave behind.
_TABLES: Final = ("finding_states", "finding_exposures", "finding_severities")


def derive(connection: duckdb.DuckDBPyConnection, steps: Sequence[str] = STEPS) -> None:
    """Bring what is derived up to date for the findings in `touched`; in the caller's transaction."""
    connection.execute("SET VARIABLE gone_after = to_seconds(?)", [GONE_AFTER.total_seconds()])
    for name in (_RULES, *steps):
        connection.execute(sql_text("deriving", f"{name}.sql"))


def derive_units(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring the counts of the units in `touched_units` up to date; in the caller's transaction."""
    connection.execute(sql_text("deriving", f"{_UNIT_STEP}.sql"))


def rebuild(connection: duckdb.DuckDBPyConnection) -> None:
    """Derive everything anew from the facts; in the caller's transaction."""
    # Only who migrates needs the rules of severity as a file, and reading commands start faster without.
    from findings.severity_tables import put_shipped  # noqa: PLC0415

    put_shipped(connection)
    connection.execute("CREATE OR REPLACE TEMP TABLE touched AS SELECT finding_id FROM findings")
    connection.execute("UPDATE sightings SET state = NULL, history = NULL WHERE state IS NOT NULL")
    connection.execute("DELETE FROM finding_states")
    for table in _TABLES:
        connection.execute(f"DELETE FROM {table} WHERE finding_id NOT IN (SELECT finding_id FROM findings)")  # noqa: S608
    derive(connection)
    connection.execute("DROP TABLE touched")
    connection.execute("DELETE FROM unit_counts WHERE sweep_id NOT IN (SELECT sweep_id FROM purged_sweeps)")
    connection.execute("UPDATE unit_counts SET not_selected = 0")
    connection.execute(_ALL_UNITS)
    derive_units(connection)
    connection.execute("DROP TABLE touched_units")


def deriving_digest() -> str:
    """Changes with the rules: a database that was derived by others is derived anew."""
    statements = digest_of("deriving", (_RULES, *STEPS, _UNIT_STEP))
    told = f"{statements}\0{shipped_severity_rules()}\0{GONE_AFTER.total_seconds()}"
    return hashlib.sha256(told.encode()).hexdigest()
