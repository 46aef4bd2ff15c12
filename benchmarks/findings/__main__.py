"""The findings database at size, beside SQLite with the same rows and questions.

    python -m benchmarks findings [--share 0.1] [--keep FOLDER] [--without-sqlite]

Whole it takes 2 GB of disk for DuckDB, 6 GB for SQLite and half an hour; a share of it says how things grow.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.findings.made import Size, make
from benchmarks.findings.spooled import spool_a_sweep
from benchmarks.findings.sqlite_beside import compare
from benchmarks.findings.views import Timed, time_list, time_page, time_views

# Bounds of the whole size on two quiet cores: seconds, bytes.
LONGEST_VIEW, LONGEST_PAGE, LONGEST_LIST, LONGEST_MERGE = 0.3, 0.05, 0.6, 10.0
LARGEST_DATABASE, LARGEST_MEMORY = 2e9, 1e9

_MERGE = """
import sys
from pathlib import Path
from findings.merge import merge
from findings.spool_folders import spool_root
database = Path(sys.argv[1])
merge(spool_root(database), database)
# Its own peak: what the system says of children counts what their parent held when it began them.
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def main() -> None:
    """Make it, merge into it, ask it; print what that took and whether it is within bounds."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--share", type=float, default=1.0, help="of 10 M places, 1 M documents, 100,000 findings")
    options.add_argument("--keep", type=Path, help="folder for the databases; one that is there is used again")
    options.add_argument("--without-sqlite", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        run(folder, Size().part(given.share), with_sqlite=not given.without_sqlite)


def run(folder: Path, size: Size, *, with_sqlite: bool) -> None:
    """All of it, in one folder."""
    print(f"{size}; load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    database = folder / "findings.duckdb"
    if not database.exists():
        start = time.perf_counter()
        make(database, size)
        print(f"made in {time.perf_counter() - start:.0f} s", flush=True)
    merge_a_sweep(database)
    print(f"database: {_verdict(database.stat().st_size / 1e6, LARGEST_DATABASE / 1e6, 'MB')}", flush=True)
    views = time_views(database)
    for told in views:
        print(f"  {_line(told, LONGEST_VIEW)}", flush=True)
    print(f"slowest view: {_line(max(views, key=lambda told: told.seconds), LONGEST_VIEW)}")
    print(_line(time_page(database), LONGEST_PAGE))
    print("stray findings list, start to output:")
    for told in time_list(database):
        print(f"  {_line(told, LONGEST_LIST)}", flush=True)
    if with_sqlite:
        beside = folder / "findings.sqlite"
        beside.unlink(missing_ok=True)
        loaded, pairs = compare(database, beside)
        print(f"SQLite: written in {loaded:.0f} s, {beside.stat().st_size / 1e6:.0f} MB")
        for ours, theirs in pairs:
            print(
                f"  {ours.what}: DuckDB {ours.seconds * 1e3:.0f} ms, SQLite {theirs.seconds * 1e3:.0f} ms", flush=True
            )
    print(f"load of the machine after: {os.getloadavg()[0]:.1f}")


def merge_a_sweep(database: Path) -> None:
    """A further sweep, merged by a process of its own so that its memory can be told."""
    rows = spool_a_sweep(database)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    command = [sys.executable, "-c", _MERGE, str(database)]
    merged = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    memory = int(merged.stdout) * 1024 / 1e6
    print(
        f"merge of {rows} rows: {_verdict(seconds, LONGEST_MERGE, 's')} ({processor:.1f} s of processors), "
        f"{_verdict(memory, LARGEST_MEMORY / 1e6, 'MB')}",
        flush=True,
    )


def _line(told: Timed, bound: float) -> str:
    return f"{told.what}: {_verdict(told.seconds * 1e3, bound * 1e3, 'ms')} ({told.processor * 1e3:.0f} of processors)"


def _verdict(measured: float, bound: float, unit: str) -> str:
    shown = f"{measured:.1f}" if unit == "s" else f"{measured:.0f}"
    return f"{shown} {unit}" + ("" if measured <= bound else f" (beyond {bound:g})")


if __name__ == "__main__":
    main()
