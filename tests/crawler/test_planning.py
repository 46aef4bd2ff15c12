"""What becomes of an address that turns up."""

from __future__ import annotations

from typing import Any

import pytest

import crawler.frontier
from crawler.frontier import Frontier, Place
from crawler.items import Harvest
from crawler.listings.listing import Listing
from crawler.planning import Planner
from documents.records import Entry, EntryKind, SkipReason
from scope.model import Limits, SiteTarget, Tier
from scope.urls import canonical_url

TARGET = SiteTarget(url="http://www.example.org/clinic/", tier=Tier.OWN, authority="IG-1")
PAGE = Place("http://www.example.org/clinic/", "http://www.example.org/clinic/")


def plan(*addresses: str, depth: int = 3, at: Place = PAGE) -> tuple[Harvest, list[Place]]:
    frontier = Frontier()
    harvest = Harvest()
    planner = Planner(TARGET, frontier, Limits(depth=depth))
    for address in addresses:
        planner.link(address, at, at.url, harvest)
    return harvest, list(frontier.leave())


@pytest.mark.parametrize(
    "address",
    [
        "http://www.example.com/clinic/a",
        "http://www.example.org/",
        "http://www.example.org:8080/clinic/a",
        "http://www.example.org/clinic/../a",
        "http://www.example.org/clinic/%2e%2e/a",
        "http://www.example.org@evil.example/clinic/a",
        "http://[::1",
        "http://www.example.org:port/clinic/a",
    ],
)
def test_what_is_not_the_targets_leaves_no_record(address: str) -> None:
    harvest, places = plan(address)
    assert harvest == Harvest()
    assert places == []


def test_a_link_is_an_entry_and_a_place_once() -> None:
    harvest, places = plan(
        "https://www.example.org/clinic/a.pdf?b=2&a=1", "https://www.example.org/clinic/a.pdf?a=1&b=2"
    )
    (entry,) = harvest.entries
    assert entry.url == "https://www.example.org/clinic/a.pdf?a=1&b=2"
    assert entry.kind is EntryKind.FILE
    (place,) = places
    assert place.asked == "https://www.example.org/clinic/a.pdf?b=2&a=1"
    assert place.depth == 1


def test_a_tokened_link_is_said_once_and_asked_without() -> None:
    address = "http://user:secret@www.example.org/clinic/a.pdf?token=123&page=2"
    harvest, places = plan(address, address, "http://www.example.org/clinic/a.pdf?page=2")
    assert [(skip.url, skip.reason) for skip in harvest.skips] == [
        ("http://www.example.org/clinic/a.pdf?page=2", SkipReason.CREDENTIAL_IN_URL)
    ]
    assert [place.asked for place in places] == ["http://www.example.org/clinic/a.pdf?page=2"]


def test_a_full_queue_leaves_one_record_for_a_pages_links(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawler.frontier, "LONGEST_QUEUE", 2)
    harvest, places = plan(*(f"http://www.example.org/clinic/{number}" for number in range(100)))
    assert len(places) == len(harvest.entries) == 2
    assert [(skip.url, skip.reason, skip.detail) for skip in harvest.skips] == [
        (PAGE.url, SkipReason.BUDGET_SPENT, "queue")
    ]


def test_a_full_queue_leaves_a_record_for_each_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawler.frontier, "LONGEST_QUEUE", 2)
    frontier = Frontier()
    harvest = Harvest()
    planner = Planner(TARGET, frontier, Limits(depth=3))
    for number in range(5):
        url = f"{PAGE.url}{number}.pdf"
        planner.row(Entry(url, EntryKind.FILE, f"{number}.pdf", parent=PAGE.url), PAGE, (), harvest)
    assert len(harvest.entries) == 5
    assert [skip.url for skip in harvest.skips] == [f"{PAGE.url}{number}.pdf" for number in (2, 3, 4)]


@pytest.mark.parametrize(
    ("address", "depth", "reason", "detail"),
    [
        ("http://www.example.org/clinic/a", 3, SkipReason.BUDGET_SPENT, "depth"),
        ("http://www.example.org/clinic/a/a/a/", 0, SkipReason.BUDGET_SPENT, "repeating_path"),
    ],
)
def test_what_is_not_asked_for_is_an_entry_and_a_skip(
    address: str, depth: int, reason: SkipReason, detail: str
) -> None:
    harvest, places = plan(address, at=Place(PAGE.url, PAGE.url, depth=depth))
    assert [entry.url for entry in harvest.entries] == [address]
    assert [(skip.url, skip.reason, skip.detail) for skip in harvest.skips] == [(address, reason, detail)]
    assert places == []


def test_whether_an_address_acts_is_for_the_guard_to_say() -> None:
    """It knows the kind of the target: in an open directory, `reject/` is a folder."""
    harvest, places = plan("http://www.example.org/clinic/reject/")
    assert [place.url for place in places] == ["http://www.example.org/clinic/reject/"]
    assert harvest.skips == []


@pytest.mark.parametrize("name", ["%252e%252e", "%252e%252e/a", "..;x/a", "a%5c..%5cb", "a%0ab"])
def test_what_lies_in_the_folder_by_name_and_is_refused_leaves_one_record(name: str) -> None:
    url = canonical_url(PAGE.url + name)
    frontier = Frontier()
    harvest = Harvest()
    planner = Planner(TARGET, frontier, Limits(depth=3))
    entry = Entry(url, EntryKind.DIRECTORY, name, parent=PAGE.url)
    planner.row(entry, PAGE, (), harvest)
    planner.link(url, PAGE, PAGE.url, harvest)
    planner.self_holding(entry, harvest)
    assert harvest.entries == []
    assert [(skip.url, skip.reason, skip.parent) for skip in harvest.skips] == [
        (url, SkipReason.DENIED_BY_GUARD, PAGE.url)
    ]
    assert list(frontier.leave()) == []


