"""Traps are seen, and real folders are not taken for traps."""

from __future__ import annotations

import pytest

from crawler.traps import holds_itself, repeats


@pytest.mark.parametrize(
    "path",
    ["a/a/a/", "x/loop/loop/loop/letter.pdf", "a/b/a/b/a/b/", "x/a/b/c/a/b/c/a/b/c/d", "css/css/css/css/a.css"],
)
def test_a_path_that_repeats_itself(path: str) -> None:
    assert repeats(f"http://www.example.org/{path}")


@pytest.mark.parametrize(
    "path",
    ["", "a/a/", "2001/01/01/01/", "2011/11/11/11/11/letter.pdf", "a/b/a/c/a/d/", "letters/2023/letters/2024/letters/"],
)
def test_a_path_that_does_not(path: str) -> None:
    assert not repeats(f"http://www.example.org/{path}")


def test_a_listing_that_holds_itself() -> None:
    assert not holds_itself(7, ())
    assert not holds_itself(7, (7, 7))
    assert not holds_itself(7, (1, 2, 3, 4))
    assert holds_itself(7, (7, 1, 7, 1, 7))
