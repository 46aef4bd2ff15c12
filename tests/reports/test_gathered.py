"""Incidents, people and what is known of one thing: what a person reads, and that it masks and steers nothing."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest

from findings.about import About, Happening
from findings.incidents import Incident, IncidentStatus, PeopleExposed
from findings.records import Severity
from findings.results import FindingRow
from matchers.verdicts import Verdict
from reports.json_lines import JsonLinesReport
from reports.table import TableReport
from tests.reports.conftest import HOSTILE, SEEN


@pytest.fixture
def incident() -> Incident:
    return Incident(
        incident_id="5f" * 12,
        status=IncidentStatus.OPEN,
        severity=Severity.CRITICAL,
        supplier=f"Example {HOSTILE}",
        host="files.example.org",
        place=f"http://files.example.org/{HOSTILE}/",
        findings_open=3,
        findings_new=1,
        findings_to_triage=2,
        findings_unknown=0,
        letters_open=2,
        letters=2,
        persons=1,
        verdict=Verdict.KNOWN_LETTER,
        categories=("fertility",),
        first_seen=SEEN,
        last_seen=SEEN.replace(day=9),
        gone_at=None,
        plain=3,
        listed=0,
        indexable=2,
        assigned_to=("J. Example",),
        due=SEEN.date(),
        findings=5,
        findings_gone=1,
        findings_settled=1,
        documents=3,
        batches=1,
        tier="processor",
    )


@pytest.fixture
def known(row: FindingRow) -> About:
    url, member = f"http://files.example.org/{HOSTILE}.pdf", f"{HOSTILE}.pdf"
    happened = Happening(SEEN, "fetched", "known_letter", None, url, member, "application/pdf", "s")
    return About(("letter",), (row,), (happened,), omitted=2)


def table(known: object) -> str:
    out = io.StringIO()
    report = TableReport(out, width=100)
    match known:
        case Incident():
            report.incidents([known])
        case PeopleExposed():
            report.people(known)
        case About():
            report.about(known)
    assert not {"\x1b", "\u202e", "\x07"} & set(out.getvalue())
    return " ".join(out.getvalue().split())


def test_an_incident_says_what_where_how_open_and_whose(incident: Incident) -> None:
    told = table(incident)
    for said in (
        *("5f5f5f5f", "critical", "5 findings: 3 open, 1 new, 1 gone, 1 put aside", "2 letters, 1 person, 1 folder"),
        *("fertility", "3 unencrypted, 2 open to search engines", "with J. Example, due 2026-03-01, 2 to triage"),
        *("2026-03-01", "2026-03-09"),
    ):
        assert said in told
    assert "Planted" not in told.replace("Example Planted", "")


def test_people_are_told_the_sure_before_the_possible() -> None:
    told = table(PeopleExposed(2, 1, 3, 4, 5, 6, 7, 8))
    numbers = [int(word) for word in told.replace(",", "").split() if word.isdigit()]
    assert numbers == [2, 1, 3, 4, 5, 6, 7, 8]


def test_one_is_told_as_one(incident: Incident) -> None:
    assert "1 letter, 1 person, 1 folder" in table(replace(incident, letters_open=1))
    told = table(PeopleExposed(1, 1, 1, 1, 1, 1, 1, 1))
    for said in ("1 letter of which the register", "1 document with a person's data", "1 file listed beside them"):
        assert said in told


def test_what_is_known_of_one_thing(known: About) -> None:
    told = table(known)
    for said in ("known as letter", "findings 1", "fetched: known_letter", "application/pdf", "and 2 earlier"):
        assert said in told
    assert "Planted" not in told
    assert "nothing: no sweep has met it" in table(About((), (), (), 0, "its host has not been swept as a target"))


def test_json_masks_places_too(incident: Incident, known: About) -> None:
    out = io.StringIO()
    report = JsonLinesReport(out)
    report.incidents([incident])
    report.people(PeopleExposed(2, 1, 3, 4, 5, 6, 7, 8))
    report.about(known)
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    assert told[0]["findings_open"] == 3
    assert told[1]["persons_confirmed"] == 2
    assert told[2]["happenings"][0]["answer"] == "known_letter"
    for part in (told[0]["place"], json.dumps(told[2])):
        assert "Planted" not in part
