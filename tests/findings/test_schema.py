"""Migrations: numbered, each whole, refused when newer; every table and column explained."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

import duckdb
import pytest

import findings
from documents.buckets import BucketAccess, BucketLead, FoundBy, NamesSearched, Question
from documents.exposure import IndexBasis, TlsState, Transport, Truth
from documents.records import Cue, ModifiedSource, Skipped, SkipReason
from findings.database import connect_in_memory, open_reader, open_writer
from findings.errors import SchemaNewerError
from findings.merge import merge
from findings.records import (
    BucketState,
    EntryOutcome,
    FindingState,
    Presence,
    Severity,
    SweepKind,
    SweepState,
    TriageDecision,
    UnitState,
)
from findings.rows import Judged
from findings.schema import MACROS, MIGRATION_FILES, VIEWS, Migration, applied_version, migrate, migrations
from findings.severity_rules import Fact
from matchers.verdicts import AnchorState, Verdict
from tests.findings.conftest import HOST, Estate, letter

FOLDER = Path(findings.__path__[0])
# The number of the migration that is not there yet.
LATEST = migrations()[-1].version
NEXT = LATEST + 1


def test_every_sql_file_is_listed_and_numbered_in_order() -> None:
    assert list(MIGRATION_FILES) == sorted(path.name for path in (FOLDER / "migrations").glob("*.sql"))
    versions = [step.version for step in migrations()]
    assert versions == sorted(set(versions))
    assert set(VIEWS) == {path.stem for path in (FOLDER / "views").glob("*.sql")}
    assert set(MACROS) == {path.stem for path in (FOLDER / "macros").glob("*.sql")}


@pytest.fixture(scope="module")
def comments() -> dict[str, str | None]:
    """Comments by table, view, and table.column."""
    query = """
        SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal
        UNION ALL SELECT view_name, comment FROM duckdb_views() WHERE NOT internal
        UNION ALL SELECT table_name || '.' || column_name, comment FROM duckdb_columns() WHERE NOT internal
    """
    with connect_in_memory() as connection:
        migrate(connection, Path(":memory:"), migrations())
        return dict(connection.execute(query).fetchall())


def test_every_table_view_and_column_is_explained(comments: dict[str, str | None]) -> None:
    assert [name for name, comment in comments.items() if not comment] == []
    assert {"findings", "open_findings", "findings.url", "open_findings.url"} <= set(comments)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("sweeps.kind", SweepKind),
        ("sweeps.state", SweepState),
        ("units.state", UnitState),
        ("entries.outcome", EntryOutcome),
        ("entries.modified_source", ModifiedSource),
        ("entries.cue", Cue),
        ("documents.verdict", Verdict),
        ("documents.transport", Transport),
        ("documents.tls", TlsState),
        ("documents.listed", Truth),
        ("documents.is_listing", Truth),
        ("documents.auth_above", Truth),
        ("documents.robots_disallow", Truth),
        ("documents.indexable", Truth),
        ("documents.index_basis", IndexBasis),
        ("documents.is_current", Truth),
        ("buckets.exists", Truth),
        ("buckets.listable", Truth),
        ("buckets.readable", Truth),
        ("buckets.found_by", FoundBy),
        ("buckets.evidence", Question),
        ("bucket_history.state", BucketState),
        ("bucket_states.state", BucketState),
        ("exposure.is_current", Truth),
        ("exposure.auth_above", Truth),
        ("exposure.folder_listed", Truth),
        ("matches.verdict", Verdict),
        ("matches.anchors", AnchorState),
        ("sightings.presence", Presence),
        ("sighting_states.state", FindingState),
        ("sweep_news.news", FindingState),
        ("triage_events.decision", TriageDecision),
        ("finding_severities.severity", Severity),
        ("finding_status.severity", Severity),
        ("severity_conditions.fact", Fact),
    ],
)
def test_the_comment_of_a_closed_set_names_all_of_it(
    comments: dict[str, str | None], column: str, values: type[StrEnum]
) -> None:
    assert set(values) <= set(re.findall(r"\w+", comments[column] or ""))


def test_a_later_migration_keeps_what_is_there(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    before = estate.contents()
    step = Migration(NEXT, "weight", "ALTER TABLE findings ADD COLUMN weight INTEGER DEFAULT 0")
    with duckdb.connect(str(estate.database)) as connection:
        for _ in range(2):
            migrate(connection, estate.database, (*migrations(), step))
        assert connection.execute("SELECT weight FROM findings").fetchall() == [(0,)]
        assert connection.execute("SELECT version, name FROM schema_migrations").fetchall()[-1] == (NEXT, "weight")
        connection.execute("ALTER TABLE findings DROP COLUMN weight")
    assert estate.contents() == before


def test_a_migration_that_breaks_leaves_the_step_before(estate: Estate) -> None:
    estate.sweep()
    broken = Migration(NEXT, "broken", "CREATE TABLE half (a INTEGER); INSERT INTO half VALUES ('not a number')")
    with duckdb.connect(str(estate.database)) as connection:
        with pytest.raises(duckdb.ConversionException):
            migrate(connection, estate.database, (*migrations(), broken))
        assert applied_version(connection) == LATEST
        tables = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'half'").fetchall()
        assert tables == [(0,)]


def test_what_was_found_before_telling_was_recorded_is_not_announced_again(tmp_path: Path) -> None:
    path = tmp_path / "findings.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(migrations()[0].sql)
        connection.execute("INSERT INTO schema_migrations VALUES (1, '001_first_tables', now())")
        connection.execute("INSERT INTO sweeps VALUES ('a', 'sweep', 'finished', now(), now(), '', '', '', '', '')")
        connection.execute("INSERT INTO sweeps VALUES ('b', 'sweep', 'running', now(), NULL, '', '', '', '', '')")
    with open_reader(path) as connection:
        assert connection.execute("SELECT sweep_id FROM told_sweeps").fetchall() == [("a",)]


def versions() -> Iterator[object]:
    """The first takes every step, the latest are what is in use; those between run where slow tests do."""
    for step in migrations():
        often = step.version in {1, 6, 12} or step.version > LATEST - 3
        yield pytest.param(step.version, marks=[] if often else [pytest.mark.slow])


@pytest.mark.parametrize("version", list(versions()))
def test_a_database_of_every_earlier_schema_is_brought_up_to_date(version: int, estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()), Skipped(f"{HOST}/1/b.pdf", SkipReason.TIMED_OUT))
    old = estate.database.with_name("old.duckdb")
    with duckdb.connect(str(old)) as connection:
        connection.execute(f"ATTACH '{estate.database}' AS now (READ_ONLY)")
        for step in (step for step in migrations() if step.version <= version):
            connection.execute(step.sql)
            connection.execute("INSERT INTO schema_migrations VALUES (?, ?, now())", [step.version, step.name])
        tables = connection.execute(
            "SELECT table_name, string_agg(column_name, ', ' ORDER BY column_index) FROM duckdb_columns() "
            "WHERE database_name = current_database() AND table_name <> 'schema_migrations' GROUP BY table_name"
        ).fetchall()
        for table, columns in tables:
            connection.execute(f"DELETE FROM {table}")
            connection.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM now.{table}")
        connection.execute("DELETE FROM meta WHERE name = 'views_digest'")
    with open_reader(old) as connection:
        assert applied_version(connection) == LATEST
        assert connection.execute("SELECT state FROM finding_status").fetchall() == [("new",)]
        found = connection.execute("SELECT auth_above, folder_listed FROM exposure").fetchall()
        assert found == [("unknown", "unknown")]
        assert connection.execute("SELECT count(*) FROM bucket_states").fetchall() == [(0,)]
        # What an earlier schema had no column for, nobody made up.
        assert connection.execute("SELECT DISTINCT places FROM skips").fetchall() == [(1,)]
    # And what is merged from now on fits.
    older = replace(estate, database=old)
    sweep = older.begin()
    unit = older.open_unit(sweep)
    unit.document(older.document("/1/a.pdf"), Judged("application/pdf", letter()))
    unit.bucket(BucketAccess(f"{HOST}/1", "s3", "letters", exists=Truth.YES, listable=Truth.YES))
    unit.bucket_named(BucketLead(f"{HOST}/1", "s3", "letters"))
    unit.names_searched(NamesSearched("s3", 2, 1, 1, 0))
    unit.finish(older.outcome())
    sweep.finish(older.end())
    merge(older.root, old)
    assert older.ask("SELECT state FROM finding_status") == [("open",)]
    assert older.ask("SELECT state, letters FROM bucket_states") == [("listable", 1)]
    assert older.ask("SELECT count(*) FROM bucket_leads") == [(1,)]
    assert older.ask("SELECT trusted_share FROM name_search_reach") == [(1.0,)]


def test_a_newer_schema_is_refused_and_not_touched(estate: Estate) -> None:
    estate.sweep()
    with duckdb.connect(str(estate.database)) as connection:
        connection.execute("INSERT INTO schema_migrations VALUES (99, '099_future', now())")
    before = estate.database.read_bytes()
    for opened in (open_writer, open_reader):
        with pytest.raises(SchemaNewerError, match="has schema 99") as raised, opened(estate.database):
            pass
        assert (raised.value.found, raised.value.known) == (99, LATEST)
    assert estate.database.read_bytes() == before


def test_a_reader_of_older_views_has_them_made_anew_first(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    with duckdb.connect(str(estate.database)) as connection:
        connection.execute("CREATE OR REPLACE VIEW open_findings AS SELECT 1 AS other")
        connection.execute("UPDATE meta SET value = 'older' WHERE name = 'views_digest'")
    with open_reader(estate.database) as connection:
        assert connection.execute("SELECT state FROM open_findings").fetchall() == [("new",)]
