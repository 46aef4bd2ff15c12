"""A unit's state: saved together with its rows, taken up again after a kill, begun afresh where it can not be used."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import findings.parts
from documents.records import Skipped, SkipReason
from findings.merge import merge
from findings.records import Begun, SweepState, UnitState
from findings.rows import Judged
from findings.spool import SweepSpool, UnitSpool
from findings.unit_store import STATE_FILE
from tests.findings.conftest import CLEAR, HOST, Estate, unit_record


def commit(unit: UnitSpool, *numbers: int) -> None:
    """What a source does: its own table, in the same transaction as the records."""
    assert unit.store

    def write(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE IF NOT EXISTS done (number INTEGER)")
        connection.executemany("INSERT INTO done VALUES (?)", [(number,) for number in numbers])

    unit.store.commit(write)


def done(unit: UnitSpool) -> list[int]:
    assert unit.store
    return [row[0] for row in unit.store.read("SELECT number FROM done ORDER BY number")]


def killed(unit: UnitSpool) -> None:
    """As a kill leaves it: nothing more is written, and its file is free again."""
    assert unit.store
    unit.store.close()


def fetch(unit: UnitSpool, estate: Estate, *numbers: int) -> None:
    for number in numbers:
        unit.document(estate.document(f"/1/{number}.pdf"), Judged("application/pdf", CLEAR))


def merged_documents(sweep: SweepSpool, estate: Estate) -> list[str]:
    sweep.finish(estate.end())
    merge(estate.root, estate.database)
    return [row[0].removeprefix(HOST) for row in estate.ask("SELECT url FROM documents ORDER BY document_number")]


@pytest.mark.parametrize("part_rows", [1, 3, 5000])
def test_what_was_committed_is_there_once_and_nothing_else(
    estate: Estate, monkeypatch: pytest.MonkeyPatch, part_rows: int
) -> None:
    """Whether the rows lay in the journal, in parts, or in parts that no transaction knows of."""
    monkeypatch.setattr(findings.parts, "PART_ROWS", part_rows)
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    for first in (1, 4, 7):
        fetch(unit, estate, first, first + 1)
        commit(unit, first, first + 1)
        fetch(unit, estate, first + 2)
        killed(unit)
        unit = estate.open_unit(sweep)
        assert unit.begun is Begun.RESUMED
        assert done(unit) == [number for number in range(1, first + 2) if number % 3]
    unit.finish(estate.outcome())
    assert merged_documents(sweep, estate) == [f"/1/{number}.pdf" for number in (1, 2, 4, 5, 7, 8)]
    numbers = estate.ask("SELECT document_number FROM documents ORDER BY ALL")
    assert numbers == [(number,) for number in range(1, 7)], "numbers go on where they were"


def test_a_unit_that_nothing_was_saved_of_is_begun_anew(estate: Estate) -> None:
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    fetch(unit, estate, 1)
    killed(unit)
    again = estate.open_unit(sweep)
    assert again.begun is Begun.NEW
    again.finish(estate.outcome())
    assert merged_documents(sweep, estate) == []


def garbage(path: Path) -> None:
    path.write_bytes(b"no database, but a text of some length that has been put in its place" * 100)


def hole(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 : 2 * 4096] = b"\xa5" * 4096
    path.write_bytes(content)


def torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 + 100])


def other_version(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 12345")
    connection.close()


@pytest.mark.parametrize("damage", [garbage, hole, torn, other_version])
def test_a_state_that_can_not_be_used_is_told_and_the_unit_begun_afresh(
    estate: Estate, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None]
) -> None:
    monkeypatch.setattr(findings.parts, "PART_ROWS", 3)
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    for number in range(1, 100):
        fetch(unit, estate, number)
        commit(unit, *range(200))
    killed(unit)
    damage(sweep.folder.open_unit(unit_record().unit_id) / STATE_FILE)
    again = estate.open_unit(sweep)
    assert again.begun is Begun.AFRESH
    fetch(again, estate, 1)
    again.finish(estate.outcome())
    assert merged_documents(sweep, estate) == ["/1/1.pdf"], "never doubled"


@pytest.mark.parametrize("damage", [None, garbage])
def test_a_unit_that_is_not_gone_on_with_is_published_with_what_it_had(
    estate: Estate, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None] | None
) -> None:
    monkeypatch.setattr(findings.parts, "PART_ROWS", 3)
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    assert unit.store
    unit.store.keep("cost", lambda: {"requests": 7, "bytes": 99, "seconds": 1.5})
    fetch(unit, estate, 1, 2)
    commit(unit, 1, 2)
    fetch(unit, estate, 3)
    killed(unit)
    if damage:
        damage(sweep.folder.open_unit(unit_record().unit_id) / STATE_FILE)
    documents = merged_documents(sweep, estate)
    assert set(documents) >= {"/1/1.pdf"}
    assert len(documents) == len(set(documents))
    assert estate.ask("SELECT state FROM units") == [("interrupted",)]
    if not damage:
        assert documents == ["/1/1.pdf", "/1/2.pdf"]
        assert estate.ask("SELECT requests, bytes FROM units") == [(7, 99)]


def test_a_unit_that_a_stop_cut_short_goes_on_where_it_was(estate: Estate) -> None:
    """The skips of what the stop left out are forgotten then."""
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    fetch(unit, estate, 1)
    commit(unit, 1)
    unit.skipped(Skipped(f"{HOST}/1/2.pdf", SkipReason.INTERRUPTED, "stopped"))
    unit.finish(estate.outcome(UnitState.INTERRUPTED))
    resumed = SweepSpool.unfinished(estate.root, "scope-1", estate.key)
    assert resumed
    resumed.reopen()
    again = estate.open_unit(resumed)
    assert again.begun is Begun.RESUMED
    assert done(again) == [1]
    fetch(again, estate, 2)
    commit(again, 2)
    again.finish(estate.outcome())
    assert merged_documents(resumed, estate) == ["/1/1.pdf", "/1/2.pdf"]
    assert estate.ask("SELECT count(*) FROM skips") == [(0,)]
    assert estate.ask("SELECT state FROM units") == [("finished",)]


def test_a_stopped_sweep_that_ends_keeps_the_skips(estate: Estate) -> None:
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    fetch(unit, estate, 1)
    commit(unit, 1)
    unit.skipped(Skipped(f"{HOST}/1/2.pdf", SkipReason.INTERRUPTED, "stopped"))
    unit.finish(estate.outcome(UnitState.INTERRUPTED))
    sweep.finish(estate.end(SweepState.INTERRUPTED))
    merge(estate.root, estate.database)
    assert estate.ask("SELECT reason FROM skips") == [("interrupted",)]
    assert estate.ask("SELECT count(*) FROM documents") == [(1,)]


def test_small_pieces_of_rows_become_parts_of_the_usual_size(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    """One transaction for each document, and not one part."""
    monkeypatch.setattr(findings.parts, "PART_ROWS", 40)
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    for number in range(50):
        fetch(unit, estate, number)
        commit(unit, number)
    parts = sorted(sweep.folder.open_unit(unit_record().unit_id).glob("part-*"))
    assert [pq.read_table(part / "documents.parquet").num_rows for part in parts] == [20, 20]
    assert unit.store
    assert unit.store.read("SELECT count(*) FROM journal") == [(2 * 10,)]


def test_the_state_is_the_owners_alone(estate: Estate) -> None:
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    commit(unit, 1)
    folder = sweep.folder.open_unit(unit_record().unit_id)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.glob(f"{STATE_FILE}*")}
    assert STATE_FILE in modes
    assert set(modes.values()) == {0o600}
    unit.finish(estate.outcome())
    assert not list(sweep.folder.path.rglob(f"{STATE_FILE}*")), "a finished unit leaves none"
