"""The list that terminal and page share: order, neighbours, where to go on, and what an act would touch."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from documents.records import Skipped, SkipReason
from findings.chosen import Chosen
from findings.errors import DatabaseMissingError, FindingAmbiguousError, FindingUnknownError
from findings.query import findings
from findings.records import FindingState, TriageDecision
from findings.results import TriageEvent
from findings.triage import act, mark_of
from findings.worklist import first_waiting, preview_of, work_entry, work_page
from matchers.verdicts import Verdict
from tests.findings.conftest import HOST, Estate, letter, set_triage


@pytest.fixture
def five(estate: Estate) -> Estate:
    """Five findings: three known letters, then two shared passages."""
    sure = [(estate.document(f"/1/{name}.pdf"), letter(f"L-{name}")) for name in "abc"]
    unsure = [(estate.document(f"/1/{name}.pdf"), letter(f"L-{name}", Verdict.SHARED_PASSAGE)) for name in "de"]
    estate.sweep(*sure, *unsure)
    return estate


def decided(estate: Estate, finding_id: str, decision: TriageDecision = TriageDecision.FALSE_POSITIVE) -> None:
    set_triage(estate.database, finding_id, TriageEvent(decision, "", "J. Example", estate.now + timedelta(hours=3)))


def ids(estate: Estate, chosen: Chosen | None = None) -> list[str]:
    return [row.finding_id for row in findings(estate.database, chosen or Chosen())]


def test_pages_are_the_list_cut_up(five: Estate) -> None:
    pages = [work_page(five.database, Chosen(), start, 2) for start in (0, 2, 4)]
    assert [row.finding_id for page in pages for row in page.rows] == ids(five)
    assert {(page.total, page.waiting) for page in pages} == {(5, 5)}
    assert work_page(five.database, Chosen(), 99, 2) == pages[-1], "beyond the end: the last"
    assert work_page(five.database, Chosen(), -3, 2) == pages[0]
    nothing = work_page(five.database, Chosen(host="elsewhere"))
    assert (nothing.rows, nothing.start, nothing.total, nothing.waiting) == ((), 0, 0, 0)


def test_each_finding_knows_its_neighbours(five: Estate) -> None:
    order = ids(five)
    entries = [work_entry(five.database, Chosen(), finding_id) for finding_id in order]
    assert [entry.place for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.previous_id for entry in entries] == [None, *order[:-1]]
    assert [entry.next_id for entry in entries] == [*order[1:], None]
    assert [entry.mark for entry in entries] == [mark_of(entry.detail.row) for entry in entries]


def test_next_decide_next_comes_by_all_of_them_and_ends(five: Estate) -> None:
    order = ids(five)
    here: str | None = order[1]  # somebody begins in the midst
    way = []
    while here is not None:
        way.append(here)
        decided(five, here)
        entry = work_entry(five.database, Chosen(), here)
        assert entry.place == order.index(here) + 1 - sum(order.index(each) < order.index(here) for each in way[:-1])
        here = entry.waiting_id
    assert way == [*order[1:], order[0]]
    assert first_waiting(five.database, Chosen()) is None


def test_what_was_decided_and_is_open_stays_in_the_list_and_is_not_offered_next(five: Estate) -> None:
    order = ids(five)
    decided(five, order[0], TriageDecision.CONFIRMED)
    assert first_waiting(five.database, Chosen()) == order[1]
    page = work_page(five.database, Chosen())
    assert (page.total, page.waiting) == (5, 4)
    assert work_entry(five.database, Chosen(), order[4]).waiting_id == order[1], "from the end on from the beginning"


def test_a_filter_makes_another_list(five: Estate) -> None:
    chosen = Chosen(verdicts=frozenset([Verdict.SHARED_PASSAGE]))
    order = ids(five, chosen)
    entry = work_entry(five.database, chosen, order[0])
    assert (entry.place, entry.total, entry.next_id) == (1, 2, order[1])
    outside = work_entry(five.database, chosen, ids(five)[0])
    assert (outside.total, outside.next_id) == (2, order[0])


def test_all_that_ever_was_is_one_list_too(five: Estate) -> None:
    for finding_id in ids(five)[:2]:
        decided(five, finding_id)
    chosen = Chosen(everything=True)
    order = ids(five, chosen)
    assert [work_entry(five.database, chosen, finding_id).place for finding_id in order] == [1, 2, 3, 4, 5]


def test_a_preview_is_what_is_then_acted_on(five: Estate) -> None:
    order = ids(five)
    decided(five, order[0], TriageDecision.CONFIRMED)
    preview = preview_of(five.database, [order[0][:12], order[1].upper(), order[0]])
    assert [row.finding_id for row in preview.rows] == order[:2] or {row.finding_id for row in preview.rows} == set(
        order[:2]
    )
    at = datetime.fromisoformat("2026-03-09T12:00:00+00:00")
    closed = TriageEvent(TriageDecision.CLOSED, "", "J. Example", at)
    assert preview.told(closed) == [
        "decided already, as confirmed: 1",
        "still there when last looked at: 2; the next sweep that sees them reopens them",
    ]
    act(five.database, list(preview.marks), closed, marks=preview.marks)
    assert len(ids(five)) == 3


def test_a_preview_tells_what_to_weigh(five: Estate) -> None:
    preview = preview_of(five.database, ids(five))
    at = datetime.fromisoformat("2026-03-09T12:00:00+00:00")
    wrong = TriageEvent(TriageDecision.FALSE_POSITIVE, "", "J. Example", at)
    assert preview.told(wrong) == ["matched as a known letter, the surest verdict: 3"]
    long = TriageEvent(TriageDecision.ACCEPTED_UNTIL, "why", "J. Example", at, date(2027, 3, 9))
    assert [line[:33] for line in preview.told(long)] == ["accepted for longer than 180 days"]
    assert preview.told(TriageEvent(TriageDecision.CONFIRMED, "", "J. Example", at)) == []
    late = TriageEvent(None, "", "J. Example", at, due=date(2026, 3, 8))
    assert preview.told(late) == ["the due day, 2026-03-08, has passed already"]


def test_what_has_gone_is_not_said_to_be_there(five: Estate) -> None:
    for _ in range(2):
        five.sweep(*(Skipped(f"{HOST}/1/{name}.pdf", SkipReason.NOT_FOUND) for name in "abcde"))
    gone = findings(five.database, Chosen(states=frozenset([FindingState.GONE])))
    closed = TriageEvent(TriageDecision.CLOSED, "", "J. Example", five.now)
    assert len(gone) == 5
    assert preview_of(five.database, [row.finding_id for row in gone]).told(closed) == []


@pytest.mark.parametrize("prefix", ["", "zz", "\udc80", "0" * 33, "' OR 1=1"])
def test_what_is_no_id_is_not_found(five: Estate, prefix: str) -> None:
    with pytest.raises(FindingUnknownError):
        work_entry(five.database, Chosen(), prefix)
    with pytest.raises(FindingUnknownError):
        preview_of(five.database, [ids(five)[0], prefix])


def test_a_beginning_that_several_share_is_not_guessed(estate: Estate) -> None:
    estate.sweep(*((estate.document(f"/1/{number}.pdf"), letter()) for number in range(17)))
    shared = next(first for first in "0123456789abcdef" if sum(each.startswith(first) for each in ids(estate)) > 1)
    with pytest.raises(FindingAmbiguousError):
        preview_of(estate.database, [shared])


def test_without_a_database_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissingError):
        work_page(tmp_path / "none.duckdb", Chosen())
