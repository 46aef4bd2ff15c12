"""`--fail-on`: which outcomes of a sweep end the command with something else than 0; the others are still told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import click

from cli.exit_codes import ExitCode, sweep_exit_code
from cli.options import Command
from findings.records import FindingState, Severity

_INCOMPLETE: Final = "incomplete"
_NEVER: Final = "never"
_STATES: Final = {
    "new": FindingState.NEW,
    "reappeared": FindingState.REAPPEARED,
    "open": FindingState.OPEN,
}
Counts = Mapping[FindingState, Mapping[Severity, int]]


@dataclass(frozen=True, slots=True)
class FailOn:
    """What ends the command with something else than 0.

    Attributes:
        states: states of findings, each with the least severity that counts.
        incomplete: does what was not seen count?
    """

    states: Mapping[FindingState, Severity]
    incomplete: bool

    def exit_code(self, *, complete: bool, found: Counts) -> ExitCode:
        """The code of a sweep that ran to its end; `found` are findings by state and severity."""
        counts = {state: self._counted(state, found) for state in _STATES.values()}
        return sweep_exit_code(
            complete=complete or not self.incomplete,
            new=counts[FindingState.NEW],
            reappeared=counts[FindingState.REAPPEARED],
            known_open=counts[FindingState.OPEN],
        )

    def _counted(self, state: FindingState, found: Counts) -> int:
        least = self.states.get(state)
        if least is None:
            return 0
        worst_first = list(Severity)
        severe = worst_first[: worst_first.index(least) + 1]
        return sum(found.get(state, {}).get(severity, 0) for severity in severe)


EVERYTHING: Final = FailOn(dict.fromkeys(_STATES.values(), Severity.LOW), incomplete=True)


class FailOnList(click.ParamType[FailOn]):
    """`new,incomplete`, `new:high`, `never`: names joined by commas, states with the least severity that counts."""

    name = "what"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> FailOn:
        """What was typed, or a usage error that says what could have been."""
        if isinstance(value, FailOn):
            return value
        names = [name.strip() for name in str(value).split(",")]
        if names == [_NEVER]:
            return FailOn({}, incomplete=False)
        states: dict[FindingState, Severity] = {}
        for name in names:
            state, _, severity = name.partition(":")
            if state in _STATES and (not severity or severity in set(Severity)):
                states[_STATES[state]] = Severity(severity or Severity.LOW)
            elif name != _INCOMPLETE:
                self.fail(
                    f"{name!r}: give new, reappeared, open (each also with the least severity, such as new:high) and "
                    "incomplete, joined by commas; or never",
                    param,
                    ctx,
                )
        return FailOn(states, incomplete=_INCOMPLETE in names)


def fail_on_option(command: Command) -> Command:
    """What the exit code speaks of; all of it where nothing is said."""
    return click.option(
        "--fail-on", "fail_on", type=FailOnList(), default=EVERYTHING, metavar="WHAT",
        help="End with something else than 0 only on these, joined by commas: new, reappeared, open (new:high: from "
        "that severity on), incomplete; or never.  [default: all of them]",
    )(command)  # fmt: skip
