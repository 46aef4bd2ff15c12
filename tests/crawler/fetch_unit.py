"""Runs one unit in this process, as a sweep's worker does, and writes what the sink saw as JSON lines.

Standard input: {"scope": {...}, "behaviour": {...}}. Every connection to an address that the scope does not name fails.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from documents.buckets import BucketLead
from documents.records import Document, Entry, Skipped
from documents.sink import NoBuckets
from fetching.budget import Budget
from fetching.conduct import ConductLog
from fetching.dialler import refuse_undialled_connections
from fetching.errand import Errand
from fetching.pacing import Pacer
from scope.bucket_urls import grammar_of_scope
from scope.guard import Guard
from scope.model import Scope
from scope.units import UnitKind, units_of


def say(record: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(record, default=str) + "\n")


class PrintingSink(NoBuckets):
    """Prints records; can stop the errand, raise or dawdle. Fails when called by two threads at once."""

    def __init__(self, stop: threading.Event, behaviour: dict[str, Any]) -> None:
        self._stop = stop
        self._behaviour = behaviour
        self._inside = threading.Lock()
        self.documents = 0

    def _write(self, kind: str, record: dict[str, Any]) -> None:
        assert self._inside.acquire(blocking=False), "the sink was called while it was busy"
        try:
            time.sleep(self._behaviour.get("dawdle", 0))
            say({"record": kind, **record})
        finally:
            self._inside.release()

    def entry(self, entry: Entry) -> None:
        self._write("entry", asdict(entry))

    def listed(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            self.entry(entry)

    def document(self, document: Document) -> None:
        fields: dict[str, Any] = {
            name: getattr(document, name) for name in ("url", "status", "requested_url", "parent")
        }
        body = document.body
        fields["exposure"] = asdict(document.exposure)
        fields |= {"size": body.size, "sha256": body.sha256, "headers": dict(document.headers)}
        self._write("document", fields | {"head": body.read()[:200].decode("latin-1")})
        self.documents += 1
        if self.documents == self._behaviour.get("stop_after"):
            self._stop.set()
        if self.documents == self._behaviour.get("raise_after"):
            raise RuntimeError("the sink wants no more")

    def skipped(self, skipped: Skipped) -> None:
        self._write("skipped", asdict(skipped))

    def bucket_named(self, lead: BucketLead) -> None:
        self._write("lead", asdict(lead))


def main() -> None:
    given = json.load(sys.stdin)
    scope = Scope.model_validate(given["scope"])
    guard = Guard(scope)
    refuse_undialled_connections(guard)
    conduct_file = Path(tempfile.mkdtemp()) / "conduct.jsonl"
    limits = scope.limits
    errand = Errand(
        guard,
        limits,
        Budget(limits),
        Pacer(limits.requests_per_second),
        ConductLog(conduct_file),
        "Stray/0.1 (Example Hospital; security@example.org)",
        harvest=grammar_of_scope(scope) if scope.names and scope.names.harvest else None,
        hears=given["behaviour"].get("hears", False),
    )
    from crawler.source import OpenDirectorySource, SiteSource

    unit = next(iter(units_of(scope)))
    sink = PrintingSink(errand.stop, given["behaviour"])
    error = ""
    for _ in range(given["behaviour"].get("times", 1)):
        source = SiteSource(errand) if unit.kind is UnitKind.SITE else OpenDirectorySource(errand)
        try:
            source.fetch(unit, sink)
        except Exception as raised:  # noqa: BLE001 - the test looks at what was raised
            error = f"{type(raised).__name__}: {raised}"
    errand.conduct.close()
    conduct = [json.loads(line) for line in conduct_file.read_text().splitlines()]
    say({"record": "end", "requests": errand.budget.requests, "conduct": conduct, "error": error})


if __name__ == "__main__":
    main()
