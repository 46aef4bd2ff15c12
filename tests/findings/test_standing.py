"""What `stray status` knows: it looks at a database and a spool in every state, and changes neither."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from findings.durable_files import write_json
from findings.errors import DatabaseMissingError
from findings.lock import SweepLock
from findings.merge import merge
from findings.records import SweepState, UnitState
from findings.rows import Judged
from findings.standing import SpoolState, standing
from findings.told import mark_told
from tests.findings.conftest import Estate, letter, unit_record
from tests.findings.test_copying import HOLD


def everything(folder: Path) -> str:
    """Names and bytes of all files."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        digest.update(str(path).encode() + (path.read_bytes() if path.is_file() else b""))
    return digest.hexdigest()


def test_it_looks_and_changes_nothing(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    estate.sweep((estate.document("/1/b.pdf"), letter("L-42")), merged=False)
    before = everything(estate.database.parent)
    told = standing(estate.database)
    assert everything(estate.database.parent) == before
    assert (told.problem, told.schema, told.findings) == ("", told.known_schema, 1)
    assert told.bytes["database"] == estate.database.stat().st_size
    assert told.bytes["spool"] > 0
    [waiting] = told.spooled
    assert (waiting.state, waiting.planned, waiting.merged, waiting.waiting) == (SpoolState.ENDED, 1, 0, 1)
    assert waiting.matches == 1
    merge(estate.root, estate.database)
    assert standing(estate.database).spooled == ()


def test_which_sweeps_have_been_told(estate: Estate) -> None:
    first, second = estate.sweep(), estate.sweep()
    assert mark_told(estate.database, first)
    told = standing(estate.database).sweeps
    assert [(sweep.sweep_id, sweep.told_at is None) for sweep in told] == [(second, True), (first, False)]
    assert all(sweep.state is SweepState.FINISHED for sweep in told)


def test_a_sweep_under_way_and_one_that_was_stopped(estate: Estate) -> None:
    estate.begin(unit_record(1), unit_record(2))
    sweep = estate.begin(unit_record(1), unit_record(2), unit_record(3))
    unit = estate.open_unit(sweep, 1)
    unit.document(estate.document("/1/a.pdf"), Judged("a/b", letter()))
    unit.finish(estate.outcome())
    estate.open_unit(sweep, 2)
    with SweepLock(estate.root):
        told = standing(estate.database)
    assert told.sweeping is not None
    older, newer = told.spooled
    assert (older.state, newer.state) == (SpoolState.STOPPED, SpoolState.UNDER_WAY)
    assert (newer.planned, newer.merged, newer.waiting, newer.open, newer.matches) == (3, 0, 1, 1, 1)
    merge(estate.root, estate.database)
    told = standing(estate.database)
    assert told.sweeping is None
    assert [(sweep.state, sweep.merged) for sweep in told.spooled] == [(SpoolState.STOPPED, 0), (SpoolState.STOPPED, 1)]


@pytest.mark.parametrize("how", ["read", "write"])
def test_who_holds_it(estate: Estate, how: str) -> None:
    estate.sweep(merged=False)
    command = [sys.executable, "-c", HOLD, str(estate.database), how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "open\n"
        told = standing(estate.database)
        other.kill()
    assert told.holder is not None
    assert (told.holder.pid, told.holder.writes) == (other.pid, how == "write")
    assert (f"process {other.pid}" in told.problem) is (how == "write")
    assert len(told.spooled) == 1, "what waits is told all the same"
    assert standing(estate.database).holder is None


def test_what_no_merge_will_take(estate: Estate) -> None:
    estate.sweep()
    sweep = estate.begin()
    header = sweep.folder.header_file
    for name, value, said in (("format", 99, "another version"), ("key_check", "00", "another database key")):
        write_json(header, json.loads(header.read_bytes()) | {"format": 2} | {name: value})
        [told] = standing(estate.database).spooled
        assert told.state is SpoolState.LEFT
        assert said in told.reason
    header.write_bytes(b"{")
    [told] = standing(estate.database).spooled
    assert "can not be read" in told.reason
    merge(estate.root, estate.database)
    assert standing(estate.database).quarantined > 0


def test_of_a_damaged_file_what_waits_is_told(estate: Estate) -> None:
    estate.sweep(merged=False)
    estate.database.write_bytes(b"no database" * 1000)
    told = standing(estate.database)
    assert "can not be used as a findings database" in told.problem
    assert (len(told.spooled), told.schema, told.findings) == (1, None, None)


def test_nothing_there(tmp_path: Path, fresh_estate: Estate) -> None:
    with pytest.raises(DatabaseMissingError):
        standing(tmp_path / "none.duckdb")
    sweep = fresh_estate.begin()
    fresh_estate.open_unit(sweep).finish(fresh_estate.outcome(UnitState.INTERRUPTED))
    told = standing(fresh_estate.database)
    assert "made by the first merge" in told.problem
    assert len(told.spooled) == 1
