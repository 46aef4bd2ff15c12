"""Traps without end are left; letters on one template are not."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest

from crawler.near_duplicates import (
    MOST_IN_A_ROW,
    MOST_SHAPES_OF_PATH,
    UNJUDGED,
    NearDuplicates,
    shapes_of,
)

URL = "http://www.example.org"
LETTERS = 500


@pytest.mark.parametrize(
    ("path", "shapes"),
    [
        ("/letter.php?id=7&view=full", ["/letter.php?id=#&view=full", "/letter.php?"]),
        ("/letter.php?view=full&id=19", ["/letter.php?id=#&view=full", "/letter.php?"]),
        ("/2001/01/01/", ["/#/#/#/"]),
        ("/d/3f2a9c01-77aa-4b12-9c01-0123456789ab/x", ["/d/#/x"]),
        ("/deadbeef/facade", ["/deadbeef/facade"]),
    ],
)
def test_shapes(path: str, shapes: list[str]) -> None:
    assert shapes_of(URL + path) == ["www.example.org" + shape for shape in shapes]


Site = Callable[[str], tuple[str, list[str]]]


def walked(site: Site, start: str, most: int = 5_000) -> list[str]:
    """Which pages of a made-up site are fetched, in order; links that end in .pdf are documents."""
    watch = NearDuplicates()
    waiting: deque[tuple[str, str | None]] = deque([(start, None)])
    seen = {start}
    fetched: list[str] = []
    while waiting and len(fetched) < most:
        path, parent = waiting.popleft()
        if watch.is_left(URL + path, parent):
            continue
        fetched.append(path)
        text, links = site(path)
        new = [link for link in dict.fromkeys(links) if link not in seen]
        seen.update(new)
        documents = any(link.endswith(".pdf") for link in new)
        waiting += [(link, URL + path) for link in new if not link.endswith(".pdf")]
        watch.saw(URL + path, text.lower().split, [URL + link for link in new], documents=documents)
    return fetched


def query_of(path: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(path).query))


def month_calendar(path: str) -> tuple[str, list[str]]:
    """A month leads to its days and to the next month, a day to its neighbours."""
    asked = query_of(path)
    if "day" in asked:
        day = date.fromisoformat(asked["day"])
        near = [f"/day?day={day + timedelta(days=step)}" for step in (-1, 1)]
        return f"{day:%A} # {day:%B} # There are no events on this day", near
    first = date.fromisoformat(asked["month"] + "-01")
    days = [first + timedelta(days=number) for number in range(28)]
    after = f"/calendar?month={first + timedelta(days=31):%Y-%m}"
    text = f"Calendar {first:%B} # Mon Tue Wed Thu Fri Sat Sun {'# ' * (28 + first.month % 4)} next previous"
    return text, [after, *(f"/day?day={day}" for day in days)]


def day_folders(path: str) -> tuple[str, list[str]]:
    day = date.fromisoformat("-".join(path.strip("/").split("/")[1:]))
    return "Events # no events here", [f"/events/{day + timedelta(days=1):%Y/%m/%d}/"]


def sort_orders(path: str) -> tuple[str, list[str]]:
    """Each order leads to all others."""
    columns = list("abcdef")
    return "one two three four five six", [f"/list?order={','.join(o)}" for o in itertools.permutations(columns)]


def filters(path: str) -> tuple[str, list[str]]:
    """Twelve filters of three values that can be combined without end."""
    asked = query_of(path)
    more = [{**asked, f"filter{number}": value} for number in range(12) for value in ("red", "green", "blue")]
    return "Items bed / sling / boot / belt", ["/shop?" + urlencode(sorted(each.items())) for each in more]


def tokens(path: str) -> tuple[str, list[str]]:
    """A visit's number in each address."""
    return "Welcome to our clinic", [f"/v/{blake2b(path.encode(), digest_size=8).hexdigest()}9/home"]


@pytest.mark.parametrize(
    ("trap", "start", "most"),
    [
        (month_calendar, "/calendar?month=2000-01", 450),
        (day_folders, "/events/2000/01/01/", 60),
        (sort_orders, "/list?order=a", 130),
        (filters, "/shop?", 150),
        (tokens, "/v/0123456789abcdef9/home", 60),
    ],
)
def test_a_trap_is_left(trap: Site, start: str, most: int) -> None:
    assert MOST_IN_A_ROW <= len(walked(trap, start)) <= most


FIRST = "Ann Bea Cid Dan Eve Flo Gus Hal Ivy Jon".split()
LAST = [f"{a}{b}son" for a in ("Ab", "Be", "Co", "Du", "El", "Fi", "Gr") for b in ("a", "e", "i", "o", "ul", "y", "ar")]


def letters(path: str) -> tuple[str, list[str]]:
    """One template; names are drawn again and again, numbers are each patient's own."""
    number = int(query_of(path)["id"])
    name = f"{FIRST[number % 10]} {LAST[number * 7 % 49]}"
    nhs = f"999 {number % 1000:03} {number * 7 % 10_000:04}"
    text = f"Dear {name} your NHS number is {nhs} we saw you on # March # and all was well. Yours Dr Who"
    return text, [f"/letter.php?id={number + 1}"]


def results(path: str) -> tuple[str, list[str]]:
    """No name at all, a number alone tells one from the other."""
    number = int(path.strip("/").split("/")[1])
    return f"Sample {7_000_000 + number} AMH within range", [f"/results/{number + 1}"]


def viewers(path: str) -> tuple[str, list[str]]:
    """Every page says the same, and leads to a program that sends a file; all pages come before the first file."""
    number = int(query_of(path).get("id", 0))
    if path.startswith("/index"):
        return "All letters", [f"/show.php?id={each}" for each in range(1, 3_000)]
    return "Letter of our clinic download back", [f"/download.php?id={number}"] if "show" in path else []


