from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bucket_probes.gcs_listing import parse_json_listing, whole_number
from fetching.bucket_listings import ListedObject


def page(*rows: object, **more: object) -> bytes:
    return json.dumps({"kind": "storage#objects", "items": list(rows), **more}).encode()


def row(name: object, **more: object) -> dict[str, object]:
    usual = {"size": "5", "updated": "2026-01-02T03:04:05.678Z", "generation": "1700", "etag": "CK"}
    return {"name": name, **usual, **more}


def keys(body: bytes) -> list[str] | None:
    found = parse_json_listing(body)
    return None if found is None else [item.key for item in found.objects]


def test_a_page() -> None:
    found = parse_json_listing(page(row("a/b.txt"), nextPageToken="t+/="))
    assert found is not None
    assert found.objects == (
        ListedObject("a/b.txt", 5, datetime(2026, 1, 2, 3, 4, 5, 678000, UTC), version="1700", etag="CK"),
    )
    assert (found.next_token, found.damaged) == ("t+/=", False)


def test_an_empty_bucket_has_its_kind_alone() -> None:
    assert keys(b'{"kind": "storage#objects"}') == []


def test_what_is_not_current() -> None:
    found = parse_json_listing(
        page(row("old", timeDeleted="2026-01-03T00:00:00Z"), row("soft", softDeleteTime="2026-01-03T00:00:00Z"))
    )
    assert found is not None
    assert [(item.key, item.is_current, item.deleted) for item in found.objects] == [
        ("old", False, False),
        ("soft", False, True),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "é",
        "\u202etxt.exe",
        "a\nb",
        "\x01",
        "../x",
        "/lead",
        "a//b",
        "\\",
        "x" * 1024,
        " ",
        "a+b%2Fc",
        "\U0001f600",
        "d/",
    ],
)
def test_names_as_they_are(name: str) -> None:
    assert keys(page(row(name))) == [name]
    assert keys(json.dumps({"items": [row(name)]}, ensure_ascii=False).encode()) == [name]


def test_names_that_are_no_text_stay_apart_and_can_be_carried_on() -> None:
    found = keys(b'{"items": [{"name": "\\ud800"}, {"name": "\xff"}, {"name": "\\ud801"}]}')
    assert found is not None
    assert len(set(found)) == 3
    assert b"\xff" in {name.encode("utf-8", "surrogateescape") for name in found}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"7",
        b'{"kind": "storage#buckets"}',
        b'{"error": {"code": 404}, "items": []}',
        b'{"items": {"name": "a"}}',
        b'{"items": "a"}',
        b'{"items": [1, null, "a", {"title": "b"}]}',
        b"<html>Sign in</html>",
        b"<ListBucketResult/>",
        b'{"items": [{"name": "a", "name": "b"}]}',
        b'{"items":' * 30_000,
        b"[" * 100_000,
        b"\xff\xfe\x00",
        "{}".encode("utf-16")[:-1],
    ],
)
def test_what_is_no_page(body: bytes) -> None:
    assert parse_json_listing(body) is None


def test_rows_that_came_whole_are_kept() -> None:
    whole = page(row("a"), row("b, ]"), row("c"), nextPageToken="t")
    for end in range(len(whole)):
        found = parse_json_listing(whole[:end])
        if found is not None:
            assert found.damaged
            assert found.next_token is None, "a token before the break would go on behind rows that were not seen"
            assert [item.key for item in found.objects] == ["a", "b, ]", "c"][: len(found.objects)]
    last = parse_json_listing(whole[:-2])
    assert last is not None
    assert len(last.objects) == 3


def test_fields_that_are_odd_cost_only_themselves() -> None:
    odd = row("a", size="-1", updated="yesterday", generation=[], etag=7)
    assert parse_json_listing(page(odd, row("b"))) is not None
    found = parse_json_listing(page(odd))
    assert found is not None
    assert found.objects == (ListedObject("a"),)


@pytest.mark.parametrize(
    ("said", "number"),
    [("12", 12), (12, 12), ("", None), ("-1", None), (-1, None), (True, None), ("1e3", None), (1.5, None), ("٣", None),
     ("9" * 18, 10**18 - 1), ("9" * 19, None), ("9" * 5000, None), (10**18, None)],
)  # fmt: skip
def test_numbers(said: object, number: int | None) -> None:
    assert whole_number(said) == number


def test_numbers_of_any_length_are_no_trap() -> None:
    assert keys(b'{"items": [{"name": "a", "size": ' + b"9" * 100_000 + b"}]}") == ["a"]


def test_other_encodings() -> None:
    assert keys(b"\xef\xbb\xbf" + page(row("a"))) == ["a"]
    assert keys(page(row("é")).decode().encode("utf-16")) == ["é"]


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), max_size=5))
def test_every_name_comes_back(names: list[str]) -> None:
    assert keys(page(*(row(name) for name in names))) == names


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(noise: bytes) -> None:
    parse_json_listing(noise)
    parse_json_listing(b'{"items": [' + noise)
