from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import quote_plus
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fetching.bucket_listings import BucketListing, parse_bucket_listing

AWS = "http://s3.amazonaws.com/doc/2006-03-01/"
GOOGLE = "http://doc.s3.amazonaws.com/2006-03-01"


def page(inside: str, namespace: str = AWS) -> bytes:
    named = f' xmlns="{namespace}"' if namespace else ""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult{named}>{inside}</ListBucketResult>'.encode()


def row(key: str, more: str = "") -> str:
    return f"<Contents><Key>{escape(key)}</Key>{more}</Contents>"


def read(body: bytes) -> BucketListing:
    listing = parse_bucket_listing(body)
    assert listing is not None
    return listing


def test_version_two() -> None:
    fields = "<Size>1024</Size><LastModified>2024-05-06T07:08:09.000Z</LastModified><ETag>&quot;x&quot;</ETag>"
    listing = read(
        page(
            "<Name>letters</Name><Prefix>2024/</Prefix><NextContinuationToken>a+b/=</NextContinuationToken>"
            f"<KeyCount>2</KeyCount><IsTruncated>true</IsTruncated>{row('2024/a & b.pdf', fields)}{row('2024/<c>')}"
        )
    )
    assert listing.bucket == "letters"
    assert [(item.key, item.size) for item in listing.objects] == [("2024/a & b.pdf", 1024), ("2024/<c>", None)]
    assert listing.objects[0].modified == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert (listing.is_truncated, listing.next_token, listing.damaged) == (True, "a+b/=", False)


@pytest.mark.parametrize(
    ("inside", "marker"),
    [
        ("<IsTruncated>true</IsTruncated><NextMarker>n</NextMarker>" + row("a") + row("m"), "n"),
        ("<IsTruncated>true</IsTruncated>" + row("a") + row("m"), "m"),
        (row("a") + row("m") + "<IsTruncated> TRUE </IsTruncated>", "m"),
        ("<IsTruncated>true</IsTruncated>", None),
        ("<IsTruncated>false</IsTruncated><NextMarker>n</NextMarker>" + row("a"), None),
        (row("a"), None),
    ],
)
def test_version_one_goes_on_at_the_marker_or_the_last_key(inside: str, marker: str | None) -> None:
    assert read(page(inside)).next_marker == marker


@pytest.mark.parametrize("namespace", [AWS, GOOGLE, "urn:something:else", ""])
def test_any_namespace_or_none(namespace: str) -> None:
    assert [item.key for item in read(page(row("a.pdf"), namespace)).objects] == ["a.pdf"]


def test_an_empty_bucket_is_a_listing() -> None:
    listing = read(page("<Name>b</Name><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated>"))
    assert (listing.objects, listing.is_truncated) == ((), False)


def test_folders_of_a_listing_with_a_delimiter() -> None:
    inside = (
        "<CommonPrefixes><Prefix>2023/</Prefix></CommonPrefixes><CommonPrefixes><Prefix>2024/</Prefix></CommonPrefixes>"
    )
    assert read(page(inside)).prefixes == ("2023/", "2024/")


@given(st.lists(st.text(min_size=1), max_size=5, unique=True))
def test_encoded_keys_come_back_as_they_were(keys: list[str]) -> None:
    rows = "".join(row(quote_plus(key, errors="surrogatepass")) for key in keys)
    encodable = [key for key in keys if not any("\ud800" <= letter <= "\udfff" for letter in key)]
    listing = read(page(f"<EncodingType>url</EncodingType>{rows}"))
    assert [item.key for item in listing.objects if item.key in encodable] == encodable
    assert len(listing.objects) == len(keys)


def test_bytes_that_are_not_utf8_are_kept() -> None:
    listing = read(page(f"<EncodingType>url</EncodingType>{row('caf%E9.pdf')}{row('a%2Bb+c')}"))
    assert listing.objects[0].key.encode("utf-8", "surrogateescape") == b"caf\xe9.pdf"
    assert listing.objects[1].key == "a+b c"


