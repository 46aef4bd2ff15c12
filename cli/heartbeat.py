"""`stray heartbeat`: says so when no sweep has ended when one should have."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from cli.amounts import moment
from cli.console import json_line, notice
from cli.errors import CommandError
from cli.exit_codes import ExitCode
from cli.heartbeat_record import Record, read_record, write_record
from cli.lapses import Lapse, LapseKind, Pulse, pulse
from cli.options import DatabaseFile, format_option, scope_argument
from findings.errors import SpoolError
from reports.notify import Message, NotifyError, send, services
from scope.errors import ScopeError
from scope.heartbeat import span
from scope.loader import load_scope
from scope.model import Scope

# What is told and is no alarm.
_WARNINGS = frozenset([LapseKind.AUTHORITY_NEAR])


@click.command()
@scope_argument
@click.option(
    "--db", "database", type=DatabaseFile(path_type=Path),
    help="Findings database instead of the scope's own: a copy, on another machine.",
)  # fmt: skip
@click.option("--failed", is_flag=True, help="A sweep has just failed, says who calls this: tell that as well.")
@click.option(
    "--tell", type=click.Path(path_type=Path, dir_okay=False),
    help="File of services to tell, instead of the scope's; also where the scope can not be read.",
)  # fmt: skip
@format_option
def heartbeat(scope_path: Path, database: Path | None, failed: bool, tell: Path | None, output: str) -> None:
    """Tell the services of [notify] when no sweep has ended, or none was complete, when one should have been.

    To be run by a timer of its own, every hour, better on another machine over a copy of the database. Each lapse is
    told once, then once a week, and when it is over. A database that is missing or can not be read is a lapse. Makes no
    request to any target, merges nothing. Exit code 0: all is well; 50: a lapse; 2: somebody could not be told.

    Example: stray heartbeat scope.toml
    """
    now = datetime.now(UTC)
    try:
        scope = load_scope(scope_path)
    except ScopeError as error:
        if tell is None:
            raise
        sys.exit(_scope_is_broken(tell, error))
    rhythm = scope.heartbeat
    if rhythm is None:
        raise CommandError(f'{scope_path}: says not how often a sweep should end; add [heartbeat] with every = "1d"')
    if database is not None:
        scope = scope.model_copy(update={"database": scope.database.model_copy(update={"file": database})})
    record = read_record(scope.database.file)
    found = pulse(scope, rhythm, now, record.latest)
    if failed:
        lapse = Lapse(LapseKind.FAILED, "a sweep has failed; the journal of its service says why")
        found = Pulse((*found.lapses, lapse), found.latest, found.complete)
    _say(found, output)
    everybody = _told(scope, tell, found, record, now)
    lapsed = any(lapse.kind not in _WARNINGS for lapse in found.lapses)
    sys.exit(ExitCode.USAGE if not everybody else ExitCode.LAPSED if lapsed else ExitCode.NOTHING_FOUND)


def _say(found: Pulse, output: str) -> None:
    if output == "json":
        json_line(
            {
                "lapses": [{"kind": lapse.kind.value, "words": lapse.words} for lapse in found.lapses],
                "latest": found.latest.isoformat() if found.latest else None,
                "complete": found.complete.isoformat() if found.complete else None,
            }
        )
        return
    for lapse in found.lapses:
        notice(f"{'soon' if lapse.kind in _WARNINGS else 'LAPSE'}: {lapse.words}")


def _told(scope: Scope, tell: Path | None, found: Pulse, record: Record, now: datetime) -> bool:
    """Tell whom it concerns, and put that on record; has everybody heard what there was to hear?"""
    file = tell or (scope.notify.file if scope.notify else None)
    everybody = True
    try:
        if file is not None:
            everybody = _sent(scope, file, found, record, now)
    except NotifyError as error:
        notice(f"NOT NOTIFIED: {error}")
        everybody = False
    record.latest = found.latest or record.latest
    try:
        write_record(scope.database.file, record)
    except SpoolError as error:
        notice(f"what was told could not be put on record, and is told again: {error}")
    return everybody


def _sent(scope: Scope, file: Path, found: Pulse, record: Record, now: datetime) -> bool:
    told = services(file)
    over = record.over(frozenset(lapse.kind.value for lapse in found.lapses))
    everybody = True
    for service in told:
        name = record.service(service.address)
        due = [lapse for lapse in found.lapses if record.is_due(lapse.kind.value, name, now)]
        message = _message(scope, due, over - {LapseKind.FAILED.value}, found)
        if message is None and _well_is_due(scope, record, name, found, now):
            message = _well(scope, found)
        if message is None:
            continue
        if not send(service, message):
            notice(f"NOT NOTIFIED, will be tried again: {service.name} of {file}")
            everybody = False
            continue
        notice(f"notified: {service.name} of {file}: {message.title}")
        record.well[name] = now
        for lapse in due:
            record.told.setdefault(lapse.kind.value, {})[name] = now
    return everybody


def _message(scope: Scope, due: Sequence[Lapse], over: frozenset[str], found: Pulse) -> Message | None:
    if due:
        title = due[0].words if len(due) == 1 else f"{len(due)} things are wrong with the sweeps"
        body = [lapse.words + "." for lapse in due]
        body += ["On the sweeping host: stray status, stray doctor SCOPE, and docs/operations.md."]
    elif over and not found.lapses:
        title, body = "sweeps are as they should be again", [_latest(found)]
    else:
        return None
    return Message(f"Stray: {title}", "\n".join([*body, f"Organisation: {scope.organisation}."]))


def _well_is_due(scope: Scope, record: Record, service: str, found: Pulse, now: datetime) -> bool:
    often = scope.heartbeat.all_is_well if scope.heartbeat else None
    if often is None or found.lapses:
        return False
    before = record.well.get(service)
    return before is None or now - before >= span(often)


def _well(scope: Scope, found: Pulse) -> Message:
    return Message("Stray: all is well", f"{_latest(found)}\nOrganisation: {scope.organisation}.")


def _latest(found: Pulse) -> str:
    complete = f"; the latest complete one at {moment(found.complete)} UTC" if found.complete else ""
    return f"The latest sweep ended at {moment(found.latest)} UTC{complete}."


def _scope_is_broken(tell: Path, error: ScopeError) -> ExitCode:
    """Who asks for sweeps has nobody to tell; so whoever the command line names is told, each time."""
    for line in str(error).splitlines():
        notice(f"stray: {line}")
    message = Message(
        "Stray: no sweep can run: its scope file can not be read",
        "The scope file is missing or not in order.\nOn the sweeping host: stray doctor SCOPE.",
    )
    try:
        for service in services(tell):
            notice(f"{'notified' if send(service, message) else 'NOT NOTIFIED'}: {service.name} of {tell}")
    except NotifyError as problem:
        notice(f"NOT NOTIFIED: {problem}")
    return ExitCode.USAGE
