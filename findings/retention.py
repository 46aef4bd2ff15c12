"""Deleting what is old enough, as the scope says: shown first, counted exactly, on record, gone from the file too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from findings.asking import asked, utc
from findings.database import LOCK_WAIT_SECONDS, Connection, open_reader, open_writer
from findings.errors import DatabaseLockedError, DatabaseMissingError, RetentionError
from findings.lock import SweepLock
from findings.memory_folder import drop_purged
from findings.merge import one_merge
from findings.rewriting import REWRITE_DUE, rewrite
from findings.schema import Transaction
from findings.spool import now_utc
from findings.spool_folders import spool_root
from findings.statements import sql_text
from findings.vault.destroying import destroy_of, destroyable

# Tables whose rows go by what the statements in purging/ single out, with the table of their `rowid`.
_BY_ROW: Final = ("documents", "matches", "skips", "host_checks", "absences", "entries", "bucket_leads", "sketches")
# Tables with a `finding_id` whose rows stay when the finding goes: what people did, and what we did.
_AUDIT: Final = frozenset({"triage_events", "purged_findings", "evidence_log", "sealed_evidence", "sealed_findings"})
# A clock that is further than this ahead of all that the database has seen is more likely wrong than right.
_CLOCK_AHEAD: Final = timedelta(days=200)


class RetentionRule(StrEnum):
    """What may be deleted by age; keys of the scope's `[retention]`."""

    LISTINGS = "listings"
    DOCUMENTS = "documents"
    GONE = "gone"
    FALSE_POSITIVE = "false_positive"
    CLOSED = "closed"


class HeldReason(StrEnum):
    """Why a finding that is old enough stays."""

    NOT_CLOSED = "not_closed"


@dataclass(frozen=True, slots=True)
class Purge:
    """What is, or would be, deleted.

    Attributes:
        as_of: from when days are counted back.
        days: by rule, those that the scope has.
        rows: by table, without tables that lose nothing.
        findings: by the rule that they go by.
        held: findings that are old enough and stay.
        sweeps: of which documents, matches and skips go.
        sealed: files of evidence that are destroyed; those that prove a finding which stays are not.
        rewrite: was, or would be, the file written anew so that nothing of it is left in there?
    """

    as_of: datetime
    days: Mapping[RetentionRule, int]
    rows: Mapping[str, int]
    findings: Mapping[RetentionRule, int]
    held: Mapping[HeldReason, int]
    sweeps: int
    sealed: int
    rewrite: bool


def preview_purge(
    database: Path,
    days: Mapping[RetentionRule, int],
    as_of: datetime | None = None,
    wait_seconds: float = LOCK_WAIT_SECONDS,
) -> Purge:
    """What `purge` would delete, by the same statements. Nothing is changed.

    Raises:
        RetentionError: the clock can not be right.
        FindingsError: the database is missing, held or can not be used.
    """
    with open_reader(database, wait_seconds) as connection:
        moment = as_of or _checked_moment(connection, now_utc())
        _single_out(connection, days, moment)
        return _told(connection, days, moment)


def purge(
    database: Path,
    days: Mapping[RetentionRule, int],
    by: str,
    authority: str = "",
    wait_seconds: float = LOCK_WAIT_SECONDS,
    clock: Callable[[], datetime] = now_utc,
) -> Purge:
    """Delete it, in one transaction with its record; then write the file anew, so that the bytes are gone too.

    `rewrite` is False in what is returned where a reader did not close the file in time: the rows are deleted, and the
    next purge writes the file anew.

    Raises:
        RetentionError: the clock can not be right.
        SweepRunningError: a sweep is under way.
        FindingsError: the database is missing, held or can not be used.
    """
    if not database.exists():
        raise DatabaseMissingError(database)
    root = spool_root(database)
    with SweepLock(root, "purge"), one_merge(root, database, wait_seconds):
        with open_writer(database, wait_seconds) as connection:
            moment = _checked_moment(connection, clock())
            _single_out(connection, days, moment)
            told = _told(connection, days, moment)
            if told.rows:
                # On record in the vault's log first; killed here, the next purge does the rest.
                destroyed = destroy_of(connection, database, _doomed(connection), by, "retention")
                told = replace(told, sealed=len(destroyed.gone))
                drop_purged(database, connection)
                with Transaction(connection):
                    _record(connection, told, by, authority)
                    _delete(connection)
        if not told.rewrite:
            return told
        try:
            rewrite(database, wait_seconds)
        except DatabaseLockedError:
            return replace(told, rewrite=False)
    return told


