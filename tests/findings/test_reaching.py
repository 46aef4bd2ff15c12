"""How far sweeps saw: shares, limits, falls, what explains them, and canary letters."""

from __future__ import annotations

from dataclasses import replace

import pytest

from documents.records import Document, Entry, Skipped, SkipReason
from findings.chosen import Chosen
from findings.database import open_reader
from findings.errors import UnitUnknownError
from findings.merge import merge
from findings.query import findings as query_findings
from findings.query import letters_exposed, open_findings, sweep_summary
from findings.reach_records import ReachChangeKind, ReachTold
from findings.reaching import accept_fall, reach_told
from findings.records import CanaryPlace, FindingState, SweepKind, SweepRecord, UnitState
from findings.rows import Judged
from findings.spool import SweepSpool
from findings.spool_folders import spooled_matches
from matchers.verdicts import Judgement, Verdict
from tests.findings.conftest import CLEAR, HOST, Estate, letter, unit_record

CANARY = "STRAY-CANARY-0123456789ab"
PLACE = "/1/canary/letter.txt"


def told(estate: Estate, sweep_id: str) -> ReachTold:
    with open_reader(estate.database) as connection:
        return reach_told(connection, sweep_id)


def listed(estate: Estate, number: int, folder: str = "/1/letters/") -> list[Entry]:
    return [estate.entry(f"{folder}{place}.txt", selected=True) for place in range(number)]


def read(estate: Estate, number: int, folder: str = "/1/letters/") -> list[Entry | Document]:
    places = [estate.document(f"{folder}{place}.txt") for place in range(number)]
    return [*listed(estate, number, folder), *places]


def suspicious(estate: Estate, sweep_id: str) -> list[tuple[str, int, int, int]]:
    return [
        (change.detail, change.before, change.now, change.explained)
        for change in told(estate, sweep_id).changes
        if change.is_suspicious
    ]


def test_shares_and_limits_of_a_sweep(estate: Estate) -> None:
    left = Skipped(f"{HOST}/1/", SkipReason.BUDGET_SPENT, "requests", places=40)
    deep = Skipped(f"{HOST}/1/a/b/c", SkipReason.BUDGET_SPENT, "depth")
    sweep_id = estate.sweep(*read(estate, 6), Skipped(f"{HOST}/1/x.zip", SkipReason.ENCRYPTED), left, deep)
    reach = told(estate, sweep_id)
    whole = reach.whole
    assert (whole.units, whole.units_finished, whole.units_cut_short) == (1, 1, 1)
    assert (whole.entries, whole.fetched, whole.skipped) == (6, 6, 42)
    assert whole.share_seen == pytest.approx(6 / 48)
    limits = {limit.limit_name: (limit.places_left, limit.needed_at_least) for limit in reach.limits}
    assert limits == {"requests": (40, 7 + 40), "depth": (1, None)}
    assert reach.changes == ()  # nothing to hold it against
    again = told(estate, estate.sweep(*read(estate, 6), left))
    assert [change.change for change in again.changes] == []  # it was known
    first = estate.sweep(*read(estate, 6), Skipped(f"{HOST}/1/", SkipReason.BUDGET_SPENT, "bytes"))
    assert [(each.change, each.detail) for each in told(estate, first).changes] == [(ReachChangeKind.LIMIT, "bytes")]


def test_a_unit_that_gave_nothing_is_finished_and_empty(estate: Estate) -> None:
    down = told(estate, estate.sweep(Skipped(f"{HOST}/1/", SkipReason.HOST_DOWN))).whole
    assert (down.units_finished, down.units_empty) == (1, 1)
    up = told(estate, estate.sweep(*read(estate, 2))).whole
    assert (up.units_finished, up.units_empty) == (1, 0)


