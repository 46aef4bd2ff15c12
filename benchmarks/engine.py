"""What the engine itself costs: units that do next to nothing, a million of them, and the same units run by hand.

    python -m benchmarks engine [--units 1000000] [--run 200]

1. A million units (10,000 buckets in 100 pieces each): planned, written, and what is left of them decided when a sweep
   that had finished half of them goes on. Seconds, and memory of the whole process.
2. A hundred thousand of them taken from the queue, never two at one host: microseconds a unit.
3. Some units as processes, by the engine and by a shell-like loop over the same job lines: the ratio is the overhead.
   Each process is what a worker is: its imports, its pack; it finds its database key missing and ends.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

from fetching.clean_environment import clean_environment
from findings.keys import load_or_create_database_key
from findings.records import SweepRecord
from findings.spool import SweepSpool
from findings.spool_folders import spool_root
from scope.model import Scope
from scope.pieces import Bounds
from scope.units import Unit, UnitKind, units_of
from sweeps.job import Job
from sweeps.job_queue import JobQueue
from sweeps.local_engine import LocalEngine
from sweeps.machine import processors
from sweeps.narrowing import Narrowing
from sweeps.plan import Plan

PIECES = 100
# Units taken from the queue, of all that it holds.
TAKEN = 100_000
# Targets of the figures of issue 8.
MOST_SECONDS = 10.0
MOST_MEMORY = 300 << 20
MOST_OVERHEAD = 0.05
STARTED = datetime(2026, 3, 1, tzinfo=UTC)


def scope_of(folder: Path, buckets: int) -> Scope:
    """Buckets with a host each, as Amazon's have."""
    return Scope.model_validate({
        "organisation": "Benchmark", "contact": "benchmark@example.org",
        "authority": {"who": "w", "reference": "r", "expires": date.max.isoformat()},
        "pack": {"path": str(folder / "pack"), "key": str(folder / "pack.key")},
        "database": {"file": str(folder / "findings.duckdb"), "key": str(folder / "findings.key")},
        "bucket": [{"name": f"letters-{number:06d}", "tier": "own", "authority": "r"} for number in range(buckets)],
    })  # fmt: skip


def cuts_of(scope: Scope) -> dict[str, Bounds]:
    """Each bucket in a hundred pieces."""
    return {
        unit.unit_id: Bounds(f"letters/2026/{number:03d}/clinic-{number:012d}.pdf" for number in range(1, PIECES))
        for unit in units_of(scope)
    }


