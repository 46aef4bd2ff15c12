from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from scope import stop_files
from scope.schedule import Schedule
from scope.stop_files import database_stop, standing_order, standing_orders, stop_order, user_stop
from tests.conftest import make_scope


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(stop_files, "MACHINE_STOP", tmp_path / "etc" / "stop")


def test_any_of_the_files_stops_and_none_of_them_does_not(tmp_path: Path) -> None:
    own = tmp_path / "own.stop"
    scope = make_scope()
    scope = scope.model_copy(
        update={
            "database": scope.database.model_copy(update={"file": tmp_path / "f.duckdb"}),
            "schedule": Schedule(stop_file=own),
        }
    )
    assert standing_order(scope) is None
    for path in (database_stop(scope.database.file), own, stop_files.MACHINE_STOP, user_stop()):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        order = standing_order(scope)
        assert order is not None
        assert order.path == path
        path.unlink()
    assert standing_orders(scope.database.file) == []


@pytest.mark.parametrize(
    "held", [b"", b"\xff", b"[]", b'{"at": "now"}', b'{"at": 3, "by": []}', b"{" * 9000, b"[" * 4096]
)
def test_whatever_it_holds_it_stops(tmp_path: Path, held: bytes) -> None:
    path = tmp_path / "stop"
    path.write_bytes(held)
    order = stop_order(path)
    assert order is not None
    assert order.at is not None


def test_a_time_that_no_calendar_has_stops_too(tmp_path: Path) -> None:
    path = tmp_path / "stop"
    path.touch()
    os.utime(path, (2**40, 2**40))
    assert stop_order(path) is not None


def test_who_and_why_are_told_without_what_a_terminal_would_obey(tmp_path: Path) -> None:
    path = tmp_path / "stop"
    path.write_text(json.dumps({"by": "ann\x1b[2J", "why": "they rang\n" * 100, "at": "2026-11-22T10:00:00+00:00"}))
    order = stop_order(path)
    assert "since 2026-11-22 10:00 UTC: they rang?they rang" in str(order)
    assert "ann?[2J" in str(order)
    assert len(str(order)) < 400 + len(str(path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look everywhere")
def test_a_place_that_can_not_be_looked_at_counts(tmp_path: Path) -> None:
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o000)
    assert stop_order(shut / "stop") is not None
    assert stop_order(shut / "stop", has_to_be_seen=False) is None


def test_a_folder_in_its_place_counts_and_a_way_that_is_none_does_not(tmp_path: Path) -> None:
    assert stop_order(tmp_path) is not None
    (tmp_path / "file").touch()
    assert stop_order(tmp_path / "file" / "stop") is None