def test_a_listing_that_is_suddenly_empty_is_asked_about_until_somebody_accepts_it(estate: Estate) -> None:
    for _ in range(3):
        assert not suspicious(estate, estate.sweep(*read(estate, 50)))
    blind = estate.sweep(estate.document("/1/"))
    assert suspicious(estate, blind) == [("documents", 50, 1, 0), ("entries", 50, 1, 0)]
    still = estate.sweep(estate.document("/1/"))
    assert suspicious(estate, still) == [("documents", 50, 1, 0), ("entries", 50, 1, 0)], "not forgotten after a night"
    with pytest.raises(UnitUnknownError):
        accept_fall(estate.database, "no-such-unit", "j.example", "why")
    unit, of_sweep = accept_fall(estate.database, "open_directory-00", "j.example", "moved, ticket 4711")
    assert (unit, of_sweep) == (unit_record().unit_id, still)
    assert not suspicious(estate, still)
    assert {change.is_accepted for change in told(estate, still).changes} == {True}
    assert not suspicious(estate, estate.sweep(estate.document("/1/"))), "held against what was accepted"
    assert not suspicious(estate, estate.sweep(*read(estate, 50)))


def test_what_is_emptied_every_evening_or_every_week_is_no_surprise(estate: Estate) -> None:
    estate.sweep(*read(estate, 60))
    assert suspicious(estate, estate.sweep(estate.document("/1/"))), "the first time it is one"
    accept_fall(estate.database, unit_record().unit_id, "j.example", "emptied at night")
    fuller = [60, 80, 40, 55, 70, 90, 2]
    assert not any(suspicious(estate, estate.sweep(*read(estate, number))) for number in fuller)


@pytest.mark.parametrize(
    ("before", "now"), [(19, 0), (60, 45), (40, 21), (1, 0)], ids=["few", "a quarter", "nearly half", "one"]
)
def test_daily_work_is_no_fall(estate: Estate, before: int, now: int) -> None:
    estate.sweep(*read(estate, before))
    assert not suspicious(estate, estate.sweep(estate.document("/1/"), *read(estate, now)))


def test_what_the_server_itself_says_explains_a_fall(estate: Estate) -> None:
    whole = [*read(estate, 40, "/1/a/"), *read(estate, 5, "/1/b/")]
    estate.sweep(*whole)
    gone = Skipped(f"{HOST}/1/a/", SkipReason.NOT_FOUND, "http_404")
    sweep_id = estate.sweep(gone, *read(estate, 5, "/1/b/"))
    assert not suspicious(estate, sweep_id)
    falls = {change.detail: change for change in told(estate, sweep_id).changes}
    assert (falls["entries"].before, falls["entries"].now, falls["entries"].explained) == (45, 5, 40)
    assert falls["documents"].change is ReachChangeKind.FELL


def test_to_refuse_is_not_to_say_that_it_is_gone(estate: Estate) -> None:
    estate.sweep(*read(estate, 45))
    assert suspicious(estate, estate.sweep(Skipped(f"{HOST}/1/letters/", SkipReason.ACCESS_DENIED, "http_403")))


def test_a_host_that_newly_refuses_a_unit_that_breaks_and_one_that_leaves_the_scope(estate: Estate) -> None:
    def sweep(states: dict[int, UnitState], refuses: bool = False) -> str:
        begun = estate.begin(*(unit_record(number) for number in states))
        for number, state in states.items():
            unit = estate.open_unit(begun, number)
            if refuses and number == 1:
                unit.skipped(Skipped(f"{HOST}/1/", SkipReason.ACCESS_DENIED, "http_403"))
            else:
                unit.document(estate.document(f"/{number}/a.txt"), Judged("text/plain", CLEAR))
            unit.finish(estate.outcome(state))
        begun.finish(estate.end())
        merge(estate.root, estate.database)
        return begun.record.sweep_id

    done, broken = UnitState.FINISHED, UnitState.FAILED
    sweep({1: done, 2: done, 3: done})
    second = told(estate, sweep({1: done, 2: broken}, refuses=True))
    assert {(each.change, each.unit_id[-1], each.before, each.now) for each in second.changes} == {
        (ReachChangeKind.REFUSES, "1", 1, 0),
        (ReachChangeKind.BROKE, "2", 1, 1),
        (ReachChangeKind.LEFT_SCOPE, "3", 1, 0),
    }
    assert {each.start_url for each in second.changes} == {f"{HOST}/{number}/" for number in (1, 2, 3)}
    third = told(estate, sweep({1: done, 2: done}))
    assert [(each.change, each.unit_id[-1]) for each in third.changes] == [(ReachChangeKind.BACK, "2")]
    assert told(estate, sweep({9: done})).changes == (), "another scope in the same database"


