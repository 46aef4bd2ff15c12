"""Held against the published schema of SARIF 2.1.0."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from findings.records import FindingState, SweepState
from findings.report_facts import ReportedFinding, ReportFacts
from findings.results import FindingRow
from reports.sarif import sarif_log
from reports.shown import Shown
from tests.reports.conftest import facts_of, many, swept

SCHEMA = json.loads((Path(__file__).parent / "schemas/sarif-2.1.0.json").read_text(encoding="utf-8-sig"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker())


def run_of(facts: ReportFacts, *, reveal: bool = False) -> dict[str, Any]:
    log = json.loads(sarif_log(facts, Shown(reveal), "0.1.0"))
    assert [error.json_path for error in VALIDATOR.iter_errors(log)] == []
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def test_the_schema_is_strict() -> None:
    assert [*VALIDATOR.iter_errors({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "further": 1}]})]


@pytest.mark.parametrize("reveal", [False, True])
def test_every_way_that_a_finding_can_stand_is_valid(row: FindingRow, reveal: bool) -> None:
    found = many(row)
    run = run_of(facts_of(found), reveal=reveal)
    assert len(run["results"]) == len(found)
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result, each in zip(run["results"], found, strict=True):
        assert rules[result["ruleIndex"]] == result["ruleId"] == each.row.verdict.value
        assert bool(result["suppressions"]) is each.row.settled
        assert (result["baselineState"] == "absent") is (each.row.state is FindingState.GONE)
        assert result["properties"]["state"] == each.row.state.value
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].isascii()
    assert {result["level"] for result in run["results"]} == {"error", "warning", "note"}


def test_what_was_not_seen_is_a_notice(row: FindingRow) -> None:
    (invocation,) = run_of(facts_of([ReportedFinding(row)]))["invocations"]
    notices = [notice["message"]["text"] for notice in invocation["toolExecutionNotifications"]]
    assert any(text.startswith("1 targets not swept to their end (www.example.org)") for text in notices)
    assert any(text.startswith("8 places: encrypted") for text in notices)
    assert invocation["executionSuccessful"] is True


def test_a_sweep_that_has_not_ended_is_no_success(row: FindingRow) -> None:
    facts = replace(facts_of([ReportedFinding(row)]), sweeps=(swept(1, state=SweepState.RUNNING, ended_at=None),))
    (invocation,) = run_of(facts)["invocations"]
    assert invocation["executionSuccessful"] is False
    assert "endTimeUtc" not in invocation


def test_before_any_sweep() -> None:
    run = run_of(replace(facts_of([]), sweeps=(), reach=()))
    assert run["results"] == []
    assert "invocations" not in run
