"""`stray notify`: send what a sweep could not, or try whether messages arrive."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cli.console import notice
from cli.errors import CommandError
from cli.exit_codes import ExitCode
from cli.notifying import notify_of_sweep
from cli.options import scope_argument
from cli.reading import READ_WAIT, merge_what_waits
from findings.query import latest_sweep_id, sweep_summary
from reports.notify import NotifyError, send, services, trial_message
from scope.loader import load_scope
from scope.model import Scope


@click.command()
@scope_argument
@click.option("--test", "trial", is_flag=True, help="Send a test to every service of the scope, and nothing else.")
def notify(scope_path: Path, trial: bool) -> None:
    """Send what the latest sweep found and nobody has been told of yet; `stray sweep` does so at its end.

    Whom to tell stands in the scope's [notify]. A message holds counts, incident ids and severities, never an address,
    a path or a name. Nothing is sent twice to one service.

    Example: stray notify --test scope.toml
    """
    scope = load_scope(scope_path)
    if scope.notify is None:
        raise CommandError(f'{scope_path}: names nobody to tell; add [notify] with file = "notify.conf"')
    told = _tried(scope) if trial else _latest_told(scope)
    sys.exit(ExitCode.NOTHING_FOUND if told else ExitCode.USAGE)


def _tried(scope: Scope) -> bool:
    assert scope.notify is not None  # noqa: S101 - for the type checker; asked above
    everybody = True
    try:
        for service in services(scope.notify.file):
            sent = send(service, trial_message(scope.organisation))
            notice(f"{'sent' if sent else 'NOT SENT'}: {service.name} of {scope.notify.file}")
            everybody = everybody and sent
    except NotifyError as error:
        raise CommandError(str(error)) from None
    return everybody


def _latest_told(scope: Scope) -> bool:
    merge_what_waits(scope.database.file)
    sweep_id = latest_sweep_id(scope.database.file, READ_WAIT)
    if sweep_id is None:
        notice("no sweep yet: nothing to tell")
        return True
    return notify_of_sweep(scope, sweep_summary(scope.database.file, sweep_id, READ_WAIT))
