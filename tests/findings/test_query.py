"""Typed answers: what a command shows and what its exit code needs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from documents.records import Skipped, SkipReason
from findings import query
from findings.chosen import Chosen
from findings.errors import DatabaseMissingError, FindingAmbiguousError, FindingUnknownError, SweepUnknownError
from findings.merge import merge
from findings.records import FindingState, Presence, SweepKind, SweepState, TriageDecision, UnitState
from findings.results import TriageEvent
from findings.rows import Judged
from findings.told import mark_told
from matchers.verdicts import AnchorState, Judgement, Span, Verdict
from tests.findings.conftest import CLEAR, HOST, Estate, letter, set_triage


def test_open_findings_come_in_reading_order_with_all_that_is_known(estate: Estate) -> None:
    estate.sweep(
        (estate.document("/1/a.pdf"), Judgement(Verdict.SAME_TEMPLATE, (), ())),
        (estate.document("/1/c.pdf"), letter("L-1")),
        (estate.document("/1/b.pdf"), letter("L-2")),
    )
    rows = query.open_findings(estate.database)
    assert [row.url[-5:] for row in rows] == ["b.pdf", "c.pdf", "a.pdf"]
    first = rows[0]
    assert (first.letter_id, first.verdict, first.containment) == ("L-2", Verdict.KNOWN_LETTER, 0.74)
    assert (first.state, first.triage, first.settled) == (FindingState.NEW, TriageDecision.TO_TRIAGE, False)
    assert (first.tier, first.supplier) == ("processor", "Example Transcription Ltd")
    assert first.first_seen == estate.now + timedelta(minutes=1)
    assert first.server_modified == datetime(2025, 7, 1, 10, tzinfo=UTC)
    assert rows[2].letter_id is None
    assert rows[2].evidence is None
    assert "b.pdf" not in repr(first)


def test_settled_and_gone_findings_are_listed_when_asked_for(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter("L-1")), (estate.document("/1/b.pdf"), letter("L-2")))
    settled, gone = query.open_findings(estate.database)
    event = TriageEvent(TriageDecision.FALSE_POSITIVE, "", "J. Example", estate.now)
    set_triage(estate.database, settled.finding_id, event)
    for _ in range(2):
        estate.sweep(Skipped(gone.url, SkipReason.NOT_FOUND), (estate.document("/1/a.pdf"), letter("L-1")))
    assert query.open_findings(estate.database) == ()
    every = query.findings(estate.database, Chosen(everything=True))
    assert [(row.letter_id, row.state, row.settled) for row in every] == [
        ("L-2", FindingState.GONE, False),
        ("L-1", FindingState.OPEN, True),
    ]


def test_a_finding_by_the_beginning_of_its_id(estate: Estate) -> None:
    estate.sweep(*((estate.document(f"/1/{n}.pdf"), letter(f"L-{n}")) for n in range(40)))
    rows = query.open_findings(estate.database)
    wanted = rows[7]
    assert query.finding(estate.database, wanted.finding_id).row == wanted
    assert query.finding(estate.database, wanted.finding_id[:16].upper()).row == wanted
    with pytest.raises(FindingUnknownError):
        query.finding(estate.database, "zz")
    with pytest.raises(FindingUnknownError):
        query.finding(estate.database, "")
    shared = next(row.finding_id[0] for row in rows if sum(r.finding_id[0] == row.finding_id[0] for r in rows) > 1)
    with pytest.raises(FindingAmbiguousError, match="give more of the id"):
        query.finding(estate.database, shared)


def test_what_is_no_id_is_unknown_and_told_as_it_is(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    whole = query.open_findings(estate.database)[0].finding_id
    for odd in ("\udc80", "é", "%", "'; DROP TABLE findings", "\x1b[31m"):
        with pytest.raises(FindingUnknownError, match="no finding begins with") as raised:
            query.finding(estate.database, odd)
        assert str(raised.value).isascii()
        assert str(raised.value).isprintable()
    with pytest.raises(FindingUnknownError, match="at most 32 characters, not 33"):
        query.finding(estate.database, whole + "0")


def test_a_finding_with_all_its_answers_and_its_latest_match(estate: Estate) -> None:
    first = estate.sweep((estate.document("/1/a.pdf"), letter()))
    second = estate.sweep(Skipped(f"{HOST}/1/a.pdf", SkipReason.NOT_FOUND))
    detail = query.finding(estate.database, query.open_findings(estate.database)[0].finding_id)
    answers = [(s.sweep_id, s.presence, s.basis, s.state) for s in detail.sightings]
    assert answers == [
        (first, Presence.PRESENT, "matched", FindingState.NEW),
        (second, Presence.GONE, "not_found", FindingState.UNKNOWN),
    ]
    assert detail.spans == (Span("", (10, 400), (0, 390)),)
    assert detail.anchors == {"nhs_number": AnchorState.AGREE}
    assert detail.reasons == ("312 distinctive characters of letter L-41",)


def test_a_sweep_is_summed_up_as_it_stood_then(estate: Estate) -> None:
    first = estate.sweep(
        (estate.document("/1/a.pdf"), letter("L-1")),
        (estate.document("/1/b.pdf"), letter("L-2")),
        (estate.document("/1/c.pdf"), letter("L-3")),
        estate.document("/1/d.txt"),
    )
    assert mark_told(estate.database, first)
    put_aside = query.open_findings(estate.database)[2]
    event = TriageEvent(TriageDecision.FALSE_POSITIVE, "", "J. Example", estate.now)
    set_triage(estate.database, put_aside.finding_id, event)
    second = estate.sweep(
        (estate.document("/1/a.pdf"), letter("L-1")),
        (estate.document("/1/e.pdf"), letter("L-4")),
        Skipped(f"{HOST}/1/b.pdf", SkipReason.TIMED_OUT),
        Skipped(f"{HOST}/1/c.pdf", SkipReason.ENCRYPTED),
    )
    then = query.sweep_summary(estate.database, first)
    assert then.findings[FindingState.NEW] == 2
    assert then.settled == 1
    assert (then.documents, then.verdicts) == (4, {Verdict.KNOWN_LETTER: 3, Verdict.CLEAR: 1})

    now = query.sweep_summary(estate.database, second)
    assert now.findings == {
        FindingState.NEW: 1,
        FindingState.OPEN: 1,
        FindingState.REAPPEARED: 0,
        FindingState.UNKNOWN: 1,
        FindingState.GONE: 0,
    }
    assert now.settled == 1
    assert now.skips == {SkipReason.TIMED_OUT: 1, SkipReason.ENCRYPTED: 1}
    assert now.units == {UnitState.FINISHED: 1}
    assert (now.kind, now.state) == (SweepKind.SWEEP, SweepState.FINISHED)
    assert now.ended_at == estate.end().ended_at
    assert query.latest_sweep_id(estate.database) == second


def test_a_sweep_under_way_is_summed_up_so_far(estate: Estate) -> None:
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    unit.document(estate.document("/1/a.pdf"), Judged("application/pdf", letter()))
    unit.finish(estate.outcome())
    merge(estate.root, estate.database)
    summary = query.sweep_summary(estate.database, sweep.record.sweep_id)
    assert (summary.state, summary.ended_at) == (SweepState.RUNNING, None)
    assert summary.findings[FindingState.NEW] == 1


def test_unknown_sweeps_and_missing_databases_are_said(fresh_estate: Estate) -> None:
    estate = fresh_estate
    with pytest.raises(DatabaseMissingError):
        query.open_findings(estate.database)
    estate.sweep()
    with pytest.raises(SweepUnknownError):
        query.sweep_summary(estate.database, "20260101T000000Z-00000000")


def test_an_empty_database_answers_with_nothing(estate: Estate) -> None:
    sweep_id = estate.sweep()
    assert query.open_findings(estate.database) == ()
    assert query.letters_exposed(estate.database) == ()
    assert query.to_look_at(estate.database) == ()
    assert set(query.sweep_summary(estate.database, sweep_id).findings.values()) == {0}


def test_letters_reach_and_documents_to_look_at(estate: Estate) -> None:
    sweep_id = estate.sweep(
        (estate.document("/1/a.pdf"), letter("L-1")),
        (estate.document("/1/b.pdf"), letter("L-1")),
        (estate.document("/1/c.pdf"), letter("L-2")),
        (estate.document("/1/d.pdf"), Judgement(Verdict.UNDETERMINED, (), ("too little text",))),
        (estate.document("/1/e.pdf"), CLEAR),
        Skipped(f"{HOST}/1/f.pdf", SkipReason.TOO_LARGE),
    )
    letters = query.letters_exposed(estate.database)
    assert [(row.letter_id, row.places, row.is_certain) for row in letters] == [("L-1", 2, True), ("L-2", 1, True)]
    assert letters[0].hosts == ("files.example.org",)
    reach = query.reach(estate.database, sweep_id)
    assert [(row.documents, row.undetermined, row.skipped_by_reason) for row in reach] == [
        (5, 1, {SkipReason.TOO_LARGE: 1})
    ]
    assert query.reach(estate.database) == reach
    for unknown in ("another", "", "\udc80"):
        with pytest.raises(SweepUnknownError):
            query.reach(estate.database, unknown)
        with pytest.raises(SweepUnknownError):
            query.sweep_summary(estate.database, unknown)
    waiting = query.to_look_at(estate.database)
    assert [(row.url, row.reasons) for row in waiting] == [(f"{HOST}/1/d.pdf", ("too little text",))]


def test_what_divides_an_exposure_is_told_with_it(estate: Estate) -> None:
    there = [(estate.document(f"/1/{name}.pdf"), letter(f"L-{name}")) for name in "abc"]
    estate.sweep(*there)
    estate.sweep(
        Skipped(f"{HOST}/1/a.pdf", SkipReason.NOT_FOUND), Skipped(f"{HOST}/1/b.pdf", SkipReason.TIMED_OUT), there[2]
    )
    estate.sweep(*there)
    details = {
        row.letter_id: query.finding(estate.database, row.finding_id) for row in query.open_findings(estate.database)
    }
    gap = details["L-a"].gaps[0]
    assert (gap.answers, gap.basis) == (1, "not_found")
    assert gap.seen_before < gap.not_there_from < gap.seen_again
    assert [len(details[f"L-{name}"].gaps) for name in "abc"] == [1, 0, 0], "an answer that is unknown divides nothing"
    with_gaps = estate.ask("SELECT letter_id FROM exposure_timeline WHERE len(gaps) > 0")
    assert with_gaps == [("L-a",)]
