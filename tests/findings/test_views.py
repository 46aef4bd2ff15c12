"""What the views say, above all the state of a finding: the one rule, case by case."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pytest

from documents.records import Document, Skipped, SkipReason
from findings.merge import merge
from findings.query import finding
from findings.records import SweepState, TriageDecision
from findings.results import TriageEvent
from matchers.verdicts import Judgement, Verdict
from tests.findings.conftest import CLEAR, HOST, START, Estate, letter, set_triage, unit_record

PLACE = "/1/a.pdf"
NEGATIVE = SkipReason.NOT_FOUND
UNKNOWN = SkipReason.TIMED_OUT


def state(estate: Estate) -> tuple[str, str]:
    rows = estate.ask("SELECT history, state FROM finding_status")
    return rows[0][0], rows[0][1]


# By answers, oldest first.
STATES = {
    "P": "new",
    "PP": "open",
    "PU": "unknown",
    "PUP": "open",
    "PG": "unknown",
    "PGP": "open",
    "PGU": "unknown",
    "PGG": "gone",
    "PGUG": "gone",
    "PGGU": "gone",
    "PGGP": "reappeared",
    "PGGUP": "reappeared",
    "PGGPP": "open",
    "PGGPG": "unknown",
}


def test_the_state_of_a_finding_follows_from_its_answers(estate: Estate) -> None:
    sweeps = max(len(history) for history in STATES)
    for number in range(sweeps):
        answers: list[Skipped | tuple[Document, Judgement]] = []
        for history in STATES:  # each begins late enough to end with the last sweep
            answer = history[number - sweeps] if number >= sweeps - len(history) else ""
            place = f"/1/{history}.pdf"
            match answer:
                case "P":
                    answers.append((estate.document(place), letter()))
                case "G":
                    answers.append(Skipped(f"{HOST}{place}", NEGATIVE))
                case "U":
                    answers.append(Skipped(f"{HOST}{place}", UNKNOWN))
        estate.sweep(*answers, merged=False)
    merge(estate.root, estate.database)
    told = estate.ask("SELECT split_part(split_part(url, '/', 5), '.', 1), history, state FROM finding_status")
    assert {(planned, history) for planned, history, _ in told} == {(history, history) for history in STATES}
    assert {history: state for _, history, state in told} == STATES


def test_only_the_servers_own_no_is_a_negative(estate: Estate) -> None:
    places = {reason: f"/1/{reason.value}.pdf" for reason in SkipReason}
    estate.sweep(*((estate.document(place), letter()) for place in places.values()), merged=False)
    estate.sweep(*(Skipped(f"{HOST}{place}", reason) for reason, place in places.items()))
    told = estate.ask("SELECT basis, presence FROM sightings WHERE basis <> 'matched'")
    assert {basis for basis, _ in told} == set(SkipReason)
    assert {basis for basis, presence in told if presence == "gone"} == {"not_found"}, "nobody asked the host"


def test_a_negative_beside_another_answer_is_unknown(estate: Estate) -> None:
    estate.sweep((estate.document(PLACE), letter()))
    estate.sweep(Skipped(f"{HOST}{PLACE}", NEGATIVE), Skipped(f"{HOST}{PLACE}", UNKNOWN))
    assert state(estate) == ("PU", "unknown")


@pytest.mark.parametrize("other", [f"{HOST}/1/b.pdf", f"{HOST}/1/", f"{HOST}{PLACE}?page=2"])
def test_a_negative_for_another_place_says_nothing(estate: Estate, other: str) -> None:
    estate.sweep((estate.document(PLACE), letter()))
    estate.sweep(Skipped(other, NEGATIVE))
    assert state(estate) == ("PU", "unknown")
    begins_there = other == unit_record().start_url
    assert estate.ask("SELECT basis FROM finding_status") == [("not_found" if begins_there else "not_met",)]


def test_where_a_units_beginning_was_not_read_that_is_why_a_finding_was_not_met(estate: Estate) -> None:
    estate.sweep((estate.document(PLACE), letter()))
    for reason in (SkipReason.HOST_DOWN, SkipReason.NOT_FOUND):
        estate.sweep(Skipped(unit_record().start_url, reason))
    assert estate.ask("SELECT presence, basis FROM sightings WHERE basis <> 'matched' ORDER BY basis") == [
        ("unknown", "host_down"),
        ("unknown", "not_found"),
    ], "no negative: it was given for the beginning, not for the place"


def test_a_place_that_now_holds_something_else_is_unknown(estate: Estate) -> None:
    estate.sweep((estate.document(PLACE), letter()))
    estate.sweep((estate.document(PLACE, b"This page has moved"), CLEAR))
    assert estate.ask("SELECT state, basis FROM finding_status") == [("unknown", "fetched_without_match")]


def test_a_sweep_that_did_not_get_there_leaves_the_finding_open_to_act_on(estate: Estate) -> None:
    estate.sweep((estate.document(PLACE), letter()))
    sweep = estate.begin()
    sweep.finish(estate.end(SweepState.INTERRUPTED))
    merge(estate.root, estate.database)
    assert estate.ask("SELECT state, basis FROM open_findings") == [("unknown", "unit_not_reached")]


def test_a_sweep_of_other_units_says_nothing_of_a_finding(estate: Estate) -> None:
    estate.sweep((estate.document(PLACE), letter()))
    elsewhere = estate.begin(unit_record(2))
    estate.open_unit(elsewhere, 2).finish(estate.outcome())
    elsewhere.finish(estate.end())
    merge(estate.root, estate.database)
    assert state(estate) == ("P", "new")


def decide(estate: Estate, decision: TriageDecision, until: int | None = None) -> None:
    """A decision, an hour after the latest sweep ended; `until` in days from then."""
    finding_id = estate.ask("SELECT finding_id FROM findings")[0][0]
    at = estate.now + timedelta(hours=2)
    day = None if until is None else (at + timedelta(days=until)).date()
    set_triage(estate.database, finding_id, TriageEvent(decision, "why", "J. Example", at, day))


def test_what_a_person_put_aside_is_not_open_and_all_else_is(estate: Estate) -> None:
    estate.sweep(*((estate.document(f"/1/{decision}"), letter()) for decision in TriageDecision))
    for finding_id, place in estate.ask("SELECT finding_id, split_part(url, '/', 5) FROM findings"):
        decision = TriageDecision(place)
        until = date(2999, 1, 1) if decision is TriageDecision.ACCEPTED_UNTIL else None
        set_triage(estate.database, finding_id, TriageEvent(decision, "why", "J. Example", estate.now, until))
    settled = {"false_positive", "closed", "accepted_until"}
    told = dict(estate.ask("SELECT split_part(url, '/', 5), triage FROM finding_status"))
    assert {place for place, triage in told.items() if place != triage} == set()
    still_open = {row[0] for row in estate.ask("SELECT split_part(url, '/', 5) FROM open_findings")}
    assert still_open == set(TriageDecision) - settled


def test_an_acceptance_ends_with_its_last_day(estate: Estate) -> None:
    estate.sweep((estate.document(PLACE), letter()))
    decide(estate, TriageDecision.ACCEPTED_UNTIL, until=-10_000)
    assert estate.ask("SELECT triage, decision FROM finding_status") == [("to_triage", "accepted_until")]
    assert len(estate.ask("SELECT * FROM open_findings")) == 1


def test_a_closed_finding_stays_closed_while_it_is_not_seen(estate: Estate) -> None:
    estate.sweep((estate.document(PLACE), letter()))
    decide(estate, TriageDecision.CLOSED)
    estate.sweep()
    assert estate.ask("SELECT * FROM open_findings") == []


@pytest.mark.parametrize("decision", [TriageDecision.CLOSED, TriageDecision.TAKEN_DOWN])
def test_a_closed_finding_that_is_seen_again_is_open_again(estate: Estate, decision: TriageDecision) -> None:
    estate.sweep((estate.document(PLACE), letter()))
    decide(estate, decision)
    estate.sweep((estate.document(PLACE), letter()))
    assert estate.ask("SELECT triage, decision FROM open_findings JOIN finding_status USING (finding_id, triage)") == [
        ("to_triage", decision.value)
    ]


def test_a_false_positive_that_is_seen_again_stays_one(estate: Estate) -> None:
    estate.sweep((estate.document(PLACE), letter()))
    decide(estate, TriageDecision.FALSE_POSITIVE)
    estate.sweep((estate.document(PLACE), letter()))
    assert estate.ask("SELECT * FROM open_findings") == []


def test_letters_exposed_counts_places_and_names_hosts(estate: Estate) -> None:
    estate.sweep(
        (estate.document("/1/a.pdf"), letter("L-1")),
        (estate.document("/1/b.pdf"), letter("L-1", Verdict.SHARED_PASSAGE)),
        (estate.document("/1/c.pdf"), letter("L-2", Verdict.SHARED_PASSAGE)),
        (estate.document("/1/d.pdf"), Judgement(Verdict.SAME_TEMPLATE, (), ())),
    )
    query = "SELECT letter_id, places, hosts, suppliers, is_certain FROM letters_exposed ORDER BY letter_id"
    hosts, suppliers = ["files.example.org"], ["Example Transcription Ltd"]
    assert estate.ask(query) == [("L-1", 2, hosts, suppliers, True), ("L-2", 1, hosts, suppliers, False)]
    assert estate.ask("SELECT findings, letters FROM hosts_at_risk") == [(4, 2)]


def test_exposure_is_an_interval_with_a_basis_and_last_modified_is_not_in_it(estate: Estate) -> None:
    estate.sweep((estate.document(PLACE), letter()))
    first = estate.now + timedelta(minutes=1)
    estate.sweep((estate.document(PLACE), letter()))
    last = estate.now + timedelta(minutes=1)
    for _ in range(2):
        estate.sweep(Skipped(f"{HOST}{PLACE}", NEGATIVE))
    rows = estate.ask("SELECT * EXCLUDE (finding_id, url, member, host, supplier, letter_id) FROM exposure_timeline")
    ended = START + timedelta(days=3)
    assert rows[0][:6] == (first, "first_seen_present", last, "last_seen_present", ended, "not_found")
    assert rows[0][6].year == 2025, "the server's date stands apart"


def test_reach_tells_what_was_seen_and_what_was_not(estate: Estate) -> None:
    estate.sweep(
        (estate.document("/1/a.pdf"), letter()),
        (estate.document("/1/b.pdf"), Judgement(Verdict.UNDETERMINED, (), ("too little text",))),
        Skipped(f"{HOST}/1/c", UNKNOWN),
        Skipped(f"{HOST}/1/d", UNKNOWN),
        Skipped(f"{HOST}/1/e", SkipReason.ROBOTS),
    )
    query = "SELECT state, requests, documents, undetermined, skipped, skipped_by_reason FROM reach"
    assert estate.ask(query) == [("finished", 7, 2, 1, 3, {"robots": 1, "timed_out": 2})]
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    unit.entry(estate.entry("/1/style.css"))
    unit.finish(estate.outcome())
    sweep.finish(estate.end())
    merge(estate.root, estate.database)
    assert estate.ask("SELECT not_selected FROM reach ORDER BY sweep_started_at") == [(0,), (1,)]
    estate.begin(unit_record(9)).finish(estate.end())
    merge(estate.root, estate.database)
    rows = estate.ask("SELECT state, documents, skipped_by_reason FROM reach WHERE state = 'not_reached'")
    assert rows == [("not_reached", 0, {"interrupted": 1})]


def test_to_look_at_holds_a_document_until_it_has_been_judged(estate: Estate) -> None:
    estate.sweep((estate.document(PLACE), Judgement(Verdict.UNDETERMINED, (), ("too little text",))))
    assert estate.ask("SELECT url, reasons FROM to_look_at") == [(f"{HOST}{PLACE}", ["too little text"])]
    estate.sweep((estate.document(PLACE), letter()))
    assert estate.ask("SELECT * FROM to_look_at") == []


def test_views_can_be_read_from_a_file_of_any_name_and_attached(estate: Estate) -> None:
    estate.sweep((estate.document(PLACE), letter()))
    copy = estate.database.with_name("copy of it.duckdb")
    copy.write_bytes(estate.database.read_bytes())
    with duckdb.connect(str(copy), read_only=True) as connection:
        assert connection.execute("SELECT state FROM open_findings").fetchall() == [("new",)]
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{copy}' AS mine (READ_ONLY)")
        assert connection.execute("SELECT state FROM mine.open_findings").fetchall() == [("new",)]


def test_an_exposure_is_told_with_the_gaps_in_it(estate: Estate) -> None:
    there, denied = (estate.document(PLACE), letter()), Skipped(f"{HOST}{PLACE}", NEGATIVE)
    for found in (
        there,
        there,
        denied,
        denied,
        Skipped(f"{HOST}{PLACE}", UNKNOWN),
        there,
        there,
        denied,
        there,
        denied,
    ):
        estate.sweep(found)
    ((gaps, days),) = estate.ask("SELECT gaps, days_at_least FROM exposure_timeline")
    seen = [(START + timedelta(days=day, minutes=1)) for day in (2, 6, 7, 9)]
    assert [(each["seen_before"], each["seen_again"]) for each in gaps] == [tuple(seen[:2]), tuple(seen[2:])]
    assert [(each["not_there_from"].day, each["not_there_until"].day, each["answers"]) for each in gaps] == [
        (4, 5, 2),
        (9, 9, 1),
    ]
    assert {each["basis"] for each in gaps} == {"not_found"}
    assert days == 2, "of eight days from first to last, those four and two are none"
    ((finding_id,),) = estate.ask("SELECT finding_id FROM findings")
    told = finding(estate.database, finding_id).gaps
    assert [(gap.seen_before, gap.seen_again) for gap in told] == [tuple(seen[:2]), tuple(seen[2:])]


def test_days_that_it_was_not_there_do_not_make_it_severe(estate: Estate) -> None:
    there, denied = (estate.document(PLACE), letter()), Skipped(f"{HOST}{PLACE}", NEGATIVE)
    reasons = "SELECT list_filter(severity_reasons, lambda each: contains(each, 'days at least')) FROM finding_status"
    estate.sweep(there)
    estate.sweep(denied)
    estate.days += 40
    estate.sweep(there)
    assert estate.ask(reasons) == [([],)]
    estate.days += 30
    estate.sweep(there)
    assert estate.ask(reasons) == [(["+5 open for 31 days at least"],)]
