from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extraction.paths import MemberPaths, member_path


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("day1/letters.pdf", "!/day1/letters.pdf"),
        ("day1\\letters.pdf", "!/day1/letters.pdf"),
        ("/etc/passwd", "!/etc/passwd"),
        ("../../up", "!/../../up"),
        ("a#page=1", "!/a%23page=1"),
        ("a!/b", "!/a%21/b"),
        ("100%", "!/100%25"),
        ("two\nlines\x1b[0m", "!/two%0Alines%1B[0m"),
        ("\u202efdp.exe", "!/%E2%80%AEfdp.exe"),
        ("x" * 1000, "!/" + "x" * 255),
        ("x" * 300 + "/a.pdf", "!/" + "x" * 255 + "/a.pdf"),
        ("folder/" * 1000 + "a.pdf", "!/" + ("folder/" * 1000 + "a.pdf")[-1000:]),
    ],
)
def test_a_name_is_only_a_name(name: str, place: str) -> None:
    assert member_path(name) == place


def test_each_member_has_a_place_of_its_own() -> None:
    paths = MemberPaths()
    names = ["a.pdf", "a.pdf", "", "a.pdf~2", "a.pdf", "", "part-1"]
    places = [paths.place(name) for name in names]
    assert places[:3] == ["!/a.pdf", "!/a.pdf~2", "!/part-1"]
    assert len(set(places)) == len(names)


@given(st.lists(st.text(max_size=6), max_size=30))
def test_places_never_collide_and_hold_no_place_of_another(names: list[str]) -> None:
    paths = MemberPaths()
    places = [paths.place(name) for name in names]
    assert len(set(places)) == len(names)
    assert all("#" not in place and place.count("!") == 1 for place in places)
