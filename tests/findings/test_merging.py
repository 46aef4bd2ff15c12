"""What it takes until a finding is gone: definite answers, two of them, an hour apart or by two ways."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from documents.records import Document, Skipped, SkipReason
from findings.database import open_writer
from findings.known_places import known_places
from findings.memory_file import memory_of
from findings.merge import merge
from findings.records import Absence, HostAnswer, HostCheck, SweepKind, Turn
from findings.rows import Judged
from findings.spool import UnitSpool
from tests.findings.conftest import CLEAR, HOST, Estate, letter, unit_record

NOT_FOUND = (SkipReason.NOT_FOUND, "http_404")
REFUSED = (SkipReason.ACCESS_DENIED, "http_403")


def check(unit: UnitSpool, estate: Estate, *answers: HostAnswer) -> None:
    """The host before and after; fewer answers are fewer checks."""
    for turn, answer, minutes in zip(Turn, answers, (0, 4), strict=False):
        at = estate.now + timedelta(minutes=minutes)
        unit.host_checked(HostCheck(f"{HOST}/", turn, answer, "", 200, "00", 10, at))


def later(estate: Estate, **passed: float) -> None:
    """The next sweep begins so long after the last one."""
    estate.days = (estate.days * 86_400 + timedelta(**passed).total_seconds()) / 86_400 - 1  # type: ignore[assignment]


def states(estate: Estate) -> dict[str, tuple[str, str]]:
    """By name of the place: state and what it rests on."""
    rows = estate.ask("SELECT url, state, why FROM finding_status")
    return {url.rpartition("/")[2]: (state, why) for url, state, why in rows}


def test_two_negatives_make_it_gone_from_an_hour_on(estate: Estate) -> None:
    place, refusal = f"{HOST}/1/a.pdf", Skipped(f"{HOST}/1/a.pdf", *NOT_FOUND)
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    told = []
    for minutes in (0, 59, 2):
        later(estate, minutes=minutes) if minutes else None
        estate.sweep(refusal)
        told.append(states(estate)["a.pdf"])
    assert told == [
        ("unknown", "said to be gone once, to be asked again: 404"),
        ("unknown", "said to be gone once, to be asked again: 404 twice, 59 minutes apart"),
        ("gone", "404 3 times, 61 minutes apart"),
    ]
    later(estate, minutes=1)
    estate.sweep(Skipped(place, SkipReason.TIMED_OUT))
    assert states(estate)["a.pdf"] == ("gone", "404 3 times, 61 minutes apart; the latest answer: timed out")
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    assert states(estate)["a.pdf"] == ("reappeared", "fetched and matched")
    assert estate.ask("SELECT returns FROM finding_states") == [(1,)]
    estate.sweep(refusal)
    assert states(estate)["a.pdf"][0] == "unknown", "what was said before it came back counts no more"


HEARD = {
    "nothing": (),
    "404": NOT_FOUND,
    "410": (SkipReason.NOT_FOUND, "http_410"),
    "no_such_file": (SkipReason.NOT_FOUND, "ftp_550"),
    "NoSuchKey": (SkipReason.NOT_FOUND, "NoSuchKey"),
    "403": REFUSED,
    "401": (SkipReason.ACCESS_DENIED, "http_401 login"),
    "challenge": (SkipReason.ACCESS_DENIED, "http_403 challenge"),
    "proxy": (SkipReason.ACCESS_DENIED, "http_407"),
    "soft": (SkipReason.NOT_FOUND, "soft_404"),
    "login": (SkipReason.ACCESS_DENIED, "login_page"),
    "slow": (SkipReason.TIMED_OUT, ""),
    "500": (SkipReason.SERVER_ERROR, "http_500"),
    "429": (SkipReason.THROTTLED, "http_429"),
    "no_name": (SkipReason.DNS_ERROR, ""),
    "other": None,
}
DIRECT = {"404", "410", "no_such_file", "NoSuchKey"}
REFUSALS = {"403", "401"}


def answer(estate: Estate, unit: UnitSpool, name: str, *, listed: bool) -> None:
    place = f"/{name}{'' if listed else '.unlisted'}.pdf"
    heard = HEARD[name]
    if heard is None:
        unit.document(estate.document(place, b"something else"), Judged("text/html", CLEAR))
    elif heard:
        unit.skipped(Skipped(HOST + place, *heard))
    if not listed:
        unit.absent(Absence(HOST + place, f"{HOST}/", 7, estate.now + timedelta(minutes=2)))


def told_by(estate: Estate, *checks: HostAnswer) -> dict[str, str]:
    """Each kind of answer in a sweep, with its listing and without, while the host answers so; what the states are."""
    found = [f"/{name}{ending}.pdf" for name in HEARD for ending in ("", ".unlisted")]
    estate.sweep(*((estate.document(place), letter()) for place in found), merged=False)
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    for name in HEARD:
        answer(estate, unit, name, listed=True)
        answer(estate, unit, name, listed=False)
    check(unit, estate, *checks)
    unit.finish(estate.outcome())
    sweep.finish(estate.end())
    merge(estate.root, estate.database)
    told = estate.ask(
        "SELECT url, presence, state FROM sighting_states JOIN findings USING (finding_id) WHERE basis <> 'matched'"
    )
    return {url.rpartition("/")[2].removesuffix(".pdf"): f"{presence} {state}" for url, presence, state in told}


def test_which_answers_are_negatives_while_the_host_answers_as_before(estate: Estate) -> None:
    told = told_by(estate, HostAnswer.AS_BEFORE, HostAnswer.AS_BEFORE)
    once = {name for name, said in told.items() if said == "gone unknown"}
    at_once = {name for name, said in told.items() if said == "gone gone"}
    assert once == DIRECT | REFUSALS | {"nothing.unlisted"}
    assert at_once == {f"{name}.unlisted" for name in DIRECT | REFUSALS}
    assert {said for name, said in told.items() if name not in once | at_once} == {"unknown unknown"}


@pytest.mark.parametrize(
    "checks",
    [
        (HostAnswer.AS_BEFORE, HostAnswer.OTHERWISE),
        (HostAnswer.AS_BEFORE,),
        (HostAnswer.UNKNOWN, HostAnswer.AS_BEFORE),
    ],
)
def test_only_the_servers_own_no_counts_where_the_host_answers_otherwise(
    estate: Estate, checks: tuple[HostAnswer, ...]
) -> None:
    told = told_by(estate, *checks)
    assert {name for name, said in told.items() if said.startswith("gone")} == DIRECT | {
        f"{name}.unlisted" for name in DIRECT
    }
    assert "gone gone" not in told.values()
    why = "so is what the host answered before: unknown"
    if HostAnswer.OTHERWISE not in checks:
        why = "whether the host answers as before is not known"
    assert states(estate)["403.pdf"] == ("unknown", f"refused, and {why}")


def test_a_clock_that_was_set_back_makes_nothing_gone(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()), (estate.document("/1/b.pdf"), letter()))
    for passed in (timedelta(hours=-5), timedelta(minutes=1)):
        sweep = estate.begin()
        unit = sweep.for_worker().unit(unit_record(), clock=lambda at=estate.now + passed: at)  # type: ignore[misc]
        unit.skipped(Skipped(f"{HOST}/1/a.pdf", *NOT_FOUND))
        unit.finish(estate.outcome())
        sweep.finish(estate.end())
        later(estate, minutes=30)
    merge(estate.root, estate.database)
    assert states(estate)["a.pdf"][0] == "unknown"


def test_the_hour_is_that_between_two_answers_and_not_between_two_sweeps(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()), (estate.document("/1/b.pdf"), letter()))
    begun = estate.now
    # A sweep may ask for a place hours after it began; and a sweep's clock may run ahead of its workers'.
    for minutes in (170, 175, 9 * 24 * 60):
        assert states(estate)["a.pdf"][0] != "gone"
        sweep = estate.begin()
        said_at = begun + timedelta(minutes=minutes)
        unit = sweep.for_worker().unit(unit_record(), clock=lambda at=said_at: at)  # type: ignore[misc]
        unit.skipped(Skipped(f"{HOST}/1/a.pdf", *NOT_FOUND))
        unit.finish(estate.outcome())
        sweep.finish(estate.end())
        merge(estate.root, estate.database)
        later(estate, minutes=85)
    assert states(estate)["a.pdf"][0] == "gone"


def test_a_finding_of_a_piece_that_a_sweep_does_not_have_is_answered_by_the_whole(estate: Estate) -> None:
    piece = replace(unit_record(2), unit_id="open_directory-0001b", parent=unit_record().unit_id)
    for units, answer in (((unit_record(), piece), None), ((unit_record(),), NOT_FOUND), ((unit_record(),), ())):
        sweep = estate.begin(*units)
        for record in units:
            unit = sweep.for_worker().unit(record, clock=lambda: estate.now)
            if answer is None and record is piece:
                unit.document(estate.document("/1/a.pdf"), Judged("application/pdf", letter()))
            if answer:
                unit.skipped(Skipped(f"{HOST}/1/a.pdf", *answer))
            unit.finish(estate.outcome())
        sweep.finish(estate.end())
        merge(estate.root, estate.database)
    assert estate.ask("SELECT presence, basis FROM sightings ORDER BY sweep_id") == [
        ("present", "matched"),
        ("gone", "not_found"),
        ("unknown", "not_met"),
    ]
    known = known_places(estate.database, estate.now)
    assert [place.url for place in known[unit_record().unit_id] if not place.is_canary] == [f"{HOST}/1/a.pdf"]


def test_a_recheck_speaks_of_what_it_asked_for_only(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()), (estate.document("/1/b.pdf"), letter()))
    for _ in range(2):
        sweep = estate.begin(kind=SweepKind.RECHECK)
        unit = estate.open_unit(sweep)
        unit.skipped(Skipped(f"{HOST}/1/a.pdf", *NOT_FOUND))
        unit.finish(estate.outcome())
        sweep.finish(estate.end())
    merge(estate.root, estate.database)
    assert {name: state for name, (state, _) in states(estate).items()} == {"a.pdf": "gone", "b.pdf": "new"}


def test_where_a_recheck_met_other_bytes_the_unit_is_read_again(estate: Estate) -> None:
    estate.sweep((estate.document("/1/a.pdf"), letter()))
    remembered = memory_of(estate.database, unit_record().unit_id)
    for content, is_kept in ((b"bytes", True), (b"removed on request", False)):
        remembered.write_bytes(b"what earlier sweeps knew")
        sweep = estate.begin(kind=SweepKind.RECHECK)
        unit = estate.open_unit(sweep)
        unit.document(estate.document("/1/a.pdf", content), Judged("application/pdf", letter() if is_kept else CLEAR))
        unit.finish(estate.outcome())
        sweep.finish(estate.end())
        merge(estate.root, estate.database)
        assert remembered.exists() == is_kept


def spool_four(estate: Estate) -> None:
    """Places that come, go and return at different times; one that only the first sweep saw, one only the third."""
    answers = ["P...", "PGGP", "P.GG", "UPGG", ".PG.", "..PG", "GGP.", "GP.U", "...P"]
    for number in range(4):
        sweep = estate.begin()
        unit = estate.open_unit(sweep)
        for place, told in enumerate(answers):
            path = f"/1/{place}.pdf"
            match told[number]:
                case "P":
                    unit.document(estate.document(path), Judged("application/pdf", letter()))
                case "G":
                    unit.skipped(Skipped(HOST + path, *NOT_FOUND))
                    unit.absent(Absence(HOST + path, f"{HOST}/1/", 7, estate.now + timedelta(minutes=2)))
                case "U":
                    unit.skipped(Skipped(HOST + path, SkipReason.TIMED_OUT))
        check(unit, estate, *[HostAnswer.AS_BEFORE if number % 2 else HostAnswer.OTHERWISE] * 2)
        unit.finish(estate.outcome())
        sweep.finish(estate.end())


ORDERS = list(itertools.permutations(range(4)))


def merged_in(order: tuple[int, ...], estate: Estate, kept: Path, tables: tuple[str, ...]) -> dict[str, list[str]]:
    spools = sorted(path for path in kept.iterdir() if path.name.startswith("sweep-"))
    estate.root.mkdir(exist_ok=True)
    for number in order:
        shutil.copytree(spools[number], estate.root / spools[number].name)
        merge(estate.root, estate.database)
    return {table: sorted(map(repr, estate.ask(f"SELECT * FROM {table}"))) for table in tables}


@pytest.mark.parametrize(
    "orders",
    [
        pytest.param([(3, 2, 1, 0), (2, 0, 3, 1), (1, 3, 0, 2)], id="some"),
        pytest.param(ORDERS, id="all", marks=pytest.mark.slow),
    ],
)
def test_sweeps_merged_in_any_order_say_the_same(estate: Estate, tmp_path: Path, orders: list[tuple[int, ...]]) -> None:
    tables = ("sightings", "finding_states", "findings", "exposure_timeline", "sweep_news")
    spool_four(estate)
    kept = tmp_path / "kept"
    estate.root.rename(kept)
    empty = estate.database.read_bytes()
    expected = merged_in((0, 1, 2, 3), estate, kept, tables)
    assert (
        len(
            {state for row in expected["finding_states"] for state in ("gone", "unknown", "new") if f"'{state}'" in row}
        )
        == 3
    )
    # Each sweep has an answer, and so a state and news, for every finding that was known when it ended.
    known = estate.ask("SELECT sweep_id, (SELECT count(*) FROM findings WHERE first_seen < ended_at) FROM sweeps")
    for table in ("sightings", "sweep_news"):
        told = estate.ask(f"SELECT sweep_id, count(*) FROM {table} GROUP BY sweep_id")
        assert sorted(told) == sorted(known), table
    for order in orders:
        estate.database.write_bytes(empty)
        assert merged_in(order, estate, kept, tables) == expected, order


def test_a_finding_that_only_a_sketch_told_of_is_gone_when_its_bytes_hold_no_letter(estate: Estate) -> None:
    paths = ("/1/a.pdf", "/1/b.pdf")
    estate.sweep(*((estate.document(path), letter()) for path in paths))

    with open_writer(estate.database) as connection:
        connection.execute(
            "UPDATE sightings SET basis = 'rematched' "
            "WHERE finding_id = (SELECT finding_id FROM findings WHERE ends_with(url, 'a.pdf'))"
        )
    found: list[Document] = [estate.document(path) for path in paths]
    estate.sweep(*found)
    assert states(estate) == {
        "a.pdf": ("gone", "the same bytes were fetched, and no letter was found in them"),
        "b.pdf": ("unknown", "what is there now is something else"),
    }
