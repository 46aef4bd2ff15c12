"""Bucket pages as S3, Google and Azure write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.listings.bucket_pages import ROOTS, bucket_page
from crawler.listings.listing import Listing
from crawler.listings.structured import structured_listing
from documents.records import ModifiedSource

NOON = datetime(2023, 6, 7, 12, 0, 5, tzinfo=UTC)
FACTS = "<Size>5</Size><LastModified>2023-06-07T12:00:05.000Z</LastModified>"


def s3(inside: str, root: str = "ListBucketResult") -> str:
    namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
    return f'<?xml version="1.0" encoding="UTF-8"?><{root} xmlns="{namespace}"><Name>letters</Name>{inside}</{root}>'


def row(key: str) -> str:
    return f"<Contents><Key>{key}</Key>{FACTS}</Contents>"


def read(text: str, url: str) -> Listing:
    listing = structured_listing(text.encode(), url)
    assert listing is not None
    return listing


def urls(listing: Listing) -> list[str]:
    return [entry.url for entry in listing.entries]


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("https://letters.s3.eu-west-2.amazonaws.com/", "https://letters.s3.eu-west-2.amazonaws.com/"),
        ("https://s3.amazonaws.com/letters", "https://s3.amazonaws.com/letters/"),
        ("https://storage.googleapis.com/letters/?prefix=2", "https://storage.googleapis.com/letters/"),
        ("https://files.example.org/mounted/?list-type=2", "https://files.example.org/mounted/"),
        ("https://files.example.org", "https://files.example.org/"),
    ],
)
def test_keys_lie_below_the_bucket(url: str, root: str) -> None:
    listing = read(s3(row("2024/a b&amp;c.pdf") + row("top#1.txt")), url)
    assert urls(listing) == [root + "2024/a%20b&c.pdf", root + "top%231.txt"]
    entry = listing.entries[0]
    assert (entry.kind, entry.name, entry.size, entry.modified) == ("file", "a b&c.pdf", 5, NOON)
    assert (entry.parent, entry.modified_source) == (url, ModifiedSource.XML)
    assert listing.next_url is None


def test_common_prefixes_are_folders_whose_url_lists_them() -> None:
    text = s3("<Prefix>a/</Prefix><Delimiter>/</Delimiter><CommonPrefixes><Prefix>a/b c/</Prefix></CommonPrefixes>")
    listing = read(text, "https://letters.example/?delimiter=/&prefix=a/&list-type=2&continuation-token=t")
    entry = listing.entries[0]
    assert (entry.kind, entry.name, entry.size) == ("directory", "b c", None)
    assert entry.url == "https://letters.example/?delimiter=%2F&list-type=2&prefix=a%2Fb+c%2F"


def test_folder_marks_are_folders_and_the_listed_one_is_none() -> None:
    listing = read(
        s3("<Prefix>a/</Prefix>" + row("a/") + row("a/b/") + row("a/x")), "https://letters.example/?prefix=a/"
    )
    assert [(entry.kind.value, entry.name) for entry in listing.entries] == [("directory", "b"), ("file", "x")]


@pytest.mark.parametrize(
    ("inside", "query"),
    [
        ("<IsTruncated>false</IsTruncated><NextMarker>n</NextMarker>" + row("a"), None),
        ("<IsTruncated>true</IsTruncated><NextMarker>n</NextMarker>" + row("a"), "marker=n&prefix=p"),
        ("<IsTruncated>true</IsTruncated>" + row("a") + row("m/1"), "marker=m%2F1&prefix=p"),
        ("<IsTruncated>true</IsTruncated><NextContinuationToken>t/+=</NextContinuationToken>" + row("a"),
         "continuation-token=t%2F%2B%3D&list-type=2&prefix=p"),
        ("<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>" + row("a%2Bb+c%2F1"),
         "marker=a%2Bb+c%2F1&prefix=p"),
    ],
)  # fmt: skip
def test_pages_go_on(inside: str, query: str | None) -> None:
    listing = read(s3(inside), "https://letters.example/?prefix=p&marker=0")
    assert listing.next_url == (query and f"https://letters.example/?{query}")
    assert listing.unread == 0


@pytest.mark.parametrize(
    "inside",
    [
        "<IsTruncated>true</IsTruncated>",
        "<Marker>m</Marker><IsTruncated>true</IsTruncated><NextMarker>m</NextMarker>",
        "<Marker>m</Marker><IsTruncated>true</IsTruncated><NextMarker>a</NextMarker>",
        "<ContinuationToken>t</ContinuationToken><IsTruncated>true</IsTruncated>"
        "<NextContinuationToken>t</NextContinuationToken>",
    ],
)
def test_a_marker_that_does_not_advance_ends_the_listing_and_is_told(inside: str) -> None:
    listing = read(s3(inside), "https://letters.example/")
    assert (listing.next_url, listing.unread) == (None, 1)


def test_url_encoded_keys() -> None:
    listing = read(s3("<EncodingType>url</EncodingType>" + row("a+b%2Fc%2B%C3%A9.pdf")), "https://letters.example/")
    assert urls(listing) == ["https://letters.example/a%20b/c+%C3%A9.pdf"]


def test_hostile_keys_are_counted() -> None:
    encoded = "<EncodingType>url</EncodingType>" + row("..%2F..%2Fetc") + row("a%2F.%2Fb") + row("a%1B%5B2J") + row("")
    listing = read(s3(encoded), "https://letters.example/")
    assert (listing.entries, listing.unread) == ((), 4)


def test_versions() -> None:
    def version(key: str, number: str, latest: str) -> str:
        return f"<Version><Key>{key}</Key><VersionId>{number}</VersionId><IsLatest>{latest}</IsLatest>{FACTS}</Version>"

    marks = "<DeleteMarker><Key>b</Key><VersionId>9</VersionId><IsLatest>true</IsLatest></DeleteMarker>"
    more = "<IsTruncated>true</IsTruncated><NextKeyMarker>b</NextKeyMarker><NextVersionIdMarker>3</NextVersionIdMarker>"
    text = s3(version("a", "1", "true") + marks + version("b", "2+", "false") + more, "ListVersionsResult")
    listing = read(text, "https://letters.example/?versions")
    assert urls(listing) == ["https://letters.example/a", "https://letters.example/b?versionId=2%2B"]
    assert listing.next_url == "https://letters.example/?key-marker=b&version-id-marker=3&versions="


def test_buckets_of_a_service() -> None:
    buckets = (
        "<Buckets><Bucket><Name>letters</Name><CreationDate>2023-06-07T12:00:05.000Z</CreationDate></Bucket></Buckets>"
    )
    text = f"<ListAllMyBucketsResult><Owner><ID>1</ID></Owner>{buckets}</ListAllMyBucketsResult>"
    listing = read(text, "https://s3.example/")
    assert [(e.kind.value, e.name, e.url) for e in listing.entries] == [
        ("directory", "letters", "https://s3.example/letters/")
    ]


AZURE = """<?xml version="1.0" encoding="utf-8"?>
<EnumerationResults ServiceEndpoint="https://clinic.blob.core.windows.net/" ContainerName="letters">
<Blobs>
<Blob><Name>2024/a b.pdf</Name><Properties><Last-Modified>Wed, 07 Jun 2023 12:00:05 GMT</Last-Modified>
<Content-Length>5</Content-Length><Content-Type>application/pdf</Content-Type></Properties></Blob>
<Blob><Name Encoded="true">a%EF%BF%BEb.txt</Name><Properties/></Blob>
<Blob><Name>gone.txt</Name><Deleted>true</Deleted><Properties/></Blob>
<Blob><Name>old.txt</Name><Snapshot>2023-01-01T00:00:00.0000000Z</Snapshot><Properties/></Blob>
<BlobPrefix><Name>2025/</Name></BlobPrefix>
</Blobs>
<NextMarker>2!72!x</NextMarker>
</EnumerationResults>"""


def test_azure_blobs() -> None:
    url = "https://clinic.blob.core.windows.net/letters?restype=container&comp=list"
    listing = read(AZURE, url)
    root = "https://clinic.blob.core.windows.net/letters"
    assert urls(listing) == [
        f"{root}/2024/a%20b.pdf",
        f"{root}/a%EF%BF%BEb.txt",
        f"{root}/old.txt?snapshot=2023-01-01T00%3A00%3A00.0000000Z",
        f"{root}?comp=list&delimiter=%2F&prefix=2025%2F&restype=container",
    ]
    assert (listing.entries[0].size, listing.entries[0].modified) == (5, NOON)
    assert listing.next_url == f"{root}?comp=list&marker=2%2172%21x&restype=container"
    assert read(AZURE.replace("2!72!x", ""), url).next_url is None


def test_azure_containers() -> None:
    container = (
        "<Container><Name>letters</Name><Properties>"
        "<Last-Modified>Wed, 07 Jun 2023 12:00:05 GMT</Last-Modified></Properties></Container>"
    )
    text = f"<EnumerationResults><Containers>{container}</Containers><NextMarker/></EnumerationResults>"
    listing = read(text, "https://clinic.blob.core.windows.net/?comp=list")
    assert urls(listing) == ["https://clinic.blob.core.windows.net/letters?comp=list&restype=container"]
    assert (listing.entries[0].kind, listing.entries[0].modified) == ("directory", NOON)


def test_a_page_that_breaks_off_gives_its_whole_rows() -> None:
    text = s3(row("a") + row("b"))
    listing = read(text[: text.index("<Key>b") + 6], "https://letters.example/")
    assert (urls(listing), listing.unread) == (["https://letters.example/a"], 1)


@given(st.sampled_from(sorted(ROOTS)), st.binary(max_size=200))
def test_nothing_raises(root: str, inside: bytes) -> None:
    for text in (b"<%s>%s</%s>", b"<%s><Contents><Key>%s</Key></Contents><IsTruncated>true</IsTruncated></%s>"):
        listing = bucket_page(root, text % (root.encode(), inside, root.encode()), "https://letters.example/")
        assert listing.is_listing
