"""A walk whose process is killed, again and again: nothing lost, nothing twice, little fetched again."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from demo_range.ftp_server import FtpServer
from findings.keys import load_or_create_database_key
from findings.merge import merge
from findings.records import SweepEnd, SweepRecord, UnitRecord, new_sweep_id
from findings.spool import SweepSpool
from findings.spool_folders import spool_root
from scope.model import Scope
from scope.units import units_of

ROOT = Path(__file__).parents[3]
FOLDERS, FILES = 6, 10


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    for folder in range(FOLDERS):
        (tmp_path / "root" / f"{folder:02d}").mkdir(parents=True)
        for file in range(FILES):
            (tmp_path / "root" / f"{folder:02d}" / f"letter {file:02d}.txt").write_text(f"{folder} {file}")
    return tmp_path / "root"


def begun_sweep(given: dict[str, Any]) -> tuple[Scope, SweepSpool]:
    scope = Scope.model_validate(given)
    key = load_or_create_database_key(scope.database.key, database_exists=False)
    started = datetime.now(UTC)
    units = tuple(UnitRecord.from_unit(unit) for unit in units_of(scope))
    record = SweepRecord(new_sweep_id(started), "digest", "Example Hospital", "r", started, "0.1", units)
    return scope, SweepSpool.create(spool_root(scope.database.file), record, key)


def run(given: dict[str, Any], server: FtpServer, kill_after: int | None) -> None:
    """Run the unit's process; kill it once so many more commands have come, unless it has ended by then."""
    until = None if kill_after is None else len(server.commands) + kill_after
    command = [sys.executable, "-m", "tests.sweeps.resumed_unit"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdin
        process.stdin.write(json.dumps({"scope": given, "part_rows": 20}))
        process.stdin.close()
        while process.poll() is None and (until is None or len(server.commands) < until):
            threading.Event().wait(0.002)
        if process.poll() is None:
            process.kill()
        elif until is None:
            assert process.returncode == 0, process.stderr and process.stderr.read()


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_a_killed_walk_ends_as_if_nothing_had_been(kills: int, archive: Path, tmp_path: Path) -> None:
    moments = random.Random(2026)  # noqa: S311 - moments of a test
    with FtpServer(archive) as server:
        given = {
            "organisation": "Example Hospital", "contact": "security@example.org",
            "authority": {"who": "w", "reference": "r", "expires": date.max.isoformat()},
            "pack": {"path": "pack", "key": "pack.key"},
            "database": {"file": str(tmp_path / "findings.duckdb"), "key": str(tmp_path / "findings.key")},
            "network": {"private_addresses": ["127.0.0.1"]}, "limits": {"requests_per_second": 200},
            "ftp": [{"url": f"{server.url}/", "tier": "own", "authority": "r"}],
        }  # fmt: skip
        scope, sweep = begun_sweep(given)
        for _ in range(kills):
            run(given, server, moments.randint(1, 2 * 5 * FOLDERS * FILES // kills))
        run(given, server, None)
        fetched = Counter(line for line in server.commands if line.startswith("RETR"))
    sweep.finish(SweepEnd(datetime.now(UTC)))
    merge(spool_root(scope.database.file), scope.database.file)
    with duckdb.connect(str(scope.database.file), read_only=True) as connection:
        documents = connection.execute("SELECT url FROM documents").fetchall()
        skips = connection.execute("SELECT url FROM skips").fetchall()
    assert len(fetched) == FOLDERS * FILES
    assert len(documents) == len(set(documents)) == FOLDERS * FILES
    assert skips == []
    # At 200 requests a second no more than 50 lie between two saves.
    assert sum(fetched.values()) - len(fetched) <= 51 * kills
