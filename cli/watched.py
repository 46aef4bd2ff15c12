"""Who watches a sweep from this command: a person, a log, a file for other shells; and the options that choose."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from cli.console import notice, notices_through
from cli.errors import CommandError
from cli.sweep_log import SweepLog, note_line
from cli.sweep_progress import SweepProgress
from findings.durations import unit_times
from findings.spool_folders import spool_root
from scope.model import Scope
from sweeps.plan import scope_digest
from sweeps.status_file import StatusFile
from sweeps.tally import Tally
from sweeps.time_left import TimeLeft
from sweeps.watching import SweepEvent, Watcher, Watchers

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Saying:
    """How much is said, and in which form.

    Attributes:
        quiet: only what must be said.
        json: standard error takes one JSON object a line, and nothing else.
        log_file: takes the same, whatever standard error takes.
    """

    quiet: bool = False
    json: bool = False
    log_file: Path | None = None


LOUD = Saying()


@dataclass(frozen=True, slots=True)
class Watched:
    """What watches a sweep; `ended` is told last."""

    watcher: Watcher
    logs: tuple[SweepLog, ...]

    def tell(self, event: SweepEvent) -> None:
        """See `Watcher`."""
        self.watcher.tell(event)

    def ended(self, fields: Mapping[str, Any]) -> None:
        """The last line of each log: what came of the sweep, and the exit code."""
        for log in self.logs:
            log.line("sweep_ended", fields)
            if log.lost:
                notice(f"{log.lost} lines of the log could not be written")


def watching_options(command: Command) -> Command:
    """--quiet, --log and --log-file, as `saying_of` takes them."""
    file = click.option(
        "--log-file", type=click.Path(path_type=Path, dir_okay=False),
        help="Append one JSON object a line for each event to this file (mode 0600).",
    )  # fmt: skip
    log = click.option(
        "--log", type=click.Choice(["text", "json"]), default="text", show_default=True,
        help="What standard error takes: text for people, or JSON lines for programs.",
    )  # fmt: skip
    quiet = click.option("--quiet", "-q", is_flag=True, help="Say only what must be said: errors, gaps and the end.")
    return quiet(log(file(command)))


def saying_of(quiet: bool, log: str, log_file: Path | None) -> Saying:
    """From the options; from here on what the command says takes the form that was asked for."""
    if log == "json":
        notices_through(note_line)
    return Saying(quiet, log == "json", log_file)


@contextmanager
def watched(scope: Scope, workers: int, saying: Saying) -> Iterator[Watched]:
    """Watchers for one sweep; all of them end with the block, but for the logs, which take the end as well."""
    database = scope.database.file
    tally = Tally(TimeLeft(unit_times(database, scope_digest(scope)), workers))
    logs = [_log_file(saying.log_file, tally)] if saying.log_file else []
    if saying.json:
        logs.append(SweepLog(None, tally))
        notices_through(logs[-1].note)
    watchers: list[Watcher] = [tally, *logs]
    with ExitStack() as stack:
        if not saying.quiet and not saying.json:
            watchers.append(stack.enter_context(SweepProgress(tally)))
        stack.enter_context(StatusFile(spool_root(database), tally, _user()))
        yield Watched(Watchers(watchers), tuple(logs))


def _log_file(path: Path, tally: Tally) -> SweepLog:
    try:
        return SweepLog(path, tally)
    except OSError as error:
        raise CommandError(f"{path}: no log can be written there: {error.strerror}") from None


def _user() -> str:
    """From the system, not from the environment, which anybody may set."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
