"""The contract of engines: local processes and Dask's workers do the same, whatever breaks."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

from fetching.clean_environment import clean_environment
from findings.errors import SpoolError
from findings.spool_folders import SweepFolder, spool_root, sweep_folders
from scope.model import Scope
from scope.units import units_of
from sweeps.dask_engine import Certificates, DaskEngine
from sweeps.engine import Engine
from sweeps.errors import EngineError
from sweeps.local_engine import LocalEngine
from sweeps.sweep import Sweep, SweepResult
from sweeps.watching import Began, SweepEvent, UnitBegan, UnitEnded, UnitTold
from tests.sweeps.cluster_certificates import made_certificates
from tests.sweeps.engine_estate import LETTERS, Hold, SmallEstate, answers, small_estate

KINDS = ["local", "dask"]


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallEstate]:
    with small_estate(tmp_path_factory.mktemp("estate")) as made:
        yield made


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Certificates]]:
    """A scheduler and two workers that speak TLS alone, as on many machines."""
    distributed = pytest.importorskip("distributed", reason="the extra [dask] is not installed")
    files = made_certificates(tmp_path_factory.mktemp("tls") / "cluster", "Test cluster")
    whose = {f"tls_{who}_{what}": str(path) for who in ("scheduler", "worker", "client")
             for what, path in (("cert", files.certificate), ("key", files.key))}  # fmt: skip
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", host="tls://127.0.0.1",
        security=distributed.Security(require_encryption=True, tls_ca_file=str(files.authority), **whose),
    ) as running:  # fmt: skip
        yield running.scheduler_address, files


@pytest.fixture
def engine_of(request: pytest.FixtureRequest) -> Callable[[str], Engine]:
    def made(kind: str) -> Engine:
        if kind == "local":
            return LocalEngine(2, clean_environment(os.environ))
        return DaskEngine(*request.getfixturevalue("cluster"))

    return made


class Watching:
    """Remembers all events, and does something at the first that is chosen."""

    def __init__(
        self, when: Callable[[SweepEvent], bool] = lambda _: False, act: Callable[[], Any] = lambda: None
    ) -> None:
        self.events: list[SweepEvent] = []
        self._when = when
        self._act = act
        self._done = False

    def tell(self, event: SweepEvent) -> None:
        self.events.append(event)
        if not self._done and self._when(event):
            self._done = True
            self._act()


def swept(scope: Scope, engine: Engine, watching: Watching) -> SweepResult:
    return Sweep(scope, engine, "0.1.0", "pack").run(watching)


def workers_of(sweep: str = "sweeps.worker") -> list[psutil.Process]:
    """Processes of units that this test's process, or its cluster, has started."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if sweep in process.cmdline():
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.fixture(scope="module")
def expected(estate: SmallEstate) -> dict[str, list[tuple[Any, ...]]]:
    """What a sweep without trouble says."""
    scope = estate.scope("expected")
    swept(scope, LocalEngine(2, clean_environment(os.environ)), Watching())
    told = answers(scope)
    assert len(told["documents"]) == 3 * (LETTERS + 1)
    assert len({letter for _, _, letter, *_ in told["findings"]}) == LETTERS
    return told


@pytest.mark.parametrize("kind", KINDS)
def test_all_units_run_one_at_a_time_at_each_host_and_tell_how_far_they_are(
    kind: str, estate: SmallEstate, engine_of: Callable[[str], Engine], expected: dict[str, list[tuple[Any, ...]]]
) -> None:
    scope = estate.scope(f"whole-{kind}")
    estate.busy.asked.clear()
    watching = Watching()
    swept(scope, engine_of(kind), watching)
    assert answers(scope) == expected
    first, second = sorted(estate.busy.spans().values())
    assert first[1] <= second[0], "two units were at one host at a time"
    began = [event for event in watching.events if isinstance(event, Began)]
    assert [(event.units, event.resumed) for event in began] == [(3, 0)]
    last = {event.unit.unit_id: event.progress for event in watching.events if isinstance(event, UnitTold)}
    assert {unit: progress.documents for unit, progress in last.items()} == {
        unit.unit_id: LETTERS + 1 for unit in units_of(scope)
    }
    ends = [event for event in watching.events if isinstance(event, UnitEnded)]
    assert [event.why for event in ends] == ["", "", ""]
    assert len([event for event in watching.events if isinstance(event, UnitBegan)]) == 3
    assert list(spool_root(scope.database.file).rglob("*.lease")) == []


