"""`stray recheck`: look again at known findings, and at nothing else."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from cli.chosen_options import chosen_options
from cli.console import json_line, notice, result_line
from cli.errors import CommandError
from cli.exit_codes import ExitCode
from cli.fail_on import FailOn, fail_on_option
from cli.notifying import notify_of_sweep
from cli.options import DatabaseFile, format_option, reveal_option, scope_argument
from cli.reading import READ_WAIT, merge_what_waits
from cli.reveal_log import log_reveal
from cli.starting import begin
from cli.sweep import Manner, exit_code, run_sweep, tell_of_going_on, with_database
from cli.sweep_summary import summary_fields, tell_not_failed_on, tell_summary
from cli.watched import Watched, saying_of, watching_options
from findings.chosen import Chosen
from findings.database import LOCK_WAIT_SECONDS
from findings.due import looks_due
from findings.keys import load_or_create_database_key
from findings.known_places import known_places
from findings.query import findings
from findings.records import FindingState, TriageDecision
from findings.results import FindingRow
from findings.triage import PRESENT
from reports.shown import Shown
from scope.loader import load_scope
from scope.model import Scope
from sweeps.gates import Gates
from sweeps.recheck import Recheck
from sweeps.sweep import SweepResult

_OPEN = frozenset(FindingState) - {FindingState.GONE}
# Said to be dealt with, so that whoever looks again wants to know each that is not.
_ASKED_FOR = frozenset({TriageDecision.REPORTED, TriageDecision.TAKEN_DOWN})
_SHOWN_ID = 8


@click.command()
@scope_argument
@click.option(
    "--db", "database", type=DatabaseFile(path_type=Path), help="Findings database instead of the scope's own."
)
@chosen_options
@click.option("--gone", is_flag=True, help="Also those that are gone, for 90 days after.")
@click.option("--due", is_flag=True, help="Only those that were reported or taken down and whose next look is due.")
@click.option(
    "--wait", type=click.FloatRange(min=0), default=LOCK_WAIT_SECONDS, show_default=True,
    help="Seconds to wait at the end for a database that another process holds; then the results wait instead.",
)  # fmt: skip
@click.option("--each", is_flag=True, help="Show each finding, those that are as they were as well.")
@fail_on_option
@watching_options
@format_option
@reveal_option
def recheck(  # noqa: PLR0913, PLR0917 - one for each option; click passes them by name
    scope_path: Path,
    database: Path | None,
    chosen: Chosen,
    gone: bool,
    due: bool,
    wait: float,
    each: bool,
    fail_on: FailOn,
    output: str,
    reveal: bool,
    **saying: Any,
) -> None:
    """Look again at open and unknown findings, and at nothing else; after a takedown, or before somebody is told.

    Each place is asked for once, at the pace of the scope. One that is not there is looked for in the listing that
    named it and under its other addresses, as far as the scope allows them. A finding is gone after two such answers an
    hour apart or by two ways; until then it is unknown, and to be asked again. What is not asked for stays as it was.

    Shown is what has changed and what wants a person: unknown, back, gone, or reported and still there. The rest is
    counted; --each shows it as well, and --format json has a line for each.

    --due asks 1 hour, 6 hours, 1, 3, 7, 30 and 90 days after a finding was set to reported or taken_down.

    Example: stray recheck scope.toml --host files.example.org
    """
    scope = with_database(load_scope(scope_path), database)
    gates = Gates(scope, scope_path)
    begin(gates, scope)
    merge_what_waits(scope.database.file)
    before = _chosen(scope, chosen, gone=gone, due=due)
    if not before:
        notice("nothing to look at again")
        sys.exit(ExitCode.NOTHING_FOUND)
    if reveal:
        log_reveal(scope.database.file)
    result, watched_by = _run(scope, before, gates, wait, saying)
    _show(scope, before, result, None if output == "json" else each, Shown(reveal))
    if output == "json":
        json_line(summary_fields(result, scope.allowed_skips))
    tell_summary(result, scope, quiet=bool(saying["quiet"]))
    tell_of_going_on(result)
    if result.summary is not None:
        notify_of_sweep(scope, result.summary)
    code = exit_code(result, scope, fail_on)
    tell_not_failed_on(code, exit_code(result, scope))
    watched_by.ended(summary_fields(result, scope.allowed_skips) | {"exit_code": code.value})
    sys.exit(code)


def _chosen(scope: Scope, chosen: Chosen, *, gone: bool, due: bool) -> tuple[FindingRow, ...]:
    """What is to be looked at; `--due` chooses among it, gone ones too: they are looked at for 90 days."""
    database = scope.database.file
    if not database.exists():
        raise CommandError(f"{database}: no such database; `stray sweep` makes it")
    if due:
        looks = {each.finding_id: each for each in looks_due(database, READ_WAIT)}
        now = datetime.now(UTC)
        rows = findings(database, replace(chosen, everything=True), READ_WAIT)
        wanted = [row for row in rows if row.finding_id in looks]
        late = [row for row in wanted if (look := looks[row.finding_id].next_look) is not None and look <= now]
        later = sorted(look for row in wanted if (look := looks[row.finding_id].next_look) is not None and look > now)
        if later:
            notice(f"{len(later)} more are to be looked at later, the next at {later[0]:%Y-%m-%d %H:%M} UTC")
        return tuple(late)
    if gone and not chosen.states:
        chosen = replace(chosen, states=_OPEN | {FindingState.GONE})
    return findings(database, chosen, READ_WAIT)


def _run(
    scope: Scope, before: Sequence[FindingRow], gates: Gates, wait: float, saying: Mapping[str, Any]
) -> tuple[SweepResult, Watched]:
    database = scope.database.file
    key = load_or_create_database_key(scope.database.key, database_exists=True)
    asked = Recheck.of(scope, known_places(database, wait_seconds=READ_WAIT), {row.finding_id for row in before}, key)
    if asked.outside:
        notice(
            f"{len(asked.outside)} findings lie outside this scope now, or are gone for long; they are not asked for"
        )
    if not asked.places:
        sys.exit(ExitCode.INCOMPLETE)
    return run_sweep(scope, None, Manner(wait), saying_of(**saying), gates, asked)


def _show(scope: Scope, before: Sequence[FindingRow], result: SweepResult, each: bool | None, shown: Shown) -> None:
    """Findings as they stood and as they stand: each; or (False) those to be told; None: all, as JSON."""
    if result.summary is None:
        return
    after = {row.finding_id: row for row in findings(scope.database.file, Chosen(everything=True), READ_WAIT)}
    kept: Counter[FindingState] = Counter()
    for was in before:
        now = after.get(was.finding_id, was)
        if each is None:
            place = {"url": shown.url(now.url), "member": shown.member(now.member)}
            states = {"before": was.state, "now": now.state, "basis": now.basis, "why": now.why}
            json_line({"finding_id": now.finding_id, **states, **place})
        elif each or _is_told(was, now):
            why = f"  ({now.why})" if now.why else ""
            place_shown = shown.place(now.url, now.member)
            result_line(f"{now.finding_id[:_SHOWN_ID]}  {was.state} -> {now.state}{why}  {place_shown}")
        else:
            kept[now.state] += 1
    if kept:
        states_kept = ", ".join(f"{count} {state.value}" for state, count in kept.items())
        result_line(f"as they were: {states_kept}; --each shows them")


def _is_told(was: FindingRow, now: FindingRow) -> bool:
    """Does it stand otherwise than before, or want a person? That what was there is still there is counted."""
    if now.state in PRESENT:
        is_chased = now.triage in _ASKED_FOR
        return was.state not in PRESENT or now.state is FindingState.REAPPEARED or is_chased or now.triage != was.triage
    return now.state is not was.state or now.state is FindingState.UNKNOWN
