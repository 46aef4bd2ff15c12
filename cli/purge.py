"""`stray purge`: what is old enough by the scope's [retention], shown and then deleted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from cli.amounts import counted
from cli.console import json_line, notice, result_line
from cli.errors import CommandError
from cli.operator import operator_name
from cli.options import DatabaseFile, format_option, scope_argument
from cli.reading import READ_WAIT, merge_what_waits
from findings.retention import HeldReason, Purge, RetentionRule, preview_purge
from findings.retention import purge as purge_now
from scope.loader import load_scope
from scope.model import Scope
from scope.sections import Retention

_RULES = {
    RetentionRule.LISTINGS: "places in listings and links, not met for {} days",
    RetentionRule.DOCUMENTS: "documents, matches and skips of sweeps older than {} days",
    RetentionRule.GONE: "findings that are gone, not seen for {} days",
    RetentionRule.FALSE_POSITIVE: "false positives, decided and not seen for {} days",
    RetentionRule.CLOSED: "closed findings, decided and not seen for {} days",
}
_HELD = {HeldReason.NOT_CLOSED: "confirmed or reported, and nobody has closed them"}


@click.command()
@scope_argument
@click.option(
    "--db", "database", type=DatabaseFile(path_type=Path), help="Findings database instead of the scope's own."
)
@click.option("--yes/--preview", "yes", default=False, help="Delete it, or only show it; only show it, if not given.")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Show what would be deleted on this day; not with --yes."
)
@click.option("--by", default=operator_name, help="Who deletes; you, if not given.")
@format_option
def purge(scope_path: Path, database: Path | None, yes: bool, as_of: datetime | None, by: str, output: str) -> None:
    """Show, and with --yes delete, what is older than the scope's [retention] says.

    What is open, unknown or not decided on stays, and so does the record of decisions.

    Example: stray purge scope.toml --yes
    """
    if yes and as_of:
        raise CommandError("--yes deletes by today's date; --as-of only shows")
    scope = load_scope(scope_path)
    file = database or scope.database.file
    days = rules_of(scope.retention)
    if not days:
        raise CommandError("the scope has no [retention]: everything is kept for ever, and nothing is deleted")
    merge_what_waits(file)
    if yes:
        told = purge_now(file, days, by, _reference(scope), READ_WAIT)
    else:
        told = preview_purge(file, days, as_of.replace(tzinfo=UTC) if as_of else None, READ_WAIT)
    if output == "json":
        json_line(_fields(told, deleted=yes))
    else:
        _tell(told, file, deleted=yes)


def rules_of(retention: Retention) -> dict[RetentionRule, int]:
    """The rules that a scope sets, with their days."""
    given = {rule: getattr(retention, rule.value) for rule in RetentionRule}
    return {rule: days for rule, days in given.items() if days is not None}


def _reference(scope: Scope) -> str:
    return scope.authority.reference if scope.authority else ""


def _fields(told: Purge, *, deleted: bool) -> dict[str, Any]:
    return {
        "deleted": deleted,
        "as_of": told.as_of.isoformat(),
        "days": {rule.value: days for rule, days in told.days.items()},
        "rows": dict(told.rows),
        "findings": {rule.value: count for rule, count in told.findings.items()},
        "held": {why.value: count for why, count in told.held.items()},
        "sweeps": told.sweeps,
        "sealed": told.sealed,
        "rewritten": deleted and told.rewrite,
    }


def _tell(told: Purge, file: Path, *, deleted: bool) -> None:
    for rule, days in told.days.items():
        what = _RULES[rule].format(days)
        result_line(f"{_amount(told, rule):>12}  {what}")
    for why, count in told.held.items():
        result_line(f"{'stays':>12}  {counted(count, 'finding')} old enough: {_HELD[why]}")
    if told.sealed:
        result_line(
            f"{told.sealed:>12,}  {'file' if told.sealed == 1 else 'files'} of sealed evidence of them, for good"
        )
    if not told.rows:
        notice(f"{file}: nothing is old enough on {told.as_of:%Y-%m-%d}")
    else:
        rows = ", ".join(f"{count:,} of {table}" for table, count in told.rows.items())
        notice(f"{file}: rows {'deleted' if deleted else 'that would be deleted'}: {rows}")
        notice("who decided what stays on record, and so do sweeps and their numbers")
    if deleted and told.rewrite:
        notice("the file was written anew; back-ups and copies made before hold it still")
    elif deleted and told.rows:
        notice("somebody reads the database, so deleted bytes are still in the file: run the same again later")
    elif told.rows:
        notice("nothing was deleted; --yes does it")


def _amount(told: Purge, rule: RetentionRule) -> str:
    match rule:
        case RetentionRule.LISTINGS:
            return f"{told.rows.get('entries', 0) + told.rows.get('bucket_leads', 0):,}"
        case RetentionRule.DOCUMENTS:
            return counted(told.sweeps, "sweep")
        case _:
            return f"{told.findings.get(rule, 0):,}"
