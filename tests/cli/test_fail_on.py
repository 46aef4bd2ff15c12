"""Exit codes over all combinations, and what --fail-on leaves of them."""

from __future__ import annotations

from itertools import product

import click
import pytest

from cli.exit_codes import ExitCode
from cli.fail_on import EVERYTHING, FailOn, FailOnList
from findings.records import FindingState, Severity

NEW, BACK, OPEN = FindingState.NEW, FindingState.REAPPEARED, FindingState.OPEN


def expected(complete: bool, new: int, back: int, known: int) -> int:
    """DESIGN's table: the first that applies."""
    result = 0 if not (new or back or known) else 3 if new else 2 if back else 1
    whole = {0: 0, 3: 10, 2: 12, 1: 11}
    return whole[result] if complete else 20 + result


def code(fail_on: FailOn, complete: bool, **counts: int) -> ExitCode:
    found = {FindingState(state): {Severity.HIGH: count} for state, count in counts.items()}
    return fail_on.exit_code(complete=complete, found=found)


def parsed(text: str) -> FailOn:
    return FailOnList().convert(text, None, None)


@pytest.mark.parametrize(("complete", "new", "back", "known"), list(product((True, False), (0, 2), (0, 1), (0, 5))))
def test_every_combination_has_its_code(complete: bool, new: int, back: int, known: int) -> None:
    counts = {"new": new, "reappeared": back, "open": known}
    assert code(EVERYTHING, complete, **counts) == expected(complete, new, back, known)
    assert code(parsed("new,reappeared,open,incomplete"), complete, **counts) == expected(complete, new, back, known)
    assert code(parsed("never"), complete, **counts) == 0
    assert code(parsed("incomplete"), complete, **counts) == (0 if complete else 20)
    assert code(parsed("new"), complete, **counts) == (10 if new else 0)
    assert code(parsed("new,incomplete"), complete, **counts) == expected(complete, new, 0, 0)


def test_a_severity_is_the_least_that_counts() -> None:
    found = {NEW: {Severity.MEDIUM: 3}, OPEN: {Severity.CRITICAL: 1}}
    assert parsed("new:high").exit_code(complete=True, found=found) == 0
    assert parsed("new:medium").exit_code(complete=True, found=found) == ExitCode.NEW
    assert parsed("new:high,open:critical").exit_code(complete=False, found=found) == ExitCode.KNOWN_OPEN
    assert parsed("reappeared").exit_code(complete=True, found={BACK: {Severity.LOW: 1}}) == ExitCode.REAPPEARED


@pytest.mark.parametrize("text", ["", "new,", "never,new", "gone", "new:worst", "incomplete:high", "NEW"])
def test_what_is_not_understood_is_a_usage_error(text: str) -> None:
    with pytest.raises(click.BadParameter):
        parsed(text)