def paper(path: str) -> tuple[str, list[str]]:
    number = int(path.strip("/").split("/")[1])
    return "next previous download", [f"/page/{number + 1}", f"/files/{number}.pdf"]


@pytest.mark.parametrize(
    ("archive", "start", "part", "pages"),
    [
        (letters, "/letter.php?id=1", "letter", 5_000),
        (results, "/results/1", "results", 5_000),
        (viewers, "/index.php", "show", 2_999),
        (paper, "/page/1", "page", 5_000),
    ],
)
def test_an_archive_is_walked_to_its_end(archive: Site, start: str, part: str, pages: int) -> None:
    assert sum(part in path for path in walked(archive, start)) == pages


def leads_nowhere(watch: NearDuplicates, path: str) -> bool:
    """Is the next page left, where a page of the same program and view leads to it?"""
    return watch.is_left(f"{URL}{path}501", f"{URL}{path}500")


def test_a_calendar_beside_letters_of_one_program_is_left_alone() -> None:
    watch = NearDuplicates()
    for number in range(200):
        if not leads_nowhere(watch, "/index.php?page=calendar&day="):
            watch.saw(f"{URL}/index.php?page=calendar&day={number}", "no events".split, documents=False)
    assert leads_nowhere(watch, "/index.php?page=calendar&day=")
    assert not leads_nowhere(watch, "/index.php?page=letter&id=")


def test_a_path_of_few_shapes_is_not_left_for_its_neighbours() -> None:
    watch = NearDuplicates()
    for number in range(MOST_SHAPES_OF_PATH - 1):
        for again in range(3):
            url = f"{URL}/index.php?page=a{'b' * number}&n={again}"
            watch.saw(url, "the same words".split, documents=False)
    assert not leads_nowhere(watch, "/index.php?page=letter&id=")


def closed() -> NearDuplicates:
    watch = NearDuplicates()
    for number in range(UNJUDGED + MOST_IN_A_ROW + 1):
        watch.saw(f"{URL}/letter.php?id={number}", "this letter has been withdrawn".split, documents=False)
    assert leads_nowhere(watch, "/letter.php?id=")
    return watch


def test_what_pages_name_that_bring_something_new_is_fetched() -> None:
    watch = closed()
    for page in range(100):
        index = f"{URL}/index.php?page={page}"
        watch.saw(index, f"patients {page}00 {page}99".split, documents=False)
        assert not any(watch.is_left(f"{URL}/letter.php?id={page}{number}", index) for number in range(100))


def test_what_a_page_names_that_brings_nothing_new_is_left() -> None:
    watch = closed()
    for page in range(2):
        watch.saw(f"{URL}/index.php?page={page}", "all letters".split, documents=False)
    assert not watch.is_left(f"{URL}/letter.php?id=1", f"{URL}/index.php?page=0")
    assert watch.is_left(f"{URL}/letter.php?id=2", f"{URL}/index.php?page=1")


def test_a_page_that_brings_something_new_opens_its_shape_again() -> None:
    watch = closed()
    watch.saw(f"{URL}/letter.php?id=150", "dear ann your sample was frozen".split, documents=False)
    assert not leads_nowhere(watch, "/letter.php?id=")


def test_letters_among_many_withdrawn_ones_that_one_page_names_are_all_fetched(
    web: Any, crawl: Callable[..., Any]
) -> None:
    def show(handler: Any) -> None:
        number = int(parse_qs(urlsplit(handler.path).query)["id"][0])
        handler.answer(200, letter(number) if number in (57, 60) else b"<p>This letter has been withdrawn.")

    paths = [f"/letter.php?id={number}" for number in range(1, 61)]
    web.links("/", *paths)
    web.pages["/letter.php"] = show
    assert set(paths) <= set(crawl(web.url).fetched)


def letter(number: int) -> bytes:
    names = f"{FIRST[number % 10]} {LAST[number % 49]}"
    return (
        f"<title>Letter</title><h1>Fertility clinic</h1><p>Dear {names}<p>NHS 999 {number:03} {number * 7:04}"
        f"<p>We saw you on {number % 28 + 1} March 2026 and all was well.<a href='?id={number + 1}'>next</a>"
    ).encode()


@pytest.mark.slow
def test_five_hundred_letters_on_one_template_are_all_fetched_and_a_calendar_is_not(
    web: Any, crawl: Callable[..., Any]
) -> None:
    def show(handler: Any) -> None:
        number = int(parse_qs(urlsplit(handler.path).query).get("id", ["1"])[0])
        handler.answer(*((200, letter(number)) if number <= LETTERS else (404, b"none")))

    def calendar(handler: Any) -> None:
        day = int(parse_qs(urlsplit(handler.path).query).get("day", ["1"])[0])
        handler.answer(200, f"<h1>Diary</h1>Nothing on {day % 30} May<a href='?day={day + 1}'>next</a>".encode())

    web.links("/", "/letter.php?id=1", "/diary.php?day=1")
    web.pages |= {"/letter.php": show, "/diary.php": calendar}
    crawled = crawl(web.url, limits={"depth": 1_000})
    assert sum(path.startswith("/letter.php") for path in crawled.fetched) == LETTERS
    days = sum(path.startswith("/diary.php") for path in crawled.fetched)
    assert MOST_IN_A_ROW <= days <= UNJUDGED + 2 * MOST_IN_A_ROW
    assert sorted(crawled.skipped.values()) == [("budget_spent", "near_duplicates"), ("not_found", "http_404")]
