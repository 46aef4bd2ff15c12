from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.listings.places import Places, canonical_segment, last_name
from crawler.pages import LONGEST_ADDRESS, MOST_ADDRESS_CHARACTERS
from scope.urls import canonical_url

URL = "http://files.example.org/pub/list?x=1"
FOLDER = "http://files.example.org/pub/"


@given(st.text(st.characters(), max_size=20))
def test_a_name_becomes_the_canonical_url_of_a_child_and_reads_back(name: str) -> None:
    place = Places(URL).named(name)
    if place is not None:
        assert canonical_url(place) == place
        assert place.startswith(FOLDER)
        assert "/" not in place.removeprefix(FOLDER)
        assert last_name(place) == name
    else:
        control = any(ord(c) < 32 or 127 <= ord(c) < 160 or 0xD800 <= ord(c) < 0xE000 for c in name)
        assert not name or name in {".", ".."} or "/" in name or control


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("letter.pdf", "letter.pdf"),
        ("100% of J. Example?.pdf", "100%25%20of%20J.%20Example%3F.pdf"),
        ("a#b;c", "a%23b%3Bc"),
        ("a%2Fb", "a%252Fb"),
        ("Müller 日本.txt", "M%C3%BCller%20%E6%97%A5%E6%9C%AC.txt"),
        ("\udcfcber.txt", "%FCber.txt"),
        (".hidden", ".hidden"),
        ("...", "..."),
    ],
)
def test_names_are_encoded_as_they_are(name: str, written: str) -> None:
    assert Places(URL).named(name) == FOLDER + written
    assert Places(URL).named(name, directory=True) == FOLDER + written + "/"


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/etc", "a\x00b", "a\x1b[2J", "a\nb", "a\x85b", "\ud800"])
def test_a_name_that_climbs_or_steers_has_no_place(name: str) -> None:
    assert Places(URL).named(name) is None


def test_keys_may_hold_slashes_but_not_climb() -> None:
    places = Places(URL)
    assert places.keyed("2024/a b.pdf") == FOLDER + "2024/a%20b.pdf"
    assert places.keyed("2024/") == FOLDER + "2024/"
    assert places.keyed("a//b") == FOLDER + "a//b"
    assert [places.keyed(key) for key in ("../a", "a/../../b", "a/./b", "", "/", "a/\x07")] == [None] * 6


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("./a%20b.pdf", FOLDER + "a%20b.pdf"),
        ("sub/", FOLDER + "sub/"),
        ("/pub/sub/x", FOLDER + "sub/x"),
        ("http://files.example.org:80/other/x", "http://files.example.org/other/x"),
        ("?dir=a%2Fb", FOLDER + "list?dir=a%2Fb"),
        ("http://user:secret@files.example.org/x", "http://files.example.org/x"),
        ("..", None),
        ("../x", None),
        ("%2e%2e/x", None),
        ("/", None),
        ("/pub", None),
        ("http://elsewhere.example/x", None),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("http://[bad", None),
        ("a\x00", None),
        ("", None),
        ("a\udcfc.pdf", FOLDER + "a%FC.pdf"),
        ("a\ud800", None),
    ],
)
def test_written_addresses(address: str, place: str | None) -> None:
    assert Places(URL).written(address) == place


@given(st.text(st.characters(), max_size=30))
def test_written_addresses_never_raise_and_stay_at_the_host(address: str) -> None:
    place = Places(URL).written(address)
    assert place is None or place.startswith("http://files.example.org/")


@given(st.text("ab.%205cE9/~!&'+=@-;[", max_size=14))
def test_the_short_way_to_an_address_leads_where_the_long_one_does(address: str) -> None:
    short, long = Places(URL).written("a" + address), Places(URL).written(f"{FOLDER}a{address}")
    if short is not None and long is not None and "//" not in address:  # urljoin takes empty segments out
        assert short == long
    if short is not None:
        assert canonical_url(short) == short


@given(st.text(st.characters(), max_size=12))
def test_a_canonical_segment_is_canonical(text: str) -> None:
    segment = canonical_segment(text)
    if segment is not None:
        assert canonical_url(FOLDER + segment[0]) == FOLDER + segment[0]
        assert last_name(FOLDER + segment[0]) == segment[1]


def test_rows_have_no_more_characters_than_a_page_may() -> None:
    places = Places("http://files.example.org/" + "a" * 7_000 + "/")
    given_places = sum(places.named(f"{number}.txt") is not None for number in range(10_000))
    assert 0 < given_places <= MOST_ADDRESS_CHARACTERS // 7_000
    assert Places(URL).named("a" * LONGEST_ADDRESS) is None
