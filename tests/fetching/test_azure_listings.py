from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fetching.azure_listings import AzureListing, as_utf8, parse_azure_listing, version_in_address
from fetching.bucket_listings import ListedObject

OLD = '<EnumerationResults ContainerName="https://clinicdocs.blob.core.windows.net/letters">{}</EnumerationResults>'
NEW = (
    '<EnumerationResults ServiceEndpoint="https://clinicdocs.blob.core.windows.net/" ContainerName="letters">'
    "{}</EnumerationResults>"
)


def page(rows: str = "", more: str = "", shape: str = NEW) -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?>{shape.format(f"<Blobs>{rows}</Blobs>{more}")}'.encode()


def blob(name: str, more: str = "", properties: str = "<Content-Length>5</Content-Length>") -> str:
    return f"<Blob><Name>{name}</Name>{more}<Properties>{properties}</Properties></Blob>"


def read(body: bytes) -> AzureListing:
    listing = parse_azure_listing(body)
    assert listing is not None
    return listing


def keys(body: bytes) -> list[str]:
    return [item.key for item in read(body).objects]


@pytest.mark.parametrize("shape", [OLD, NEW], ids=["address", "endpoint"])
def test_the_container_is_known_in_both_shapes(shape: str) -> None:
    listing = read(page(blob("a"), shape=shape))
    assert (listing.service, listing.container) == ("https://clinicdocs.blob.core.windows.net", "letters")


def test_the_container_of_a_path_style_address() -> None:
    listing = read(
        page(shape='<EnumerationResults ContainerName="http://127.0.0.1:10000/acct/c">{}</EnumerationResults>')
    )
    assert (listing.service, listing.container) == ("http://127.0.0.1:10000/acct", "c")


@pytest.mark.parametrize("name", ["", "https://[", "://", "letters"])
def test_an_odd_container_name_is_no_error(name: str) -> None:
    assert read(page(shape=f'<EnumerationResults ContainerName="{name}">{{}}</EnumerationResults>')).objects == ()


def test_a_blob_has_its_facts() -> None:
    facts = (
        "<Creation-Time>Mon, 01 Jan 2024 00:00:00 GMT</Creation-Time>"
        "<Last-Modified>Mon, 27 Jul 2026 23:28:53 GMT</Last-Modified><Etag>0x8D9A4F2B</Etag>"
        "<Content-Length>1234</Content-Length><Content-Type>application/pdf</Content-Type>"
    )
    (item,) = read(page(blob("2026/letter.pdf", properties=facts))).objects
    assert item == ListedObject(
        "2026/letter.pdf", 1234, datetime(2026, 7, 27, 23, 28, 53, tzinfo=UTC), etag="0x8D9A4F2B"
    )


def test_an_address_of_its_own_and_metadata_are_passed_over() -> None:
    more = "<Url>https://elsewhere.example/x</Url>"
    row = blob("a", more).replace("</Blob>", "<Metadata><Name>no</Name><Snapshot>no</Snapshot></Metadata></Blob>")
    assert read(page(row)).objects == (ListedObject("a", 5),)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("<Name>a b+c%20d</Name>", "a b+c%20d"),
        ('<Name Encoded="true">a%EF%BF%BEb+c%20d</Name>', "a\ufffeb+c d"),
        ('<Name Encoded="TRUE">%C3%A9</Name>', "é"),
        ('<Name Encoded="true">%ff</Name>', "\udcff"),
        ('<Name Encoded="false">%C3</Name>', "%C3"),
        ("<Name> a </Name>", " a "),
        ("<Name>a&amp;b&#x20AC;</Name>", "a&b€"),
        ("<Name><![CDATA[a<b]]></Name>", "a<b"),
        ("<Name>../a\\b</Name>", "../a\\b"),
    ],
)
def test_names_are_as_they_are_meant(written: str, meant: str) -> None:
    assert keys(page(f"<Blob>{written}</Blob>")) == [meant]


def test_prefixes_and_blobs_without_a_name() -> None:
    listing = read(page("<BlobPrefix><Name>2024/</Name></BlobPrefix><Blob></Blob>" + blob("a") + blob("")))
    assert listing.prefixes == ("2024/",)
    assert [item.key for item in listing.objects] == ["a"]


def test_a_folder_of_a_hierarchical_account_ends_in_a_slash() -> None:
    folder = "<ResourceType>directory</ResourceType><Content-Length>0</Content-Length>"
    listing = read(
        page(blob("2024", properties=folder) + blob("2024/a", properties="<ResourceType>file</ResourceType>"))
    )
    assert [(item.key, item.size) for item in listing.objects] == [("2024/", 0), ("2024/a", None)]


VERSION = "2024-05-06T07:08:09.1234567Z"


