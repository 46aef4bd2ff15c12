"""What a unit remembers, when it is believed, and that it never knows more than the database."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from documents.records import Document, Entry, Skipped, SkipReason
from documents.unchanged import Gap, LedTo, Unchanged, UnchangedBasis
from findings.memory_file import memory_of, memory_root
from findings.memory_folder import drop_foreign
from findings.memory_terms import Terms
from findings.merge import merge
from findings.records import UnitState
from findings.retention import RetentionRule, purge
from findings.rows import Judged
from findings.spool import UnitSpool
from findings.unit_memory import FINDINGS_ASKED, UnitMemory
from tests.findings.conftest import CLEAR, Estate, letter, unit_record

UNIT = unit_record().unit_id
OLD = datetime(2025, 7, 1, 10, tzinfo=UTC)
HEADERS = {"etag": '"v1"', "last-modified": "Tue, 01 Jul 2025 10:00:00 GMT"}


@dataclass
class Place:
    """A file of the estate as one sweep meets it."""

    path: str
    content: bytes = b"bytes"
    modified: datetime | None = OLD
    size: int | None = None
    tag: str = ""
    headers: dict[str, str] = field(default_factory=lambda: dict(HEADERS))
    led_to: LedTo | None = field(default_factory=LedTo)
    gaps: tuple[Gap, ...] = ()
    holds_letter: bool = False

    def entry(self, estate: Estate) -> Entry:
        size = len(self.content) if self.size is None else self.size
        return estate.entry(self.path, size=size, modified=self.modified, tag=self.tag)

    def document(self, estate: Estate) -> Document:
        made = estate.document(self.path, self.content, headers=self.headers, led_to=self.led_to)
        return replace(made, fetched_at=estate.now + timedelta(minutes=1))


def opened(estate: Estate, **terms: object) -> tuple[UnitSpool, UnitMemory]:
    """The one unit of a sweep of the next day, with what earlier ones know."""
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    assert unit.store is not None
    given = {"reading": "r1", "generation": "g1", "sampled": 0.0, **terms}
    remembered = unit.remember(
        memory_of(estate.database, UNIT),
        unit.store,
        Terms(UNIT, sweep.record.sweep_id, **given),  # type: ignore[arg-type]
    )
    remembered._now = lambda: estate.now
    return unit, remembered


def fetched(estate: Estate, unit: UnitSpool, place: Place) -> None:
    """List it, fetch it and put it on record, as the sink does."""
    assert unit.memory is not None
    unit.entries([place.entry(estate)])
    document = place.document(estate)
    judgement = letter() if place.holds_letter else CLEAR
    found = unit.document(document, Judged("text/plain", judgement))
    unit.memory.read(document, judgement.verdict.value, found, place.gaps)


def ended(estate: Estate, unit: UnitSpool, state: UnitState = UnitState.FINISHED, *, merged: bool = True) -> None:
    unit.finish(estate.outcome(state))
    unit._sweep.finish(estate.end())
    if merged:
        merge(estate.root, estate.database)


def after(estate: Estate, *places: Place) -> None:
    """A first sweep that fetched these."""
    unit, _ = opened(estate)
    for place in places:
        fetched(estate, unit, place)
    ended(estate, unit)


def test_a_listed_file_is_known_again_by_size_and_date_and_by_nothing_else(estate: Estate) -> None:
    plain, letters = Place("/1/a.txt"), Place("/1/b.txt", holds_letter=True)
    yesterday = Place("/1/new.txt", modified=estate.now.replace(tzinfo=None))
    dateless, tagged = Place("/1/c.txt", modified=None), Place("/1/d.txt", modified=None, tag="e1")
    gap = Gap(SkipReason.ENCRYPTED, "password", "!/in.pdf")
    sealed, broken = Place("/1/e.zip", gaps=(gap,)), Place("/1/f.pdf", gaps=(Gap(SkipReason.PARSER_CRASHED),))
    program = Place("/1/clock.php", size=77)
    page = Place("/1/page.html", led_to=LedTo((("l", "http://files.example.org/1/x"),), True))
    read_each_time = Place("/1/drawn.html", led_to=None)
    everything = [plain, letters, yesterday, dateless, tagged, sealed, broken, program, page, read_each_time]
    after(estate, *everything)

    unit, memory = opened(estate)
    known = {place.path: memory.by_listing(place.entry(estate)) for place in everything}
    assert known.pop("/1/a.txt") == Unchanged(UnchangedBasis.SAME_LISTING, "clear")
    assert known.pop("/1/d.txt") == Unchanged(UnchangedBasis.SAME_LISTING, "clear")
    assert known.pop("/1/e.zip") == Unchanged(UnchangedBasis.SAME_LISTING, "clear", gaps=(gap,))
    # One that holds a finding is asked for; younger than dates are fine, dateless, not what is listed, leading on,
    # read by luck: likewise.
    assert set(known.values()) == {None}
    assert memory.by_listing(replace(plain.entry(estate), size=6)) is None
    assert memory.by_listing(estate.entry("/1/other.txt", size=5, modified=OLD)) is None
    unit.finish(estate.outcome())


def test_a_server_is_asked_by_what_it_gave_and_only_by_what_may_be_sent(estate: Estate) -> None:
    late = (estate.now + timedelta(days=2)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    headers: dict[str, dict[str, str]] = {
        "both": HEADERS,
        "weak": {"etag": 'W/"v"'},
        "future": {"last-modified": late},
        "bare": {"etag": "v1"},
        "hostile": {"etag": '"a\r\nX: y"'},
        "long": {"etag": '"' + "v" * 5_000 + '"'},
        "nothing": {},
    }
    after(estate, *(Place(f"/1/{name}", headers=given) for name, given in headers.items()))
    _, memory = opened(estate)
    asked = {name: memory.conditions(f"http://files.example.org/1/{name}") for name in headers}
    assert asked.pop("both") == {"If-None-Match": '"v1"', "If-Modified-Since": HEADERS["last-modified"]}
    assert asked.pop("weak") == {"If-None-Match": 'W/"v"'}
    assert set(asked.values()) == {None}

    url = "http://files.example.org/1/both"
    told = memory.not_modified(url, {"etag": 'W/"v1"'})
    assert told is not None
    assert told.unchanged == Unchanged(UnchangedBasis.NOT_MODIFIED, "clear")
    assert memory.not_modified(url, {"etag": '"v2"'}) is None, "the answer is about another version"
    assert memory.conditions(url) is None, "so it is asked for whole"
    weak = Place("/1/weak").entry(estate)
    assert memory.by_listing(replace(weak, size=9)) is None
    assert memory.conditions(weak.url) is None, "listed otherwise: a 304 would be a lie"


def test_the_same_bytes_are_no_news_unless_they_lie_open_otherwise(estate: Estate) -> None:
    after(estate, Place("/1/a.txt", holds_letter=True))
    _, memory = opened(estate)
    document = Place("/1/a.txt", headers={"etag": '"another node"'}).document(estate)
    known = memory.same_digest(document)
    assert known is not None
    assert (known.basis, len(known.findings)) == (UnchangedBasis.SAME_DIGEST, 1)
    assert memory.same_digest(Place("/1/a.txt", b"other").document(estate)) is None
    assert memory.same_digest(replace(document, requested_url="http://files.example.org/elsewhere")) is None


def test_a_memory_of_other_terms_is_not_believed_and_nothing_is_for_ever(estate: Estate) -> None:
    place = Place("/1/a.txt")
    after(estate, place)
    sha256 = place.document(estate).body.sha256
    terms: list[tuple[dict[str, object], bool, bool]] = [
        ({}, True, False),
        ({"reading": "r2"}, False, True),
        ({"generation": "g2"}, False, False),
        ({"generation": "g2", "settled": sha256.__eq__}, True, False),
        ({"sampled": 1.0}, False, False),
        ({"full_after": timedelta(hours=6)}, False, False),
    ]
    for given, believed, lost in terms:
        _, memory = opened(estate, **given)
        assert ((memory.by_listing(place.entry(estate)) is not None), memory.is_lost) == (believed, lost), given
        assert (memory.conditions(f"http://files.example.org{place.path}") is not None) is believed, given
        estate.days -= 1


def test_what_a_sweep_learns_follows_on_what_was_known(estate: Estate) -> None:
    after(estate, Place("/1/a.txt"), Place("/1/b.txt"), Place("/1/c.txt"))
    unit, memory = opened(estate)
    fetched(estate, unit, Place("/1/b.txt", b"changed bytes", headers={}))
    memory.skipped(Skipped("http://files.example.org/1/c.txt", SkipReason.NOT_FOUND))
    memory.skipped(Skipped("http://files.example.org/1/a.txt", SkipReason.TIMED_OUT))
    big = estate.entry("/1/big.dss", size=99, modified=OLD)
    unit.entries([big])
    memory.skipped(Skipped(big.url, SkipReason.UNSUPPORTED_TYPE, "a recording", parent="http://files.example.org/1/"))
    ended(estate, unit)
    _, memory = opened(estate)
    assert memory.by_listing(Place("/1/a.txt").entry(estate)), "not met, and not said to be gone"
    assert memory.by_listing(Place("/1/b.txt", b"changed bytes").entry(estate))
    assert memory.by_listing(Place("/1/b.txt").entry(estate)) is None
    assert memory.by_listing(Place("/1/c.txt").entry(estate)) is None
    gaps = (Gap(SkipReason.UNSUPPORTED_TYPE, "a recording"),)
    assert memory.by_listing(big) == Unchanged(UnchangedBasis.SAME_LISTING, "", gaps=gaps)


def test_a_young_file_is_known_by_its_listing_once_the_server_says_so_later(estate: Estate) -> None:
    young = Place("/1/new.txt", modified=(estate.now + timedelta(days=1)).replace(tzinfo=None))
    after(estate, young)
    estate.days += 5
    unit, memory = opened(estate)
    assert memory.by_listing(young.entry(estate)) is None
    unit.entries([young.entry(estate)])
    assert memory.conditions("http://files.example.org/1/new.txt")
    assert memory.not_modified("http://files.example.org/1/new.txt", {})
    ended(estate, unit)
    _, memory = opened(estate)
    assert memory.by_listing(young.entry(estate))


@pytest.mark.parametrize("lie", ["listing", "etag"])
def test_a_server_that_hides_a_change_is_not_believed_any_more(estate: Estate, lie: str) -> None:
    others = [Place(f"/1/{number}.txt") for number in range(3)]
    after(estate, *others, Place("/1/a.txt"))
    unit, memory = opened(estate, sampled=1.0 if lie == "listing" else 0.0)
    changed = Place("/1/a.txt", b"other", headers=HEADERS if lie == "etag" else {})
    assert lie == "etag" or memory.by_listing(changed.entry(estate)) is None
    fetched(estate, unit, changed)
    assert memory.by_listing(others[0].entry(estate)) is None
    ended(estate, unit)
    _, memory = opened(estate)
    assert all(memory.by_listing(place.entry(estate)) is None for place in others)
    assert memory.conditions("http://files.example.org/1/0.txt") is None


def test_of_very_many_findings_some_are_asked_for_until_one_is_closed(estate: Estate) -> None:
    many = [Place(f"/1/{number}.txt", holds_letter=True) for number in range(2 * FINDINGS_ASKED)]
    after(estate, *many)
    _, memory = opened(estate)
    asked = [place for place in many if memory.by_listing(place.entry(estate)) is None]
    assert FINDINGS_ASKED / 2 < len(asked) < FINDINGS_ASKED * 1.5
    memory.skipped(Skipped(f"http://files.example.org{asked[0].path}", SkipReason.ACCESS_DENIED))
    assert not any(memory.by_listing(place.entry(estate)) for place in many)


def test_nothing_that_names_a_place_or_a_person_can_be_read_in_it(estate: Estate) -> None:
    page = LedTo((("l", "http://files.example.org/1/Jane_Smith_IVF.doc"),), True)
    gap = Gap(SkipReason.ENCRYPTED, "", "!/Jane_Smith.pdf")
    after(estate, Place("/1/Jane_Smith.html", headers={"etag": '"Jane_Smith"'}, led_to=page, gaps=(gap,)))
    kept = memory_of(estate.database, UNIT)
    assert b"Jane" not in kept.read_bytes()
    assert b"Smith" not in kept.read_bytes()
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    _, memory = opened(estate)
    told = memory.not_modified("http://files.example.org/1/Jane_Smith.html", {})
    assert told is not None
    assert told.led_to == page
    assert told.unchanged.gaps == (gap,)


def test_a_killed_unit_goes_on_with_what_it_had_learned(estate: Estate) -> None:
    after(estate, Place("/1/a.txt"), Place("/1/b.txt"))
    unit, memory = opened(estate)
    assert unit.store is not None
    fetched(estate, unit, Place("/1/c.txt", led_to=LedTo((("l", "http://files.example.org/1/d"),), True)))
    assert memory.by_listing(replace(Place("/1/b.txt").entry(estate), size=1)) is None
    unit.store.commit(lambda _: None)
    unit.store.close()  # killed here
    resumed = unit._sweep.unit(unit_record(), clock=lambda: estate.now)
    assert resumed.store is not None
    memory = resumed.remember(memory_of(estate.database, UNIT), resumed.store, memory._terms)
    memory._now = lambda: estate.now
    assert memory.conditions("http://files.example.org/1/b.txt") is None, "it was listed otherwise before the kill"
    ended(estate, resumed)
    _, memory = opened(estate)
    assert memory.by_listing(Place("/1/a.txt").entry(estate))
    assert memory.not_modified("http://files.example.org/1/c.txt", {}) is not None


def damage(path: Path, how: str) -> None:
    match how:
        case "cut":
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        case "noise":
            path.write_bytes(b"\x00" * 8_192)
        case "facts":
            with sqlite3.connect(path) as connection:
                connection.execute("UPDATE places SET facts = zeroblob(80)")
            connection.close()
        case _:
            path.unlink()


@pytest.mark.parametrize("how", ["cut", "noise", "facts", "lost"])
def test_a_damaged_memory_costs_a_fetch_and_nothing_else(estate: Estate, how: str) -> None:
    place = Place("/1/a.txt")
    after(estate, place)
    damage(memory_of(estate.database, UNIT), how)
    unit, memory = opened(estate)
    assert memory.by_listing(place.entry(estate)) is None
    assert memory.is_lost is (how != "lost")
    fetched(estate, unit, place)
    ended(estate, unit)
    _, memory = opened(estate)
    assert memory.by_listing(place.entry(estate))


def test_it_never_knows_more_than_the_database(estate: Estate) -> None:
    place = Place("/1/a.txt", holds_letter=True)
    unit, _ = opened(estate)
    fetched(estate, unit, place)
    ended(estate, unit, merged=False)
    kept = memory_of(estate.database, UNIT)
    assert not kept.exists(), "what is not merged is not remembered"
    before = estate.database.read_bytes()
    merge(estate.root, estate.database)
    assert kept.exists()
    assert not drop_foreign(estate.database)
    # An interrupted unit leaves the old one.
    unit, _ = opened(estate)
    ended(estate, unit, UnitState.INTERRUPTED)
    assert kept.exists()
    assert not drop_foreign(estate.database)
    # A part that can not be read was looked at, and is lost: the unit is read again.
    unit, _ = opened(estate)
    fetched(estate, unit, Place("/1/b.txt"))
    unit.finish(estate.outcome())
    unit._sweep.finish(estate.end())
    next(unit._sweep.folder.path.glob("*/part-*/documents.parquet")).write_bytes(b"torn")
    merge(estate.root, estate.database)
    assert not kept.exists()
    after(estate, place)
    assert kept.exists()
    # Put back from a back-up, it knows less.
    estate.database.write_bytes(before)
    assert drop_foreign(estate.database)
    assert not memory_root(estate.database).exists()
    assert not drop_foreign(estate.database)


def test_a_merge_into_a_database_put_back_takes_no_memory_over(estate: Estate) -> None:
    unit, _ = opened(estate)
    fetched(estate, unit, Place("/1/a.txt"))
    ended(estate, unit)
    before = estate.database.read_bytes()
    kept = memory_of(estate.database, UNIT)
    after(estate, Place("/1/a.txt"), Place("/1/b.txt", holds_letter=True))
    assert kept.exists()
    estate.database.write_bytes(before)
    unit, _ = opened(estate)
    ended(estate, unit, UnitState.INTERRUPTED)  # merged before any sweep has looked whose the memories are
    assert not kept.exists()


def test_findings_of_unchanged_places_are_present_and_counted(estate: Estate) -> None:
    place, plain = Place("/1/a.txt", holds_letter=True), Place("/1/b.txt")
    after(estate, place, plain)
    for asked in (True, False):
        unit, memory = opened(estate)
        known = memory.not_modified("http://files.example.org/1/a.txt", {}) if asked else None
        unit.entries([replace(plain.entry(estate), unchanged=memory.by_listing(plain.entry(estate)))])
        if known is not None:
            unit.entries([replace(place.entry(estate), unchanged=known.unchanged)])
        else:
            document = place.document(estate)
            same = memory.same_digest(document)
            assert same is not None
            unit.unchanged(document, same)
        ended(estate, unit)
    assert estate.ask("SELECT history, basis, state FROM finding_status") == [("PPP", "same_digest", "open")]
    assert estate.ask("SELECT first_sweep = fetched_sweep, last_sweep > first_sweep FROM findings") == [(True, True)]
    assert estate.ask("SELECT count(*) FROM documents") == [(2,)]
    assert estate.ask("SELECT basis, sum(places)::INT FROM unchanged GROUP BY 1 ORDER BY 1") == [
        ("not_modified", 1), ("same_digest", 1), ("same_listing", 2)
    ]  # fmt: skip
    assert estate.ask("SELECT name, outcome FROM entries ORDER BY 1") == [
        ("a.txt", "unchanged"),
        ("b.txt", "unchanged"),
    ]
    # One that the database does not know makes the unit read again.
    unit, memory = opened(estate)
    unit.entries([replace(plain.entry(estate), unchanged=Unchanged(UnchangedBasis.NOT_MODIFIED, "clear", ("x",)))])
    ended(estate, unit)
    assert not memory_of(estate.database, UNIT).exists()


def test_a_purge_drops_a_memory_that_may_speak_of_what_it_deletes(estate: Estate) -> None:
    place, rule = Place("/1/a.txt"), {RetentionRule.DOCUMENTS: 30}
    after(estate, place)
    unit, memory = opened(estate)
    unit.entries([replace(place.entry(estate), unchanged=memory.by_listing(place.entry(estate)))])
    ended(estate, unit)
    kept = memory_of(estate.database, UNIT)
    assert purge(estate.database, rule, "A", clock=lambda: estate.now + timedelta(days=9)).rows == {}
    assert kept.exists(), "nothing of it was deleted"
    assert purge(estate.database, rule, "A", clock=lambda: estate.now + timedelta(days=60)).rows["documents"] == 1
    assert not kept.exists()