def test_a_scheduler_takes_no_one_without_a_certificate_of_its_signer(
    cluster: tuple[str, Certificates], estate: SmallEstate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweeps.dask_engine.CONNECT_SECONDS", 3.0)
    address, files = cluster
    assert address.startswith("tls://")
    strangers = made_certificates(tmp_path / "strangers", "Somebody else")
    pretenders = {"strangers": strangers, "half": Certificates(files.authority, strangers.certificate, strangers.key)}
    for name, theirs in pretenders.items():
        with pytest.raises(EngineError, match="no scheduler answers"):
            swept(estate.scope(name), DaskEngine(address, theirs), Watching())


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_unit_that_breaks_is_told_of_and_the_others_are_as_ever(
    kind: str, estate: SmallEstate, engine_of: Callable[[str], Engine], expected: dict[str, list[tuple[Any, ...]]]
) -> None:
    scope = estate.scope(f"broken-{kind}")
    broken = next(iter(units_of(scope))).unit_id

    def obstruct() -> None:
        (folder,) = sweep_folders(spool_root(scope.database.file))
        folder.open_unit(broken).write_text("a file where a folder is to be")

    watching = Watching(lambda event: isinstance(event, Began), obstruct)
    with pytest.raises(SpoolError):  # nothing can be written there, so the sweep itself can not settle the unit
        swept(scope, engine_of(kind), watching)
    why = {event.unit.unit_id: event.why for event in watching.events if isinstance(event, UnitEnded)}
    (folder,) = sweep_folders(spool_root(scope.database.file))
    folder.open_unit(broken).unlink()
    swept(scope, engine_of(kind), Watching())
    told = answers(scope)
    assert told | {"units": []} == expected | {"units": []}, "a unit that the stop met may have asked for some twice"
    assert {state for _, state, _ in told["units"]} == {"finished"}
    assert why[broken] == "exit code 4", "it could not write"
    assert isinstance(folder, SweepFolder)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_units_process_that_is_killed_is_begun_again_and_nothing_is_lost_or_doubled(
    kind: str, estate: SmallEstate, engine_of: Callable[[str], Engine], expected: dict[str, list[tuple[Any, ...]]]
) -> None:
    scope = estate.scope(f"killed-{kind}")

    def kill(hold: Hold) -> None:
        workers_of()[0].send_signal(signal.SIGKILL)
        hold.release()

    with estate.held(kill):
        swept(scope, engine_of(kind), Watching())
    told = answers(scope)
    assert told | {"units": []} == expected | {"units": []}
    assert {state for _, state, _ in told["units"]} == {"finished"}


def test_a_dask_worker_that_is_killed_has_its_unit_run_elsewhere(
    estate: SmallEstate, engine_of: Callable[[str], Engine], expected: dict[str, list[tuple[Any, ...]]]
) -> None:
    engine = engine_of("dask")
    scope = estate.scope("worker-killed")

    def kill(hold: Hold) -> None:
        (process, *_) = workers_of()
        parent = process.parent()
        assert parent is not None
        parent.send_signal(signal.SIGKILL)
        hold.release()

    watching = Watching()
    with estate.held(kill):
        swept(scope, engine, watching)
    told = answers(scope)
    assert told["findings"] == expected["findings"]
    assert told["documents"] == expected["documents"]
    assert told["entries"] == expected["entries"]
    assert {state for _, state, _ in told["units"]} == {"finished"}
    assert [event.why for event in watching.events if isinstance(event, UnitEnded)] == ["", "", ""]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_stop_reaches_units_at_work_and_nothing_more_begins(
    kind: str, estate: SmallEstate, engine_of: Callable[[str], Engine]
) -> None:
    scope = estate.scope(f"stopped-{kind}")
    sweep = Sweep(scope, engine_of(kind), "0.1.0", "pack")
    estate.busy.asked.clear()
    with estate.held(lambda _: sweep.stop()):
        sweep.run(Watching())
    assert workers_of() == []
    assert len(estate.busy.spans()) <= 1, "its other folder is a unit that had not begun"
    told = answers(scope)
    states = {state for _, state, _ in told["units"]}
    assert "interrupted" in states
    assert "finished" not in states
    assert any(reason == "interrupted" for *_, reason in told["skips"])


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_kill_ends_units_at_work_and_the_next_run_goes_on(
    kind: str, estate: SmallEstate, engine_of: Callable[[str], Engine], expected: dict[str, list[tuple[Any, ...]]]
) -> None:
    scope = estate.scope(f"ended-{kind}")
    engine = engine_of(kind)
    with estate.held(lambda _: engine.kill()):
        # What `stray sweep` does then is to end at once; here the run is seen to its end, as if each unit had broken.
        swept(scope, engine, Watching())
    assert workers_of() == []
    documents = answers(scope)["documents"]
    assert len(documents) < len(expected["documents"])
    swept(scope, engine_of(kind), Watching())
    found = {row[:4] for row in answers(scope)["findings"]}
    assert found == {row[:4] for row in expected["findings"]}


@pytest.mark.slow
def test_a_dask_worker_that_has_fallen_silent_holds_up_neither_a_stop_nor_the_others(
    estate: SmallEstate, engine_of: Callable[[str], Engine], expected: dict[str, list[tuple[Any, ...]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("sweeps.dask_engine.STOP_GRACE", 1.0)
    monkeypatch.setattr("sweeps.dask_engine.STOP_LOST_SECONDS", 1.0)
    scope = estate.scope("silent")
    sweep = Sweep(scope, engine_of("dask"), "0.1.0", "pack")
    units: list[psutil.Process] = []
    silent: list[psutil.Process] = []

    def stop(_: Hold) -> None:
        units.extend(workers_of())
        silent.extend(units[0].parents()[:1])
        silent[0].suspend()
        sweep.stop()

    try:
        with estate.held(stop), pytest.raises(EngineError, match="not ended when told to"):
            sweep.run(Watching())
        _, alive = psutil.wait_procs(units[1:], timeout=60)
        assert alive == [], "the others were told"
    finally:
        for process in silent:
            process.resume()
    _, alive = psutil.wait_procs(units, timeout=60)
    assert alive == [], "it hears the word when it is back"
    swept(scope, engine_of("dask"), Watching())
    assert answers(scope) | {"units": []} == expected | {"units": []}, "and the next run goes on"