def _checked_moment(connection: Connection, now: datetime) -> datetime:
    newest = asked(connection, "SELECT max(coalesce(ended_at, started_at)) AS seen FROM sweeps")[0]["seen"]
    if newest is not None and now - utc(newest) > _CLOCK_AHEAD:
        raise RetentionError(
            f"the clock says {now:%Y-%m-%d}, and the latest sweep was on {utc(newest):%Y-%m-%d}: either the clock is "
            "wrong, or nothing has been swept for so long that what is gone is not known; sweep first"
        )
    return now


def _single_out(connection: Connection, days: Mapping[RetentionRule, int], moment: datetime) -> None:
    connection.execute("CREATE OR REPLACE TEMP TABLE cut_off (rule VARCHAR, before TIMESTAMPTZ)")
    for rule, number in days.items():
        connection.execute("INSERT INTO cut_off VALUES (?, ?)", [rule.value, moment - timedelta(days=number)])
    for step in ("findings", "rows"):
        connection.execute(sql_text("purging", f"{step}.sql"))


def _told(connection: Connection, days: Mapping[RetentionRule, int], moment: datetime) -> Purge:
    rows = {table: _count(connection, f"doomed_{table}") for table in _BY_ROW}
    for table in _tables_by_finding(connection):
        rows[table] = _count(connection, f"{table} SEMI JOIN doomed USING (finding_id)")
    rows = {table: count for table, count in rows.items() if count}
    due = bool(asked(connection, "SELECT 1 FROM meta WHERE name = ?", [REWRITE_DUE]))
    return Purge(
        moment,
        dict(days),
        rows,
        {RetentionRule(rule): count for rule, count in _grouped(connection, "rule", "doomed")},
        {HeldReason(why): count for why, count in _grouped(connection, "held", "aged WHERE held IS NOT NULL")},
        _count(connection, "(SELECT DISTINCT sweep_id FROM doomed_units)"),
        len(destroyable(connection, _doomed(connection)).gone),
        bool(rows) or due,
    )


def _doomed(connection: Connection) -> list[str]:
    return [str(row["finding_id"]) for row in asked(connection, "SELECT finding_id FROM doomed ORDER BY finding_id")]


def _delete(connection: Connection) -> None:
    for table in _BY_ROW:
        connection.execute(f"DELETE FROM {table} WHERE rowid IN (SELECT row FROM doomed_{table})")  # noqa: S608
    for table in _tables_by_finding(connection):
        query = f"DELETE FROM {table} WHERE finding_id IN (SELECT finding_id FROM doomed)"  # noqa: S608 - our names
        connection.execute(query)


def _record(connection: Connection, told: Purge, by: str, authority: str) -> None:
    removed = {**told.rows, **({"sealed_files": told.sealed} if told.sealed else {})}
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE purge AS SELECT coalesce(max(purge_number), 0) + 1 AS purge_number, "
        "$1::TIMESTAMPTZ AS purged_at, $2::TIMESTAMPTZ AS as_of, $3::VARCHAR AS purged_by, $4::VARCHAR AS authority, "
        "map($5::VARCHAR[], $6::INTEGER[]) AS days, map($7::VARCHAR[], $8::BIGINT[]) AS removed, "
        "map($9::VARCHAR[], $10::BIGINT[]) AS held FROM purges",
        [told.as_of, told.as_of, by, authority, *_pair(told.days), *_pair(removed), *_pair(told.held)],
    )
    connection.execute(sql_text("purging", "record.sql"))
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, 'the file holds bytes of deleted rows')", [REWRITE_DUE])


def _pair(counts: Mapping[Any, int]) -> tuple[list[str], list[int]]:
    return [str(key) for key in counts], list(counts.values())


def _tables_by_finding(connection: Connection) -> list[str]:
    """Facts and derived rows of a finding, of whatever migration; the finding itself last."""
    rows = asked(
        connection,
        "SELECT table_name FROM duckdb_columns() JOIN duckdb_tables() USING (database_name, schema_name, table_name) "
        "WHERE column_name = 'finding_id' AND database_name = current_database() AND schema_name = 'main' "
        "AND NOT duckdb_tables.temporary ORDER BY table_name = 'findings', table_name",
    )
    return [str(row["table_name"]) for row in rows if row["table_name"] not in _AUDIT | set(_BY_ROW)]


def _count(connection: Connection, source: str) -> int:
    return int(asked(connection, f"SELECT count(*) AS count FROM {source}")[0]["count"])  # noqa: S608 - our names


def _grouped(connection: Connection, column: str, source: str) -> list[tuple[str, int]]:
    rows = asked(connection, f"SELECT {column} AS value, count(*) AS count FROM {source} GROUP BY 1 ORDER BY 1")  # noqa: S608
    return [(str(row["value"]), int(row["count"])) for row in rows]
