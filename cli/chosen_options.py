"""Options that choose findings, the same in every command that takes several."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import click

from cli.options import Command
from findings.chosen import Chosen
from findings.records import FindingState, Severity, TriageDecision
from matchers.verdicts import Verdict

_AGE: Final = re.compile(r"(\d{1,5})([hd])")
_HOURS: Final = {"h": 1, "d": 24}


class Moment(click.ParamType[datetime]):
    """A day, a time in UTC, or how long ago."""

    name = "when"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """`2026-03-01`, `2026-03-01T08:30`, `36h`, `7d`; anything with its own time zone keeps it."""
        if isinstance(value, datetime):
            return value
        try:
            if age := _AGE.fullmatch(str(value)):
                return datetime.now(UTC) - timedelta(hours=int(age[1]) * _HOURS[age[2]])
            told = datetime.fromisoformat(str(value))
            return told if told.tzinfo else told.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            self.fail("give a day (2026-03-01), a time in UTC (2026-03-01T08:30) or an age (36h, 7d)", param, ctx)


def chosen_options(command: Command) -> Command:
    """The command takes one `chosen: Chosen`, from all these options."""

    @functools.wraps(command)
    def gathered(*args: Any, **given: Any) -> Any:
        sets: dict[str, Any] = {name: frozenset(map(of, given.pop(name))) for name, of in _SETS.items()}
        single: dict[str, Any] = {name: given.pop(name) for name in _SINGLE}
        return command(*args, chosen=Chosen(**sets, **single), **given)

    for option in reversed(_OPTIONS):
        option(gathered)
    return gathered  # type: ignore[return-value]  # it takes what click gives, and the command takes `chosen`


_SETS: Final[dict[str, type[StrEnum]]] = {
    "states": FindingState,
    "verdicts": Verdict,
    "triage": TriageDecision,
    "severities": Severity,
}
_SINGLE: Final = (
    *("host", "supplier", "letter_id", "incident_id", "assigned_to", "since"),
    *("overdue", "everything"),
)


def _several(flag: str, name: str, values: Iterable[str], said: str) -> Callable[[Any], Any]:
    return click.option(flag, name, type=click.Choice([str(value) for value in values]), multiple=True, help=said)


# Verdicts that make findings.
_FINDINGS: Final = (Verdict.KNOWN_LETTER, Verdict.SHARED_PASSAGE, Verdict.SAME_TEMPLATE)
_OPTIONS: Final = (
    _several("--severity", "severities", Severity, "Of this severity; can be repeated, as the next three can."),
    _several("--state", "states", FindingState, "In this state, settled ones too."),
    _several("--verdict", "verdicts", _FINDINGS, "Of this verdict."),
    _several("--triage", "triage", TriageDecision, "With this decision, gone ones too."),
    click.option("--host", help="On this host; with its port, or without for any."),
    click.option("--supplier", help="Of this supplier."),
    click.option("--letter", "letter_id", metavar="ID", help="Of this letter."),
    click.option("--incident", "incident_id", metavar="ID", help="Of this incident; the beginning is enough."),
    click.option("--assigned-to", help="Assigned to this person."),
    click.option(
        "--since", type=Moment(), help="First seen or reappeared since: 2026-03-01, 2026-03-01T08:30 (UTC), 36h, 7d."
    ),
    click.option("--overdue", is_flag=True, help="Past their due date."),
    click.option("--all", "everything", is_flag=True, help="Settled and gone ones too."),
)
