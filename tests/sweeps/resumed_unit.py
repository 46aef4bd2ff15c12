"""Works on a scope's first unit as a worker does, with a spool that writes small parts; the test kills it.

Standard input: {"scope": {...}, "part_rows": count}. Every document is judged clear. Prints its peak memory, MB.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import findings.parts
from documents.records import Document, Entry, Skipped
from documents.sink import NoBuckets
from fetching.conduct import ConductLog
from fetching.errand import Errand
from fetching.pacing import Pacer
from findings.keys import load_or_create_database_key
from findings.records import UnitOutcome, UnitRecord, UnitState
from findings.rows import Judged
from findings.spool import SweepSpool, UnitSpool, now_utc
from findings.spool_folders import spool_root
from matchers.verdicts import Judgement, Verdict
from scope.guard import Guard
from scope.model import Scope
from scope.units import units_of
from sweeps.sources import source_for
from sweeps.worker import budget_of

CLEAR = Judgement(Verdict.CLEAR, (), ())


@dataclass
class SpoolSink(NoBuckets):
    """A unit's sink without inspection."""

    spool: UnitSpool

    def entry(self, entry: Entry) -> None:
        self.spool.entry(entry)

    def listed(self, entries: Sequence[Entry]) -> None:
        self.spool.entries(entries)

    def document(self, document: Document) -> None:
        self.spool.document(document, Judged("text/plain", CLEAR))

    def skipped(self, skipped: Skipped) -> None:
        self.spool.skipped(skipped)


def main() -> None:
    given = json.load(sys.stdin)
    findings.parts.PART_ROWS = given["part_rows"]  # type: ignore[misc] # small parts, so that kills meet them
    scope = Scope.model_validate(given["scope"])
    unit = next(units_of(scope))
    key = load_or_create_database_key(scope.database.key, database_exists=False)
    sweep = SweepSpool.all_unfinished(spool_root(scope.database.file), key)[-1]
    spool = sweep.unit(UnitRecord.from_unit(unit))
    budget = budget_of(scope.limits, spool)
    errand = Errand(
        Guard(scope),
        scope.limits,
        budget,
        Pacer(scope.limits.requests_per_second),
        ConductLog(),
        "Stray/0.1 (Example Hospital; security@example.org)",
        store=spool.store,
    )
    source_for(unit.kind, errand).fetch(unit, SpoolSink(spool))
    spool.finish(UnitOutcome(UnitState.FINISHED, now_utc(), now_utc(), budget.requests, budget.bytes))
    sys.stdout.write(str(peak_mb()))


def peak_mb() -> float:
    """The most memory that this process has had, MiB. What `getrusage` tells may be its parent's at the fork."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


if __name__ == "__main__":
    main()
