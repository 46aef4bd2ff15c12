"""Folders above a document are asked, once each and inside the target alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crawler.ancestors import REMEMBERED_FOLDERS, Ancestors, folders_above
from crawler.frontier import Frontier, Place
from scope.model import SiteTarget, Tier

HOST = "http://h.example"


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("/", []),
        ("/a.pdf", ["/"]),
        ("/a/b/c.pdf", ["/a/b/", "/a/", "/"]),
        ("/a/b/", ["/a/", "/"]),
        ("/a/b/c.php?file=/x/y", ["/a/b/", "/a/", "/"]),
    ],
)
def test_the_folders_above_a_place(path: str, above: list[str]) -> None:
    assert folders_above(HOST + path) == [HOST + folder for folder in above]


def test_each_is_asked_once_and_those_outside_the_target_never(web: Any, crawl: Callable[..., Any]) -> None:
    web.links("/a/", "/a/b/c/1.txt", "/a/b/c/2.txt", "/a/b/3.txt")
    for path in ("/a/b/c/1.txt", "/a/b/c/2.txt", "/a/b/3.txt"):
        web.page(path, "a letter", Content_Type="text/plain")
    web.page("/a/b/c/", "", 401, WWW_Authenticate='Basic realm="x"')
    crawled = crawl(web.url + "/a/")
    asked = [path for path in web.asked if path.endswith("/")]
    assert sorted(asked) == ["/a/", "/a/b/", "/a/b/c/"]
    assert crawled.skipped == {
        "/a/b/c/": ("access_denied", "http_401 login"),
        "/a/b/": ("not_found", "http_404"),
    }


def test_a_folder_that_answers_is_a_place_like_any_other(web: Any, crawl: Callable[..., Any]) -> None:
    web.links("/", "/files/known.txt")
    web.page("/files/known.txt", "a letter", Content_Type="text/plain")
    web.page(
        "/files/",
        '<title>Index of /files/</title><h1>Index of /files/</h1><pre><a href="../">../</a>\n'
        '<a href="known.txt">known.txt</a> 02-Jan-2023 03:04 8\n'
        '<a href="unlinked.txt">unlinked.txt</a> 02-Jan-2023 03:04 8\n</pre>',
    )
    web.page("/files/unlinked.txt", "another", Content_Type="text/plain")
    assert "/files/unlinked.txt" in crawl(web.url + "/").fetched


def test_folders_of_pages_are_asked_where_pages_are_files(web: Any, crawl: Callable[..., Any]) -> None:
    web.links("/", "/made/by/program", "/stored/letter.html")
    for path in ("/made/by/program", "/stored/letter.html"):
        web.page(path, "<p>text</p>")
    crawl(web.url + "/")
    assert [path for path in web.asked if path.endswith("/")] == ["/", "/stored/"]


def test_what_is_kept_in_memory_has_an_end() -> None:
    frontier = Frontier()
    ancestors = Ancestors(SiteTarget(tier=Tier.OWN, authority="x", url=HOST + "/"), frontier)
    for number in range(REMEMBERED_FOLDERS + 10):
        ancestors.of(f"{HOST}/{number}/a.pdf", Place(f"{HOST}/{number}/a.pdf", ""), is_page=False)
    assert len(ancestors._climbed) <= REMEMBERED_FOLDERS