def test_a_recheck_sees_single_places_and_is_held_against_nothing(estate: Estate) -> None:
    estate.sweep(*read(estate, 50))
    begun = estate.begin(kind=SweepKind.RECHECK)
    unit = estate.open_unit(begun)
    unit.document(estate.document("/1/letters/1.txt"), Judged("text/plain", CLEAR))
    unit.finish(estate.outcome())
    begun.finish(estate.end())
    merge(estate.root, estate.database)
    assert told(estate, begun.record.sweep_id).changes == ()
    assert not suspicious(estate, estate.sweep(*read(estate, 50)))
    assert told(estate, begun.record.sweep_id).whole.entries == 1


def canary(letter_id: str | None = CANARY, sha256: str | None = None) -> CanaryPlace:
    return CanaryPlace("c1", unit_record().unit_id, f"{HOST}{PLACE}", letter_id, sha256, "files root")


def canary_sweep(
    estate: Estate, *found: tuple[str, Judgement] | Skipped, expected: CanaryPlace | None = None,
    state: UnitState = UnitState.FINISHED, merged: bool = True,
) -> str:  # fmt: skip
    estate.days += 1
    record = SweepRecord(
        f"{estate.now:%Y%m%dT%H%M%SZ}-00", "scope-1", "Example Hospital", "IG", estate.now, "0.1.0", (unit_record(),),
        canaries=(expected or canary(),),
    )  # fmt: skip
    begun = SweepSpool.create(estate.root, record, estate.key)
    unit = estate.open_unit(begun)
    for what in found:
        if isinstance(what, Skipped):
            unit.skipped(what)
        else:
            unit.document(estate.document(what[0]), Judged("text/plain", what[1]))
    unit.finish(estate.outcome(state))
    begun.finish(estate.end())
    if merged:
        merge(estate.root, estate.database)
    return record.sweep_id


def checked(estate: Estate, sweep_id: str) -> tuple[str, str]:
    (check,) = told(estate, sweep_id).canaries
    return check.outcome, check.basis


def test_a_canary_is_found_by_being_known_at_its_place(estate: Estate) -> None:
    first = canary_sweep(estate, (PLACE, letter(CANARY)))
    assert checked(estate, first) == ("found", "known_letter")
    for missing, basis in (
        ((PLACE, CLEAR), "fetched_without_match"),
        ((PLACE, letter("L-41")), "fetched_without_match"),
        ((PLACE, letter(CANARY, Verdict.SHARED_PASSAGE)), "fetched_without_match"),
        (Skipped(f"{HOST}{PLACE}", SkipReason.TIMED_OUT), "timed_out"),
        (("/1/elsewhere.txt", letter(CANARY)), "not_met"),
    ):
        sweep_id = canary_sweep(estate, missing)
        assert checked(estate, sweep_id) == ("missing", basis)
        (check,) = told(estate, sweep_id).missing
        assert check.last_found is not None
        assert (check.label, check.host) == ("files root", "files.example.org")
    assert checked(estate, canary_sweep(estate, state=UnitState.FAILED)) == ("missing", "unit_failed")
    assert checked(estate, canary_sweep(estate, (PLACE, letter(CANARY)))) == ("found", "known_letter")


def test_a_planted_canary_is_no_incident_and_a_copy_of_it_is_one(estate: Estate) -> None:
    sweep_id = canary_sweep(estate, (PLACE, letter(CANARY)), merged=False)
    assert spooled_matches(estate.root) == 0, "what waits is nothing new"
    merge(estate.root, estate.database)
    assert open_findings(estate.database) == ()
    assert letters_exposed(estate.database) == ()
    assert sum(sweep_summary(estate.database, sweep_id).findings.values()) == 0
    assert estate.ask("SELECT count(*) FROM incidents") == [(0,)]
    (planted,) = query_findings(estate.database, Chosen(everything=True))
    assert planted.canary == "planted"
    again = canary_sweep(estate, (PLACE, letter(CANARY)), ("/1/mirror/x.txt", letter(CANARY)))
    summary = sweep_summary(estate.database, again)
    assert summary.findings[FindingState.NEW] == 1
    (stray,) = summary.reach.strays
    assert (stray.letter_id, stray.planted) == (CANARY, ("files root at files.example.org",))
    assert [row.canary for row in open_findings(estate.database)] == ["elsewhere"]


