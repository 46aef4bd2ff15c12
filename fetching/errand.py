"""What a source is given for one unit: everything it must obey and may use."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from fetching.budget import Budget
from fetching.conduct import ConductLog
from fetching.memory import NO_MEMORY, Memory
from fetching.pacing import Pacer
from fetching.store import Store
from scope.address_forms import Grammar
from scope.guard import Guard
from scope.model import Limits


@dataclass(frozen=True, slots=True)
class Errand:
    """One unit's means, made by whoever runs the unit.

    Attributes:
        guard: asked before every request, redirect hop and connection.
        limits: body size (bytes), timeout (seconds), depth (links or folders), rate.
        budget: counted down by the source.
        pacer: asked before every request to the unit's host.
        conduct: told of every request.
        user_agent: names the tool, the organisation and a contact; sent with every request.
        spool_dir: folder for bodies that do not fit in memory; None for the system's.
        store: keeps the source's state over a kill; None where the unit is not resumed.
        leads: addresses of buckets that were met before this unit began (`fetching.leads`): of a search for names, one
            line for each bucket; of a bucket, objects in the scope's own buckets. None where there are none.
        places: places that earlier sweeps know in the unit (`findings.known_places`); None where there are none.
        harvest: the services whose buckets are recorded where a page, script or header names them; None where the
            scope does not want that.
        memory: what earlier sweeps know of the unit's places; by default nothing.
        hears: recordings are known, so others are fetched whole; without it the first bytes of dictation are enough.
        cut: told where a listing is cut, the rest being a unit of its own from then on; None where a unit stays whole.
        stop: set from outside (Ctrl-C, or the sweep's end): finish quickly, the rest becomes `Skipped(interrupted)`.
    """

    guard: Guard
    limits: Limits
    budget: Budget
    pacer: Pacer
    conduct: ConductLog
    user_agent: str
    spool_dir: Path | None = None
    store: Store | None = None
    leads: Path | None = None
    places: Path | None = None
    harvest: Grammar | None = None
    memory: Memory = NO_MEMORY
    hears: bool = False
    cut: Callable[[str | None], None] | None = None
    stop: threading.Event = field(default_factory=threading.Event)