def memory() -> int:
    """Bytes that this process holds now; its peak is what `getrusage` tells."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) * 1024


def peak() -> int:
    """The most that it held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def coordinator(units: int) -> None:
    """One process, as the sweeping one is; prints what it took."""
    began = memory()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clock = time.perf_counter()
        scope = scope_of(folder, units // PIECES)
        cuts = cuts_of(scope)
        print(f"a scope of {units // PIECES:,} targets and its bounds: {time.perf_counter() - clock:.1f} s, "
              f"{(memory() - began) >> 20} MiB beyond the {began >> 20} MiB of imports")  # fmt: skip
        clock = time.perf_counter()
        plan = Plan(scope, cuts)
        key = load_or_create_database_key(scope.database.key, database_exists=False)
        record = SweepRecord("20260301T000000Z-00000000", "d", "B", "r", STARTED, "0", plan.records())
        spool = SweepSpool.create(spool_root(scope.database.file), record, key)
        print(f"{len(plan):,} units planned and written: {time.perf_counter() - clock:.1f} s")
        clock = time.perf_counter()
        for number, unit in enumerate(plan):
            if number % 2:
                spool.folder.marker(unit.unit_id).touch()
        print(f"half of them marked as merged (not timed against a target): {time.perf_counter() - clock:.1f} s")
        resume(scope, cuts, spool)
        taken(scope, plan)
    print(f"peak memory of the coordinator: {peak() >> 20} MiB (at most {MOST_MEMORY >> 20})")


def resume(scope: Scope, cuts: dict[str, Bounds], spool: SweepSpool) -> None:
    """What the same command does when it is run again."""
    clock, busy = time.perf_counter(), time.process_time()
    found = SweepSpool.unfinished(spool_root(scope.database.file), "d", spool.key)
    assert found is not None
    plan = Plan(scope, cuts)
    marks = plan.open_rows(found.folder.each_finished())
    queue = JobQueue(plan, frozenset(UnitKind), lambda unit: Job(scope, unit, "s", "a"), lambda row: bool(marks[row]))
    first = queue.take()
    seconds, busy = time.perf_counter() - clock, time.process_time() - busy
    assert first is not None
    assert sum(marks) == (len(plan) + 1) // 2
    print(f"resume decided for {len(plan):,} units, {len(plan) - sum(marks):,} of them finished: {seconds:.1f} s, "
          f"of them {busy:.1f} s of a processor (at most {MOST_SECONDS:.0f})")  # fmt: skip


def taken(scope: Scope, plan: Plan) -> None:
    """Units from the queue of all, 100 at a time at work; no two at one host."""
    narrowing = Narrowing(scope)
    queue = JobQueue(plan, frozenset(UnitKind), lambda unit: Job(narrowing.for_unit(unit), unit, "s", "a"))
    at_work: list[Unit] = []
    clock = time.perf_counter()
    count = 0
    while True:
        while count < TAKEN and len(at_work) < PIECES and (job := queue.take()):
            at_work.append(job.unit)
            count += 1
        if not at_work:
            break
        queue.ended(at_work.pop(0))
    seconds = time.perf_counter() - clock
    print(f"{count:,} of them taken from the queue: {seconds:.1f} s, {seconds / count * 1e6:.0f} us a unit")


def by_hand(scope: Scope, workers: int) -> float:
    """The same processes from a loop, as a person would write it: seconds."""
    environment = clean_environment({"PYTHONPATH": str(Path(__file__).parents[1])})

    def one(unit: Unit) -> None:
        line = Job(scope, unit, "20260301T000000Z-00000000", "a").to_line() + "\n"
        command = [sys.executable, "-P", "-m", "sweeps.worker"]
        subprocess.run(command, input=line, text=True, env=environment, capture_output=True, check=False)

    clock = time.perf_counter()
    with ThreadPoolExecutor(workers) as threads:
        list(threads.map(one, units_of(scope)))
    return time.perf_counter() - clock


def by_engine(scope: Scope, workers: int) -> float:
    """The same by the engine: seconds."""
    ended: list[str] = []
    plan = Plan(scope)
    queue = JobQueue(plan, frozenset(UnitKind), lambda unit: Job(scope, unit, "20260301T000000Z-00000000", "a"))
    clock = time.perf_counter()
    engine = LocalEngine(workers, clean_environment({"PYTHONPATH": str(Path(__file__).parents[1])}))
    engine.run(queue, lambda unit, progress: None, lambda unit, how: ended.append(unit.unit_id))
    assert len(ended) == len(plan)
    return time.perf_counter() - clock


def overhead(units: int) -> None:
    """By turns, twice, so that neither has the warmer machine."""
    workers = max(1, int(processors()))
    with tempfile.TemporaryDirectory() as name:
        scope = scope_of(Path(name), units // 4)
        turns = [(by_hand(scope, workers), by_engine(scope, workers)) for _ in range(4)]
    hand, engine = (min(each) for each in zip(*turns, strict=True))
    print(f"{units // 4} units as processes, {workers} at a time: by hand {hand:.1f} s, by the engine {engine:.1f} s "
          f"(the best of {len(turns)} each): {hand / (units // 4) * workers:.2f} s a process")  # fmt: skip
    print(f"overhead of the engine: {(engine / hand - 1) * 100:+.1f} % (at most {MOST_OVERHEAD * 100:.0f} %)")


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks engine")
    parser.add_argument("--units", type=int, default=1_000_000)
    parser.add_argument("--run", type=int, default=200)
    parser.add_argument("--coordinator", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.coordinator:
        coordinator(chosen.units)
        return
    command = [sys.executable, "-m", "benchmarks.engine", "--coordinator", "--units", str(chosen.units)]
    subprocess.run(command, check=True)  # in a process of its own, whose memory nobody else has used
    overhead(chosen.run)


if __name__ == "__main__":
    main()