def test_a_letter_of_ones_own_can_be_a_canary_by_id_or_by_digest(estate: Estate) -> None:
    by_id = canary("L-77")
    assert checked(estate, canary_sweep(estate, (PLACE, letter("L-77")), expected=by_id)) == ("found", "known_letter")
    assert open_findings(estate.database) == ()
    digest = estate.document(PLACE).body.sha256
    by_digest = replace(canary(None, digest), canary_id="c2")
    sweep_id = canary_sweep(estate, (PLACE, letter("L-78")), expected=by_digest)
    assert checked(estate, sweep_id) == ("found", "known_letter")
    other = replace(by_digest, sha256="0" * 64, canary_id="c3")
    assert checked(estate, canary_sweep(estate, (PLACE, letter("L-78")), expected=other))[0] == "missing"


def test_a_canary_behind_a_redirect_is_found(estate: Estate) -> None:
    estate.days += 1
    record = SweepRecord(
        "20260401T000000Z-00", "scope-1", "Example Hospital", "IG", estate.now, "0.1.0", (unit_record(),),
        canaries=(canary(),),
    )  # fmt: skip
    begun = SweepSpool.create(estate.root, record, estate.key)
    unit = estate.open_unit(begun)
    led = estate.document("/1/moved/letter.txt", requested_url=f"{HOST}{PLACE}")
    unit.document(led, Judged("text/plain", letter(CANARY)))
    unit.finish(estate.outcome())
    begun.finish(estate.end())
    merge(estate.root, estate.database)
    assert checked(estate, record.sweep_id) == ("found", "known_letter")
    assert open_findings(estate.database) == ()


def test_what_misses_a_canary_can_not_say_that_anything_is_gone(estate: Estate) -> None:
    other = "/1/letters/a.pdf"
    canary_sweep(estate, (PLACE, letter(CANARY)), (other, letter()))
    gone = Skipped(f"{HOST}{other}", SkipReason.NOT_FOUND, "http_404")
    for _ in range(2):
        canary_sweep(estate, gone)
    assert [(row.state, row.basis) for row in open_findings(estate.database)] == [("unknown", "canary_missing")]
    for _ in range(2):
        canary_sweep(estate, (PLACE, letter(CANARY)), gone)
    assert open_findings(estate.database) == ()


def test_a_canary_that_a_piece_of_a_unit_misses_makes_its_other_pieces_doubted(estate: Estate) -> None:
    """A large unit is cut; the canary belongs to the whole, and its findings to the pieces."""
    whole, piece = unit_record(1), replace(unit_record(2), parent=unit_record(1).unit_id)
    other = "/2/letters/a.pdf"

    def sweep(canary_lies_there: bool, answer: Document | Skipped, state: UnitState = UnitState.FINISHED) -> str:
        estate.days += 1
        record = SweepRecord(
            f"{estate.now:%Y%m%dT%H%M%SZ}-00", "scope-1", "Example Hospital", "IG", estate.now, "0.1.0", (whole,),
            canaries=(canary(),),
        )  # fmt: skip
        begun = SweepSpool.create(estate.root, record, estate.key)
        first = begun.for_worker().unit(whole, clock=lambda: estate.now)
        if canary_lies_there:
            first.document(estate.document(PLACE), Judged("text/plain", letter(CANARY)))
        first.finish(estate.outcome())
        second = begun.for_worker().unit(piece, clock=lambda: estate.now)
        if isinstance(answer, Skipped):
            second.skipped(answer)
        else:
            second.document(answer, Judged("application/pdf", letter()))
        second.finish(estate.outcome(state))
        begun.finish(estate.end())
        merge(estate.root, estate.database)
        return record.sweep_id

    sweep(True, estate.document(other))
    gone = Skipped(f"{HOST}{other}", SkipReason.NOT_FOUND, "http_404")
    for _ in range(2):
        sweep(False, gone)
    assert [(row.state, row.basis) for row in open_findings(estate.database)] == [("unknown", "canary_missing")]
    broken = sweep(False, gone, UnitState.FAILED)
    assert checked(estate, broken) == ("missing", "unit_failed"), "it may have lain in the piece that broke"
    for _ in range(2):
        sweep(True, gone)
    assert open_findings(estate.database) == ()