@pytest.mark.parametrize(
    ("more", "version", "current", "deleted"),
    [
        ("", None, True, False),
        (f"<VersionId>{VERSION}</VersionId><IsCurrentVersion>true</IsCurrentVersion>", None, True, False),
        (f"<VersionId>{VERSION}</VersionId>", ("versionid", VERSION), False, False),
        (f"<Snapshot>{VERSION}</Snapshot>", ("snapshot", VERSION), False, False),
        ("<Deleted>true</Deleted>", None, False, True),
        (f"<Deleted>true</Deleted><Snapshot>{VERSION}</Snapshot>", ("snapshot", VERSION), False, True),
        ("<VersionId>x&amp;sig=1</VersionId>", None, True, False),
    ],
)
def test_earlier_states_are_told_apart(more: str, version: object, current: bool, deleted: bool) -> None:
    (item,) = read(page(blob("a", more))).objects
    assert (version_in_address(item), item.is_current, item.deleted) == (version, current, deleted)


@pytest.mark.parametrize(
    ("more", "marker"),
    [
        ("", None),
        ("<NextMarker />", None),
        ("<NextMarker>\n  </NextMarker>", None),
        (
            "<NextMarker>2!92!MDAwMDEyIWxldHRlci0yLnBkZg--/+=&amp;?#%41</NextMarker>",
            "2!92!MDAwMDEyIWxldHRlci0yLnBkZg--/+=&?#%41",
        ),
    ],
)
def test_the_next_marker_is_taken_as_it_is(more: str, marker: str | None) -> None:
    assert read(page(blob("a"), more)).next_marker == marker


def test_a_marker_in_a_row_is_not_the_listings() -> None:
    assert read(page("<Blob><Name>a</Name><NextMarker>x</NextMarker></Blob>")).next_marker is None


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbf" + page(blob("é")),
        "\ufeff".encode("utf-16-le") + page(blob("é")).decode().encode("utf-16-le"),
        "\ufeff".encode("utf-16-be") + page(blob("é")).decode().replace("utf-8", "utf-16").encode("utf-16-be"),
        b"\n  " + page(blob("é")),
        page(blob("é")).replace(b"<EnumerationResults", b'<EnumerationResults xmlns="urn:any"'),
    ],
    ids=["utf-8 mark", "utf-16-le", "utf-16-be", "space", "namespace"],
)
def test_marks_encodings_and_namespaces_do_not_hide_a_listing(body: bytes) -> None:
    assert keys(body) == ["é"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Sign in</body></html>",
        b"<Error><Code>ResourceNotFound</Code></Error>",
        b'{"error": 1}',
        b"<ListBucketResult></ListBucketResult>",
        b"<enumerationresults></enumerationresults>",
        b"<EnumerationResults><Containers><Container><Name>a</Name></Container></Containers></EnumerationResults>",
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><EnumerationResults><Blobs/></EnumerationResults>',
    ],
)
def test_other_bytes_are_no_listing(body: bytes) -> None:
    assert parse_azure_listing(body) is None


def test_rows_before_a_break_are_kept() -> None:
    whole = page(blob("a") + blob("b") + blob("cut"), "<NextMarker>m</NextMarker>")
    listing = read(whole[: whole.index(b"cut")])
    assert listing.damaged
    assert [item.key for item in listing.objects] == ["a", "b"]
    assert listing.next_marker is None


def test_entities_are_not_expanded_and_nothing_is_loaded() -> None:
    assert (
        parse_azure_listing(page(blob("&a;")).replace(b"<Enum", b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><Enum'))
        is None
    )
    assert read(page(blob("&undefined;"))).damaged


@pytest.mark.parametrize(
    "body",
    [
        b"<EnumerationResults>" * 300_000,
        b"<EnumerationResults><Blobs>" + b"<Blob>" * 300_000,
        b"<EnumerationResults "
        + b" ".join(b'a%d="x"' % at for at in range(60_000))
        + b"><Blobs/></EnumerationResults>",
        page("<Blob><Name>" + "x" * 8_000_000 + "</Name></Blob>"),
        page("<Blob>" + "<Name>x</Name>" * 300_000 + "</Blob>"),
        page("<!--" + "-" * 1_000_000 + blob("a")),
    ],
    ids=["roots", "rows in rows", "attributes", "one long name", "many names", "comment"],
)
def test_a_page_made_to_cost_much_is_read_or_left(body: bytes) -> None:
    tracemalloc.start()
    parse_azure_listing(body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200 << 20


TAGS = ["Blobs", "Blob", "Name", "Properties", "NextMarker", "Snapshot", "VersionId", "Deleted", "Last-Modified", "x"]
PIECES = st.one_of(
    st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS] + [f"<{tag}/>" for tag in TAGS]),
    st.sampled_from(
        ['<Name Encoded="true">%F', "true", VERSION, "Mon, 99 Foo 0000 25:61:61 GMT", "&#0;", "&lt;", "]]>"]
    ),
    st.text(max_size=5),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40))
def test_no_page_breaks_the_parser(pieces: list[str]) -> None:
    body = ("<EnumerationResults>" + "".join(pieces) + "</EnumerationResults>").encode("utf-8", "surrogatepass")
    listing = parse_azure_listing(body)
    for item in listing.objects if listing else ():
        item.key.encode("utf-8", "surrogateescape")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    as_utf8(body)
    parse_azure_listing(body)
    parse_azure_listing(b"<EnumerationResults>" + body)
