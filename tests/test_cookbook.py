"""Every query of docs/cookbook.md runs, on the example and on a database of which the truth is known."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from findings.database import open_writer
from findings.free_query import free_query
from findings.schema import MACROS, VIEWS
from tests.findings.conftest import Estate, letter

ROOT = Path(__file__).parents[1]
COOKBOOK = (ROOT / "docs" / "cookbook.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"^```sql\n(.*?)\n```$", COOKBOOK, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, brought up to date where its schema is older."""
    path = tmp_path_factory.mktemp("example") / "findings.duckdb"
    shutil.copy(ROOT / "findings.duckdb.example", path)
    with open_writer(path):
        pass
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    estate = Estate(tmp_path_factory.mktemp("made") / "findings.duckdb")
    estate.sweep((estate.document("/letters/a.pdf"), letter("L-41")))
    return estate.database


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_a_query_runs_on_the_example_and_on_a_made_database(query: str, example: Path, made: Path) -> None:
    for database in (example, made):
        assert free_query(database, query).columns


def test_each_is_one_line_and_responders_questions_all_have_one() -> None:
    assert [query for query in QUERIES if "\n" in query or not query.endswith(";")] == []
    told = set(re.findall(r"\b(?:FROM|JOIN) (\w+)", " ".join(QUERIES)))
    assert told >= set(MACROS) - {"folder_of"}
    assert told >= {
        *("questions", "worst_first", "incidents", "people_exposed", "letters_exposed", "exposure_timeline", "reach"),
        *("hosts_at_risk", "suppliers_at_risk", "buckets_at_risk", "reachable", "reachability", "blind_spots"),
        *("to_look_at", "unopened"),
    }
    assert told <= set(VIEWS) | set(MACROS) | {"triage_events"}


@pytest.mark.parametrize(
    "query", ["FROM worst_first;", "FROM letters_exposed;", "FROM letter('L-41');", "FROM incidents;"]
)
def test_the_first_questions_have_answers(query: str, made: Path) -> None:
    assert len(free_query(made, query).rows) == 1
