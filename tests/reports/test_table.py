"""Tables that fit a terminal and can not be steered by what they show."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from documents.records import SkipReason
from findings.records import BucketState, FindingState, Presence, Severity, TriageDecision, UnitState
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
from reports.table import TableReport
from tests.reports.conftest import HOSTILE, SEEN


def written(write: Any, *, reveal: bool = False, width: int = 80) -> str:
    out = io.StringIO()
    report: Report = TableReport(out, reveal=reveal, width=width)
    write(report)
    text = out.getvalue()
    assert max(len(line) for line in text.splitlines()) <= width
    assert text.replace("\n", "").isprintable()
    return text


def in_full(row: FindingRow) -> FindingDetail:
    return FindingDetail(
        row,
        (
            Sighting("20260301T083000Z-00000000", SEEN, Presence.PRESENT, "matched", FindingState.NEW),
            Sighting("20260309T083000Z-00000000", SEEN, Presence.UNKNOWN, "unit_not_reached", FindingState.UNKNOWN),
        ),
        (TriageEvent(TriageDecision.ACCEPTED_UNTIL, "why \x1b[2J", "J. Example", SEEN, date(2026, 4, 1)),),
        tuple(Span(f"{HOSTILE}.pdf#page=2", (n, n + 5), (n, n + 5)) for n in range(25)),
        {"nhs_number": AnchorState.AGREE},
        ("312 distinctive characters of letter L-41",),
    )


@pytest.mark.parametrize("width", [80, 100, 200])
def test_a_list_fits_the_terminal(row: FindingRow, width: int) -> None:
    text = written(lambda report: report.findings([row, replace(row, triage=TriageDecision.REPORTED)]), width=width)
    assert "01234567 " in text
    assert "known_letter L-41, 99 % of it" in text, "never 100 % of what is not whole"
    assert "2026-03-01" in text
    assert "2026-03-09" in text
    assert "reported" in text
    assert "http://files.example.org:8080/~" in text
    assert "Planted" not in text


def test_revealed_names_are_whole_and_harmless(row: FindingRow) -> None:
    text = written(lambda report: report.findings([row]), reveal=True, width=200)
    assert "Planted-Jane\\x1b[31m\\u202efdp.[bold]x[/bold]\\x07\\u2028.pdf?user=Planted-Jane" in text


def test_a_template_finding_has_no_letter(row: FindingRow) -> None:
    bare = replace(row, letter_id=None, containment=None, evidence=None)
    text = written(lambda report: report.findings([bare]))
    assert "known_letter\n" in "\n".join(line.rstrip() for line in text.splitlines()) + "\n" or "known_letter " in text
    assert "None" not in text


@pytest.mark.parametrize("reveal", [False, True])
def test_a_finding_in_full(row: FindingRow, reveal: bool) -> None:
    dated = replace(row, server_modified=SEEN.replace(year=2025))
    text = written(lambda report: report.finding(in_full(dated)), reveal=reveal)
    for part in (
        row.finding_id,
        "not the date of exposure",
        "as fetched by us",
        "nhs_number: agree",
        "unit_not_reached",
    ):
        assert part in " ".join(text.split())
    assert "unit_not_reached" in text
    assert "and 5 more spans" in text
    assert "server says" not in written(lambda report: report.finding(in_full(row)))
    assert "accepted_until" in text
    assert ("Planted" in text) == reveal


def test_colours_only_where_they_are_wanted(row: FindingRow) -> None:
    out = io.StringIO()
    TableReport(out, colour=True).findings([replace(row, state=state) for state in FindingState])
    assert out.getvalue().count("\x1b[") >= 2 * len(FindingState)
    assert "\x1b[31m\u202e" not in out.getvalue()


def test_nothing_is_said_in_words() -> None:
    def write(report: Report) -> None:
        report.findings([])
        report.letters([])
        report.reach([])
        report.to_look_at([])

    assert written(write).splitlines() == ["no findings", "no letters exposed", "no sweeps", "nothing to look at"]


def test_letters_reach_and_documents_to_look_at() -> None:
    letters = [
        ExposedLetter(
            "L-1",
            2,
            1,
            ("files.example.org", "\x1b[31m"),
            ("Example Ltd",),
            True,
            1.0,
            SEEN,
            SEEN,
            Severity.HIGH,
            2,
            (),
            (),
        ),
        ExposedLetter("L-2", 1, 0, ("files.example.org",), (), False, 0.2, SEEN, SEEN, Severity.LOW, 0, (), ()),
    ]
    skips = {SkipReason.ROBOTS: 1, SkipReason.TIMED_OUT: 12}
    start = "https://files.example.org/" + "long/" * 20
    unit = UnitReach("s", "u", "site", start, "h", None, UnitState.FINISHED, 1, 2, 3, 0, 7, 90, 8, 13, skips)
    document = DocumentToLookAt("http://h/Planted.pdf", "", SEEN, "text/plain", 1, "ab", ("too little text",), "s")

    def write(report: Report) -> None:
        report.letters(letters)
        report.reach([unit])
        report.to_look_at([document])

    text = written(write)
    assert "100 %" in text
    assert "20 %, shared passage" in " ".join(text.split())
    assert text.index("12 timed_out") < text.index("1 robots") < text.index("7 not_selected")
    assert "too little text" in text
    assert "Planted" not in text
    assert "8 of 90 names unknown" in text


@pytest.mark.parametrize("reveal", [False, True])
def test_buckets_show_their_names_and_no_page_that_may_name_a_patient(
    bucket: BucketStanding, met_bucket: MetBucket, reveal: bool
) -> None:
    closed = replace(bucket, state=BucketState.CLOSED, known_state=BucketState.CLOSED, since=None, letters=0)
    text = written(lambda report: report.buckets([bucket, closed]), reveal=reveal)
    shown = " ".join(text.split())
    assert "https://s3.eu-west-2.amazonaws.com/letters/" in text
    assert "was listable" in shown
    assert "3 letters found in it" in shown
    assert "known_letters" in shown
    met = written(lambda report: report.buckets_met([met_bucket, replace(met_bucket, parent=None)]), reveal=reveal)
    assert "1 with a" in " ".join(met.split())
    assert "not asked" in " ".join(met.split())
    assert ("Planted" in met) == reveal


def test_no_buckets_are_said_to_be_none() -> None:
    assert "no buckets" in written(lambda report: report.buckets([]))
    assert "no buckets were met" in written(lambda report: report.buckets_met([]))
