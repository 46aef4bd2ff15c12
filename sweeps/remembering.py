"""What a unit is told of earlier sweeps: its memory, and on which terms it is believed."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Final

from fetching.memory import NO_MEMORY, Memory
from findings.memory_file import memory_of
from findings.memory_terms import Terms
from findings.settled import Settled
from findings.spool import UnitSpool
from inspection.versions import reading_versions
from scope.model import NameTarget, Scope
from scope.units import Unit
from sweeps.job import Job

# Of a target, what may change without another answer: who allows it, and when.
_BESIDES: Final = frozenset({"authority", "supplier", "tier", "windows", "expires"})


def remembered(job: Job, unit: Unit, spool: UnitSpool, generation: str) -> Memory:
    """The memory of a unit's earlier sweeps, which also takes what this one learns.

    Args:
        job: what the sweep wants of the unit.
        unit: the unit.
        spool: of the unit; it writes the memory when the unit ends.
        generation: of the pack; verdicts of older ones stand where sketches say so.
    """
    rules = job.scope.incremental
    # A recheck sees single places: it neither trusts what is remembered of the unit nor puts itself in its stead.
    if job.only_known or spool.store is None or isinstance(unit.target, NameTarget):
        return NO_MEMORY
    terms = Terms(
        unit_id=unit.unit_id,
        sweep_id=job.sweep_id,
        reading=reading_of(job.scope, unit),
        generation=generation,
        full_after=timedelta(days=rules.full_after_days),
        sampled=rules.sampled,
        settled=Settled.read(job.scope.database.file, generation).holds,
    )
    held = None if rules.full else memory_of(job.scope.database.file, unit.unit_id)
    return spool.remember(held, spool.store, terms)


def reading_of(scope: Scope, unit: Unit) -> str:
    """The same as long as the unit's documents are asked for, read and judged in the same way; 128 bit in hex."""
    target = unit.target
    told = {
        "versions": dict(reading_versions()),
        "target": None if isinstance(target, NameTarget) else target.model_dump(mode="json", exclude=set(_BESIDES)),
        "ocr": scope.ocr.model_dump(mode="json"),
        "speech": scope.speech and scope.speech.model_dump(mode="json"),
        "body_bytes": scope.limits.body_bytes,
    }
    return hashlib.blake2b(json.dumps(told, sort_keys=True, default=str).encode(), digest_size=16).hexdigest()
