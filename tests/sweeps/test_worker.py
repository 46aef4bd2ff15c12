"""A unit whose process is killed, and killed again: nothing lost, nothing twice, nothing fetched twice without need."""

from __future__ import annotations

import contextlib
import json
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crawler.scheduling import MOST_UNSAVED
from crawler.settings import CONCURRENCY
from fetching.budget import AHEAD
from findings.keys import load_or_create_database_key
from findings.merge import merge
from findings.records import SweepEnd, SweepRecord, UnitRecord, new_sweep_id
from findings.spool import SweepSpool
from findings.spool_folders import spool_root
from findings.unit_store import STATE_FILE
from scope.model import Scope
from scope.units import units_of
from sweeps.worker import budget_of

FOLDERS, FILES = 12, 20


@dataclass
class Archive:
    """Folders of files, and a log of what was asked for; tells when so many requests have come."""

    folders: int = FOLDERS
    files: int = FILES
    prefix: str = "letter"
    asked: list[str] = field(default_factory=list)
    awaited: int = 0
    has_come: threading.Event = field(default_factory=threading.Event)

    def body(self, path: str) -> bytes | None:
        match path.strip("/").split("/"):
            case [""]:
                return self.listing([f"folder{number:02d}/" for number in range(self.folders)])
            case [folder] if folder.startswith("folder"):
                return self.listing([f"{self.prefix}{number:03d}.txt" for number in range(self.files)])
            case [_, file]:
                return f"The text of {path}, which is a file of its own: {file}.".encode()
            case _:
                return None

    @staticmethod
    def listing(names: list[str]) -> bytes:
        rows = "".join(f'<a href="{name}">{name}</a>  01-Jan-2025 10:00  100\r\n' for name in names)
        head = "<html><head><title>Index of /</title></head><body><h1>Index of /</h1><hr><pre>"
        return f'{head}<a href="../">../</a>\r\n{rows}</pre><hr></body></html>'.encode()

    def await_requests(self, more: int) -> None:
        self.has_come.clear()
        self.awaited = len(self.asked) + more

    @property
    def paths(self) -> set[str]:
        folders = {f"/folder{number:02d}/" for number in range(FOLDERS)}
        return {"/"} | folders | {f"{folder}letter{n:03d}.txt" for folder in folders for n in range(FILES)}


@pytest.fixture
def archive() -> Iterator[tuple[Archive, str]]:
    held = Archive()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            held.asked.append(self.path)
            if len(held.asked) >= held.awaited:
                held.has_come.set()
            body = held.body(self.path)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", "text/plain" if self.path.endswith(".txt") else "text/html")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def handle(self) -> None:
            with contextlib.suppress(ConnectionError):  # the other end was killed
                super().handle()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield held, f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Unit:
    """One unit of a sweep that is under way."""

    given: dict[str, Any]
    scope: Scope
    sweep: SweepSpool

    @classmethod
    def of(cls, url: str, folder: Path, part_rows: int = 30, **limits: int) -> Unit:
        given = {
            "organisation": "Example Hospital",
            "contact": "security@example.org",
            "authority": {"who": "w", "reference": "r", "expires": date.max.isoformat()},
            "pack": {"path": "pack", "key": "pack.key"},
            "database": {"file": str(folder / "findings.duckdb"), "key": str(folder / "findings.key")},
            "network": {"private_addresses": ["127.0.0.1"]},
            "limits": {"requests_per_second": 1000, **limits},
            "site": [{"url": url, "kind": "open_directory", "tier": "own", "authority": "r"}],
        }
        scope = Scope.model_validate(given)
        key = load_or_create_database_key(scope.database.key, database_exists=False)
        started = datetime.now(UTC)
        units = tuple(UnitRecord.from_unit(unit) for unit in units_of(scope))
        record = SweepRecord(new_sweep_id(started), "digest", "Example Hospital", "r", started, "0.1", units)
        sweep = SweepSpool.create(spool_root(scope.database.file), record, key)
        return cls({"scope": given, "part_rows": part_rows}, scope, sweep)

    @property
    def state_file(self) -> Path:
        unit_id = self.sweep.record.units[0].unit_id
        return self.sweep.folder.open_unit(unit_id) / STATE_FILE

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[str]]:
        command = [sys.executable, "-m", "tests.sweeps.resumed_unit"]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin
            process.stdin.write(json.dumps(self.given))
            process.stdin.close()
            try:
                yield process
            finally:
                process.kill()

    def finish(self) -> float:
        """Let it run to its end; the memory that it had at most, MB."""
        with self.running() as process:
            assert process.wait() == 0, process.stderr and process.stderr.read()
            assert process.stdout
            return float(process.stdout.read())

    def kill_after(self, archive: Archive, requests: int, seconds: float) -> None:
        """Kill it so many seconds after so many requests have come, unless it has ended by then."""
        archive.await_requests(requests)
        with self.running() as process:
            while process.poll() is None and not archive.has_come.wait(0.01):
                pass
            threading.Event().wait(seconds)

    def end_sweep(self) -> None:
        self.sweep.finish(SweepEnd(datetime.now(UTC)))
        merge(spool_root(self.scope.database.file), self.scope.database.file)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.scope.database.file), read_only=True) as connection:
            return connection.execute(query).fetchall()


