"""Every form: masked unless revealed, nothing of a person's note, one answer for none, one and many findings."""

from __future__ import annotations

import csv
import io
import json

import pytest

from findings.report_facts import ReportedFinding, ReportFacts
from findings.results import FindingRow
from reports.formats import ReportFormat, written_report
from tests.reports.conftest import SEEN, facts_of, many

# What steers a terminal or a reader: none may come out, in any form.
STEERING = ("\x1b", "\u202e", "\x07", "\u2028", "\x00")


def written(form: ReportFormat, facts: ReportFacts, *, reveal: bool = False) -> str:
    return written_report(form, facts, SEEN.replace(day=30), "0.1.0", reveal=reveal).decode()


@pytest.mark.parametrize("form", [*ReportFormat])
@pytest.mark.parametrize("reveal", [False, True])
def test_places_are_masked_unless_revealed_and_nothing_steers(
    form: ReportFormat, reveal: bool, row: FindingRow
) -> None:
    text = written(form, facts_of(many(row)), reveal=reveal)
    assert ("Planted" in text) is reveal
    assert ("bundle" in text) is reveal
    assert not [mark for mark in STEERING if mark in text]


@pytest.mark.parametrize("form", [*ReportFormat])
def test_no_place_comes_out_of_a_finding_alone(form: ReportFormat, row: FindingRow) -> None:
    text = written(form, facts_of([ReportedFinding(row)]))
    assert "Planted" not in text
    assert row.finding_id[:12] in text
    assert "L-41" in text
    assert "Planted" in written(form, facts_of([ReportedFinding(row)]), reveal=True)


@pytest.mark.parametrize("form", [*ReportFormat])
def test_there_may_be_nothing(form: ReportFormat) -> None:
    empty = ReportFacts(facts_of([]).chosen, (), {}, (), {}, ())
    text = written(form, empty)
    match form:
        case ReportFormat.HTML:
            assert "nothing is known" in text
        case ReportFormat.SARIF:
            assert json.loads(text)["runs"][0]["results"] == []
        case ReportFormat.CSV:
            assert len([*csv.reader(io.StringIO(text))]) == 1
        case _:
            assert text == ""


def test_lines_and_csv_hold_the_same_findings_in_the_same_order(row: FindingRow) -> None:
    facts = facts_of(many(row))
    ids = [each.row.finding_id for each in facts.findings]
    lines = [json.loads(line) for line in written(ReportFormat.JSONL, facts).splitlines()]
    cells = [*csv.DictReader(io.StringIO(written(ReportFormat.CSV, facts).lstrip("\ufeff")))]
    events = [json.loads(line) for line in written(ReportFormat.OCSF, facts).splitlines()]
    results = json.loads(written(ReportFormat.SARIF, facts))["runs"][0]["results"]
    assert [line["finding_id"] for line in lines] == ids
    assert [line["finding_id"] for line in cells] == ids
    assert [event["finding_info"]["uid"] for event in events] == ids
    assert [result["partialFingerprints"]["strayFinding/v1"] for result in results] == ids
    assert {tuple(line) for line in lines} == {tuple(cells[0])}
