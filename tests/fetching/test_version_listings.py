from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fetching.version_listings import VersionListing, parse_version_listing

NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


def row(kind: str, key: str, version: str, latest: bool, more: str = "") -> str:
    flag = str(latest).lower()
    return f"<{kind}><Key>{key}</Key><VersionId>{version}</VersionId><IsLatest>{flag}</IsLatest>{more}</{kind}>"


def read(inside: str, namespace: str = NAMESPACE) -> VersionListing:
    page = parse_version_listing(f"<ListVersionsResult {namespace}>{inside}</ListVersionsResult>".encode())
    assert page
    return page


@pytest.mark.parametrize("namespace", [NAMESPACE, ""])
def test_versions_and_marks(namespace: str) -> None:
    size = '<Size>5</Size><ETag>"e1"</ETag><LastModified>2026-01-02T03:04:05.000Z</LastModified>'
    page = read(
        row("DeleteMarker", "gone.pdf", "v3", latest=True)
        + row("Version", "gone.pdf", "v2", latest=False, more=size)
        + row("Version", "kept.pdf", "null", latest=True, more=size),
        namespace,
    )
    assert [(item.key, item.version, item.is_current, item.deleted, item.size) for item in page.objects] == [
        ("gone.pdf", "v3", True, True, None),
        ("gone.pdf", "v2", False, False, 5),
        ("kept.pdf", "null", True, False, 5),
    ]
    assert page.objects[1].etag == "e1"
    assert (page.is_truncated, page.next_key, page.damaged) == (False, None, False)


@pytest.mark.parametrize(
    ("markers", "onward"),
    [
        ("<NextKeyMarker>b</NextKeyMarker><NextVersionIdMarker>v9</NextVersionIdMarker>", ("b", "v9")),
        ("<NextKeyMarker>b</NextKeyMarker>", ("b", None)),
        ("<NextVersionIdMarker>v9</NextVersionIdMarker>", ("a", "v1")),
        ("", ("a", "v1")),
    ],
)
def test_where_it_goes_on(markers: str, onward: tuple[str, str | None]) -> None:
    page = read("<IsTruncated>true</IsTruncated>" + markers + row("Version", "a", "v1", latest=True))
    assert (page.next_key, page.next_version) == onward


def test_encoded_keys_come_back_as_they_were() -> None:
    page = read(
        "<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextKeyMarker>z%26+%C3%A9</NextKeyMarker>"
        + row("Version", "a%26+%C3%A9%FF", "v1", latest=True)
    )
    assert page.objects[0].key == "a& \u00e9\udcff"
    assert page.next_key == "z& \u00e9"


def test_a_page_that_breaks_off_keeps_its_whole_rows() -> None:
    whole = row("Version", "a", "v1", latest=False) + row("Version", "half", "v2", latest=False)
    page = parse_version_listing(f"<ListVersionsResult>{whole}".encode()[:-12])
    assert page
    assert ([item.key for item in page.objects], page.damaged) == (["a"], True)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<ListBucketResult/>",
        b"<Error><Code>AccessDenied</Code></Error>",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><ListVersionsResult/>",
        b"<html><ListVersionsResult/></html>",
    ],
)
def test_other_things_are_no_listing(body: bytes) -> None:
    assert parse_version_listing(body) is None


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(noise: bytes) -> None:
    parse_version_listing(noise)
    parse_version_listing(b"<ListVersionsResult><Version>" + noise + b"</Version></ListVersionsResult>")
