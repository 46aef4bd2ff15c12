from __future__ import annotations

import pytest

from fetching.bucket_listings import parse_bucket_listing
from fetching.version_listings import parse_version_listing
from fetching.xml_controls import brought_back, carried


def test_a_page_without_them_stays_as_it_is() -> None:
    page = "<a>\t\r\n&#9;&#10;&#x20;&amp;é</a>".encode()
    assert carried(page) == (page, "&#9;" in page.decode())


@pytest.mark.parametrize("code", [0, 1, 8, 11, 12, 14, 27, 31])
@pytest.mark.parametrize("form", ["{0:c}", "&#{0};", "&#x{0:X};", "&#x00{0:x};"])
def test_each_comes_back(code: int, form: str) -> None:
    page, were_any = carried(form.format(code).encode())
    assert were_any
    assert brought_back(page.decode()) == chr(code)


@pytest.mark.parametrize("key", ["a\x01b.pdf", "a&#x1;b.pdf", "a&#27;b.pdf"])
def test_a_listing_goes_on_after_such_a_key(key: str) -> None:
    rows = "".join(f"<Contents><Key>{name}</Key><Size>5</Size></Contents>" for name in (key, "é.txt"))
    listing = parse_bucket_listing(
        f"<ListBucketResult><IsTruncated>true</IsTruncated><NextMarker>{key}</NextMarker>{rows}</ListBucketResult>".encode()
    )
    assert listing is not None
    wanted = "a\x1bb.pdf" if "27" in key else "a\x01b.pdf"
    assert [item.key for item in listing.objects] == [wanted, "é.txt"]
    assert (listing.next_marker, listing.damaged) == (wanted, False)


def test_a_listing_of_versions_too() -> None:
    page = b"<ListVersionsResult><Version><Key>a\x02</Key><VersionId>1</VersionId></Version></ListVersionsResult>"
    listing = parse_version_listing(page)
    assert listing is not None
    assert [item.key for item in listing.objects] == ["a\x02"]
