"""What becomes of an address that turns up."""

from __future__ import annotations

import pytest

import crawler.frontier
from crawler.frontier import Frontier, Place
from crawler.items import Harvest
from crawler.planning import Planner
from crawler.shares import FolderShares
from documents.records import Entry, EntryKind, SkipReason
from scope.model import SiteTarget, Tier
from scope.urls import canonical_url

TARGET = SiteTarget(url="http://www.example.org/clinic/", tier=Tier.OWN, authority="IG-1")
PAGE = Place("http://www.example.org/clinic/", "http://www.example.org/clinic/")


def plan(*addresses: str, depth: int = 3, at: Place = PAGE) -> tuple[Harvest, list[Place]]:
    frontier = Frontier()
    harvest = Harvest()
    planner = Planner(TARGET, frontier, depth, FolderShares(1_000))
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
    planner = Planner(TARGET, frontier, 3, FolderShares(1_000))
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
    planner = Planner(TARGET, frontier, 3, FolderShares(1_000))
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
    planner = Planner(TARGET, Frontier(), 3, FolderShares(1_000))
    planner.overlong(
        ["http://www.example.com/clinic/xx", "http://[::1", "http://www.example.org/xx"], PAGE.url, harvest
    )
    assert harvest.skips == []
    planner.overlong([f"{PAGE.url}xx", f"{PAGE.url}xy"], PAGE.url, harvest)
    assert [(skip.url, skip.reason, skip.detail) for skip in harvest.skips] == [
        (PAGE.url, SkipReason.TOO_LARGE, "links_not_read address_length")
    ]
