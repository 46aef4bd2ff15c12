"""Where, which letter, how sure and why, how reachable, since when, what next."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from findings.gaps import Gap
from findings.records import FindingState, TriageDecision
from findings.report_facts import ReportedFinding
from findings.results import FindingRow
from matchers.verdicts import AnchorState, Verdict
from reports.finding_words import next_step, share, words_of
from reports.shown import Shown
from tests.reports.conftest import SEEN, WAY, many


def test_a_finding_in_words(row: FindingRow) -> None:
    anchors = {"nhs_number": AnchorState.AGREE}
    finding = ReportedFinding(row, WAY, "open_directory", ("312 distinctive characters",), anchors, 2.5)
    words = words_of(finding, Shown(False))
    assert words.where.startswith("http://files.example.org:8080/~")
    assert words.operator == "Example Transcription Ltd"
    assert words.letter == "L-41"
    assert words.why == (
        "312 distinctive characters",
        "50 % of the document is the letter",
        "registered and there: nhs number",
    )
    assert words_of(replace(finding, reasons=()), Shown(False)).why[:3] == (
        "99 % of the letter is there",
        "312 distinctive characters agree",
        "of a million documents of others at most 2.5 come so far by chance",
    )
    assert ("listing", "the server lists it") in words.reachable
    assert words.since[0] == "open at least from 2026-03-01 08:30 UTC to 2026-03-09 08:30 UTC, as fetched by us"
    assert words.next_step == "confirm it and have it taken down by Example Transcription Ltd; keep proof first"


def test_what_lies_between_gaps_is_told_apart(row: FindingRow) -> None:
    days = [SEEN + timedelta(days=day) for day in range(1, 6)]
    gaps = (
        Gap(days[0], days[1], days[1], days[2], 1, "not_found"),
        Gap(days[2], days[3], days[4], SEEN + timedelta(days=7), 2, "access_denied"),
    )
    assert words_of(ReportedFinding(row, gaps=gaps), Shown(False)).since[:5] == (
        "open at least from 2026-03-01 08:30 UTC to 2026-03-02 08:30 UTC, as fetched by us",
        "not there on 2026-03-03 08:30 UTC (not found), by one answer",
        "open again at least from 2026-03-04 08:30 UTC to 2026-03-04 08:30 UTC, as fetched by us",
        "not there from 2026-03-05 08:30 UTC to 2026-03-06 08:30 UTC (access denied), by 2 answers",
        "open again at least from 2026-03-08 08:30 UTC to 2026-03-09 08:30 UTC, as fetched by us",
    )


def test_unknown_is_never_said_to_be_gone(row: FindingRow) -> None:
    unknown = replace(row, state=FindingState.UNKNOWN, basis="timed_out")
    words = words_of(ReportedFinding(unknown), Shown(False))
    assert words.since[-1].endswith("unknown is not gone")
    assert words.next_step.startswith("not known to be gone (timed out): sweep again")
    one_negative = words_of(ReportedFinding(unknown, ended_at=SEEN, ended_basis="not_found"), Shown(False))
    assert "not there on 2026-03-01 08:30 UTC (not found)" in one_negative.since


def test_every_way_has_words_in_one_plain_line(row: FindingRow) -> None:
    for finding in many(row):
        words = words_of(finding, Shown(False))
        texts = [words.where, words.verdict, words.next_step, *words.why, *words.since, *dict(words.reachable).values()]
        assert all(text and text.isprintable() for text in texts)


@pytest.mark.parametrize(
    ("triage", "state", "verdict", "begins"),
    [
        (TriageDecision.FALSE_POSITIVE, FindingState.OPEN, Verdict.KNOWN_LETTER, "nothing: judged"),
        (TriageDecision.ACCEPTED_UNTIL, FindingState.OPEN, Verdict.KNOWN_LETTER, "nothing until"),
        (TriageDecision.CLOSED, FindingState.GONE, Verdict.KNOWN_LETTER, "nothing: closed"),
        (TriageDecision.TO_TRIAGE, FindingState.GONE, Verdict.KNOWN_LETTER, "gone: check search engines"),
        (TriageDecision.REPORTED, FindingState.OPEN, Verdict.KNOWN_LETTER, "chase"),
        (TriageDecision.TAKEN_DOWN, FindingState.OPEN, Verdict.KNOWN_LETTER, "said to be taken down, and still there"),
        (TriageDecision.CONFIRMED, FindingState.REAPPEARED, Verdict.KNOWN_LETTER, "it was gone and is back: have it"),
        (TriageDecision.TO_TRIAGE, FindingState.NEW, Verdict.SHARED_PASSAGE, "compare it with the letter"),
    ],
)
def test_what_next(row: FindingRow, triage: TriageDecision, state: FindingState, verdict: Verdict, begins: str) -> None:
    assert next_step(replace(row, triage=triage, state=state, verdict=verdict)).startswith(begins)


@pytest.mark.parametrize(("tier", "whom"), [("own", "whoever runs"), ("third_party", "the operator of")])
def test_who_runs_it_where_no_supplier_is_named(row: FindingRow, tier: str, whom: str) -> None:
    assert whom in next_step(replace(row, tier=tier, supplier=None))


def test_all_of_it_is_all_of_it() -> None:
    assert (share(0.999), share(1.0), share(0.004)) == ("99 %", "100 %", "0 %")