def fetched_again_beyond_what_was_under_way(asked: list[str], kills: list[int]) -> list[str]:
    """Paths asked for a second time though their first request was long done when the process was killed.

    What was on its way just then, the server may hear of after the kill.
    """
    again = []
    for place, path in enumerate(asked):
        before = [each for each, other in enumerate(asked[:place]) if other == path]
        if before and not any(kill - MOST_UNSAVED <= before[-1] < kill + CONCURRENCY for kill in kills):
            again.append(path)
    return again


@pytest.mark.parametrize(
    ("times", "most_requests"),
    [(4, 90), pytest.param(20, 22, marks=[pytest.mark.slow, pytest.mark.timeout(400)])],
    ids=["4 kills", "20 kills"],
)
def test_killed_at_random_moments_a_unit_ends_as_if_nothing_had_been(
    archive: tuple[Archive, str], tmp_path: Path, times: int, most_requests: int
) -> None:
    held, url = archive
    unit = Unit.of(url, tmp_path)
    moments = random.Random(2026)  # noqa: S311 - moments of a test
    kills = []
    for _ in range(times):
        unit.kill_after(held, moments.randint(1, most_requests), moments.random() * 0.03)
        kills.append(len(held.asked))
    unit.finish()
    asked = [path for path in held.asked if path != "/robots.txt"]
    kills = [kill - held.asked[:kill].count("/robots.txt") for kill in kills]
    assert set(asked) == held.paths
    assert fetched_again_beyond_what_was_under_way(asked, kills) == []
    unit.end_sweep()
    documents = unit.ask("SELECT url, count(*) FROM documents GROUP BY ALL")
    assert Counter({document.removeprefix(url[:-1]): count for document, count in documents}) == Counter(held.paths)
    assert unit.ask("SELECT outcome, count(*) FROM entries GROUP BY ALL") == [("fetched", len(held.paths))]
    assert unit.ask("SELECT count(*) FROM skips") == [(0,)]


def test_a_budget_goes_on_where_it_was(archive: tuple[Archive, str], tmp_path: Path) -> None:
    """Never more requests than the budget, whatever a kill left uncounted; each kill costs at most AHEAD of them."""
    held, url = archive
    most, kills = 60, 2
    unit = Unit.of(url, tmp_path, requests=most)
    for _ in range(kills):
        unit.kill_after(held, 15, 0.01)
    unit.finish()
    assert most - kills * AHEAD <= len(held.asked) <= most
    unit.end_sweep()
    assert unit.ask("SELECT requests FROM units") == [(most,)]
    places = unit.ask("SELECT count(*) FROM entries WHERE outcome = 'fetched'")[0][0]
    left = unit.ask("SELECT count(*) FROM skips WHERE reason = 'budget_spent'")[0][0]
    known = {path for path in held.asked if path.endswith("/")} - {"/robots.txt"}
    assert places + left >= len(known)
    assert unit.ask("SELECT count(*) - count(DISTINCT url) FROM skips") == [(0,)]


def test_a_kill_does_not_refill_the_budget_and_a_stop_takes_nothing_from_it(tmp_path: Path) -> None:
    unit = Unit.of("http://127.0.0.1:9/", tmp_path, requests=AHEAD + 2)
    record, limits = unit.sweep.record.units[0], unit.scope.limits
    for counted, received, committed in ((0, 0, True), (AHEAD, 10, False)):
        spool = unit.sweep.unit(record)
        budget = budget_of(limits, spool)
        assert (budget.requests, budget.bytes) == (counted, received)
        assert spool.store
        budget.request()
        budget.received(10)
        if committed:
            spool.store.commit(lambda _: None)
        spool.store.close()
    assert budget_of(limits, unit.sweep.unit(record)).spent == "requests"
    (tmp_path / "stopped").mkdir()
    unit = Unit.of("http://127.0.0.1:9/", tmp_path / "stopped", requests=AHEAD + 2)
    record = unit.sweep.record.units[0]
    spool = unit.sweep.unit(record)
    assert spool.store
    spool.store.commit(lambda _: None)
    budget = budget_of(unit.scope.limits, spool)
    budget.request()
    budget.settle()
    spool.store.close()
    assert budget_of(unit.scope.limits, unit.sweep.unit(record)).requests == 1, "a stop costs no request"
    (tmp_path / "time").mkdir()
    unit = Unit.of("http://127.0.0.1:9/", tmp_path / "time", seconds=100)
    spool = unit.sweep.unit(unit.sweep.record.units[0])
    assert spool.store
    spool.store.keep("cost", lambda: {"requests": 0, "bytes": 0, "seconds": 99.999})
    spool.store.commit(lambda _: None)
    spool.store.close()
    budget = budget_of(unit.scope.limits, unit.sweep.unit(unit.sweep.record.units[0]))
    assert budget.cost.seconds >= 99.999


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_rows_of_listings_do_not_fill_the_memory(archive: tuple[Archive, str], tmp_path: Path) -> None:
    """Ten times the rows, each of them a place that waits: 8 bytes of each stay, and what is not saved yet."""
    held, url = archive
    held.files, held.prefix = 3_000, "record"  # folders come before files whose names tell nothing
    peaks = []
    for folders in (8, 80):
        held.folders = folders
        folder = tmp_path / str(folders)
        folder.mkdir()
        unit = Unit.of(url, folder, part_rows=5_000, requests=5 * folders)
        peaks.append(unit.finish())
        unit.end_sweep()
        assert unit.ask("SELECT count(*) FROM entries") == [(folders * 3_000 + folders + 1,)]
    more_rows = 72 * 3_000
    assert (peaks[1] - peaks[0]) * (1 << 20) <= 300 * more_rows
