"""The schema: numbered migrations, each in one transaction with its record, and the views over them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import duckdb

from findings.deriving import deriving_digest, rebuild
from findings.errors import SchemaNewerError
from findings.statements import digest_of, sql_text


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step. A file that has been released is never changed."""

    version: int
    name: str
    sql: str


MIGRATION_FILES = (
    *("001_first_tables.sql", "002_told_sweeps.sql", "003_exposure.sql", "004_buckets.sql"),
    *("005_inner_files.sql", "006_derived.sql", "007_meaning.sql", "008_triage.sql"),
    *("009_evidence.sql", "010_retention.sql", "011_incidents.sql", "012_incremental.sql"),
    *("013_sketches.sql", "014_negatives.sql", "015_reach.sql", "018_engine.sql"),
    "019_resume.sql",
    "022_places_answered.sql",
)

# Each view after those that it reads from, with the tables and views whose column comments it takes over.
VIEWS: Final[Mapping[str, tuple[str, ...]]] = {
    "sighting_states": ("sightings",),
    "sweep_news": ("sighting_states",),
    "triage_standing": ("triage_events",),
    "finding_status": ("findings", "finding_states", "triage_standing", "triage_events"),
    "open_findings": ("finding_status",),
    "worst_first": ("finding_status",),
    "copies": (),
    "incidents": ("finding_status",),
    "letters_exposed": ("findings",),
    "unopened": ("entries",),
    "people_exposed": (),
    "exposure": ("findings", "finding_exposures"),
    "exposure_timeline": ("findings",),
    "reachable": ("exposure", "finding_status"),
    "reachability": ("exposure",),
    "hosts_at_risk": ("findings",),
    "suppliers_at_risk": ("findings",),
    "reach": ("units", "unit_counts", "unit_reach"),
    "sweep_reach": ("units",),
    "reach_changes": ("unit_changes", "units"),
    "limits_reached": ("reach", "units"),
    "canaries": ("canary_checks", "canary_places"),
    "blind_spots": ("reach", "units"),
    "to_look_at": ("documents",),
    "worth_a_look": ("entries",),
    "misnamed": ("documents",),
    "bucket_history": ("buckets",),
    "bucket_states": ("bucket_history", "buckets"),
    "buckets_at_risk": ("bucket_states", "buckets"),
    "buckets_met": ("bucket_leads", "bucket_states"),
    "name_search_reach": ("name_searches",),
    "evidence_kept": ("sealed_findings", "sealed_evidence", "evidence"),
    "questions": (),
}

# What a person asks with an argument. They read views; no view reads them, so that views work from other databases too.
MACROS: Final = (
    *("folder_of", "letter", "person", "place", "content", "folder", "batch", "incident", "finding"),
    *("answers", "timeline", "news_since", "open_on"),
)


def migrations() -> tuple[Migration, ...]:
    """All known steps, in order."""
    return tuple(
        Migration(int(name[:3]), name.removesuffix(".sql"), sql_text("migrations", name)) for name in MIGRATION_FILES
    )


def applied_version(connection: duckdb.DuckDBPyConnection) -> int:
    """The number of the last migration of this database; 0 for an empty one."""
    known = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'schema_migrations' "
        "AND database_name = current_database()"
    ).fetchall()
    if not known[0][0]:
        return 0
    return int(connection.execute("SELECT coalesce(max(version), 0) FROM schema_migrations").fetchall()[0][0])


def is_ours(connection: duckdb.DuckDBPyConnection) -> bool:
    """Has Stray made this database? Others have a table `schema_migrations` too, so its columns are looked at."""
    # By its name: duckdb_columns() looks through every view, 15 ms of each start.
    try:
        columns = connection.execute(
            "SELECT name FROM pragma_table_info('main.schema_migrations') ORDER BY cid"
        ).fetchall()
    except duckdb.CatalogException:
        return False
    return [str(row[0]) for row in columns] == ["version", "name", "applied_at"]


def is_empty(connection: duckdb.DuckDBPyConnection) -> bool:
    """Is there nothing in this database that somebody made?"""
    made = "SELECT 1 FROM {}() WHERE NOT internal AND database_name = current_database()"
    kinds = ("duckdb_tables", "duckdb_views", "duckdb_schemas", "duckdb_types", "duckdb_functions")
    query = " UNION ALL ".join(made.format(kind) for kind in kinds)
    sequences = "SELECT 1 FROM duckdb_sequences() WHERE NOT temporary AND database_name = current_database()"
    return not connection.execute(f"{query} UNION ALL {sequences} LIMIT 1").fetchall()


def is_current(connection: duckdb.DuckDBPyConnection, path: Path, steps: tuple[Migration, ...]) -> bool:
    """Has this database all migrations, the views and the derived rows of this Stray?

    Raises:
        SchemaNewerError: it has more.
    """
    version = applied_version(connection)
    if version > steps[-1].version:
        raise SchemaNewerError(path, version, steps[-1].version)
    return version == steps[-1].version and _known_digests(connection) == _digests()


def migrate(connection: duckdb.DuckDBPyConnection, path: Path, steps: tuple[Migration, ...]) -> None:
    """Bring a database up to date. Killed in between, it stands at the last step that was whole.

    Raises:
        SchemaNewerError: a newer Stray has written it.
    """
    if is_current(connection, path, steps):
        return
    version = applied_version(connection)
    for step in steps:
        if step.version > version:
            with Transaction(connection):
                connection.execute(step.sql)
                record = [step.version, step.name, datetime.now(UTC)]
                connection.execute("INSERT INTO schema_migrations VALUES (?, ?, ?)", record)
    with Transaction(connection):
        connection.execute("\n".join(sql_text("views", f"{name}.sql") for name in VIEWS))
        connection.execute(_comments_taken_over(connection))
        connection.execute("\n".join(sql_text("macros", f"{name}.sql") for name in MACROS))
        if version < steps[-1].version or _known_digests(connection).get("deriving_digest") != deriving_digest():
            rebuild(connection)
        for digest in _digests().items():
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", digest)
    with suppress(duckdb.TransactionException):  # another thread of ours writes; then it is for later
        connection.execute("CHECKPOINT")  # so that a kill in what follows leaves no migration in the log


class Transaction:
    """All or nothing: commits when the block ends, rolls back when it raises."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN TRANSACTION")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._connection.execute("COMMIT")
            return
        with suppress(duckdb.Error):  # a fatal error has ended the transaction already, and is what is to be told
            self._connection.execute("ROLLBACK")


def _comments_taken_over(connection: duckdb.DuckDBPyConnection) -> str:
    """Statements for the columns that a view only passes on: they mean what they meant where they came from."""
    comments: dict[str, dict[str, str | None]] = {}
    for relation, column, comment in connection.execute(
        "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE database_name = current_database()"
    ).fetchall():
        comments.setdefault(relation, {})[column] = comment
    statements = []
    for view, sources in VIEWS.items():
        for column, own in comments[view].items():
            passed_on = next((said for source in sources if (said := comments[source].get(column))), None)
            if own is None and passed_on is not None:
                comments[view][column] = passed_on
                quoted = passed_on.replace("'", "''")
                statements.append(f"COMMENT ON COLUMN {view}.{column} IS '{quoted}';")
    return "\n".join(statements)


def _digests() -> dict[str, str]:
    return {
        "views_digest": digest_of("views", VIEWS),
        "macros_digest": digest_of("macros", MACROS),
        "deriving_digest": deriving_digest(),
    }


def _known_digests(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    rows = connection.execute("SELECT name, value FROM meta WHERE ends_with(name, '_digest')").fetchall()
    return dict(rows)
