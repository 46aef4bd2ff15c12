"""What `stray status` tells of the sweep that runs, or of one that was killed: from the file that it leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from cli.amounts import lasting, moment
from cli.sweep_words import sweep_lines, unit_rows
from findings.spool_folders import spool_root
from findings.standing import Standing
from sweeps.status_file import read_status

# Seconds after which a file that is written every two says that its sweep hangs or is halted.
SILENT: Final = 30.0
# Units at work that are named here; the JSON has more.
_NAMED: Final = 8


@dataclass(frozen=True, slots=True)
class Running:
    """What the file says, and what that is worth.

    Attributes:
        fields: of `docs/progress.md`.
        is_live: its sweep holds the lock; else it was killed.
        silent_seconds: since it was written.
    """

    fields: Mapping[str, Any]
    is_live: bool
    silent_seconds: float


def running(told: Standing) -> Running | None:
    """The sweep that runs or was killed; None where none has left word."""
    fields = read_status(spool_root(told.database))
    if fields is None:
        return None
    updated = datetime.now(UTC)
    with suppress(KeyError, TypeError, ValueError):
        updated = datetime.fromisoformat(fields["updated_at"])
    is_live = told.sweeping is not None and told.sweeping.pid == fields.get("pid")
    return Running(fields, is_live, max(0.0, (datetime.now(UTC) - updated).total_seconds()))


def running_fields(held: Running | None) -> dict[str, Any] | None:
    """For programs."""
    if held is None:
        return None
    return {**held.fields, "is_live": held.is_live, "silent_seconds": round(held.silent_seconds, 1)}


def running_lines(held: Running) -> Iterator[tuple[str, str]]:
    """For people; each with its head. A file that holds something else than it should gives no line."""
    with suppress(KeyError, TypeError, AttributeError):
        yield from list(_lines(held))


def _lines(held: Running) -> Iterator[tuple[str, str]]:
    fields = held.fields
    if not held.is_live:
        units = fields["units"]
        done = units["resumed"] + units["ended"]
        last = moment(datetime.fromisoformat(fields["updated_at"]))
        yield "", f"{fields['sweep']} was killed at about {last} UTC, {done:,} of {units['planned']:,} units done;"
        yield "", "the same command carries on"
        return
    yield "", f"{fields['sweep']} by {fields['user']} on {fields['machine']}"
    if held.silent_seconds >= SILENT:
        yield "", f"NO WORD from it for {lasting(held.silent_seconds)}: it is halted or hangs; what follows is older"
    for head, line in sweep_lines(fields):
        yield "", f"{head:<11}{line}"
    named = fields["at_work"][:_NAMED]
    for what, documents, letters, rate, trouble in unit_rows(named, fields["units"]["at_work"] - len(named)):
        counts = f": {documents} documents, {letters} letters, {rate} requests/s" if documents else ""
        yield "", f"  {what}{counts}{'; ' + trouble if trouble else ''}"
