"""After a power cut any file written last may be empty, half there or all zeros: nothing is silently less."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import findings.parts
from findings.merge import merge
from findings.records import Begun
from findings.resuming import Run, lay_down_others
from findings.spool import SweepSpool
from tests.findings.conftest import Estate, unit_record
from tests.findings.test_unit_store import commit, done, fetch

FINISHED, OPEN = 1, 2
PLACES = 8


def empty(path: Path) -> None:
    path.write_bytes(b"")


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def swept(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> SweepSpool:
    """Killed with one unit finished and one at work, whose rows lie in parts and in its state."""
    monkeypatch.setattr(findings.parts, "PART_ROWS", 6)
    sweep = estate.begin(unit_record(FINISHED), unit_record(OPEN))
    whole = estate.open_unit(sweep, FINISHED)
    for number in range(PLACES):
        fetch(whole, estate, number)
        commit(whole, number)
    whole.finish(estate.outcome())
    cut = estate.open_unit(sweep, OPEN)
    for number in range(PLACES // 2):
        fetch(cut, estate, 100 + number)
        commit(cut, 100 + number)
    assert cut.store
    cut.store.close()
    return sweep


def go_on(estate: Estate) -> tuple[Path, ...]:
    """Whatever is left is done by the next run; what it set aside."""
    set_aside = merge(estate.root, estate.database).quarantined
    sweep = SweepSpool.unfinished(estate.root, "scope-1", estate.key)
    if sweep is None:  # not even its record can be read: it was set aside whole, and a new one begins
        lay_down_others(estate.root, estate.key, Run("scope-1", estate.now), lambda _record, _store: ())
        sweep = estate.begin(unit_record(FINISHED), unit_record(OPEN))
    sweep.reopen()
    for which, first in ((FINISHED, 0), (OPEN, 100)):
        if unit_record(which).unit_id in sweep.finished_units():
            continue
        unit = estate.open_unit(sweep, which)
        known = done(unit) if unit.begun is Begun.RESUMED else []
        for number in range(first, first + PLACES):
            if number not in known:
                fetch(unit, estate, number)
                commit(unit, number)
        unit.finish(estate.outcome())
    sweep.finish(estate.end())
    return set_aside + merge(estate.root, estate.database).quarantined


def torn_files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "damage", [zeros, pytest.param(empty, marks=pytest.mark.slow), pytest.param(half, marks=pytest.mark.slow)]
)
def test_each_file_that_a_power_cut_takes_is_told_or_done_again(
    estate: Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None]
) -> None:
    folder = swept(estate, monkeypatch).folder.path
    names = torn_files(folder)
    assert {"sweep.json", "plan.parquet"} < set(names)
    assert any("state.sqlite" in name for name in names)
    assert any("part-000001" in name for name in names)
    for at, name in enumerate(names):
        again = Estate(tmp_path / f"{at}" / "findings.duckdb")
        again.database.parent.mkdir()
        again.database.write_bytes(estate.database.read_bytes())
        path = swept(again, monkeypatch).folder.path / Path(name)
        if not path.exists():  # a side file of the state, there by chance
            continue
        damage(path)
        set_aside = go_on(again)
        rows = again.ask("SELECT sweep_id, url FROM documents")
        assert len(rows) == len(set(rows)), f"{name}: nothing is doubled"
        doubted = again.ask("SELECT 1 FROM units WHERE state = 'failed'")
        assert len({url for _, url in rows}) == 2 * PLACES or (set_aside and doubted), f"{name}: silently less"
        assert again.ask("SELECT 1 FROM sweeps WHERE state = 'running'") == [], f"{name}: for ever under way"


def test_a_part_that_is_gone_is_missed(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its folder was renamed, and the rename was lost with the power."""
    folder = swept(estate, monkeypatch).folder.unit(unit_record(FINISHED).unit_id)
    last = sorted(folder.glob("part-*"))[-1]
    for path in last.iterdir():
        path.unlink()
    last.rmdir()
    go_on(estate)
    states = estate.ask("SELECT state, error FROM units WHERE unit_id[-1] = '1'")
    assert states == [("failed", "spool_part_unreadable")]
    assert estate.ask("SELECT reason, detail FROM skips") == [("unit_failed", "spool_part_unreadable")]
