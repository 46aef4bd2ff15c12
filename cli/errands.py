"""What a command that asks for single places needs: authority, a guard, an errand, a conduct log."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from importlib.metadata import version
from urllib.parse import urlsplit

from cli.errors import CommandError
from cli.operator import operator_name
from cli.private_log import append_private_line
from cli.starting import check_no_stop, check_scope_authority
from fetching.budget import Budget
from fetching.clean_environment import ambient_settings
from fetching.conduct import ConductLog, Why
from fetching.errand import Errand
from fetching.pacing import Pacer
from findings.conduct.folder import conduct_root, open_folder
from findings.conduct.settling import settle
from findings.keys import load_or_create_database_key
from scope.guard import Guard
from scope.model import Scope
from sweeps.plan import user_agent
from sweeps.provenance import of_command


def check_authority(scope: Scope, tip_off: str | None) -> None:
    """May anything be requested at all? From here on the environment lends no rights.

    Raises:
        AuthorityError: the scope gives no valid authority.
        CommandError: the tip-off names no reference, or a stop file lies there.
    """
    check_scope_authority(scope)
    check_no_stop(scope)
    if tip_off is not None and not tip_off.strip():
        raise CommandError("--tip-off needs a reference: where it is written down who pointed to this")
    for name in list(ambient_settings(os.environ)):
        del os.environ[name]


def guard_for(url: str, scope: Scope, tip_off: str | None) -> Guard:
    """The guard under which this URL may be asked for. Nothing has been requested when it raises CommandError."""
    guard = Guard(scope)
    if guard.url(url) is None:
        return guard
    narrow = Guard(scope, tip_off=url)
    if denied := narrow.url(url):
        raise CommandError(f"{denied.detail}; a tip-off does not change that")
    if tip_off is None:
        raise CommandError(
            f"{urlsplit(url).netloc} is outside the scope; with --tip-off REFERENCE this URL is asked for, on record"
        )
    return narrow


def record_tip_off(scope: Scope, url: str, reference: str) -> None:
    """Who had what asked for, and why: in clear, or nobody could say later what was asked."""
    path = scope.database.file.with_name(scope.database.file.name + ".tip-offs.jsonl")
    line = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "by": operator_name()}
    append_private_line(path, line | {"reference": reference, "url": url})


def errand_for(scope: Scope, guard: Guard, conduct: ConductLog) -> Errand:
    """One place's errand, with the scope's limits."""
    limits = scope.limits
    return Errand(
        guard=guard,
        limits=limits,
        budget=Budget(limits),
        pacer=Pacer(limits.requests_per_second),
        conduct=conduct,
        user_agent=user_agent(scope, version("stray")),
    )


def conduct_log(scope: Scope, command: str, tip_off: str | None = None) -> ConductLog:
    """A log of what this command asks, in the chain of the database's conduct once it is closed.

    Args:
        scope: whose authority and database.
        command: who asks.
        tip_off: the reference of a tip-off under which it does.
    """
    database, path = scope.database.file, scope.database.key
    key = load_or_create_database_key(path, database_exists=True) if path.exists() else None
    usual = Why.TIP_OFF if tip_off else _WHY.get(command, Why.CHECK)
    of = of_command(scope, command, operator_name(), usual, key)
    root = conduct_root(database)
    return ConductLog.sealed(open_folder(database, command), command, of, lambda: settle(root))


_WHY = {"probe": Why.PROBE, "evidence": Why.CAPTURE}
