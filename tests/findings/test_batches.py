"""What belongs together: batches and incidents, and what becomes of findings from before there were any."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from findings.batches import belonging
from findings.database import open_writer
from findings.keys import DatabaseKey
from findings.records import UnitRecord
from findings.schema import migrations
from tests.findings.conftest import Estate, letter, unit_record

KEY = DatabaseKey(bytes(range(32)))
UNIT = unit_record()
BUCKET = replace(UNIT, kind="bucket", start_url="https://s3.example/2026/")

ONE_INCIDENT = [
    ("http://h/letters/a.pdf", "http://h/letters/b.pdf"),
    ("http://h/letters/a.pdf", "https://h/letters/b.pdf"),
    ("http://h/letters/a.pdf", "http://H:80/letters/b.pdf#page=2"),
    ("http://h/letters/a.pdf", "http://h/letters/2026-03-01/b.pdf"),
    ("http://h/letters/2026/03/a.pdf", "http://h/letters/2025/11/b.pdf"),
    ("http://h/letters/12%20Mar%202026/a.pdf", "http://h/letters/batch-017/b.pdf"),
    ("http://h/get.php?id=1", "http://h/get.php?id=2"),
]
TWO_INCIDENTS = [
    ("http://h/letters/a.pdf", "http://h/minutes/a.pdf"),
    ("http://h/letters/a.pdf", "http://h/letters/oncology/a.pdf"),
    ("http://h/letters/a.pdf", "http://g/letters/a.pdf"),
    ("http://h/letters/a.pdf", "http://h:8080/letters/a.pdf"),
    ("http://h/get.php?id=1", "http://h/other.php?id=1"),
    ("http://h/march/a.pdf", "http://h/a.pdf"),
]


def incident(url: str, unit: UnitRecord = UNIT) -> str:
    return belonging(url, unit, KEY).incident_id


@pytest.mark.parametrize(("one", "other"), ONE_INCIDENT)
def test_one_thing_to_handle(one: str, other: str) -> None:
    assert incident(one) == incident(other)


@pytest.mark.parametrize(("one", "other"), TWO_INCIDENTS)
def test_two_things_to_handle(one: str, other: str) -> None:
    assert incident(one) != incident(other)


def test_a_batch_is_the_folder_itself() -> None:
    batches = [belonging(f"http://h/letters/{name}", UNIT, KEY).batch_id for name in ("1/a", "1/b", "2/a", "a")]
    assert batches[0] == batches[1]
    assert len(set(batches)) == 3


def test_another_supplier_or_key_is_another_incident_and_a_bucket_ends_at_itself() -> None:
    url = "https://s3.example/2026/03/a.pdf"
    ids = {incident(url), incident(url, replace(UNIT, supplier=None)), incident(url, BUCKET)}
    ids.add(belonging(url, UNIT, DatabaseKey(bytes(32))).incident_id)
    assert len(ids) == 4
    assert incident(url, BUCKET) == incident("https://s3.example/2026/a.pdf", BUCKET)
    assert all(len(each) == 24 and "2026" not in each for each in ids)


@pytest.mark.parametrize("odd", ["", "no url", "http://[", "http://h/\udc80/%ff/x", "ftp://h/Dr. A/1/b", "x" * 100_000])
def test_odd_addresses_belong_somewhere(odd: str) -> None:
    assert len(incident(odd)) == 24


def test_findings_of_an_older_stray_are_gathered_and_follow_when_their_folder_is_met_again(estate: Estate) -> None:
    places = ["a/1", "a/2", "b/1"]
    estate.sweep(*((estate.document(f"/{place}.pdf"), letter(f"L-{place}")) for place in places))
    known = dict(estate.ask("SELECT letter_id, incident_id FROM findings"))
    assert known["L-a/1"] == known["L-a/2"] != known["L-b/1"]
    old = estate.database.with_name("old.duckdb")
    with duckdb.connect(str(old)) as connection:
        connection.execute(f"ATTACH '{estate.database}' AS now (READ_ONLY)")
        for step in (step for step in migrations() if step.version <= 10):
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
    old.replace(estate.database)
    with open_writer(estate.database):
        pass
    before = dict(estate.ask("SELECT letter_id, incident_id FROM findings"))
    assert before["L-a/1"] == before["L-a/2"] != before["L-b/1"]
    estate.sweep((estate.document("/a/1.pdf"), letter("L-a/1")))
    after = dict(estate.ask("SELECT letter_id, incident_id FROM findings"))
    assert after == known | {"L-b/1": before["L-b/1"]}
