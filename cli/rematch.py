"""`stray rematch`: letters that were added later, held against everything that was seen, without a request."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import click

from cli.console import json_line, notice
from cli.exit_codes import sweep_exit_code
from cli.options import DatabaseFile, format_option, scope_argument
from cli.pack_seen import tell_limits
from findings.database import LOCK_WAIT_SECONDS
from findings.errors import DatabaseMissingError
from findings.query import sweep_summary
from findings.records import FindingState
from findings.told import mark_told
from matchers.keys import load_key
from matchers.pack import open_pack
from scope.loader import load_scope
from sweeps.rematching import Rematch
from sweeps.rematching import rematch as run_rematch

# Seconds to wait for the database to note that its news were told; they are told once more if it is held for longer.
_TOLD_WAIT = 5.0


@click.command()
@scope_argument
@click.option(
    "--db", "database", type=DatabaseFile(path_type=Path), help="Findings database instead of the scope's own."
)
@click.option(
    "--wait", type=click.FloatRange(min=0), default=LOCK_WAIT_SECONDS, show_default=True,
    help="Seconds to wait for a database that another process holds.",
)  # fmt: skip
@format_option
def rematch(scope_path: Path, database: Path | None, wait: float, output: str) -> None:
    """Hold letters that were added to the pack against all documents that were ever seen. Makes no request.

    Findings say when their document was last seen; whether it is there now only a sweep or a recheck can tell. Exit
    codes are those of a sweep; it is incomplete (20 to 23) where places have no sketch to compare.

    Example: stray rematch scope.toml
    """
    scope = load_scope(scope_path)
    if database is not None:
        files = {"file": database, "key": database.with_suffix(".key")}
        scope = scope.model_copy(update={"database": scope.database.model_copy(update=files)})
    if not scope.database.file.exists():
        raise DatabaseMissingError(scope.database.file)
    pack = open_pack(scope.pack.path, load_key(scope.pack.key))
    done = run_rematch(scope, pack, version("stray"), wait)
    states = _states(scope.database.file, done, wait)
    if output == "json":
        json_line(_fields(done, states))
    _tell(done, states)
    if done.sweep_id:
        mark_told(scope.database.file, done.sweep_id, _TOLD_WAIT)
    sys.exit(
        sweep_exit_code(
            complete=done.comparison.is_complete and not states[FindingState.UNKNOWN],
            new=states[FindingState.NEW],
            reappeared=states[FindingState.REAPPEARED],
            known_open=states[FindingState.OPEN],
        )
    )


def _states(database: Path, done: Rematch, wait: float) -> dict[FindingState, int]:
    if not done.sweep_id:
        return dict.fromkeys(FindingState, 0)
    return dict(sweep_summary(database, done.sweep_id, wait).findings)


def _fields(done: Rematch, states: dict[FindingState, int]) -> dict[str, object]:
    counts = done.comparison.counts
    return {
        "sweep": done.sweep_id or None,
        "kind": "rematch",
        "findings": {state.value: count for state, count in states.items()},
        "recorded": done.found,
        "documents_to_fetch": done.comparison.little,
        "sketches": counts.usable,
        "places": counts.places,
        "places_without_sketch": counts.missing,
        "sketches_unreadable": done.comparison.altered,
    }


def _tell(done: Rematch, states: dict[FindingState, int]) -> None:
    counts = done.comparison.counts
    notice(f"{counts.usable} sketches of documents at {counts.places} places compared; no request was made")
    if done.found:
        there = done.found - states[FindingState.UNKNOWN]
        notice(f"rematch {done.sweep_id}: {done.found} findings recorded, {there} present when they were last seen")
        if states[FindingState.UNKNOWN]:
            notice(f"{states[FindingState.UNKNOWN]} were seen, and not met again later: unknown")
        notice(
            "whether they are there now is not known; the next sweep fetches them and compares words and identifiers"
        )
    else:
        notice("no letter was found that no finding names")
    tell_limits(done.comparison)
