from __future__ import annotations

import pytest

from fetching.endings import FAMILIES, Family, family_of


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("a.PDF", Family.DOCUMENT),
        ("a.b.docx", Family.DOCUMENT),
        ("day.zip", Family.ARCHIVE),
        ("x.tar.gz", Family.ARCHIVE),
        ("letter.doc.bak", Family.DOCUMENT),
        ("letter.doc.gz", Family.DOCUMENT),
        ("old.bak", Family.DATA),
        ("a.css", Family.STYLE),
        ("U-1.ds2", Family.DICTATION),
        ("letter", None),
        ("letter.", None),
        (".profile", None),
        ("a.unknown", None),
        ("", None),
    ],
)
def test_a_file_is_what_its_ending_says(name: str, family: Family | None) -> None:
    assert family_of(name) is family


def test_an_ending_has_one_family() -> None:
    assert len(FAMILIES) > 200
    assert all(ending == ending.lower() and "." not in ending for ending in FAMILIES)
    assert set(FAMILIES.values()) == set(Family)
