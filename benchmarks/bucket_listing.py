"""How fast a bucket's listing goes into the spool, and in how much memory, beside boto3's own paginator.

`python -m benchmarks.bucket_listing [KEYS]`. The server is a process of its own on loopback and writes each page anew;
each client is a process of its own. boto3 reads the keys and keeps nothing; ours judges each object, records it in the
spool, and lets what is worth a request wait on disk. Objects are not fetched: the first one ends it.
"""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from benchmarks.bucket_server import BUCKET
from documents.sink import NoBuckets
from fetching.budget import Budget
from fetching.conduct import ConductLog
from fetching.errand import Errand
from fetching.pacing import Pacer
from findings.keys import load_or_create_database_key
from findings.records import SweepRecord, UnitOutcome, UnitRecord, UnitState, new_sweep_id
from findings.spool import SweepSpool, UnitSpool, now_utc
from findings.spool_folders import spool_root
from scope.guard import Guard
from scope.model import Authority, BucketTarget, DatabaseFiles, Limits, NetworkPolicy, PackFiles, Scope
from scope.units import units_of
from sweeps.sources import source_for

KEYS = 200_000
# Keys that boto3 is given at most: its rate does not change with their number.
PEER_KEYS = 100_000


def main() -> None:
    """Measure both and print a line for each, or, told so, be one of the clients."""
    match sys.argv[1:]:
        case ["ours", url, keys]:
            ours(url, int(keys))
        case ["boto3", url, keys]:
            paginate(url, int(keys))
        case arguments:
            size = int(arguments[0]) if arguments else KEYS
            with _server(size) as url:
                peer = _measured("boto3", url, min(size, PEER_KEYS))
                mine = _measured("ours", url, size)
            print(f"boto3's paginator: {peer}")
            print(f"into the spool:    {mine}")


def ours(url: str, keys: int) -> None:
    """Walk the listing with everything that a sweep's worker has but the inspection of documents."""
    with tempfile.TemporaryDirectory() as folder:
        scope = _scope(url, Path(folder), keys)
        unit = next(units_of(scope))
        key = load_or_create_database_key(scope.database.key, database_exists=False)
        record = SweepRecord(
            sweep_id=new_sweep_id(datetime.now(UTC)),
            scope_digest="0",
            organisation="Benchmark",
            authority="B-1",
            started_at=datetime.now(UTC),
            stray_version="0",
            pack_check="",
            units=(UnitRecord.from_unit(unit),),
        )
        spool = SweepSpool.create(spool_root(scope.database.file), record, key).unit(UnitRecord.from_unit(unit))
        errand = Errand(
            Guard(scope),
            scope.limits,
            Budget(scope.limits),
            Pacer(scope.limits.requests_per_second),
            ConductLog(),
            "Stray/benchmark",
            store=spool.store,
        )
        sink, spent = _ListingSink(spool), _Spent()
        with suppress(_ListedError):
            source_for(unit.kind, errand).fetch(unit, sink)
        spool.finish(UnitOutcome(UnitState.FINISHED, now_utc(), now_utc()))
        spent.tell(sink.entries)


def paginate(url: str, keys: int) -> None:
    """What one writes with boto3: every page's objects, kept nowhere."""
    client: Any = boto3.client(
        "s3", endpoint_url=url, region_name="us-east-1", config=Config(signature_version=UNSIGNED)
    )
    count, spent = 0, _Spent()
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
        count += sum(1 for item in page["Contents"] if item["Key"])
        if count >= keys:
            break
    spent.tell(count)


class _ListedError(Exception):
    """The listing is in the spool, and the first object was asked for."""


class _ListingSink(NoBuckets):
    """A unit's sink without inspection, that ends the unit with its first object: the service refuses it."""

    def __init__(self, spool: UnitSpool) -> None:
        self._spool = spool
        self.entries = 0

    def listed(self, entries: Sequence[Any]) -> None:
        self.entries += len(entries)
        self._spool.entries(entries)

    def entry(self, entry: Any) -> None:
        self.listed([entry])

    def document(self, document: Any) -> None:
        document.body.close()

    def skipped(self, skipped: Any) -> None:
        raise _ListedError


class _Spent:
    """What a process has spent since this was made."""

    def __init__(self) -> None:
        self._clock, self._used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)

    def tell(self, count: int) -> None:
        """Print it for so many keys."""
        seconds, used = time.perf_counter() - self._clock, resource.getrusage(resource.RUSAGE_SELF)
        user, system = used.ru_utime - self._used.ru_utime, used.ru_stime - self._used.ru_stime
        status = Path("/proc/self/status").read_text(encoding="ascii")
        peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024
        print(
            f"{count:,} keys in {seconds:.1f} s, {count / seconds:,.0f} a second; {count / (user + system):,.0f} a "
            f"second of processor ({user:.1f} s user, {system:.1f} s system); peak memory {peak:.0f} MB"
        )


def _measured(client: str, url: str, keys: int) -> str:
    command = [sys.executable, "-m", "benchmarks.bucket_listing", client, url, str(keys)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


class _server:  # noqa: N801 - used as a function
    """The listing's server while the block runs; gives its address."""

    def __init__(self, keys: int) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        command = [sys.executable, "-m", "benchmarks.bucket_server", str(self._port), str(keys)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> str:
        assert self._process.stdout is not None
        self._process.stdout.readline()
        return f"http://127.0.0.1:{self._port}"

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


def _scope(url: str, folder: Path, keys: int) -> Scope:
    pages = -(-keys // 1000)
    # A fourth of what is left may go into the listing at a time.
    limits = {"requests": 5 * pages + 100, "bytes": 1 << 50, "requests_per_second": 1000}
    return Scope(
        organisation="Benchmark",
        contact="benchmark@example.org",
        authority=Authority(who="w", reference="B-1", expires=datetime.now(UTC).date() + timedelta(days=1)),
        pack=PackFiles(path=folder / "pack", key=folder / "pack.key"),
        database=DatabaseFiles(file=folder / "findings.duckdb", key=folder / "findings.key"),
        limits=Limits.model_validate(limits),
        network=NetworkPolicy.model_validate({"private_addresses": ["127.0.0.1"]}),
        bucket=(BucketTarget(tier="own", authority="B-1", name=BUCKET, endpoint=url),),
    )


if __name__ == "__main__":
    main()
