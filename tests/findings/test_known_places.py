"""What a sweep says of findings that it did not see: places that hold something else, answers that came too early."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from documents.records import Skipped, SkipReason
from findings.merge import merge
from findings.query import told_reach
from findings.records import Absence, FindingState, HostAnswer, HostCheck, Turn
from findings.spool import UnitSpool
from tests.findings.conftest import HOST, Estate, letter


def check(estate: Estate, unit: UnitSpool, url: str, turn: Turn, detail: str = "") -> None:
    answer = HostAnswer.OTHERWISE if turn is Turn.PLACE else HostAnswer.AS_BEFORE
    at = estate.now + timedelta(minutes=4 if turn is Turn.AFTER else 0)
    unit.host_checked(HostCheck(url, turn, answer, detail, 200, "00", 10, at))


def swept(estate: Estate, said: dict[str, str]) -> str:
    """A sweep in which no listing names any place, and some are told to hold something else; its id."""
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    for place, detail in said.items():
        unit.absent(Absence(f"{HOST}{place}", f"{HOST}/", 7, estate.now + timedelta(minutes=2)))
        if detail:
            check(estate, unit, f"{HOST}{place}", Turn.PLACE, detail)
    check(estate, unit, f"{HOST}/", Turn.BEFORE)
    check(estate, unit, f"{HOST}/", Turn.AFTER)
    unit.finish(estate.outcome())
    sweep.finish(estate.end())
    merge(estate.root, estate.database)
    return sweep.record.sweep_id


def bases(estate: Estate) -> dict[str, tuple[str, str]]:
    rows = estate.ask("SELECT url, state, basis FROM finding_status")
    return {url.removeprefix(HOST): (state, basis) for url, state, basis in rows}


def test_a_place_that_holds_something_else_is_not_gone_and_is_told_as_such_in_each_sweep(estate: Estate) -> None:
    places = {"/away": "elsewhere", "/login": "login_page", "/other": "other_content", "/unlisted": ""}
    estate.sweep(*((estate.document(place), letter()) for place in places))
    first = swept(estate, places)
    wanted = {
        "/away": ("unknown", "fetched_without_match"),
        "/login": ("unknown", "login_page"),
        "/other": ("unknown", "fetched_without_match"),
        "/unlisted": ("unknown", "not_listed"),
    }
    assert bases(estate) == wanted
    assert told_reach(estate.database, first).replaced == 3
    for _ in range(2):
        swept(estate, {place: "as_it_was" if detail else "" for place, detail in places.items()})
    assert bases(estate) == wanted | {"/unlisted": ("gone", "not_listed")}


def test_an_answer_from_before_it_was_first_seen_is_no_going(estate: Estate) -> None:
    """A sweep that is stopped goes on after another one has found the letter: its old answers lie before that."""
    slow = estate.begin()
    unit = estate.open_unit(slow)
    check(estate, unit, f"{HOST}/", Turn.BEFORE)
    unit.skipped(Skipped(f"{HOST}/1/a.pdf", SkipReason.NOT_FOUND, "http_404"))
    unit.absent(Absence(f"{HOST}/1/a.pdf", f"{HOST}/1/", 7, estate.now + timedelta(minutes=2)))
    check(estate, unit, f"{HOST}/", Turn.AFTER)
    unit.finish(estate.outcome())
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    slow.finish(replace(estate.end(), ended_at=estate.now + timedelta(days=1)))
    merge(estate.root, estate.database)
    assert estate.ask("SELECT history, state, returns FROM finding_states") == [("GP", "new", 0)]
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    assert estate.ask("SELECT history, state, returns FROM finding_states") == [("GPP", "open", 0)]


def test_what_moved_is_counted_with_what_became_of_its_old_place(estate: Estate) -> None:
    estate.sweep((estate.document("/old/a.pdf"), letter()))
    swept(estate, {"/old/a.pdf": "elsewhere"})
    moved = told_reach(estate.database, estate.sweep((estate.document("/new/a.pdf"), letter()))).moved
    assert moved == {FindingState.UNKNOWN: 1}
    again = estate.sweep((estate.document("/new/a.pdf"), letter()))
    assert told_reach(estate.database, again).moved == {}
