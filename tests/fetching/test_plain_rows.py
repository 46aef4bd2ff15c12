"""What is read by an expression is what the parser reads, or it is left to the parser."""

from __future__ import annotations

import random

import pytest

import fetching.bucket_listings
from fetching.bucket_listings import BucketListing, parse_bucket_listing
from fetching.plain_rows import plain_rows

ROW = (
    "<Contents><Key>a/b.pdf</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;e&quot;</ETag>"
    "<Size>5</Size><StorageClass>STANDARD</StorageClass></Contents>"
)
OWNED = (
    "<Contents>\n  <Key> b &amp; c&lt;.pdf</Key>\n <Generation>17</Generation> <LastModified>x</LastModified>\n"
    "<Size> 7 </Size><Owner><ID>1</ID><DisplayName>d</DisplayName></Owner><Type>Normal</Type></Contents>\n"
)
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
FACTS = "<Name>b</Name><Prefix/><MaxKeys>1000</MaxKeys><IsTruncated>true</IsTruncated>"
END = "<NextContinuationToken>t</NextContinuationToken></ListBucketResult>"


def page(*rows: str, head: str = HEAD + FACTS, end: str = END) -> bytes:
    return (head + "".join(rows) + end).encode()


def parsed(body: bytes, monkeypatch: pytest.MonkeyPatch) -> BucketListing | None:
    """As the parser alone reads it."""
    with monkeypatch.context() as patch:
        patch.setattr(fetching.bucket_listings, "plain_rows", lambda body: None)
        return parse_bucket_listing(body)


@pytest.mark.parametrize(
    "body",
    [
        page(ROW),
        page(ROW, OWNED, ROW),
        page(OWNED * 3, end="<CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes>" + END),
        page(ROW, end="<EncodingType>url</EncodingType>" + END),
        page("<Contents><Key>caf%E9+x</Key></Contents>", ROW, end="<EncodingType>url</EncodingType>" + END),
        page(ROW, end="<Contents><Key>half"),
        page(ROW, end="</Nonsense>"),
        page(ROW, end=END + "<more/>"),
    ],
)
def test_plain_pages_are_read_alike(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert plain_rows(body) is not None
    assert parse_bucket_listing(body) == parsed(body, monkeypatch)


@pytest.mark.parametrize(
    "body",
    [
        page(),
        page(ROW.replace("a/b.pdf", "a<!-- -->b")),
        page(ROW.replace("a/b.pdf", "<![CDATA[a]]>")),
        page(ROW.replace("a/b.pdf", "a&#10;b")),
        page(ROW.replace("a/b.pdf", "a&b;")),
        page(ROW.replace("a/b.pdf", "a\x01b")),
        page(ROW.replace("a/b.pdf", "a\r\nb")),
        page(ROW.replace("a/b.pdf", "a]]>b")),
        page(ROW.replace("STANDARD", "&undefined;")),
        page(ROW.replace("</StorageClass>", "</Type>")),
        page(ROW.replace("<Size>5</Size>", "<Size>5</Size><Size>6</Size>")),
        page(ROW.replace("<Size>5</Size>", "<Size><b/>5</Size>")),
        page(ROW.replace("<Size>", "<Size a='1'>")),
        page(ROW, "text", ROW),
        page(ROW, "<CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes>", ROW),
        page(ROW, head=HEAD.replace('"http', '"<Contents>http')),
        page(ROW, head=HEAD + FACTS + "<Wrapped>", end="</Wrapped>" + END),
        page(ROW, head="<!DOCTYPE ListBucketResult [<!ENTITY x 'y'>]>" + HEAD),
        page(ROW).replace(b"a/b", b"a\xff"),
        page("<Contents><Size>5</Size><Key>k</Key></Contents>"),
        b"<Contents></Contents>",
        b"",
    ],
)
def test_what_is_unusual_is_left_to_the_parser(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert plain_rows(body) is None
    assert parse_bucket_listing(body) == parsed(body, monkeypatch)


def test_no_change_of_a_page_makes_them_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = random.Random(11)  # noqa: S311 - numbers of a test
    whole = page(ROW, OWNED, ROW).decode()
    pieces = ["", "<", ">", "&", '"', "/", " ", "\x00", *"</Key> <Key> <Contents> </Contents> ]]> <!-- &amp;".split()]
    read_plainly = 0
    for _ in range(2_000):
        at = numbers.randrange(len(whole))
        changed = (whole[:at] + numbers.choice(pieces) + whole[at + numbers.randrange(12) :]).encode()
        read_plainly += plain_rows(changed) is not None
        assert parse_bucket_listing(changed) == parsed(changed, monkeypatch), changed
    assert read_plainly > 200


@pytest.mark.parametrize(
    "hostile", ["<Type>x</Type>" * 20_000, "<Owner>" * 20_000, " " * 200_000, "<Contents>" * 20_000, "<Key>" * 20_000]
)
def test_a_hostile_page_costs_no_more_than_its_length(hostile: str) -> None:
    """A pattern that tries again would take hours here."""
    assert plain_rows(page(ROW * 50, f"<Contents><Key>k</Key>{hostile}<Wrong/></Contents>")) is None
