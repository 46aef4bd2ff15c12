"""Answers made to take for ever are read in seconds: a stuck parser would hold the whole sweep."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
READER = Path(__file__).parent / "read_hostile_page.py"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("comments", "0 rows, 0 links"),
        ("nested lists", "21845 rows, 21845 links"),
        ("nested pre", "21845 rows, 21845 links"),
        ("nested tables", "15887 rows, 15887 links"),
        ("nested cells", "0 rows, 0 links"),
        ("refresh", "0 rows, 0 links"),
        ("refresh in the middle", "0 rows, 0 links"),
        ("attributes", "attributes"),
        ("long base", "addresses"),
        ("digits", "1 rows, 1 links"),
        ("empty members", "gzip_members"),
        ("padded members", "0"),
    ],
)
def test_a_mebibyte_made_to_take_for_ever(name: str, end: str) -> None:
    read = subprocess.run(
        [sys.executable, "-W", "error", str(READER), name],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        cwd=ROOT,
        check=False,
    )
    assert read.stderr.decode() == ""
    assert read.stdout.decode() == end


def test_what_a_costly_page_leads_to_is_told(web: Any, crawl: Callable[..., Any]) -> None:
    attributes = " ".join(f"a{number}" for number in range(20_000))
    web.page("/", f"<a href=letter.txt>x</a><p {attributes}>")
    crawled = crawl(web.url)
    assert crawled.fetched == ["/"]
    assert crawled.skipped == {"/": ("too_large", "links_not_read attributes")}


def test_a_letter_behind_comments_is_a_letter(web: Any, crawl: Callable[..., Any]) -> None:
    web.page("/", "<!---->" * 300 + "Dear Mrs Example", Content_Type="text/plain")
    crawled = crawl(web.url)
    assert crawled.fetched == ["/"]
    assert crawled.skips == []
