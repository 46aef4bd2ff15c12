"""`stray doctor`: is everything here fit to run?"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from cli.console import json_line, notice, results
from cli.doctor_checks import Check, State, machine_checks, scope_checks
from cli.doctor_machine import extra_checks, leftover_checks, resource_checks, time_checks
from cli.doctor_proxy import proxy_checks
from cli.doctor_reading import reading_checks
from cli.doctor_running import running_checks
from cli.exit_codes import ExitCode
from cli.options import format_option
from scope.errors import ScopeError
from scope.loader import load_scope

_COLOURS = {State.OK: "green", State.WARNING: "yellow", State.FAILED: "red", State.UNKNOWN: "yellow"}


@click.command()
@click.argument("scope_path", metavar="[SCOPE]", type=click.Path(path_type=Path), required=False)
@format_option
def doctor(scope_path: Path | None, output: str) -> None:
    """Check that this machine, and a scope if one is given, is fit to run. Makes no request.

    A proxy of the scope is tried: it is reached, and asked for a tunnel to one target, which is closed at once and on
    record.

    Each line says what was seen, and where that is not well what to do. Exit code 2 where something failed; warnings
    and what could not be told leave it 0.

    Example: stray doctor scope.toml
    """
    checks = [*machine_checks(os.environ), *extra_checks(), *resource_checks(os.environ), *time_checks(os.environ)]
    checks += [*leftover_checks(), *reading_checks(scope_path)]
    if scope_path is not None:
        checks += scope_checks(scope_path)
        with suppress(ScopeError):  # told above
            scope = load_scope(scope_path)
            checks += [*proxy_checks(scope, scope_path), *running_checks(scope, dict(os.environ))]
    if output == "json":
        for check in checks:
            json_line({"check": check.name, "state": check.state, "detail": check.detail})
    else:
        results().print(_table(checks))
        notice(_summary(checks))
    failed = any(check.state is State.FAILED for check in checks)
    sys.exit(ExitCode.USAGE if failed else ExitCode.NOTHING_FOUND)


def _summary(checks: list[Check]) -> str:
    """What to look at, in one line: a table of forty has scrolled away."""
    bad = {state: [check.name for check in checks if check.state is state] for state in (State.FAILED, State.WARNING)}
    told = [f"{state.value}: {', '.join(names)}" for state, names in bad.items() if names]
    return "; ".join(told) or "nothing failed"


def _table(checks: list[Check]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        colour = _COLOURS[check.state]
        table.add_row(f"[{colour}]{check.state.value}[/]", escape(check.name), escape(check.detail))
    return table
