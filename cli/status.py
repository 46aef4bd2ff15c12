"""`stray status`: what runs, what waits, who holds the database, what it takes up."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.live import Live
from rich.text import Text

from cli.amounts import counted, moment, size
from cli.console import json_line, result_line, results
from cli.exit_codes import ExitCode
from cli.options import database_option, format_option
from cli.status_running import Running, running, running_fields, running_lines
from findings.standing import PastSweep, SpooledSweep, SpoolState, Standing, standing
from reports.shown import printable
from scope.stop_files import standing_orders

# Seconds to wait for a database that a merge holds: it is answered at once, with what can be told without it.
_WAIT = 1.0
# Seconds between two looks: the sweep writes how far it is as often.
_LOOK_EVERY = 2.0
_STATES = {
    SpoolState.UNDER_WAY: "under way",
    SpoolState.STOPPED: "stopped; `stray sweep` of its scope goes on with it",
    SpoolState.ENDED: "ended; waits for a merge",
    SpoolState.LEFT: "left",
}


@click.command()
@database_option
@click.option("--watch", is_flag=True, help="Look again every two seconds, until no sweep runs or Ctrl-C.")
@format_option
def status(database: Path, watch: bool, output: str) -> None:
    """Say what runs and how far it is, what waits to be merged, who holds the database; merges and changes nothing.

    Example: stray status --db findings.duckdb --watch
    """
    told = _watched(database, output) if watch else _shown(database, output)
    if not told.is_usable:  # a watchdog that looks at the code alone must not take this for well
        sys.exit(ExitCode.USAGE)


def _shown(database: Path, output: str) -> Standing:
    told = standing(database, _WAIT)
    held = running(told)
    if output == "json":
        json_line(_fields(told) | {"running": running_fields(held)})
    else:
        for line in _text(told, held):
            result_line(line)
    return told


def _watched(database: Path, output: str) -> Standing:
    """Until no sweep runs. A terminal is drawn on in place; elsewhere each look is told one below the other."""
    console = results()
    if output == "json" or not console.is_terminal or console.is_dumb_terminal:
        while (told := _shown(database, output)).sweeping:
            sys.stdout.flush()
            time.sleep(_LOOK_EVERY)
        return told
    with Live(console=console, auto_refresh=False, vertical_overflow="crop", transient=True) as live:
        while (told := standing(database, _WAIT)).sweeping:
            text = Text("\n".join(printable(line) for line in _text(told, running(told))), no_wrap=True)
            live.update(text, refresh=True)
            time.sleep(_LOOK_EVERY)
    return _shown(database, output)


def _text(told: Standing, held: Running | None) -> Iterator[str]:
    for name, line in _lines(told, held):
        yield f"{name:<12}{line}".rstrip()


def _fields(told: Standing) -> dict[str, Any]:
    def plain(value: object) -> object:
        if isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, dict):
            return {key: plain(inner) for key, inner in value.items()}
        if isinstance(value, tuple | list):
            return [plain(inner) for inner in value]
        return value

    fields = {name: plain(value) for name, value in asdict(told).items()}
    return fields | {
        "database": str(told.database),
        "stopped": [str(order) for order in standing_orders(told.database)],
    }


def _lines(told: Standing, held: Running | None) -> Iterator[tuple[str, str]]:
    yield "database", _database(told)
    if told.holder:
        does = "may write; nobody else can open it" if told.holder.writes else "reads; a merge waits for it to close"
        yield "", f"held open by {told.holder}, which {does}"
    if told.problem:
        yield "", told.problem
    elif told.schema is not None and told.schema != told.known_schema:
        newer = told.schema > told.known_schema
        what = "use a newer Stray" if newer else "the next command that opens it brings it up to date"
        yield "", f"schema {told.schema}, this Stray knows {told.known_schema}: {what}"
    for order in standing_orders(told.database):
        yield "stopped", str(order)
    yield "sweep", f"{told.sweeping}, since {moment(told.sweeping_since)} UTC" if told.sweeping else "none under way"
    if held is not None:
        yield from running_lines(held)
    if told.merging:
        yield "merge", f"under way: {told.merging}"
    yield from _spool(told)
    if told.quarantined:
        yield "quarantine", f"{counted(told.quarantined, 'unreadable file')} set aside below {told.database}.spool"
    for number, sweep in enumerate(told.sweeps):
        yield "" if number else "last sweeps", _past(sweep)
    others = {name: taken for name, taken in told.bytes.items() if name not in ("database", "wal", "spool")}
    for number, (name, taken) in enumerate(others.items()):
        yield "" if number else "beside it", f"{told.database.name}.{name}, {size(taken)}"
    yield "disk", f"{size(told.free_bytes)} free"


def _database(told: Standing) -> str:
    parts = [str(told.database)]
    if "database" in told.bytes:
        parts.append(size(told.bytes["database"]))
    if told.bytes.get("wal"):
        parts.append(f"log {size(told.bytes['wal'])}")
    if told.findings is not None:
        parts.append(counted(told.findings, "finding"))
    return ", ".join(parts)


def _spool(told: Standing) -> Iterator[tuple[str, str]]:
    waiting = sum(sweep.waiting for sweep in told.spooled if sweep.state is not SpoolState.LEFT)
    ended = any(sweep.is_end_waiting for sweep in told.spooled if sweep.state is not SpoolState.LEFT)
    if not told.spooled:
        yield "spool", "empty: nothing waits"
        return
    taken = size(told.bytes.get("spool"))
    what = f"{counted(waiting, 'unit')} to be merged" if waiting else "the end of a sweep to be merged"
    yield "spool", f"{taken}; {what if waiting or ended else 'nothing waits'}"
    if waiting or ended:
        yield "", f"merged by the next command that reads findings{_once(told)}"
    for sweep in told.spooled:
        yield "", f"{sweep.sweep_id}  {_STATES[sweep.state]}{f': {sweep.reason}' if sweep.reason else ''}"
        yield "", f"  {_units(sweep)}, {counted(sweep.matches, 'match', 'matches')} of letters, {size(sweep.bytes)}"


def _once(told: Standing) -> str:
    return f", once {told.holder} has closed the database" if told.holder else ""


def _units(sweep: SpooledSweep) -> str:
    planned = "?" if sweep.planned is None else f"{sweep.planned:,}"
    return f"of {planned} units {sweep.merged:,} merged, {sweep.waiting:,} wait, {sweep.open:,} open"


def _past(sweep: PastSweep) -> str:
    kind = "" if sweep.kind.value == "sweep" else f" ({sweep.kind.value})"
    told = "told" if sweep.told_at else "not told: the next summary has its news"
    ended = f" to {moment(sweep.ended_at)}" if sweep.ended_at else ""
    return f"{sweep.sweep_id}{kind}  {sweep.state.value}, {moment(sweep.started_at)}{ended}, {told}"
