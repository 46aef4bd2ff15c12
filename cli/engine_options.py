"""Which engine runs a sweep's units, from the command line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from fetching.clean_environment import clean_environment
from scope.model import Limits
from sweeps.dask_engine import Certificates, DaskEngine
from sweeps.engine import Engine
from sweeps.local_engine import LocalEngine
from sweeps.machine import units_at_once

Command = TypeVar("Command", bound=Callable[..., Any])
_FILE = click.Path(dir_okay=False, path_type=Path)
_OPTIONS = (
    click.option(
        "--engine", type=click.Choice(["local", "dask"]), default="local", show_default=True,
        help="Processes on this machine, or Dask's workers on many (extra dask; docs/scale.md).",
    ),
    click.option("--scheduler", metavar="ADDRESS", help="Of Dask: tls://host:8786; tcp:// on this machine alone."),
    click.option("--tls-ca", type=_FILE, help="Who signs for the cluster's machines."),
    click.option("--tls-cert", type=_FILE, help="Our certificate there."),
    click.option("--tls-key", type=_FILE, help="Its key."),
)  # fmt: skip


# Names of what they give.
ENGINE_OPTIONS = ("engine", "scheduler", "tls_ca", "tls_cert", "tls_key")
# An engine, and how many units it runs at a time as far as is known here.
ChosenEngine = tuple[Engine, int]


def engine_options(command: Command) -> Command:
    """Add the options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def chosen_engine(limits: Limits, workers: int | None, given: dict[str, Any]) -> ChosenEngine:
    """The engine that the options ask for.

    Raises:
        EngineError: it can not be used so.
        click.UsageError: options that do not belong together.
    """
    scheduler, *files = (given[name] for name in ENGINE_OPTIONS[1:])
    if given["engine"] == "local":
        if scheduler or any(files):
            raise click.UsageError("--scheduler and --tls-... are for --engine dask")
        return local_engine(limits, workers)
    if not scheduler:
        raise click.UsageError("--engine dask needs --scheduler")
    if any(files) and not all(files):
        raise click.UsageError("--tls-ca, --tls-cert and --tls-key go together")
    return DaskEngine(scheduler, Certificates(*files) if all(files) else None, workers), workers or 1


def local_engine(limits: Limits, workers: int | None = None) -> ChosenEngine:
    """Processes on this machine, as many as it bears where nobody says."""
    at_a_time = workers or units_at_once(limits)
    return LocalEngine(at_a_time, clean_environment(os.environ)), at_a_time