def test_addresses_too_long_to_follow_leave_one_record_for_a_page() -> None:
    harvest = Harvest()
    planner = Planner(TARGET, Frontier(), Limits(depth=3))
    planner.overlong(
        ["http://www.example.com/clinic/xx", "http://[::1", "http://www.example.org/xx"], PAGE.url, harvest
    )
    assert harvest.skips == []
    planner.overlong([f"{PAGE.url}xx", f"{PAGE.url}xy"], PAGE.url, harvest)
    assert [(skip.url, skip.reason, skip.detail) for skip in harvest.skips] == [
        (PAGE.url, SkipReason.TOO_LARGE, "links_not_read address_length")
    ]


def listed(name: str, size: int | None = 100, **more: Any) -> Entry:
    kind = EntryKind.DIRECTORY if name.endswith("/") else EntryKind.FILE
    return Entry(PAGE.url + name, kind, name.removesuffix("/"), size, parent=PAGE.url, **more)


def planned(*entries: Entry, next_url: str | None = None, body_bytes: int = 1 << 20) -> tuple[Harvest, list[Place]]:
    frontier = Frontier()
    harvest = Harvest()
    Planner(TARGET, frontier, Limits(depth=3, body_bytes=body_bytes)).rows(
        Listing(True, entries, next_url), PAGE, harvest
    )
    return harvest, list(frontier.leave())


def test_rows_are_all_recorded_and_fetched_best_first_where_they_are_worth_it() -> None:
    names = ["x.bin", "style.css", "deep/", "index.html", "clinic letter.pdf", "old.doc", "film.mp4", "empty.txt"]
    entries = [listed(name, 0 if name == "empty.txt" else 100) for name in names]
    harvest, places = planned(*entries)
    assert harvest.entries == entries
    assert harvest.skips == []
    assert [place.url.removeprefix(PAGE.url) for place in places] == [
        "clinic letter.pdf",
        "deep/",
        "old.doc",
        "index.html",
        "x.bin",
    ]
    assert all(place.listed for place in places)


@pytest.mark.parametrize(("size", "error", "too_large"), [(1001, 0, True), (1000, 0, False), (1400, 500, False)])
def test_a_file_that_is_listed_as_too_large_is_told_and_not_asked_for(size: int, error: int, too_large: bool) -> None:
    harvest, places = planned(listed("a.pdf", size, size_error=error), body_bytes=1000)
    assert len(harvest.entries) == 1
    assert [(skip.reason, skip.detail) for skip in harvest.skips] == [(SkipReason.TOO_LARGE, "listed_size")] * too_large
    assert bool(places) is not too_large


def test_dictation_is_asked_for_by_its_head() -> None:
    _, places = planned(listed("DM_0012.ds2"), listed("DM_0012.doc"))
    assert {place.url.rpartition(".")[2]: place.head for place in places} == {"ds2": True, "doc": False}


@pytest.mark.parametrize("name", ["../a.pdf", "..%2fa.pdf", "a.pdf?X-Amz-Signature=1", "..;/a.pdf", ".../a%00.pdf"])
def test_a_name_that_is_not_plain_gets_the_whole_judgement(name: str) -> None:
    """Also where its neighbours in the folder were plain."""
    harvest, places = planned(listed("plain.pdf"), Entry(PAGE.url + name, EntryKind.FILE, name, parent=PAGE.url))
    alone, _ = planned(Entry(PAGE.url + name, EntryKind.FILE, name, parent=PAGE.url))
    assert harvest.entries[1:] == alone.entries
    assert harvest.skips == alone.skips
    assert len(places) <= 2


def test_the_folder_above_the_target_is_not_known_by_the_target_itself() -> None:
    start = Entry(PAGE.url.removesuffix("/"), EntryKind.DIRECTORY, "clinic", parent=PAGE.url)
    other = Entry("http://www.example.org/other", EntryKind.DIRECTORY, "other", parent=PAGE.url)
    harvest, _ = planned(start, other)
    assert [entry.url for entry in harvest.entries] == [start.url]


def test_a_listing_in_pages_is_followed_while_it_brings_new_rows() -> None:
    frontier = Frontier()
    planner = Planner(TARGET, frontier, Limits(depth=3))
    harvest = Harvest()
    pages = [f"{PAGE.url}?page={number}" for number in range(1, 5)]
    for page, row in zip(pages[:3], ["a.pdf", "b.pdf", "b.pdf"], strict=True):
        place = Place(page, page, depth=1)
        planner.rows(Listing(True, (listed(row),), pages[pages.index(page) + 1]), place, harvest)
    followed = [place for place in frontier.leave() if "page" in place.url]
    assert [(place.url, place.depth) for place in followed] == [(pages[1], 1), (pages[2], 1)]
    assert [(skip.url, skip.detail) for skip in harvest.skips] == [(pages[3], "endless_listing")]
    planner.link(pages[3], PAGE, PAGE.url, harvest)
    assert list(frontier.leave()) == [], "nor by another way"


def test_rows_that_could_not_be_read_are_told_by_their_number() -> None:
    harvest = Harvest()
    Planner(TARGET, Frontier(), Limits()).rows(Listing(True, (listed("a.pdf"),), unread=3), PAGE, harvest)
    assert [(skip.url, skip.reason, skip.detail) for skip in harvest.skips] == [
        (PAGE.url, SkipReason.UNREADABLE, "listing_rows 3")
    ]
