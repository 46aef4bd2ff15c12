"""One object a line, masked, for programs."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from documents.records import SkipReason
from findings.records import FindingState, Presence, Severity, TriageDecision, UnitState
from findings.results import (
    BucketStanding,
    DocumentToLookAt,
    ExposedLetter,
    FindingDetail,
    FindingRow,
    MetBucket,
    Sighting,
    TriageEvent,
    UnitReach,
)
from matchers.verdicts import AnchorState, Span
from reports.interface import Report
from reports.json_lines import JsonLinesReport
from tests.reports.conftest import HOSTILE, SEEN


def written(write: Any, *, reveal: bool = False) -> list[dict[str, Any]]:
    out = io.StringIO()
    report: Report = JsonLinesReport(out, reveal=reveal)
    write(report)
    text = out.getvalue()
    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    return [json.loads(line) for line in text.splitlines()]


def test_a_finding_is_one_object_with_its_place_masked(row: FindingRow) -> None:
    lines = written(lambda report: report.findings([row, replace(row, letter_id=None, evidence=None)]))
    assert len(lines) == 2
    first = lines[0]
    assert first["finding_id"] == row.finding_id
    assert (first["state"], first["verdict"], first["letter_id"]) == ("new", "known_letter", "L-41")
    assert first["first_seen"] == "2026-03-01T08:30:00+00:00"
    assert first["url"].startswith("http://files.example.org:8080/~")
    assert "Planted" not in json.dumps(lines)
    assert lines[1]["letter_id"] is None


def test_revealed_a_place_is_whole_and_still_harmless(row: FindingRow) -> None:
    told = written(lambda report: report.findings([row]), reveal=True)[0]
    assert "Planted-Jane" in told["url"]
    assert "\\x1b[31m\\u202e" in told["url"]
    assert not set(HOSTILE) & {"\x1b", "\u202e", "\x07", "\u2028"} & set(told["url"] + told["member"])


@pytest.mark.parametrize("reveal", [False, True])
def test_a_finding_in_full(row: FindingRow, reveal: bool) -> None:
    detail = FindingDetail(
        row,
        (Sighting("s", SEEN, Presence.PRESENT, "matched", FindingState.NEW),),
        (TriageEvent(TriageDecision.ACCEPTED_UNTIL, "why", "J. Example", SEEN, date(2026, 4, 1)),),
        (Span(f"{HOSTILE}.pdf#page=2", (1, 5), (2, 6)),),
        {"nhs_number": AnchorState.AGREE},
        ("312 distinctive characters",),
    )
    told = written(lambda report: report.finding(detail), reveal=reveal)[0]
    assert told["sightings"][0]["presence"] == "present"
    assert told["triage_events"][0]["valid_until"] == "2026-04-01"
    assert (told["spans"][0]["doc"], told["spans"][0]["letter"]) == ([1, 5], [2, 6])
    assert told["spans"][0]["piece"].endswith("#page=2")
    assert told["anchors"] == {"nhs_number": "agree"}
    assert ("Planted" in json.dumps(told)) == reveal


def test_letters_reach_and_documents_to_look_at() -> None:
    letter = ExposedLetter("L-1", 2, 0, ("h",), (), True, 0.5, SEEN, SEEN, Severity.HIGH, 2, ("hiv",), ("5f",))
    unit = UnitReach(
        "s", "u", "site", "http://h/", "h", None, UnitState.FINISHED, 1, 2, 3, 0, 5, 0, 0, 1, {SkipReason.ROBOTS: 1}
    )
    document = DocumentToLookAt("http://h/Planted.pdf", "", SEEN, "text/plain", 1, "ab", ("too little text",), "s")

    def write(report: Report) -> None:
        report.letters([letter])
        report.reach([unit])
        report.to_look_at([document])

    lines = written(write)
    assert lines[0]["hosts"] == ["h"]
    assert lines[1]["skipped_by_reason"] == {"robots": 1}
    assert lines[1]["not_selected"] == 5
    assert lines[1]["start_url"] == "http://h/"
    assert lines[2]["reasons"] == ["too little text"]
    assert "Planted" not in json.dumps(lines)


def test_buckets_are_told_in_full_and_pages_masked(bucket: BucketStanding, met_bucket: MetBucket) -> None:
    (told,) = written(lambda report: report.buckets([bucket]))
    assert (told["state"], told["known_state"], told["listable"]) == ("unknown", "listable", "unknown")
    assert (told["url"], told["reasons"]) == (bucket.url, ["known_letters", "name_has_keyword"])
    assert told["since"] == "2026-03-01T08:30:00+00:00"
    for reveal in (False, True):
        met, bare = written(
            lambda report: report.buckets_met([met_bucket, replace(met_bucket, parent=None)]), reveal=reveal
        )
        assert ("Planted" in met["parent"]) == reveal
        assert (met["with_credential"], met["state"], bare["parent"]) == (1, None, None)
