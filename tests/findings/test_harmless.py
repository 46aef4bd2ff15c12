"""Text of a query's answer counts as harmless by what it is, never by what its column is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from findings.database import open_writer
from findings.free_query import free_query
from findings.schema import VIEWS
from tests.findings.conftest import Estate, letter


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    estate = Estate(tmp_path_factory.mktemp("harmless") / "findings.duckdb")
    estate.sweep((estate.document("/1/Planted-Jane.pdf"), letter("L-1")))
    with open_writer(estate.database) as connection:
        connection.execute(
            "INSERT INTO triage_events (finding_id, note, decided_by, decided_at) "
            "SELECT finding_id, 'Planted-Jane rang', 'A. Clerk', now() FROM findings"
        )
    return estate.database


@pytest.mark.parametrize(
    "query",
    [
        "SELECT url AS host FROM findings",
        "SELECT url host, [url] AS reasons, {'a': url} AS kind FROM findings",
        "SELECT host FROM findings UNION ALL SELECT url FROM findings",
        "SELECT host FROM (SELECT url FROM findings) AS a(host)",
        "WITH a(letter_id) AS (SELECT url FROM findings) FROM a",
        "SELECT map([url], [1]) AS verdict, split_part(url, '/', -1) AS finding_id FROM findings",
        "SELECT upper(split_part(url, '/', -1)) AS history FROM findings",
        "SELECT max(note) AS reason, any_value(note) AS why FROM triage_events",
        "SELECT letter_id || ' ' || url AS letter_id FROM findings",
    ],
)
def test_no_name_of_a_column_makes_an_address_harmless(query: str, database: Path) -> None:
    answer = free_query(database, query)
    assert answer.rows
    assert not [text for text in answer.harmless if "planted" in text.casefold()]


def test_what_our_columns_hold_is_harmless(database: Path) -> None:
    answer = free_query(database, "SELECT finding_id, letter_id, host, sha256, reasons, incident_id FROM findings")
    texts = {text for value in answer.rows[0] for text in (value if isinstance(value, list) else [value])}
    assert texts <= answer.harmless
    assert "A. Clerk" in free_query(database, "SELECT decided_by FROM triage_events").harmless
    assert "A. Clerk" not in free_query(database, "SELECT decided_by AS x FROM triage_events").harmless


def test_names_of_parts_that_a_view_makes_are_harmless(database: Path) -> None:
    gap = "{'seen_before': 1, 'basis': 'access_denied', 'sown': 2}"
    answer = free_query(database, f"SELECT [{gap}] AS gaps")
    assert {"seen_before", "basis"} <= answer.harmless
    assert "sown" not in answer.harmless


def test_what_our_views_say_in_their_own_words_is_harmless(database: Path) -> None:
    asked = free_query(database, "FROM questions")
    assert {row[1] for row in asked.rows} <= asked.harmless
    assert set(VIEWS) <= asked.harmless
    bounds = free_query(database, "SELECT exposed_from_basis FROM exposure_timeline")
    assert bounds.rows[0][0] in bounds.harmless
