"""Who begins next: never two at one host, every host in its turn, whatever ends first."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scope.model import Scope
from scope.pieces import Bounds
from scope.units import Unit, UnitKind, unit_of
from sweeps.job import Job
from sweeps.job_queue import JobQueue
from sweeps.plan import Plan, id_digests

ALL = frozenset(UnitKind)


def scope_of(hosts: int, buckets: int = 0) -> Scope:
    targets: dict[str, Any] = {
        "site": [
            {"url": f"https://{host}.example.org/{folder}/", "tier": "own", "authority": "r"}
            for host in range(hosts)
            for folder in range(1 + host % 3)
        ],
        "bucket": [{"name": f"letters-{number}", "tier": "own", "authority": "r"} for number in range(buckets)],
    }
    return Scope.model_validate({
        "organisation": "Example Hospital", "contact": "security@example.org",
        "authority": {"who": "w", "reference": "r", "expires": date.max.isoformat()},
        "pack": {"path": "pack", "key": "pack.key"}, **targets,
    })  # fmt: skip


def queue_of(plan: Plan, scope: Scope, finished: tuple[str, ...] = ()) -> JobQueue:
    marks = plan.open_rows(finished)
    return JobQueue(plan, ALL, lambda unit: Job(scope, unit, "s", "Stray/0"), lambda row: bool(marks[row]))


@given(hosts=st.integers(1, 12), places=st.integers(1, 5), seed=st.integers())
def test_each_unit_comes_once_and_no_host_has_two(hosts: int, places: int, seed: int) -> None:
    scope = scope_of(hosts, buckets=3)
    cut = unit_of(scope.bucket[1]).unit_id
    plan = Plan(scope, {cut: Bounds(["b", "m"])})
    assert len(plan) == len(scope.site) + 5
    done = [unit.unit_id for unit in plan][:: 1 + seed % 4]
    queue = queue_of(plan, scope, tuple(done))
    turns = random.Random(seed)  # noqa: S311 - order of a test
    at_work: list[Unit] = []
    taken: list[str] = []
    more: list[Unit] = [Unit(f"site-{number:016x}", UnitKind.SITE, f"https://{number}.example.org/", scope.site[0])
                        for number in range(4)]  # fmt: skip
    while True:
        while len(at_work) < places and (job := queue.take()):
            at_work.append(job.unit)
        assert len({unit.host for unit in at_work}) == len(at_work)
        if not at_work:
            break
        ended = at_work.pop(turns.randrange(len(at_work)))
        taken.append(ended.unit_id)
        if more:
            queue.add(more.pop())
        queue.ended(ended)
    expected = {unit.unit_id for unit in plan}.difference(done) | {f"site-{number:016x}" for number in range(4)}
    assert set(taken) >= expected - {unit.unit_id for unit in more}
    assert len(set(taken)) == len(taken)
    assert list(queue.left()) == []


def test_what_was_not_begun_is_left_to_be_told_of(tmp_path: Path) -> None:
    scope = scope_of(4)
    plan = Plan(scope)
    queue = queue_of(plan, scope)
    taken = queue.take()
    assert taken is not None
    queue.add(Unit("site-ffffffffffffffff", UnitKind.SITE, "https://0.example.org/x/", scope.site[0]))
    left = {unit.unit_id for unit in queue.left()}
    assert left == {unit.unit_id for unit in plan} - {taken.unit_id} | {"site-ffffffffffffffff"}
    assert queue.take() is None


def test_every_host_has_its_turn() -> None:
    scope = scope_of(3)  # of one, two and three folders
    queue = queue_of(Plan(scope), scope)
    order = []
    while job := queue.take():
        order.append(job.unit.host)
        queue.ended(job.unit)
    assert order[:3] == sorted(set(order))
    assert order[3] != order[2]


def test_a_unit_that_comes_later_waits_for_its_host_and_comes_first_there() -> None:
    scope = scope_of(3)
    plan = Plan(scope)
    units = {unit.host: unit for unit in plan}
    queue = queue_of(plan, scope)
    later = {host: replace(units[host], unit_id=f"later-{number}") for number, host in enumerate(units)}
    first = queue.take()
    assert first is not None
    busy = first.unit.host
    waiting, other = (host for host in units if host != busy)
    for unit in later.values():
        queue.add(unit)
    taken = [job.unit for job in (queue.take(), queue.take(), queue.take()) if job]
    assert taken == [later[waiting], later[other]], "one at each host"
    queue.ended(first.unit)
    again = queue.take()
    assert again is not None
    assert again.unit == later[busy]


def test_what_comes_once_all_is_left_waits_for_its_host_too() -> None:
    scope = scope_of(1)
    queue = queue_of(Plan(scope), scope)
    first = queue.take()
    assert first is not None
    assert list(queue.left()) == []
    queue.add(replace(first.unit, unit_id="later"))
    assert queue.take() is None
    queue.ended(first.unit)
    assert queue.take() is not None


def test_only_units_of_the_kinds_that_were_asked_for(tmp_path: Path) -> None:
    scope = scope_of(2, buckets=2)
    plan = Plan(scope)
    queue = JobQueue(plan, {UnitKind.BUCKET}, lambda unit: Job(scope, unit, "s", "Stray/0"))
    assert {unit.kind for unit in queue.left()} == {UnitKind.BUCKET}


def test_ids_of_any_form_are_told_apart() -> None:
    assert len(set(id_digests(["site-00000000000000ff", "plain", "another", "site-00000000000000ff"]).tolist())) == 3
