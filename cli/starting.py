"""May anything be asked now? What every command settles before its first request."""

from __future__ import annotations

import sys
import threading

from cli.console import notice
from cli.errors import AuthorityError, CommandError
from cli.exit_codes import ExitCode
from findings.errors import FindingsError
from findings.records import StopCause
from findings.settled import Settled
from scope.guard import Guard
from scope.model import Scope
from scope.stop_files import standing_order
from sweeps.apart import settle_apart
from sweeps.errors import ApartError
from sweeps.gates import Gates


def check_scope_authority(scope: Scope) -> None:
    """Raises AuthorityError where the scope gives no valid authority."""
    if denied := Guard(scope).authority_denial():
        raise AuthorityError(f"{denied.detail}; nothing was requested")


def check_no_stop(scope: Scope) -> None:
    """Raises CommandError where a stop file lies there; for commands that ask for single places."""
    if order := standing_order(scope):
        raise CommandError(f"{order}; nothing was requested. `stray stop --clear` takes it away")


def begin(gates: Gates, scope: Scope, *, wait_for_window: bool = False) -> None:
    """May a sweep begin? Waits for a window where that is wanted; else says why not, and ends the command with 20.

    Raises:
        AuthorityError: the scope gives no valid authority.
    """
    check_scope_authority(scope)
    closed = gates.closed()
    if closed is not None and wait_for_window and closed.cause is StopCause.WINDOW:
        notice(f"{closed}; waiting for it")
        closed = gates.wait_until_open(threading.Event())
    check_scope_authority(scope)
    if closed is not None:
        notice(f"no sweep was begun: {closed}")
        sys.exit(ExitCode.INCOMPLETE)


def settle_changed_pack(scope: Scope, generation: str) -> None:
    """Before a sweep with a changed pack: which documents need not be fetched again, by their sketches."""
    database = scope.database.file
    if not database.exists() or Settled.latest_generation(database) == generation:
        return
    try:
        settle_apart(database, scope.pack.path, scope.pack.key)
    except (FindingsError, ApartError) as error:
        notice(f"which verdicts stand with the changed pack is not known ({error}); everything is fetched again")
