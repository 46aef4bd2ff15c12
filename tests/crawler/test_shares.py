"""No folder's pages take the budget ahead of the others'."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.shares import FOLDER_SHARE, LEAST_PAGES, FolderShares

URL = "http://www.example.org"


def over(shares: FolderShares, addresses: list[str]) -> int:
    return sum(shares.is_over(URL + address) for address in addresses)


def test_a_folder_has_its_share() -> None:
    shares = FolderShares(4_000)
    assert over(shares, [f"/shop/{number}.html" for number in range(1_500)]) == 1_500 - 4_000 * FOLDER_SHARE
    assert over(shares, ["/letters/1.html"]) == 0


def test_what_is_one_folder() -> None:
    shares = FolderShares(0)
    days = [f"/diary/{year}/{day}/" for year in range(10) for day in range(LEAST_PAGES)]
    assert over(shares, days) == len(days) - LEAST_PAGES
    assert over(shares, [f"/list.php?page={number}" for number in range(LEAST_PAGES + 1)]) == 1
    assert over(shares, [f"/{number}/{number}.html" for number in range(LEAST_PAGES)]) == 0


def test_folders_without_number_are_one() -> None:
    shares = FolderShares(0)
    names = ["".join(chr(97 + int(digit)) for digit in f"{number:05}") for number in range(11_000)]
    assert over(shares, [f"/{name}/" for name in names]) == 11_000 - 10_000 - LEAST_PAGES


@pytest.mark.slow
def test_a_shop_without_end_costs_no_letter(web: Any, crawl: Callable[..., Any]) -> None:
    """Each of its pages says something new and leads on to three more; the letters lie deeper."""

    def shop(handler: Any) -> None:
        number = int(parse_qs(urlsplit(handler.path).query)["item"][0])
        more = "".join(f'<a href="?item={3 * number + step}">more</a>' for step in (1, 2, 3))
        handler.answer(200, f"<p>Item number {number * 1_000} of our shop{more}".encode())

    web.links("/", "/shop.php?item=1", "/a.html")
    web.pages["/shop.php"] = shop
    names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]
    for name, after in itertools.pairwise(names):
        web.links(f"/{name}.html", f"/{after}.html")
    web.page("/j.html", "<p>Dear Mrs Example")
    crawled = crawl(web.url, limits={"requests": LEAST_PAGES + 150})  # 7 more go out while each letter is waited for
    assert "/j.html" in crawled.fetched
    assert {skip["detail"] for skip in crawled.skips} == {"requests"}
