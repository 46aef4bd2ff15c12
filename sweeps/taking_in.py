"""What a sweep left in the spool, taken into the database, and what it came to; a held database is waited for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from findings.errors import DatabaseLockedError
from findings.merge import MergeReport, merge
from findings.query import sweep_summary
from findings.results import SweepSummary
from findings.spool_folders import spool_root

# Seconds that one try to open a held database takes, so that a stop is heeded.
WAIT_TURN: Final = 1.0


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What the merge did, and what the sweep came to."""

    merged: MergeReport
    summary: SweepSummary


@dataclass(frozen=True, slots=True)
class Asked:
    """Which sweep is taken in.

    Attributes:
        wait_seconds: for a database that another process holds.
        stopping: once it is set, nothing is waited for any more; a merge under way goes on to its end.
        waits: told once, where the database is held and is waited for; fit to be shown.
    """

    database: Path
    sweep_id: str
    wait_seconds: float
    stopping: threading.Event
    waits: Callable[[str], None]


TakeIn = Callable[[Asked], TakenIn]


def take_in(asked: Asked) -> TakenIn:
    """Merge; a database that another process holds is waited for in short turns, which a stop ends.

    Raises:
        DatabaseLockedError: it was held all the time, or we were stopped; the spool waits.
        FindingsError: the disk, the database or its key gives up.
    """
    until = time.monotonic() + asked.wait_seconds
    told = False
    while True:
        left = min(WAIT_TURN, max(0.0, until - time.monotonic()))
        try:
            merged = merge(spool_root(asked.database), asked.database, left)
            return TakenIn(merged, sweep_summary(asked.database, asked.sweep_id, left))
        except DatabaseLockedError as error:
            if asked.stopping.is_set() or time.monotonic() >= until:
                raise
            if not told:
                told = True
                asked.waits(f"{error}; waiting for up to {asked.wait_seconds:.0f} s")
