"""Options that choose findings: what they come to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click
import pytest
from click.testing import CliRunner

from cli.chosen_options import chosen_options
from findings.chosen import Chosen
from findings.records import FindingState, Severity, TriageDecision
from matchers.verdicts import Verdict


def chosen_by(*arguments: str) -> Chosen:
    told: list[Chosen] = []

    @click.command()
    @chosen_options
    @click.argument("other", default="")
    def command(chosen: Chosen, other: str) -> None:
        told.append(chosen)

    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return told[0]


def test_without_an_option_it_is_all_that_is_to_act_on() -> None:
    assert chosen_by() == Chosen()
    assert chosen_by("other") == Chosen()


def test_every_option_has_its_place() -> None:
    arguments = (
        "--severity critical --severity high --state new --verdict known_letter --triage confirmed --host h:1 "
        "--letter L-1 --incident ab --assigned-to j --since 2026-03-01 --overdue --all"
    )
    assert chosen_by(*arguments.split(), "--supplier", "A Ltd") == Chosen(
        frozenset({FindingState.NEW}),
        frozenset({Verdict.KNOWN_LETTER}),
        frozenset({TriageDecision.CONFIRMED}),
        frozenset({Severity.CRITICAL, Severity.HIGH}),
        host="h:1",
        supplier="A Ltd",
        letter_id="L-1",
        incident_id="ab",
        assigned_to="j",
        since=datetime(2026, 3, 1, tzinfo=UTC),
        overdue=True,
        everything=True,
    )


@pytest.mark.parametrize(("age", "hours"), [("36h", 36), ("7d", 168), ("0h", 0)])
def test_since_takes_an_age(age: str, hours: int) -> None:
    since = chosen_by("--since", age).since
    assert since is not None
    assert timedelta(0) <= datetime.now(UTC) - timedelta(hours=hours) - since < timedelta(minutes=5)


def test_since_takes_a_time_with_a_zone_of_its_own() -> None:
    assert chosen_by("--since", "2026-03-01T08:30+01:00").since == datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
    assert chosen_by("--since", "2026-03-01T08:30").since == datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize("since", ["yesterday", "", "999999d", "2026-13-01", "\udc80"])
def test_what_is_no_time_is_said(since: str) -> None:
    @click.command()
    @chosen_options
    def command(chosen: Chosen) -> None:
        raise AssertionError(chosen)

    result = CliRunner().invoke(command, ["--since", since])
    assert (result.exit_code, "give a day" in result.output) == (2, True)
