"""Answers to PROPFIND; samples follow Apache's mod_dav, nginx' dav-ext, IIS and RFC 4918."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.listings.dav import dav_listing
from crawler.listings.listing import Listing
from documents.records import ModifiedSource

URL = "http://files.example.org/pub%20lic/"
NOON = datetime(2023, 6, 7, 12, 0, 5, tzinfo=UTC)
FOLDER = "<D:resourcetype><D:collection/></D:resourcetype>"
FILE = (
    "<D:resourcetype/><D:getcontentlength>77</D:getcontentlength><D:displayname>other name</D:displayname>"
    "<D:getlastmodified>Wed, 07 Jun 2023 12:00:05 GMT</D:getlastmodified>"
)


def propstat(properties: str, status: str = "HTTP/1.1 200 OK") -> str:
    return f"<D:propstat><D:prop>{properties}</D:prop><D:status>{status}</D:status></D:propstat>"


def response(href: str, inside: str) -> str:
    return f"<D:response><D:href>{href}</D:href>{inside}</D:response>"


def body(*responses: str) -> str:
    own = response("/pub%20lic/", propstat(FOLDER))
    return f'<?xml version="1.0"?><D:multistatus xmlns:D="DAV:">{own}{"".join(responses)}</D:multistatus>'


def read(text: str, url: str = URL) -> Listing:
    listing = dav_listing(text.encode(), url)
    assert listing is not None
    return listing


def shown(listing: Listing) -> list[tuple[str, str, str, int | None]]:
    return [(entry.kind.value, entry.name, entry.url.removeprefix(URL), entry.size) for entry in listing.entries]


ROWS = body(
    response("/pub%20lic/a%20b%2bc.pdf", propstat(FILE)),
    response("http://files.example.org/pub%20lic/sub", propstat(FOLDER)),
)
EXPECTED = [("file", "a b+c.pdf", "a%20b+c.pdf", 77), ("directory", "sub", "sub/", None)]


@pytest.mark.parametrize(
    "text",
    [
        ROWS,
        ROWS.replace("D:", "d:").replace(":D=", ":d="),
        ROWS.replace("D:", "lp1:").replace(":D=", ":lp1="),
        ROWS.replace("D:", "").replace("xmlns:D", "xmlns"),
        ROWS.replace("http://files.example.org/pub", "http://10.0.0.1:8080/pub"),
        ROWS.replace("HTTP/1.1 200 OK", "HTTP/1.1 200"),
        ROWS.replace("/pub%20lic/", "/internal/mount/"),
        ROWS.replace("/pub%20lic/a", "/pub lic/a"),
        ROWS.replace("\n", "\r\n"),
    ],
    ids=["D", "d", "lp1", "none", "host", "phrase", "proxy", "unescaped", "crlf"],
)
@pytest.mark.parametrize("url", [URL, URL.removesuffix("/"), URL.replace("%20", " ")])
def test_members(text: str, url: str) -> None:
    listing = read(text, url)
    assert shown(listing) == EXPECTED
    assert listing.unread == 0
    assert (listing.entries[0].modified, listing.entries[0].modified_source) == (NOON, ModifiedSource.DAV)
    assert {entry.parent for entry in listing.entries} == {url}


def test_the_status_of_each_propstat_counts() -> None:
    denied = propstat("<D:getcontentlength>5</D:getcontentlength><D:resourcetype/>", "HTTP/1.1 403 Forbidden")
    listing = read(body(response("/pub%20lic/x", propstat("") + denied), response("/pub%20lic/y/", denied)))
    assert shown(listing) == [("unknown", "x", "x", None), ("directory", "y", "y/", None)]


def test_members_that_are_gone_are_none_and_others_stay() -> None:
    gone = "<D:status>HTTP/1.1 404 Not Found</D:status>"
    locked = "<D:status>HTTP/1.1 423 Locked</D:status>"
    listing = read(body(response("/pub%20lic/x", gone), response("/pub%20lic/y", locked)))
    assert shown(listing) == [("unknown", "y", "y", None)]
    assert listing.unread == 0


def test_hostile_members_are_counted() -> None:
    hostile = [
        "/pub%20lic/../x",
        "/pub%20lic/%2e%2e",
        "/pub%20lic/a%2fb",
        "/elsewhere/x",
        "/pub%20lic/a%00",
        "",
        "http://[",
    ]
    listing = read(body(*(response(href, propstat(FILE)) for href in hostile)))
    assert (listing.entries, listing.unread) == ((), len(hostile))


def test_an_answer_to_depth_infinity_keeps_its_paths() -> None:
    listing = read(
        body(response("/pub%20lic/sub/", propstat(FOLDER)), response("/pub%20lic/sub/x.pdf", propstat(FILE)))
    )
    assert [entry.url for entry in listing.entries] == [URL + "sub/", URL + "sub/x.pdf"]


def test_an_empty_collection_is_a_listing_and_a_file_is_none() -> None:
    assert read(body()) == Listing(is_listing=True)
    alone = f'<D:multistatus xmlns:D="DAV:">{response("/a.pdf", propstat(FILE))}</D:multistatus>'
    assert dav_listing(alone.encode(), "http://files.example.org/a.pdf") is None
    assert dav_listing(b'<D:multistatus xmlns:D="DAV:"/>', URL) is None


def test_an_answer_that_breaks_off_says_so() -> None:
    listing = read(ROWS[: ROWS.index("/sub")])
    assert (shown(listing), listing.unread) == (EXPECTED[:1], 1)


def test_an_address_that_is_not_utf_8_keeps_its_bytes() -> None:
    text = body(response("/pub%20lic/f\xfcr.pdf", propstat(FILE))).encode("latin-1")
    listing = dav_listing(text, URL)
    assert listing is not None
    assert shown(listing) == [("file", "für.pdf", "f%FCr.pdf", 77)]


@given(st.binary(max_size=200))
def test_nothing_raises(text: bytes) -> None:
    dav_listing(body().encode()[:-20] + text, URL)
    dav_listing(b"<multistatus><response><href>" + text, URL)
