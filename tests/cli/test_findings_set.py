"""Deciding from the shell: on one, on several, with a preview and a number."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.errors import CommandError
from cli.findings_set import set_
from findings.errors import FindingUnknownError, TriageError
from findings.query import findings
from findings.results import FindingRow
from matchers.verdicts import Verdict
from tests.findings.conftest import Estate, letter


@pytest.fixture
def three(tmp_path: Path) -> Estate:
    """Three findings: two known letters and a shared passage."""
    estate = Estate(tmp_path / "findings.duckdb")
    sure = [(estate.document(f"/1/{name}.pdf"), letter(f"L-{name}")) for name in "ab"]
    estate.sweep(*sure, (estate.document("/1/c.pdf"), letter("L-c", Verdict.SHARED_PASSAGE)))
    return estate


def rows(estate: Estate) -> tuple[FindingRow, ...]:
    from findings.chosen import Chosen

    return findings(estate.database, Chosen(everything=True))


def told(estate: Estate, *arguments: str, fails: type[Exception] | None = None, typed: str = "") -> Result:
    """What `stray findings set` answers."""
    command = [*arguments, "--db", str(estate.database)]
    result = CliRunner().invoke(set_, command, input=typed)
    assert isinstance(result.exception, fails) if fails else result.exit_code == 0, (result.output, result.exception)
    return result


def decisions(estate: Estate) -> list[tuple[object, ...]]:
    return estate.ask("SELECT decision, note, decided_by FROM triage_events ORDER BY event_number")


def test_one_act_sets_all_that_it_names(three: Estate) -> None:
    first = rows(three)[0].finding_id
    options = ["--by", "J", "--note", "supplier told", "--assign", "B. Example", "--due", "2999-01-01"]
    said = told(three, first[:12], "confirmed", *options)
    assert said.stderr == f"{first}: confirmed, assigned to B. Example, due 2999-01-01\n"
    row = rows(three)[0]
    assert (row.triage, row.assigned_to, str(row.due)) == ("confirmed", "B. Example", "2999-01-01")
    told(three, first, "--unassign", "--no-due")
    assert (rows(three)[0].triage, rows(three)[0].assigned_to, rows(three)[0].due) == ("confirmed", None, None)
    assert told(three, first, "--note", "rang again").stderr == f"{first}: noted\n"
    assert len(decisions(three)) == 3


def test_several_are_shown_first_and_then_done_all_or_none(three: Estate) -> None:
    ids = [row.finding_id for row in rows(three)]
    shown = told(three, *ids, "closed", "--preview")
    assert "3 findings: closed" in shown.stderr
    assert "still there when last looked at: 3" in shown.stderr
    assert "nothing was recorded" in shown.stderr
    assert all(finding_id[:8] in shown.stdout for finding_id in ids)
    told(three, *ids, "closed", fails=CommandError)
    told(three, *ids[:2], "0" * 32, "closed", "--yes", fails=FindingUnknownError)
    assert decisions(three) == []
    told(three, *ids, "closed", "--yes", "--by", "J")
    assert decisions(three) == [("closed", "", "J")] * 3


def test_options_choose_what_is_decided_and_the_number_can_be_stated(three: Estate) -> None:
    shared = ["false_positive", "--verdict", "shared_passage", "--by", "J"]
    told(three, *shared, "--yes", "--count", "2", fails=CommandError)
    assert decisions(three) == []
    assert "1 finding: false_positive" in told(three, *shared, "--yes", "--count", "1").stderr
    assert [row.triage for row in rows(three)] == ["to_triage", "to_triage", "false_positive"]


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (["confirmed"], CommandError, "name findings by their ids, or choose them"),
        (["ab", "confirmed", "--host", "a"], CommandError, "one of the two"),
        (["ab", "confirmed", "closed"], SystemExit, "one decision at a time"),
        (["ab", "confirm"], SystemExit, "is neither an id nor one of"),
        (["\x1b[2J", "confirmed"], SystemExit, "neither an id"),
        (["confirmed", "--host", "nowhere"], CommandError, "no finding is chosen"),
        (["ab", "--assign", "a", "--unassign"], SystemExit, "exclude each other"),
        (["ab", "accepted_until", "--until", "2020-01-01", "--note", "why"], CommandError, "has passed"),
    ],
)
def test_what_does_not_hold_together_is_said(
    three: Estate, arguments: list[str], error: type[Exception], said: str
) -> None:
    result = told(three, *arguments, fails=error)
    assert said in result.output + str(result.exception)
    assert "\x1b" not in result.output
    assert decisions(three) == []


@pytest.mark.parametrize("arguments", [["accepted_until", "--until", "2999-01-01"], ["accepted_until"], []])
def test_an_acceptance_needs_its_day_and_its_reason(three: Estate, arguments: list[str]) -> None:
    told(three, rows(three)[0].finding_id, *arguments, fails=TriageError)
    assert decisions(three) == []