def test_white_space_of_a_key_is_kept() -> None:
    assert [item.key for item in read(page(row(" a ") + row("b\n"))).objects] == [" a ", "b\n"]


@pytest.mark.parametrize(
    ("size", "modified"),
    [
        ("-1", "yesterday"),
        ("1e3", ""),
        ("", "2024-13-01T00:00:00Z"),
        ("٣", "20:00"),
        (" ", "0"),
        ("9" * 19, "9999-12-31T23:59:59-14:00"),
        ("9" * 5_000, "0001-01-01T00:00:00+14:00"),
    ],
)
def test_what_can_not_be_read_is_not_guessed(size: str, modified: str) -> None:
    item = read(page(row("a", f"<Size>{size}</Size><LastModified>{modified}</LastModified>"))).objects[0]
    assert (item.size, item.modified) == (None, None)


def test_times_keep_their_zone() -> None:
    item = read(page(row("a", "<LastModified>2024-05-06T07:08:09+02:00</LastModified>"))).objects[0]
    assert item.modified == datetime(2024, 5, 6, 7, 8, 9, tzinfo=timezone(timedelta(hours=2)))


def test_a_page_that_breaks_off_keeps_its_whole_rows() -> None:
    whole = page("<IsTruncated>true</IsTruncated>" + row("a") + row("b") + row("letter-of-someone"))
    for end in range(whole.index(b"letter-of"), len(whole) - 1):
        listing = read(whole[:end])
        assert listing.damaged
        assert {item.key for item in listing.objects} <= {"a", "b", "letter-of-someone"}
        assert [item.key for item in listing.objects][:2] == ["a", "b"]


@pytest.mark.parametrize("bad", ["<Contents><Key>a&nbsp;b</Key></Contents>", "</Wrong>", "<Contents><Key>a<b</Key>"])
def test_what_is_not_xml_ends_the_page_there(bad: str) -> None:
    listing = read(page(row("a") + bad + row("z")))
    assert ([item.key for item in listing.objects], listing.damaged) == (["a"], True)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"plain text",
        b"<!DOCTYPE html><html><body>Please log in</body></html>",
        b"<html><body>unclosed<br></body></html>",
        b"<Error><Code>AccessDenied</Code></Error>",
        b"<ListBucketResul",
        b"\x1f\x8b\x08\x00",
        b"{}",
    ],
)
def test_other_things_are_no_listing(body: bytes) -> None:
    assert parse_bucket_listing(body) is None


def test_bom_and_leading_white_space() -> None:
    assert len(read(b"\xef\xbb\xbf" + page(row("a"))).objects) == 1
    assert len(read(b"\n " + page(row("a"))).objects) == 1


def test_entities_are_not_expanded() -> None:
    secret = "file:///etc/passwd" if os.name == "posix" else "file:///c:/windows/win.ini"
    definitions = f'<!ENTITY a "AAAA"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "{secret}">'
    for key in ("&b;", "&f;"):
        body = f"<!DOCTYPE x [{definitions}]><ListBucketResult><Contents><Key>{key}</Key></Contents></ListBucketResult>"
        assert parse_bucket_listing(body.encode()) is None


@pytest.mark.parametrize("before", ["", "<?x?>", "<!-- > -->", "<!--> <?y -->", "\n<?x?>\n<!--x-->\n"])
def test_a_page_with_a_dtd_is_not_begun(before: str) -> None:
    """Default attributes are set on each element while it is read: a page of 1 MiB took minutes."""
    attributes = "".join(f"<!ATTLIST Contents a{number} CDATA 'x'>" for number in range(15_000))
    body = f"{before}<!DOCTYPE x [{attributes}]><ListBucketResult>{'<Contents/>' * 40_000}</ListBucketResult>"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert parse_bucket_listing(body.encode(encoding)) is None


def test_a_key_that_names_a_dtd_is_a_key() -> None:
    assert read(page("<!-- <!DOCTYPE --><Contents><Key><![CDATA[<!DOCTYPE x]]></Key></Contents>")).objects


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(noise: bytes) -> None:
    parse_bucket_listing(noise)
    parse_bucket_listing(page(row("a"))[:60] + noise)
