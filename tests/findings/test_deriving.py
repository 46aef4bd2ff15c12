"""What is derived in merges is what the facts alone give, whatever the order in which they came."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from documents.records import Document, Skipped, SkipReason
from findings.database import open_writer
from findings.deriving import STEPS, rebuild
from findings.merge import merge
from findings.rows import Judged
from findings.schema import Transaction
from matchers.verdicts import Judgement, Verdict
from tests.findings.conftest import CLEAR, HOST, Estate, letter, unit_record

TABLES = ("sightings", *STEPS, "unit_counts")
PLACES = [f"/1/{folder}/{name}.pdf" for folder in ("2025", "2026") for name in "abc"]


def derived(estate: Estate) -> dict[str, list[str]]:
    """All that is derived, in an order that does not depend on how it was."""
    return {table: sorted(map(repr, estate.ask(f"SELECT * FROM {table}"))) for table in TABLES}


def anew(estate: Estate) -> dict[str, list[str]]:
    """The same, made from the facts alone."""
    with open_writer(estate.database) as connection, Transaction(connection):
        rebuild(connection)
    return derived(estate)


def spool_a_sweep(estate: Estate, chance: random.Random) -> None:
    """Two units: in the first most places, each with another answer each time; in the second folders above them."""
    sweep = estate.begin(unit_record(1), unit_record(2))
    first, second = estate.open_unit(sweep, 1), estate.open_unit(sweep, 2)
    for place in PLACES:
        answer: Document | Skipped | None = chance.choice(
            [
                estate.document(place),
                estate.document(place),
                Skipped(f"{HOST}{place}", SkipReason.NOT_FOUND),
                Skipped(f"{HOST}{place}", SkipReason.TIMED_OUT),
                None,
            ]
        )
        match answer:
            case Document():
                first.document(answer, Judged("application/pdf", letter(verdict=chance.choice(list(Verdict)[:2]))))
            case Skipped():
                first.skipped(answer)
    for folder in ("/1/", "/1/2025/", "/1/2026/"):
        told = chance.choice(
            [
                estate.document(folder),
                Skipped(f"{HOST}{folder}", SkipReason.ACCESS_DENIED, "http_401 login"),
                Skipped(f"{HOST}{folder}", SkipReason.ACCESS_DENIED, "http_403"),
                None,
            ]
        )
        match told:
            case Document():
                second.document(told, Judged("text/html", CLEAR))
            case Skipped():
                second.skipped(told)
    second.document(estate.document(chance.choice(PLACES)), Judged("text/plain", CLEAR))
    for unit in (first, second):
        unit.finish(estate.outcome())
    sweep.finish(estate.end())


@pytest.mark.parametrize("seed", range(3))
def test_sweeps_merged_in_any_order_derive_what_the_facts_give(estate: Estate, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same answers in every run
    for _ in range(6):
        spool_a_sweep(estate, chance)
    in_order = Estate(tmp_path / "in_order" / "findings.duckdb", estate.key)
    shutil.copytree(estate.root, in_order.root)
    merge(in_order.root, in_order.database)
    spools = sorted(path for path in estate.root.iterdir() if path.is_dir())
    kept = tmp_path / "kept"
    kept.mkdir()
    for spool in spools:
        spool.rename(kept / spool.name)
    chance.shuffle(spools)
    for spool in spools:
        (kept / spool.name).rename(spool)
        merge(estate.root, estate.database, units_at_once=1)
    before = derived(estate)
    assert before["finding_states"]
    assert before["finding_exposures"]
    assert anew(estate) == before
    assert derived(in_order) == before


def test_what_a_later_unit_of_a_sweep_says_of_a_folder_counts_at_once(estate: Estate) -> None:
    sweep = estate.begin(unit_record(1), unit_record(2))
    first, second = estate.open_unit(sweep, 1), estate.open_unit(sweep, 2)
    first.document(estate.document("/1/a.pdf"), Judged("application/pdf", letter()))
    first.finish(estate.outcome())
    merge(estate.root, estate.database)
    assert estate.ask("SELECT auth_above FROM exposure") == [("unknown",)]
    second.skipped(Skipped(f"{HOST}/1/", SkipReason.ACCESS_DENIED, "http_401"))
    second.finish(estate.outcome())
    merge(estate.root, estate.database)
    assert estate.ask("SELECT auth_above FROM exposure") == [("yes",)]


def test_a_finding_whose_document_has_been_purged_keeps_its_exposure(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()), (estate.document("/1/b.pdf"), letter()))
    before = derived(estate)
    with open_writer(estate.database) as connection:
        connection.execute("DELETE FROM documents WHERE ends_with(url, 'a.pdf')")
    assert anew(estate)["finding_exposures"] == before["finding_exposures"]


def test_nothing_derived_stays_of_a_finding_that_is_gone_from_the_database(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()), (estate.document("/1/b.pdf"), letter()))
    with open_writer(estate.database) as connection:
        for table in ("findings", "sightings"):
            gone = "SELECT finding_id FROM sightings ORDER BY finding_id LIMIT 1"
            connection.execute(f"DELETE FROM {table} WHERE finding_id = ({gone})")
        connection.execute("DELETE FROM sightings WHERE finding_id NOT IN (SELECT finding_id FROM findings)")
    assert {table: len(rows) for table, rows in anew(estate).items()} == dict.fromkeys(TABLES, 1)


def test_a_template_has_a_state_too(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), Judgement(Verdict.SAME_TEMPLATE, (), ())))
    assert estate.ask("SELECT state, history FROM finding_states") == [("new", "P")]
