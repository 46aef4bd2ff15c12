"""`stray findings severity`: the rules, why one finding is as severe as it is, and what other rules would change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cli.console import json_line, notice, result_line
from cli.errors import CommandError
from cli.operator import operator_name
from cli.options import database_option, format_option
from cli.reading import READ_WAIT, merge_what_waits
from findings.query import finding

if TYPE_CHECKING:
    from findings.severity import RulesChange
    from findings.severity_rules import Condition, Rule, RuleSet

# Characters that are read of a file of rules: more than one may have, so that a longer one is told and not cut.
_MOST_READ: Final = 200_000


@click.command()
@click.argument("finding_id", metavar="[ID]", required=False)
@click.option("--load", "path", type=click.Path(path_type=Path), help="Say what the rules of this file would change.")
@click.option("--shipped", is_flag=True, help="The same for the rules that come with Stray.")
@click.option("--yes", is_flag=True, help="Let them hold from now on.")
@click.option("--by", "loaded_by", default=operator_name, help="Who loads them; you, if not given.")
@click.option("--toml", is_flag=True, help="Show the rules that hold as the file that they were loaded from.")
@database_option
@format_option
def severity(finding_id: str | None, path: Path | None, **given: object) -> None:
    """Show the rules of severity, explain a finding's, or say what other rules would change.

    Example: stray findings severity --load rules.toml --db findings.duckdb
    """
    _one_of(finding_id, path, given["shipped"], given["toml"])
    if given["yes"] and path is None and not given["shipped"]:
        raise CommandError("--yes is for --load FILE or --shipped")
    database, as_json = Path(str(given["database"])), given["output"] == "json"
    merge_what_waits(database)
    if finding_id is not None:
        _explain(database, finding_id, as_json=as_json)
    elif path is not None or given["shipped"]:
        change = _change(database, path, str(given["loaded_by"]), written=bool(given["yes"]))
        _tell_change(change, as_json=as_json)
    else:
        _show(database, as_json=as_json, as_toml=bool(given["toml"]))


def _one_of(*asked: object) -> None:
    if sum(map(bool, asked)) > 1:
        raise CommandError("give one of an ID, --load FILE, --shipped and --toml")


def _explain(database: Path, finding_id: str, *, as_json: bool) -> None:
    row = finding(database, finding_id, READ_WAIT).row
    if as_json:
        json_line({"finding_id": row.finding_id, "severity": row.severity, "reasons": row.severity_reasons})
        return
    result_line(f"{row.finding_id}: {row.severity}")
    for reason in row.severity_reasons:
        result_line(f"  {reason}")


def _change(database: Path, path: Path | None, loaded_by: str, *, written: bool) -> RulesChange:
    from findings.severity import load_rules, preview_rules  # noqa: PLC0415 - `findings list` has no time for it
    from findings.severity_rules import parse_rules, shipped_rules  # noqa: PLC0415
    from findings.severity_tables import ORGANISATION, SHIPPED  # noqa: PLC0415

    rules = shipped_rules() if path is None else parse_rules(_text_of(path))
    if not written:
        return preview_rules(database, rules, READ_WAIT)
    return load_rules(database, rules, loaded_by, SHIPPED if path is None else ORGANISATION)


def _text_of(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.read(_MOST_READ)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: can not be read: {type(error).__name__}") from error


def _tell_change(change: RulesChange, *, as_json: bool) -> None:
    moved = [{"from": was, "to": now, "findings": count} for (was, now), count in sorted(change.moved.items())]
    if as_json:
        counts = {"findings": change.findings, "before": change.before, "after": change.after}
        json_line({**counts, "moved": moved, "written": change.written})
        return
    result_line(f"open findings: {change.findings}")
    for level, count in change.after.items():
        result_line(f"  {level:<9}{change.before[level]} before, {count} after")
    for move in moved:
        result_line(f"  from {move['from']} to {move['to']}: {move['findings']}")
    notice("these rules hold now" if change.written else "nothing was changed; --yes lets these rules hold")


def _show(database: Path, *, as_json: bool, as_toml: bool) -> None:
    from findings.severity import rules_in_force  # noqa: PLC0415

    force = rules_in_force(database, READ_WAIT)
    if as_toml:
        for line in force.rules.text.removesuffix("\n").split("\n"):
            result_line(line.removesuffix("\r").expandtabs(4))
        return
    if as_json:
        for rule in force.rules.rules:
            json_line(_fields(rule))
        return
    result_line(f"rules: {force.origin}, loaded by {force.loaded_by}, {force.loaded_at:%Y-%m-%d %H:%M} UTC")
    result_line("levels: " + ", ".join(f"{level} from {points}" for level, points in force.rules.levels.items()))
    result_line("of rules of one group only the one with most points counts:")
    for line in _lines(force.rules):
        result_line(line)


def _lines(rules: RuleSet) -> list[str]:
    told = []
    for rule in rules.rules:
        bounds = [f"at least {rule.at_least}"] * bool(rule.at_least) + [f"at most {rule.at_most}"] * bool(rule.at_most)
        worth = ", ".join([f"{rule.points:+}"] * (rule.points != 0 or not bounds) + bounds)
        group = f" (of group {rule.group})" if rule.group else ""
        told.append(f"{worth} {rule.why}{group}")
        told += [f"    {_condition(condition)}" for condition in rule.conditions]
    return told


def _condition(condition: Condition) -> str:
    if condition.any_of:
        return f"{condition.fact}: {', '.join(condition.any_of)}"
    least = [f"at least {condition.at_least:g}"] if condition.at_least is not None else []
    below = [f"below {condition.below:g}"] if condition.below is not None else []
    return f"{condition.fact}: {', '.join(least + below)}"


def _fields(rule: Rule) -> dict[str, object]:
    conditions = [
        {
            name: value
            for name, value in (
                ("fact", one.fact),
                ("any_of", one.any_of),
                ("at_least", one.at_least),
                ("below", one.below),
            )
            if value not in (None, ())
        }
        for one in rule.conditions
    ]
    return {
        "rule_id": rule.rule_id,
        "group": rule.group,
        "points": rule.points,
        "why": rule.why,
        "at_least": rule.at_least,
        "at_most": rule.at_most,
        "conditions": conditions,
    }
