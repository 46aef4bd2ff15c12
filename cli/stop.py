"""`stray stop`: the file that ends every sweep within seconds, and keeps others from beginning."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from cli.console import notice, result_line
from cli.errors import CommandError
from cli.operator import operator_name
from cli.options import database_option
from cli.private_log import append_private_line
from findings.durable_files import write_json
from findings.errors import SpoolError
from scope.stop_files import MACHINE_STOP, database_stop, stop_order, user_stop


@click.command()
@database_option
@click.option("--all", "everywhere", is_flag=True, help="Stop the sweeps of all databases on this machine.")
@click.option("--clear", is_flag=True, help="Take the stop away again; sweeps go on when they are run again.")
@click.option("--why", default="", help="Told to whoever runs a sweep meanwhile, and kept on record.")
def stop(database: Path, everywhere: bool, clear: bool, why: str) -> None:
    """End every sweep of a database within seconds, and let none begin until the stop is cleared.

    Needs no scope. With --all the stop is /etc/stray/stop, and where that may not be written, one that holds for this
    user's sweeps alone. Workers on other machines heed a stop of the database, which they share, and their own
    machine's. Who stopped and who cleared, and why, is on record in FILE.stops.jsonl.

    Example: stray stop --db findings.duckdb --why "the supplier rang"
    """
    places = [MACHINE_STOP, user_stop()] if everywhere else [database_stop(database)]
    if clear:
        _clear(places, database, why)
    else:
        _stop(places, database, why)


def _stop(places: list[Path], database: Path, why: str) -> None:
    order = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "by": operator_name(), "why": why}
    for path in places:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_json(path, order)
            path.chmod(0o644)  # every user's sweeps are to see it
        except (OSError, SpoolError):
            continue
        _record(database, {"act": "stop", "file": str(path), **order})
        result_line(f"stopped: {path}; sweeps end within seconds, `stray stop --clear` lets them begin again")
        if len(places) > 1 and path != places[0]:
            notice(f"{places[0]} may not be written by this user: only this user's sweeps are stopped")
        return
    raise CommandError(f"{places[0]} can not be written; make the file by hand: it may be empty")


def _clear(places: list[Path], database: Path, why: str) -> None:
    left = []
    for path in places:
        order = stop_order(path, has_to_be_seen=False)
        if order is None:
            continue
        try:
            path.unlink()
        except OSError as error:
            left.append(f"{path}: {error.strerror}")
            continue
        cleared = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "by": operator_name(), "why": why}
        _record(database, {"act": "clear", "file": str(path), "was": str(order), **cleared})
        result_line(f"cleared: {order}")
    if left:
        raise CommandError(f"still stopped, {'; '.join(left)}")
    for other in [database_stop(database), MACHINE_STOP, user_stop()]:
        if order := stop_order(other, has_to_be_seen=False):
            notice(f"there is still a {order}")


def _record(database: Path, line: dict[str, object]) -> None:
    """Beside the database; a stop of the whole machine where there is no database is on record in its file alone."""
    if database.exists() or str(database_stop(database)) == line["file"]:
        append_private_line(database.with_name(database.name + ".stops.jsonl"), line)
