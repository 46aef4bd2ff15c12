"""One holder at a time, whoever falls silent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import sweeps.lease
from sweeps.lease import Lease


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("BEAT", 0.05), ("GIVEN_UP", 0.3), ("TAKEN", 0.6), ("_LOOK", 0.02), ("_SETTLED", 0.05)):
        monkeypatch.setattr(sweeps.lease, name, seconds)


def lease_at(path: Path, lost: threading.Event | None = None, cancelled: threading.Event | None = None) -> Lease:
    return Lease(path, (lost or threading.Event()).set, (cancelled or threading.Event()).is_set)


def test_the_second_waits_until_the_first_has_ended(tmp_path: Path) -> None:
    path, order = tmp_path / "unit.lease", []
    second_is_in = threading.Event()

    def second() -> None:
        with lease_at(path) as held:
            order.append(held.is_held)
            second_is_in.set()

    with lease_at(path) as first:
        assert first.is_held
        assert path.stat().st_mode & 0o777 == 0o600
        waiting = threading.Thread(target=second)
        waiting.start()
        assert not second_is_in.wait(1.0), "the holder is alive, and touches it"
        order.append(False)
    waiting.join()
    assert order == [False, True]
    assert not path.exists()


def test_a_dead_process_of_this_machine_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps.lease, "TAKEN", 100.0)
    path = tmp_path / "unit.lease"
    code = (
        "import os, sys, pathlib\nfrom sweeps.lease import Lease\n"
        "Lease(pathlib.Path(sys.argv[1]), lambda: None, lambda: False).__enter__()\nos._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert path.exists()
    with lease_at(path) as held:
        assert held.is_held


def holder(**other: object) -> str:
    """What a lease of this process holds, but for what is given."""
    return json.dumps(sweeps.lease._this_process() | {"token": "t"} | other)


def test_a_process_of_this_machine_that_has_the_number_of_a_dead_one_is_not_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeps.lease, "TAKEN", 100.0)
    path = tmp_path / "unit.lease"
    path.write_text(holder(started="1"))
    with lease_at(path) as held:
        assert held.is_held


@pytest.mark.parametrize("other", [{"boot": "x"}, {"host": "other"}], ids=["same name", "a container here"])
def test_processes_of_others_are_not_looked_up_here(
    other: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeps.lease, "TAKEN", 100.0)
    path, looks = tmp_path / "unit.lease", iter(range(10))
    path.write_text(holder(**other, started="1"))
    with Lease(path, lambda: None, lambda: next(looks, None) is None) as held:
        assert not held.is_held, "it may be alive: only its silence tells"


def test_one_that_is_touched_is_not_taken_however_long_that_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeps.lease, "TAKEN", 0.0)
    path, looks = tmp_path / "unit.lease", iter(range(10))
    path.write_text(holder(host="other"))

    def touch() -> bool:
        look = next(looks, None)
        os.utime(path, ns=(look or 0, look or 0))
        return look is None

    with Lease(path, lambda: None, touch) as held:
        assert not held.is_held


def test_of_two_who_take_at_once_the_one_that_came_first_gives_way(tmp_path: Path) -> None:
    path, cancelled = tmp_path / "unit.lease", threading.Event()
    path.write_text(holder(started="1"))
    held = lease_at(path, cancelled=cancelled)

    class TakenMeanwhile(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            path.write_text(holder(host="other"))
            cancelled.set()
            return super().wait(timeout)

    held._ended = TakenMeanwhile()
    with held:
        assert not held.is_held


def test_a_holder_touches_it_and_is_told_of_nothing_when_it_ends(tmp_path: Path) -> None:
    path, lost = tmp_path / "unit.lease", threading.Event()
    with lease_at(path, lost):
        os.utime(path, ns=(1, 1))
        while path.stat().st_mtime_ns == 1:
            threading.Event().wait(0.01)
    assert not lost.is_set()


def test_another_machine_that_has_fallen_silent_is_taken_over_from(tmp_path: Path) -> None:
    path = tmp_path / "unit.lease"
    path.write_text(json.dumps({"host": "other", "boot": "x", "pid": 1, "started": "1", "token": "t"}))
    with lease_at(path) as held:
        assert held.is_held


def test_a_holder_whose_lease_is_taken_is_told(tmp_path: Path) -> None:
    path, lost = tmp_path / "unit.lease", threading.Event()
    with lease_at(path, lost) as held:
        assert held.is_held
        path.write_text(json.dumps({"host": "other", "token": "t"}))
        assert lost.wait(5)
    assert path.exists(), "it is the other one's"


def test_a_holder_that_can_not_touch_it_any_more_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, lost = tmp_path / "unit.lease", threading.Event()

    def broken(*_: object) -> None:
        raise OSError("the share is gone")

    with lease_at(path, lost):
        monkeypatch.setattr(os, "utime", broken)
        assert lost.wait(5)


def test_who_is_told_to_stop_waits_no_longer(tmp_path: Path) -> None:
    path, cancelled = tmp_path / "unit.lease", threading.Event()
    with lease_at(path):
        threading.Timer(0.1, cancelled.set).start()
        with lease_at(path, cancelled=cancelled) as held:
            assert not held.is_held
