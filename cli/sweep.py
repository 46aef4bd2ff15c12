"""`stray sweep`: one pass over a scope."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import FrameType
from typing import Any

import click

from cli.console import json_line, notice
from cli.engine_options import ENGINE_OPTIONS, ChosenEngine, chosen_engine, engine_options, local_engine
from cli.exit_codes import ExitCode
from cli.fail_on import EVERYTHING, FailOn, fail_on_option
from cli.notifying import notify_of_sweep, sign_of_life
from cli.options import DatabaseFile, format_option, scope_argument
from cli.starting import begin, check_scope_authority, settle_changed_pack
from cli.sweep_summary import summary_fields, tell_not_failed_on, tell_summary, unseen
from cli.watched import LOUD, Saying, Watched, saying_of, watched, watching_options
from findings.conduct.folder import conduct_root
from findings.conduct.settling import settling
from findings.database import LOCK_WAIT_SECONDS
from findings.records import FindingState, Severity
from findings.resuming import RESUME_WITHIN
from findings.spool_folders import spool_root, spooled_confirmations, spooled_matches
from matchers.keys import load_key
from matchers.pack_head import read_head
from scope.loader import load_scope
from scope.model import Scope
from sweeps.apart import take_in_apart
from sweeps.gates import Closed, Gates
from sweeps.recheck import Recheck
from sweeps.sweep import Sweep, SweepResult


@click.command()
@scope_argument
@click.option(
    "--db", "database", type=DatabaseFile(path_type=Path), help="Findings database instead of the scope's own."
)
@click.option("--workers", type=click.IntRange(1, 256), help="Units at a time; sized to this machine.")
@click.option(
    "--wait", type=click.FloatRange(min=0), default=LOCK_WAIT_SECONDS, show_default=True,
    help="Seconds to wait at the end for a database that another process holds; then the results wait instead.",
)  # fmt: skip
@click.option("--new", "fresh", is_flag=True, help="Begin a new sweep, also where one that was stopped could go on.")
@click.option(
    "--wait-for-window", is_flag=True, help="Outside the scope's windows of time: wait for the next, rather than end."
)
@engine_options
@fail_on_option
@click.option("--full", is_flag=True, help="Fetch everything, whatever earlier sweeps know to be as it was.")
@watching_options
@format_option
def sweep(  # noqa: PLR0913, PLR0917 - one for each option; click passes them by name
    scope_path: Path,
    database: Path | None,
    workers: int | None,
    wait: float,
    fresh: bool,
    wait_for_window: bool,
    fail_on: FailOn,
    full: bool,
    output: str,
    **others: Any,
) -> None:
    """Look at everything in a scope once; goes on with a sweep that was stopped or killed.

    Example: stray sweep scope.toml
    """
    saying = saying_of(**{name: value for name, value in others.items() if name not in ENGINE_OPTIONS})
    scope = with_database(load_scope(scope_path), database)
    if full:
        scope = scope.model_copy(update={"incremental": scope.incremental.model_copy(update={"full": True})})
    gates = Gates(scope, scope_path)
    begin(gates, scope, wait_for_window=wait_for_window)
    chosen = chosen_engine(scope.limits, workers, others)
    result, watched_by = run_sweep(scope, chosen, Manner(wait, fresh), saying, gates)
    if output == "json":
        json_line(summary_fields(result, scope.allowed_skips))
    tell_summary(result, scope, quiet=saying.quiet)
    tell_of_going_on(result)
    if result.summary is not None:
        notify_of_sweep(scope, result.summary)
        sign_of_life(scope)
    code = exit_code(result, scope, fail_on)
    tell_not_failed_on(code, exit_code(result, scope))
    watched_by.ended(summary_fields(result, scope.allowed_skips) | {"exit_code": code.value})
    sys.exit(code)


def tell_of_going_on(result: SweepResult) -> None:
    """Which sweep the same command goes on with, and which it did not."""
    if result.goes_on:
        days = RESUME_WITHIN.days
        notice(f"stopped: the same command goes on with this sweep within {days} days; --new begins another")
    if result.ended_late is not None:
        sweep_id, ended_at = result.ended_late
        notice(
            f"sweep {sweep_id} had looked at everything by {ended_at:%Y-%m-%d %H:%M} UTC and was killed before its "
            "end: it has been ended and merged; this is a new one"
        )
    for sweep_id in result.given_up:
        notice(f"sweep {sweep_id} was not gone on with: --new was given, or it was stopped too long ago")


@dataclass(frozen=True, slots=True)
class Manner:
    """How a sweep is run.

    Attributes:
        wait_seconds: for a database that another process holds.
        fresh: a new sweep, also where one could be gone on with.
    """

    wait_seconds: float = LOCK_WAIT_SECONDS
    fresh: bool = False


def with_database(scope: Scope, database: Path | None) -> Scope:
    """The scope with the database that was named instead of its own; the key lies beside it."""
    if database is None:
        return scope
    files = {"file": database, "key": database.with_suffix(".key")}
    return scope.model_copy(update={"database": scope.database.model_copy(update=files)})


def run_sweep(
    scope: Scope,
    engine: ChosenEngine | None = None,
    manner: Manner = Manner(),
    saying: Saying = LOUD,
    gates: Gates | None = None,
    recheck: Recheck | None = None,
) -> tuple[SweepResult, Watched]:
    """Sweep a scope, telling how it goes on; also whom to tell of what comes after.

    Args:
        scope: what may be looked at.
        engine: runs the units, so many at a time; None for processes on this machine.
        manner: how it is run.
        saying: to whom it is told how the sweep goes on.
        gates: what may end it from outside; None for those of the scope without its file.
        recheck: asks for these places alone; None for all that is in scope.

    Raises:
        AuthorityError: the scope gives no valid authority; nothing was requested.
        PackError: the pack can not be opened.
    """
    check_scope_authority(scope)
    pack = read_head(scope.pack.path, load_key(scope.pack.key))  # now, rather than in every worker
    settle_changed_pack(scope, pack.generation)
    runs, at_a_time = engine or local_engine(scope.limits)
    running = Sweep(scope, runs, version("stray"), pack.pack_id, manner.wait_seconds, fresh=manner.fresh)
    running.take_in_by(take_in_apart)
    if recheck is not None:
        running.only(recheck)

    def stopped(closed: Closed) -> None:
        running.stop(closed.cause, closed.detail)

    gate = gates or Gates(scope)
    conduct = settling(conduct_root(scope.database.file), notice)
    with watched(scope, at_a_time, saying) as watchers, _interruptible(running), gate.watching(stopped), conduct:
        return running.run(watchers), watchers


def exit_code(result: SweepResult, scope: Scope, fail_on: FailOn = EVERYTHING) -> ExitCode:
    """What the sweep's exit code is. Letters that wait in the spool may be new: that is not "nothing found"."""
    summary = result.summary
    if summary is None:
        root = spool_root(scope.database.file)
        waiting = {FindingState.NEW: spooled_matches(root), FindingState.OPEN: spooled_confirmations(root)}
        found = {state: {Severity.CRITICAL: count} for state, count in waiting.items()}
        return fail_on.exit_code(complete=False, found=found)
    return fail_on.exit_code(complete=not unseen(summary, scope.allowed_skips), found=summary.severities)


@contextmanager
def _interruptible(running: Sweep) -> Iterator[None]:
    """Ctrl-C or a service manager's stop ends the sweep cleanly, a second one at once."""
    asked = 0

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            notice("stopping: units write what they have; once more to stop at once")
            running.stop()
        else:
            running.kill()
            notice("stopped at once; the same command carries on")
            os._exit(ExitCode.STOPPED)

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
