"""The numbers that a manager is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from documents.exposure import Truth
from findings.records import FindingState, Severity
from findings.report_facts import ReportedFinding
from findings.results import FindingRow
from matchers.verdicts import Verdict
from reports.overview import overview
from tests.reports.conftest import SEEN, WAY, facts_of, many

TODAY = date(2026, 3, 8)


def test_gone_and_settled_ones_do_not_count_as_open_and_unknown_ones_do(row: FindingRow) -> None:
    numbers = overview(facts_of(many(row)), TODAY)
    assert len(numbers.acting) == 4 * 4 * 3  # four states, four decisions, three verdicts
    assert numbers.states[FindingState.GONE] == 0
    assert numbers.states[FindingState.UNKNOWN] == 12
    assert numbers.gone == 4 * 3
    assert numbers.settled == 3 * 5 * 3
    assert sum(numbers.severities.values()) == len(numbers.acting)
    assert sum(sum(host.verdicts) for host in numbers.hosts) == len(numbers.acting)
    assert sum(actor.findings for actor in numbers.actors) == len(numbers.acting)
    assert sum(each.findings for each in numbers.incidents) == len(numbers.acting)
    assert numbers.since == SEEN


def test_people_are_counted_once_and_possible_ones_apart(row: FindingRow) -> None:
    letter = ReportedFinding(replace(row, letter_id="a"), people=frozenset({"p1", "p2"}))
    copy = ReportedFinding(replace(row, letter_id="a", url="http://h/x"), people=frozenset({"p1", "p2"}))
    passage = replace(row, letter_id="b", verdict=Verdict.SHARED_PASSAGE)
    shared = ReportedFinding(passage, people=frozenset({"p2", "p3"}))
    whose = ReportedFinding(replace(row, letter_id="c"), people=None)
    people = overview(facts_of([letter, copy, shared, whose]), TODAY).people
    assert (people.confirmed, people.possible, people.letters_unknown) == (2, 1, 1)


def test_letters_are_certain_where_one_place_is(row: FindingRow) -> None:
    passage = replace(row, verdict=Verdict.SHARED_PASSAGE)
    template = replace(row, verdict=Verdict.SAME_TEMPLATE, letter_id=None)
    other = replace(passage, letter_id="L-42")
    numbers = overview(facts_of([ReportedFinding(each) for each in (row, passage, template, other)]), TODAY)
    assert (numbers.letters, numbers.letters_certain) == (2, 1)


def test_how_they_can_be_reached_is_unknown_where_nobody_recorded_it(row: FindingRow) -> None:
    closed = replace(WAY, indexable=Truth.NO, listed=Truth.NO, folder_listed=Truth.UNKNOWN)
    ways = overview(facts_of([ReportedFinding(row, WAY), ReportedFinding(row, closed), ReportedFinding(row)]), TODAY)
    told = ways.reachable
    assert (told.plain, told.listed, told.indexable, told.index_unknown) == (2, 1, 1, 1)


def test_who_must_act_worst_first(row: FindingRow) -> None:
    ours = replace(row, supplier=None, tier="own", severity=Severity.CRITICAL, due=date(2026, 3, 7))
    theirs = replace(row, severity=Severity.LOW, assigned_to="J. Example", due=date(2026, 3, 8))
    first, second = overview(facts_of([ReportedFinding(theirs), ReportedFinding(ours)]), TODAY).actors
    assert (first.operator, first.unassigned, first.overdue) == ("ourselves", 1, 1)
    assert (second.operator, second.assigned, second.overdue) == ("Example Transcription Ltd", ("J. Example",), 0)


def test_gaps_are_those_of_the_latest_sweep_and_answers_come_last(row: FindingRow) -> None:
    gaps = overview(facts_of([ReportedFinding(row)]), TODAY).gaps
    assert [(gap.count, gap.what, gap.is_blind) for gap in gaps] == [
        (1, "targets not swept to their end", True),
        (8, "places: encrypted", True),
        (6, "documents with too little text to judge", True),
        (10, "places: not found", False),
    ]
    assert gaps[1].where == "files.example.org:8080, www.example.org"
