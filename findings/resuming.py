"""Which sweep a run goes on with, and what becomes of the others that have not ended."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from findings.durable_files import storage_errors, write_json
from findings.keys import DatabaseKey
from findings.planned_units import holds_all
from findings.records import StopCause, SweepEnd, SweepKind, SweepState
from findings.spool import LeftIn, SweepSpool
from findings.spool_folders import SweepFolder, end_file_of, read_stop, remove_whole

# How long after its stop, or its last sign of life, a sweep is gone on with: a window that opens once a week, and a
# day. What was seen longer ago is looked at again instead.
RESUME_WITHIN: Final = timedelta(days=8)
# How long after its last unit a sweep that lacks nothing but its end still answers for the run that finds it so: a kill
# and the same command again. Schedules are not closer than hourly; a later run looks for itself.
ANSWERS_FOR: Final = timedelta(hours=1)


def last_alive(folder: SweepFolder) -> datetime:
    """When the sweep was stopped or, where it was killed, when something of it was last written."""
    stop = read_stop(folder)
    if stop is not None:
        return stop.ended_at
    latest = folder.path.stat().st_mtime
    for unit_id in folder.left_open():
        for path in (folder.open_unit(unit_id), *folder.open_unit(unit_id).glob("state.sqlite*")):
            with suppress(FileNotFoundError):
                latest = max(latest, path.stat().st_mtime)
    return datetime.fromtimestamp(latest, UTC)


def gone_on_with(
    root: Path, scope_digest: str, key: DatabaseKey, now: datetime, kind: SweepKind = SweepKind.SWEEP
) -> SweepSpool | None:
    """The sweep of this scope and kind that a run at this time would go on with. Looks only.

    Raises:
        DatabaseKeyError: one was written with another key.
    """
    found = SweepSpool.unfinished(root, scope_digest, key, kind)
    with storage_errors(root):
        return found if found is not None and now - last_alive(found.folder) <= RESUME_WITHIN else None


def ended_unnoticed(spool: SweepSpool, now: datetime) -> datetime | None:
    """When a sweep had looked at all that it was to look at, if that is too long ago to be an answer; None if not so.

    To go on with it would ask for nothing, and tell of that day as of this one. Looks only.

    Raises:
        SpoolError: the disk gives up.
    """
    folder = spool.folder
    with storage_errors(folder.path):
        if folder.left_open() or folder.cut_short():
            return None
        ended_at = last_alive(folder)
        if now - ended_at <= ANSWERS_FOR or not holds_all(spool.record.units, folder.each_finished()):
            return None
    return ended_at


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is about to begin: of which scope and kind, when, and which sweep it goes on with."""

    scope_digest: str
    now: datetime
    resumed: SweepSpool | None = None
    kind: SweepKind = SweepKind.SWEEP


def lay_down_others(root: Path, key: DatabaseKey, run: Run, left: LeftIn) -> tuple[str, ...]:
    """Settle the sweeps that have not ended and are not the one that is gone on with. Only while nobody merges.

    Those of other scopes that may still be gone on with count as stopped; older ones, and others of this scope, have
    ended. What they found is merged either way.

    Returns:
        Ids of those of this scope and kind: they are not gone on with.

    Raises:
        SpoolError: the disk gives up.
    """
    given_up = []
    for spool in SweepSpool.all_unfinished(root, key, run.resumed.record.sweep_id if run.resumed else ""):
        is_ours = spool.is_of(run.scope_digest, run.kind)
        with storage_errors(root):
            is_old = run.now - last_alive(spool.folder) > RESUME_WITHIN
            _lay_down(spool, run.now, left, goes_on=not is_old and not is_ours and bool(spool.record.units))
        if is_ours:
            given_up.append(spool.record.sweep_id)
    return tuple(given_up)


def _lay_down(spool: SweepSpool, now: datetime, left: LeftIn, *, goes_on: bool) -> None:
    folder = spool.folder
    stop = read_stop(folder)
    if stop is None:
        spool.finish(SweepEnd(now, SweepState.INTERRUPTED, StopCause.KILLED, goes_on), left)
    elif not goes_on and folder.end_file.exists():
        write_json(folder.end_file, end_file_of(replace(stop, goes_on=False)))
    elif not goes_on:
        remove_whole(folder.path)  # all of it is in the database
