"""How long views, a finding's page and the command's start take on a database of size."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.findings.made import Size, make
from findings.asking import asked
from findings.database import Connection, open_reader
from findings.query import finding
from findings.schema import VIEWS

# Each question is put so often; the median counts.
_TIMES: Final = 3


@dataclass(frozen=True, slots=True)
class Timed:
    """Median time by the clock and of the processors, seconds. Where others load the machine the latter tells more."""

    what: str
    seconds: float
    processor: float


def timed(what: str, act: Callable[[], object], times: int = _TIMES) -> Timed:
    """The medians of several runs."""
    clocks, processors = [], []
    for _ in range(times):
        clock, processor = time.perf_counter(), time.process_time()
        act()
        clocks.append(time.perf_counter() - clock)
        processors.append(time.process_time() - processor)
    return Timed(what, median(clocks), median(processors))


def time_views(database: Path) -> list[Timed]:
    """Each view counted whole, and its first hundred rows."""
    told = []
    with open_reader(database) as connection:
        for view in VIEWS:
            for what, query in (
                (f"{view}: count", f"SELECT count(*) AS rows FROM {view}"),  # noqa: S608 - constants
                (f"{view}: 100 rows", f"SELECT * FROM {view} LIMIT 100"),  # noqa: S608 - constants
            ):
                told.append(timed(what, partial(_ask, connection, query)))
    return told


def _ask(connection: Connection, query: str) -> None:
    connection.execute(query).fetchall()


def time_page(database: Path) -> Timed:
    """One finding with all that is known of it."""
    with open_reader(database) as connection:
        finding_id = str(asked(connection, "SELECT max(finding_id) AS id FROM findings")[0]["id"])
    return timed("a finding's page", lambda: finding(database, finding_id), 7)


def time_list(database: Path) -> tuple[Timed, Timed]:
    """`stray findings list`, start to the first byte of its answer: of this database, and of one with a finding."""
    small = database.with_name("small.duckdb")
    if not small.exists():
        make(small, Size(500, 50, 1))
    return _until_output("of all", database), _until_output("of one finding", small)


def _until_output(what: str, database: Path) -> Timed:
    command = [sys.executable, "-c", "from cli.main import main; main()", "findings", "list", "--db", str(database)]
    clocks, processors = [], []
    for _ in range(_TIMES):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
            answered = running.stdout is not None and running.stdout.read(1) != b""
            clocks.append(time.perf_counter() - start)
            running.kill()  # what it says after that is not asked for
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processors.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        if not answered:
            raise RuntimeError("stray findings list gave no answer: there is nothing to measure")
    return Timed(what, median(clocks), median(processors))
