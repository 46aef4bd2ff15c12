"""The example database that lies in the repository: real sweeps over weeks, with everything in them that can happen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from demo_range.letters import known_letters
from demo_range.planting import PATIENTS_A_HOUSE
from demo_range.weeks import BATCH_NUMBERS, WEEKS
from findings.asking import asked
from findings.database import Connection, open_as_it_is
from findings.deriving import rebuild
from findings.records import BucketState, FindingState, Reopened, Severity, SweepState, TriageDecision, UnitState
from findings.schema import applied_version, is_current, migrations
from matchers.verdicts import Verdict
from scope.reasons import SkipReason
from scope.units import UnitKind

EXAMPLE = Path(__file__).parents[2] / "findings.duckdb.example"
MOST_BYTES = 5_000_000

# Least and most rows of each table, so that neither an empty one nor a flood goes unseen.
ROWS = {
    "sweeps": (9, 9),
    "units": (85, 110),
    "entries": (150, 600),
    "documents": (450, 900),
    "matches": (180, 400),
    "skips": (200, 500),
    "unchanged": (60, 250),
    "sketches": (120, 350),
    "host_checks": (100, 300),
    "unit_reach": (70, 110),
    "findings": (60, 90),
    "sightings": (450, 700),
    "triage_events": (70, 140),
    "evidence": (60, 110),
    "sealed_evidence": (5, 5),
    "sealed_findings": (5, 10),
    "evidence_log": (6, 6),
    "buckets": (40, 140),
    "told_sweeps": (9, 9),
    "merged_spools": (90, 125),
    "finding_states": (60, 90),
    "finding_exposures": (60, 90),
    "finding_severities": (60, 90),
}


@pytest.fixture(scope="module")
def example() -> Iterator[Connection]:
    with open_as_it_is(EXAMPLE) as connection:
        yield connection


def values(connection: Connection, question: str) -> set[Any]:
    return {value for row in asked(connection, question) for value in row.values()}


def test_it_is_small_and_of_this_schema(example: Connection) -> None:
    steps = migrations()
    assert EXAMPLE.stat().st_size <= MOST_BYTES
    assert applied_version(example) == steps[-1].version
    assert is_current(example, EXAMPLE, steps), "make it anew: make example"


@pytest.mark.parametrize("table", list(ROWS))
def test_a_table_has_about_as_many_rows_as_it_should(example: Connection, table: str) -> None:
    (row,) = asked(example, f"SELECT count(*) AS rows FROM {table}")
    least, most = ROWS[table]
    assert least <= row["rows"] <= most


def test_the_sweeps_are_dated_as_their_weeks_and_all_times_lie_within(example: Connection) -> None:
    sweeps = asked(example, "SELECT sweep_id, started_at, ended_at, state FROM sweeps ORDER BY sweep_id")
    for sweep, week in zip(sweeps, WEEKS, strict=True):
        assert (sweep["started_at"].astimezone(UTC) - week.begins).total_seconds() < 5
        assert sweep["sweep_id"].startswith(f"{week.begins:%Y%m%dT%H%M}")
        assert sweep["ended_at"] > sweep["started_at"]
    first, last = WEEKS[0].begins, datetime(2026, 10, 27, tzinfo=UTC)
    for table, column in (
        ("documents", "fetched_at"),
        ("skips", "skipped_at"),
        ("sightings", "seen_at"),
        ("triage_events", "decided_at"),
        ("evidence_log", "happened_at"),
        ("units", "ended_at"),
        ("told_sweeps", "told_at"),
    ):
        (row,) = asked(example, f"SELECT min({column}) AS first, max({column}) AS last FROM {table}")
        assert first <= row["first"].astimezone(UTC) <= row["last"].astimezone(UTC) < last, table
    (row,) = asked(example, "SELECT max(server_modified) AS last FROM documents")
    assert row["last"].astimezone(UTC) < last, "nothing is dated by the day on which this was made"


@pytest.mark.parametrize(
    ("question", "all_of"),
    [
        ("SELECT DISTINCT reason FROM skips", SkipReason),
        ("SELECT DISTINCT state FROM finding_status", FindingState),
        ("SELECT DISTINCT decision FROM triage_events WHERE decision IS NOT NULL", TriageDecision),
        ("SELECT DISTINCT reopened FROM triage_events WHERE reopened IS NOT NULL", Reopened),
        ("SELECT DISTINCT verdict FROM documents", Verdict),
    ],
)
def test_everything_that_can_happen_is_in_it(example: Connection, question: str, all_of: type[Any]) -> None:
    # No proxy stands in the practice ground's way.
    assert values(example, question) == {each.value for each in all_of} - {SkipReason.PROXY_FAILED}


def test_most_of_what_else_can_happen_is_in_it_too(example: Connection) -> None:
    assert {UnitState.FINISHED, UnitState.INTERRUPTED} <= values(example, "SELECT DISTINCT state FROM units")
    assert {SweepState.FINISHED, SweepState.INTERRUPTED} == values(example, "SELECT DISTINCT state FROM sweeps")
    assert {UnitKind.SITE, UnitKind.OPEN_DIRECTORY, UnitKind.BUCKET, UnitKind.FTP} == values(
        example, "SELECT DISTINCT kind FROM units"
    )
    assert len(values(example, "SELECT DISTINCT state FROM bucket_history") & set(BucketState)) >= 3
    assert {Severity.CRITICAL, Severity.HIGH} <= values(example, "SELECT DISTINCT severity FROM finding_status")
    assert len(values(example, "SELECT DISTINCT supplier FROM units WHERE supplier IS NOT NULL")) == 6
    types = values(example, "SELECT DISTINCT media_type FROM findings")
    assert {"image/tiff", "application/pdf"} <= types
    assert any(kind.startswith("audio/") for kind in types), "a recording"
    inside = "SELECT DISTINCT split_part(url, '.', -1) FROM findings WHERE member <> ''"
    assert {"zip", "gz", "mbox"} <= values(example, inside)


def test_triage_is_as_people_left_it(example: Connection) -> None:
    # As decided: whether an acceptance still holds depends on the day on which one looks.
    decided = values(example, "SELECT DISTINCT decision FROM finding_status")
    assert {None, "confirmed", "false_positive", "accepted_until", "reported", "closed", "taken_down"} <= decided
    assert "to_triage" in values(example, "SELECT DISTINCT triage FROM finding_status WHERE reopened IS NOT NULL")
    (row,) = asked(example, "SELECT count(assigned_to) AS assigned, count(due) AS due FROM finding_status")
    assert row["assigned"] > 5
    assert row["due"] > 5


def test_the_incident_is_one_thing_with_its_evidence(example: Connection) -> None:
    (incident,) = asked(
        example,
        "SELECT DISTINCT incident_id FROM findings JOIN sealed_findings USING (finding_id)",
    )
    (row,) = asked(example, "SELECT * FROM incidents WHERE incident_id = ?", [incident["incident_id"]])
    assert (row["letters"], row["findings"], row["status"]) == (len(BATCH_NUMBERS), len(BATCH_NUMBERS), "settled")
    assert row["persons"] == 2 * len(BATCH_NUMBERS), "couples"
    assert "fertility" in row["categories"]
    histories = values(
        example,
        "SELECT DISTINCT states.history FROM finding_states AS states JOIN findings USING (finding_id) "
        f"WHERE incident_id = '{incident['incident_id']}'",
    )
    assert histories == {"PGG"}
    assert values(example, "SELECT DISTINCT action FROM evidence_log") == {"captured", "opened"}


def test_what_is_derived_is_what_the_facts_say(tmp_path: Path) -> None:
    import duckdb

    copy = tmp_path / "copy.duckdb"
    shutil.copy(EXAMPLE, copy)
    tables = ("finding_states", "finding_exposures", "finding_severities")
    with duckdb.connect(str(copy)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        before = {table: connection.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall() for table in tables}
        connection.execute("BEGIN")
        rebuild(connection)
        connection.execute("COMMIT")
        after = {table: connection.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall() for table in tables}
    assert after == before


def test_nobody_is_named_in_it(example: Connection) -> None:
    """What letters say stands nowhere; addresses hold names of files, which nobody's name is a part of here."""
    text = "\n".join(strings(example)).casefold()
    assert len(text) > 100_000
    for letter in known_letters(1, PATIENTS_A_HOUSE):
        for person in letter.people:
            told = (person.nhs_number, person.hospital_number, f"{person.first} {person.last}", person.mobile)
            assert [each for each in told if each.casefold() in text] == []
        stories = [block.text for block in letter.sheet.blocks if block.story]
        assert [story for story in stories if story[:60].casefold() in text] == []


