"""What is wrong with the rhythm of a scope's sweeps; each kind is one thing that a person must do something about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from cli.amounts import lasting, moment
from cli.sweep_summary import unseen
from findings.ended_sweeps import EndedSweep, merged_sweeps, waiting_sweeps
from findings.errors import DatabaseLockedError, FindingsError
from findings.query import sweep_summary
from findings.records import SweepState
from scope.guard import Guard
from scope.heartbeat import Heartbeat
from scope.model import Scope
from scope.units import units_of
from sweeps.plan import scope_digest

# Seconds for a database that somebody holds: a heartbeat is in no hurry, and a merge takes seconds.
_WAIT: Final = 30.0
# How far ahead of this machine's clock the end of a sweep may lie: clocks of two machines differ by less.
_AHEAD: Final = timedelta(hours=1)
# Days before the authority's last one from which on that is told.
AUTHORITY_NEAR: Final = timedelta(days=14)


class LapseKind(StrEnum):
    """What is wrong."""

    NO_SWEEP = "no_sweep"
    NONE_COMPLETE = "none_complete"
    DATABASE = "database"
    CLOCK = "clock"
    AUTHORITY = "authority"
    AUTHORITY_NEAR = "authority_near"
    FAILED = "failed"
    SCOPE = "scope"


@dataclass(frozen=True, slots=True)
class Lapse:
    """One thing that is wrong, in words that are fit to be sent: no place, no name of a file."""

    kind: LapseKind
    words: str


@dataclass(frozen=True, slots=True)
class Pulse:
    """What could be seen.

    Attributes:
        lapses: what is wrong.
        latest, complete: ends of the latest sweep and of the latest complete one; None for none, or not known.
    """

    lapses: tuple[Lapse, ...]
    latest: datetime | None
    complete: datetime | None


def pulse(scope: Scope, rhythm: Heartbeat, now: datetime, known: datetime | None) -> Pulse:
    """How it stands.

    Args:
        scope: whose sweeps.
        rhythm: what they are held against.
        now: aware.
        known: the end of the latest sweep, as an earlier look had it; for a database that is held just now.
    """
    lapses = list(_authority(scope, now))
    waiting = waiting_sweeps(scope.database.file, scope_digest(scope))
    held = False
    merged: tuple[EndedSweep, ...] = ()
    try:
        unit_ids = [unit.unit_id for unit in units_of(scope)]
        merged = merged_sweeps(scope.database.file, scope_digest(scope), unit_ids, _WAIT)
    except DatabaseLockedError:
        held = True
    except FindingsError as error:
        lapses.append(Lapse(LapseKind.DATABASE, f"the findings database can not be read ({type(error).__name__})"))
    ends = [sweep.ended_at for sweep in (*waiting, *merged)] + ([known] if known and held else [])
    latest = max(ends, default=None)
    complete = None
    try:
        complete = None if held else _complete(scope, merged, now - rhythm.complete_within)
    except FindingsError as error:
        lapses.append(Lapse(LapseKind.DATABASE, f"the findings database can not be asked ({type(error).__name__})"))
    late = list(_rhythm(rhythm, now, latest))
    lapses += late
    if merged and complete is None and not late and not waiting:  # of what waits to be merged it is not known yet
        lapses += _none_complete(rhythm, now, merged)
    return Pulse(tuple(lapses), latest, complete)


def _authority(scope: Scope, now: datetime) -> Iterator[Lapse]:
    if denied := Guard(scope).authority_denial():
        yield Lapse(LapseKind.AUTHORITY, f"no sweep may begin: {denied.detail}")
    elif scope.authority and scope.authority.expires - now.date() <= AUTHORITY_NEAR:
        yield Lapse(LapseKind.AUTHORITY_NEAR, f"the authority for sweeps ends with {scope.authority.expires}")


def _rhythm(rhythm: Heartbeat, now: datetime, latest: datetime | None) -> Iterator[Lapse]:
    due = f"one should end every {rhythm.every} (grace {rhythm.grace})"
    if latest is None:
        yield Lapse(LapseKind.NO_SWEEP, f"no sweep has ended yet; {due}")
    elif latest > now + _AHEAD:
        yield Lapse(
            LapseKind.CLOCK, f"the latest sweep ended at {moment(latest)} UTC, which is still to come: a clock is wrong"
        )
    elif now - latest > rhythm.ends_within:
        ago = lasting((now - latest).total_seconds())
        yield Lapse(LapseKind.NO_SWEEP, f"no sweep has ended for {ago}, since {moment(latest)} UTC; {due}")


def _none_complete(rhythm: Heartbeat, now: datetime, merged: Sequence[EndedSweep]) -> Iterator[Lapse]:
    """Only once sweeps have been ending for that long: a new installation has had no time for it."""
    if now - merged[-1].ended_at > rhythm.complete_within:
        within = lasting(rhythm.complete_within.total_seconds())
        yield Lapse(LapseKind.NONE_COMPLETE, f"no sweep of the last {within} saw everything in scope")


def _complete(scope: Scope, merged: Sequence[EndedSweep], since: datetime) -> datetime | None:
    for sweep in merged:
        if sweep.ended_at < since:
            return None
        if sweep.state is SweepState.FINISHED:
            summary = sweep_summary(scope.database.file, sweep.sweep_id, _WAIT)
            if not unseen(summary, scope.allowed_skips):
                return sweep.ended_at
    return None
