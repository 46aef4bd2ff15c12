from __future__ import annotations

import pytest
from lxml import etree

from extraction.texts.tag_soup import mended_tags


@pytest.mark.parametrize(
    ("soup", "mended"),
    [
        ("<a><b>one</a><b>two</b>", "<a><b>one<b>two</b></b></a>"),
        ("<a>one</b>two</a>", "<a>onetwo</a>"),
        ('<a>one<b c="d>two<e/>three', "<a>one two<e/>three</a>"),
        ("<a>1 < 2</a>", "<a>1   2</a>"),
        ("before<a/>behind", "<a/>"),
        ("no tag", ""),
    ],
)
def test_every_tag_is_closed_and_text_is_kept(soup: str, mended: str) -> None:
    assert mended_tags(soup) == mended


def test_nesting_without_end_is_cut_off_and_its_text_is_kept() -> None:
    root = etree.fromstring(mended_tags("<a>" + "<b>" * 5000 + "<c>deep</c>" + "</b>" * 5000 + "<c>after</c></a>"))
    assert [element.text for element in root.iter("c")] == ["deep", "after"]


def test_a_tag_that_never_ends_costs_little_and_is_no_text() -> None:
    assert (
        mended_tags("<d>one" + ("<a " + " " * 2000) * 2000 + "<e/>two" + "<a " + "x='1'" * 200_000)
        .strip()
        .endswith("two </d>")
    )
