"""Existence of bucket names: checks a second, and what a throttle that lies does, beside boto3 alone."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from bucket_probes.names.candidates import candidates
from bucket_probes.search.source import NameSearchSource
from documents.buckets import BucketAccess, BucketLead, NamesSearched
from documents.records import Document, Entry, Skipped
from fetching.budget import Budget
from fetching.conduct import ConductLog
from fetching.errand import Errand
from fetching.pacing import Pacer
from scope.guard import Guard
from scope.model import Authority, Limits, NameSearch, NetworkPolicy, PackFiles, Scope
from scope.units import units_of

CANARY = "canary-of-the-benchmark"
# One candidate in so many exists.
EXISTING_EVERY = 50
# Requests a second above which the liar lies, and seconds until it is honest again.
ABOVE, PAUSE = 40, 1.0


@dataclass(frozen=True)
class Outcome:
    """What one client made of the names."""

    seconds: float
    processor: float
    existing: int
    absent: int
    false_negatives: int


class _Sink:
    """Keeps what the search tells."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self.unknown: set[str] = set()
        self.last: NamesSearched | None = None

    def bucket(self, access: BucketAccess) -> None:
        self.found.add(access.name)

    def names_searched(self, search: NamesSearched) -> None:
        self.last = search

    def bucket_named(self, lead: BucketLead) -> None: ...
    def entry(self, entry: Entry) -> None: ...
    def listed(self, entries: Sequence[Entry]) -> None: ...
    def document(self, document: Document) -> None: ...

    def skipped(self, skipped: Skipped) -> None:
        self.unknown.add(skipped.url.rstrip("/").rpartition("/")[2])


class Service:
    """The liar, in a process of its own."""

    def __init__(self, lines: IO[str], answers: IO[str]) -> None:
        self._lines = lines
        self._answers = answers
        self.url = ""

    def tell(self, **what: Any) -> None:
        """What exists, and which lies are told from now on."""
        self._lines.write(json.dumps(what) + "\n")
        self._lines.flush()
        self.url = json.loads(self._answers.readline())["urls"]["s3"]


@contextmanager
def service() -> Iterator[Service]:
    """A service that runs until the end."""
    command = [sys.executable, "-m", "demo_range.bucket_liar"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Service(process.stdin, process.stdout)
        process.stdin.close()


def scope_at(url: str, count: int) -> Scope:
    """A search for names at this address, as fast as it bears."""
    return Scope(
        organisation="Benchmark",
        contact="contact@example.org",
        authority=Authority(who="SIRO", reference="B-1", expires=datetime.now(UTC).date() + timedelta(days=1)),
        pack=PackFiles(path=Path("pack"), key=Path("pack.key")),
        limits=Limits(requests=10_000_000, timeout_seconds=10),
        network=NetworkPolicy.model_validate({"private_addresses": ["127.0.0.0/8"]}),
        names=NameSearch(
            name_search=True,
            authority="B-1",
            keywords=("Eastham Trust",),
            providers=("s3",),
            candidates=count,
            requests_per_second=2000,
            fastest=10_000,
            canaries={"s3": (CANARY,)},
            endpoints={"s3": url},
        ),
    )


def ours(url: str, names: Sequence[str], existing: frozenset[str]) -> Outcome:
    """The search of this project."""
    scope = scope_at(url, len(names))
    sink = _Sink()
    errand = Errand(
        guard=Guard(scope),
        limits=scope.limits,
        budget=Budget(scope.limits),
        pacer=Pacer(1.0),
        conduct=ConductLog(),
        user_agent="Stray/benchmark (contact@example.org)",
    )
    began, processor = time.perf_counter(), time.process_time()
    NameSearchSource(errand).fetch(next(units_of(scope)), sink)
    seconds = time.perf_counter() - began
    assert sink.last is not None
    denied = existing - sink.found - sink.unknown
    return Outcome(seconds, time.process_time() - processor, sink.last.existing, sink.last.absent, len(denied))


def boto3_alone(url: str, names: Sequence[str], existing: frozenset[str]) -> Outcome:
    """boto3, unsigned, one request after another; NoSuchBucket is a no."""
    client: Any = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        config=Config(signature_version=UNSIGNED, s3={"addressing_style": "path"}),
    )
    absent = 0
    wrong = 0
    began, processor = time.perf_counter(), time.process_time()
    for name in names:
        try:
            client.list_objects_v2(Bucket=name, MaxKeys=0)
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucket":
                absent += 1
                wrong += name in existing
    seconds = time.perf_counter() - began
    return Outcome(seconds, time.process_time() - processor, len(names) - absent, absent, wrong)


def compare(told: Service, count: int, tell: Sequence[dict[str, object]]) -> None:
    """Both clients at the service in this mood."""
    told.tell(tell=[])
    wanted = scope_at(told.url, count).names
    assert wanted is not None
    names = [made.name for made in candidates(wanted, "s3")]
    existing = frozenset(names[::EXISTING_EVERY])
    told.tell(buckets=[{"name": name} for name in [CANARY, *existing]])
    clients: dict[str, Callable[..., Outcome]] = {"this search": ours, "boto3 alone": boto3_alone}
    for title, client in clients.items():
        told.tell(tell=list(tell))
        found = client(told.url, names, existing)
        print(
            f"  {title}: {found.seconds:.1f} s, {count / found.seconds:.0f} names/s "
            f"({count / found.processor:.0f} a second of processor time), {found.existing} exist, "
            f"{found.absent} absent, {count - found.existing - found.absent} unknown, "
            f"{found.false_negatives} of {len(existing)} denied falsely",
            flush=True,
        )


def main() -> None:
    """Compare on an honest service and on one that lies above a rate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=10_000)
    parser.add_argument("--lied-to", type=int, default=2_000)
    chosen = parser.parse_args()
    with service() as told:
        print(f"honest, {chosen.names} names")
        compare(told, chosen.names, [])
        print(f"404 above {ABOVE} requests a second until {PAUSE} s of rest, {chosen.lied_to} names")
        compare(told, chosen.lied_to, [{"lie": "not_found_above", "above": ABOVE, "pause": PAUSE}])


if __name__ == "__main__":
    main()