def strings(connection: Connection) -> Iterator[str]:
    """Every value of every table, as text."""
    for row in asked(connection, "SELECT table_name AS name FROM duckdb_tables() WHERE NOT internal"):
        for values_of_row in asked(connection, f'SELECT columns(*)::VARCHAR FROM "{row["name"]}"'):
            yield from (str(value) for value in values_of_row.values() if value is not None)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_it_is_made_by_one_command_from_real_sweeps(tmp_path: Path) -> None:
    """Its first two weeks: the whole takes minutes, and the file in the repository is held against the tests above."""
    from cli.example import build_example

    made = tmp_path / "made.duckdb"
    folder = tmp_path / "estate"
    folder.mkdir()
    build_example(folder, made, WEEKS[:2])
    with open_as_it_is(made) as connection:
        sweeps = asked(connection, "SELECT sweep_id, started_at FROM sweeps ORDER BY sweep_id")
        assert [sweep["sweep_id"][:13] for sweep in sweeps] == ["20260907T0200", "20260914T0200"]
        assert values(connection, "SELECT DISTINCT state FROM finding_status") == {"new", "open"}
        assert {"extra_missing", "encrypted", "unreadable"} <= values(connection, "SELECT DISTINCT reason FROM skips")
    assert not any((folder / "findings.duckdb.spool").glob("sweep-*"))


def test_the_page_tells_the_story() -> None:
    page = (EXAMPLE.parent / "docs" / "example.md").read_text()
    assert [
        week.begins for week in WEEKS if f"{week.begins.day} {week.begins:%B}" not in page or week.story not in page
    ] == []
