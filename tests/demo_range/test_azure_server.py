from __future__ import annotations

from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from demo_range.azure_server import AzureServer
from demo_range.azure_store import Level

LIST = "?restype=container&comp=list"


@pytest.fixture(name="azure")
def _azure() -> Iterator[AzureServer]:
    with AzureServer() as running:
        for level in Level:
            running.account.container(f"c-{level}", level).put("letter.txt", b"Dear patient", "text/plain")
        yield running


def get(azure: AzureServer, path: str, method: str = "GET", **headers: str) -> tuple[int, str, bytes]:
    """Status, error code and body."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urlopen(Request(f"{azure.account_url()}/{path}", headers=named, method=method)) as answer:
            return answer.status, "", answer.read()
    except HTTPError as error:
        with error:
            return error.code, error.headers.get("x-ms-error-code", ""), error.read()


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"c-container{LIST}", 200, ""),
        ("c-container?restype=container", 200, ""),
        ("c-container/letter.txt", 200, ""),
        ("c-container/none.txt", 404, "BlobNotFound"),
        (f"c-blob{LIST}", 404, "ResourceNotFound"),
        ("c-blob?restype=container", 404, "ResourceNotFound"),
        ("c-blob/letter.txt", 200, ""),
        ("c-blob/none.txt", 404, "BlobNotFound"),
        (f"c-private{LIST}", 404, "ResourceNotFound"),
        ("c-private/letter.txt", 404, "ResourceNotFound"),
        (f"c-none{LIST}", 404, "ResourceNotFound"),
        ("c-container?restype=container&comp=acl", 404, "ResourceNotFound"),
        (f"Bad{LIST}", 400, "InvalidResourceName"),
        (f"x{LIST}", 400, "OutOfRangeInput"),
        (f"c-container{LIST}&sig=x", 403, "AuthenticationFailed"),
    ],
)
def test_access_is_enforced(azure: AzureServer, path: str, status: int, code: str) -> None:
    assert get(azure, path)[:2] == (status, code)


def test_nothing_is_written(azure: AzureServer) -> None:
    for method in ("PUT", "POST", "DELETE"):
        assert get(azure, "c-container/letter.txt", method)[0] == 501
    assert get(azure, "c-container/letter.txt")[2] == b"Dear patient"


def test_the_tenant_is_told_above_a_version(azure: AzureServer) -> None:
    azure.account.tenant = "0f7e3d34-2a67-4b1c-9d2e-5a1b2c3d4e5f"
    assert get(azure, f"c-blob{LIST}", x_ms_version="2019-07-07")[:2] == (404, "ResourceNotFound")
    assert get(azure, f"c-blob{LIST}", x_ms_version="2023-11-03")[:2] == (401, "NoAuthenticationInformation")


def test_both_shapes_of_a_listing_begin_with_a_mark(azure: AzureServer) -> None:
    older, newer = (get(azure, f"c-container{LIST}", x_ms_version=of)[2] for of in ("2012-02-12", "2023-11-03"))
    assert older.startswith(b"\xef\xbb\xbf<?xml")
    assert b'ContainerName="http' in older
    assert b"<Url>" in older
    assert b"ServiceEndpoint=" in newer
    assert b"<Url>" not in newer


def test_a_client_that_does_not_encode_its_marker_begins_again(azure: AzureServer) -> None:
    azure.account.page_size = 1
    azure.account.containers["c-container"].put("second.txt", b"x")
    first = get(azure, f"c-container{LIST}")[2]
    assert b"letter.txt" in first
    marker = first.partition(b"<NextMarker>")[2].partition(b"<")[0].decode()
    assert "&amp;" in marker
    careless = marker.replace("&amp;", "&").replace(" ", "+").partition("#")[0]
    assert get(azure, f"c-container{LIST}&marker={careless}")[2] == first


def test_an_unknown_account_has_a_page_of_something_else(azure: AzureServer) -> None:
    with pytest.raises(HTTPError) as error:
        urlopen(f"{azure.url}/nobody/letters{LIST}")
    with error.value as answer:
        assert answer.code == 404
        assert "x-ms-request-id" not in answer.headers


def test_ranges(azure: AzureServer) -> None:
    assert get(azure, "c-blob/letter.txt", x_ms_range="bytes=0-3")[2] == b"Dear"
    assert get(azure, "c-blob/letter.txt", Range="bytes=5-")[2] == b"patient"
    assert get(azure, "c-blob/letter.txt", Range="bytes=99-")[:2] == (416, "InvalidRange")
