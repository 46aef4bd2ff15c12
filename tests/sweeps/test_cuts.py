"""A unit that turns out large goes on as pieces: in this sweep, after a kill, and in the sweeps after it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fetching.budget import NOTHING_SPENT, Cost
from findings.keys import load_or_create_database_key
from findings.records import UnitOutcome, UnitRecord, UnitState
from findings.spool import SweepSpool
from findings.spool_folders import SweepFolder, spool_root
from scope.model import Scope
from scope.pieces import Bounds, Piece
from scope.units import Unit, units_of
from sweeps.cuts import UnitCut, known_cuts, later_piece, note_spent, remember, spent_before
from sweeps.engine import Jobs, OnEnd, OnProgress
from sweeps.errors import EngineError
from sweeps.sweep import Sweep
from sweeps.watching import SweepEvent, UnitSplit

NOW = datetime(2026, 3, 1, tzinfo=UTC)
CUTS = {None: "k", "k": "p", "p": "z"}


def scope_of(tmp_path: Path, **more: Any) -> Scope:
    return Scope.model_validate({
        "organisation": "Example Hospital", "contact": "security@example.org",
        "authority": {"who": "w", "reference": "r", "expires": date.max.isoformat()},
        "pack": {"path": "pack", "key": "pack.key"},
        "database": {"file": str(tmp_path / "findings.duckdb"), "key": str(tmp_path / "findings.key")},
        "bucket": [{"name": name, "tier": "own", "authority": "r"} for name in ("letters", "scans")],
    } | more)  # fmt: skip


class InProcess:
    """An engine whose units only say where they are cut; breaks after so many units."""

    def __init__(self, scope: Scope, breaks_after: int = 1000, cuts: dict[str | None, str] | None = None) -> None:
        self._scope = scope
        self._left = breaks_after
        self._cuts = CUTS if cuts is None else cuts
        self.ran: list[Unit] = []

    def run(self, queue: Jobs, on_progress: OnProgress, on_end: OnEnd) -> None:
        while job := queue.take():
            if self._left == 0:
                raise EngineError("the scheduler is lost")
            self._left -= 1
            root = spool_root(self._scope.database.file)

            key = load_or_create_database_key(self._scope.database.key, database_exists=True)
            spool = SweepSpool.of_sweep(root, job.sweep_id, key).unit(UnitRecord.from_unit(job.unit))
            after = job.unit.piece.after if job.unit.piece else None
            is_open = job.unit.piece is None or job.unit.piece.until is None
            if "letters" in job.unit.start_url and is_open and after in self._cuts:
                UnitCut(SweepFolder.of(root, job.sweep_id), job.unit)(self._cuts[after])
            spool.finish(UnitOutcome(UnitState.FINISHED, NOW, NOW))
            self.ran.append(job.unit)
            on_end(job.unit, "")
            queue.ended(job.unit)

    def stop(self) -> None:
        pass

    def kill(self) -> None:
        pass


class Events:
    def __init__(self) -> None:
        self.told: list[SweepEvent] = []

    def tell(self, event: SweepEvent) -> None:
        self.told.append(event)


def swept(scope: Scope, engine: InProcess) -> Events:
    events = Events()
    Sweep(scope, engine, "0.1", "pack").run(events)
    return events


def pieces(engine: InProcess) -> list[tuple[str | None, str | None]]:
    ran = [unit for unit in engine.ran if "letters" in unit.start_url]
    return [(unit.piece.after, unit.piece.until) if unit.piece else (None, None) for unit in ran]


def test_each_piece_is_run_recorded_under_its_whole_and_planned_from_the_first_in_the_next_sweep(
    tmp_path: Path,
) -> None:
    scope = scope_of(tmp_path)
    engine = InProcess(scope)
    events = swept(scope, engine)
    assert pieces(engine) == [(None, None), ("k", None), ("p", None), ("z", None)]
    splits = [event for event in events.told if isinstance(event, UnitSplit)]
    assert [event.pieces for event in splits] == [2, 3, 4]
    whole = next(units_of(scope)).unit_id
    with duckdb.connect(str(scope.database.file), read_only=True) as connection:
        rows = connection.execute("SELECT parent, state FROM units ORDER BY parent NULLS FIRST").fetchall()
        ids = {row[0] for row in connection.execute("SELECT unit_id FROM units").fetchall()}
    assert rows == [(None, "finished")] * 2 + [(whole, "finished")] * 3
    again = InProcess(scope)
    swept(scope, again)
    assert pieces(again) == [(None, "k"), ("k", "p"), ("p", "z"), ("z", None)]
    assert {unit.unit_id for unit in again.ran} == ids, "the same ids in every sweep"
    memory = tmp_path / "findings.duckdb.memory" / "cuts.json"
    assert memory.stat().st_mode & 0o777 == 0o600
    assert memory.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("after", range(1, 6))
def test_a_kill_between_a_cut_and_its_piece_loses_nothing(tmp_path: Path, after: int) -> None:
    scope = scope_of(tmp_path)
    first, second = InProcess(scope, breaks_after=after), InProcess(scope)
    if after < 5:
        with pytest.raises(EngineError):
            swept(scope, first)
    else:
        swept(scope, first)
    if after < 5:
        swept(scope, second)
    ran = [unit.unit_id for unit in (*first.ran, *second.ran)]
    assert len(ran) == len(set(ran)) == 5
    with duckdb.connect(str(scope.database.file), read_only=True) as connection:
        states = connection.execute("SELECT state, count(*) FROM units GROUP BY ALL").fetchall()
    assert states == [("finished", 5)]


def test_where_a_listing_came_in_no_order_all_bounds_of_it_are_forgotten(tmp_path: Path) -> None:
    scope = scope_of(tmp_path)
    letters, scans = (unit.unit_id for unit in units_of(scope))
    remember(scope.database.file, {letters: Bounds(["k"]), scans: Bounds(["m"])}, [letters, scans])
    folder = SweepFolder(tmp_path)
    unit = next(units_of(scope))
    UnitCut(folder, unit)(None)
    cuts = known_cuts(scope.database.file, folder)
    assert set(cuts) == {scans}
    remember(scope.database.file, cuts, [letters, scans])
    assert set(known_cuts(scope.database.file)) == {scans}
    other = scope_of(tmp_path, bucket=[{"name": "letters", "tier": "own", "authority": "r"}])
    remember(scope.database.file, {}, [unit.unit_id for unit in units_of(other)])
    assert set(known_cuts(scope.database.file)) == {scans}, "another scope's are left alone"
    remember(scope.database.file, {}, iter([letters, scans]))
    assert known_cuts(scope.database.file) == {}, "whatever gives the units"


def test_what_an_older_stray_remembered_in_one_line_is_read(tmp_path: Path) -> None:
    database = tmp_path / "findings.duckdb"
    remember(database, {"a": Bounds(["k", "p/é \udcff"]), "b": Bounds(["m"])}, ())
    file = tmp_path / "findings.duckdb.memory" / "cuts.json"
    told = json.loads(file.read_text())
    assert len(file.read_text().splitlines()) == 2 + len(told)
    file.write_text(json.dumps(told))
    assert {whole: list(bounds) for whole, bounds in known_cuts(database).items()} == {
        "a": ["k", "p/é \udcff"],
        "b": ["m"],
    }


def test_damaged_memory_is_no_memory(tmp_path: Path) -> None:
    database = tmp_path / "findings.duckdb"
    (tmp_path / "findings.duckdb.memory").mkdir()
    for text in ("", "[]", "{", '{"a": 1}', '{"a": "b a"}', '{"a": ""}'):
        (tmp_path / "findings.duckdb.memory" / "cuts.json").write_text(text)
        assert known_cuts(database) == {}


def test_a_cut_unit_that_is_begun_again_ends_at_its_bound_and_pieces_share_what_they_spend(tmp_path: Path) -> None:
    folder, unit = SweepFolder(tmp_path), next(units_of(scope_of(tmp_path)))
    cut = UnitCut(folder, unit)
    assert cut.piece == Piece(unit.unit_id, 1)
    assert later_piece(folder, unit, 2) is None
    cut("k/\udcff é")
    assert UnitCut(folder, unit).piece == Piece(unit.unit_id, 1, None, "k/\udcff é")
    assert later_piece(folder, unit, 2) == Piece(unit.unit_id, 2, "k/\udcff é")
    assert "k/" not in repr(cut.piece)
    assert spent_before(folder, unit) == NOTHING_SPENT
    note_spent(folder, unit, Cost(3, 4, 5.0))
    assert spent_before(folder, unit) == Cost(3, 4, 5.0)
