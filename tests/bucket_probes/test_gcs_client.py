from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bucket_probes.gcs_client import AnonymousBucket
from documents.records import SkipReason
from fetching.errors import NoAnswerError, UrlDeniedError

ENDPOINT = "https://storage.googleapis.com"
ITEMS = "name%2Csize%2Cupdated%2Cetag%2Cgeneration%2CtimeDeleted%2CsoftDeleteTime"
FIELDS = f"&fields=kind%2CnextPageToken%2Citems%28{ITEMS}%29"
carried: list[tuple[str, Mapping[str, str]]] = []


def carry(url: str, headers: Mapping[str, str]) -> None:
    carried.append((url, headers))


bucket = AnonymousBucket(ENDPOINT, "clinic.letters_2", carry)
BASE = f"{ENDPOINT}/storage/v1/b/clinic.letters_2"


@pytest.fixture(autouse=True)
def nothing_carried() -> None:
    carried.clear()


def test_requests() -> None:
    bucket.listing(count=1, page="a+b/=", prefix="2024/é +", versions=True)
    bucket.listing(prefix="", soft_deleted=True)
    bucket.metadata()
    bucket.acl()
    bucket.permissions(["storage.objects.list", "storage.objects.get"])
    assert [url.removesuffix("&prettyPrint=false").removesuffix("?prettyPrint=false") for url, _ in carried] == [
        f"{BASE}/o?pageToken=a%2Bb%2F%3D&maxResults=1&projection=noAcl&prefix=2024%2F%C3%A9+%2B&versions=true{FIELDS}",
        f"{BASE}/o?projection=noAcl&prefix={FIELDS}&softDeleted=true",
        f"{BASE}?projection=noAcl",
        f"{BASE}/acl",
        f"{BASE}/iam/testPermissions?permissions=storage.objects.list&permissions=storage.objects.get",
    ]
    assert all(not headers for _, headers in carried), "the wire has its own"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
@settings(max_examples=200, deadline=None)
def test_requests_name_the_key_byte_by_byte(key: str) -> None:
    carried.clear()
    bucket.media(key, None, None)
    url = f"{ENDPOINT}/download/storage/v1/b/clinic.letters_2/o/{quote(key, safe='~')}?alt=media"
    assert carried == [(url, {"accept-encoding": "gzip"})]


def test_a_part_of_one_generation() -> None:
    bucket.media("k", 1700, 1536)
    url, headers = carried[0]
    assert url.endswith("/o/k?alt=media&generation=1700")
    assert headers == {"accept-encoding": "gzip", "range": "bytes=0-1535"}


def test_nothing_is_written() -> None:
    inner: Any = bucket._bucket
    writes: list[Callable[[], Any]] = [
        lambda: inner.blob("k").upload_from_string(b"x", retry=None),
        lambda: inner.blob("k").delete(retry=None),
        lambda: inner.delete(retry=None),
        lambda: inner.update(retry=None),
        lambda: inner.acl.all().grant_read() or inner.acl.save(),
        lambda: inner.exists(retry=None) and inner.create(project="p"),
    ]
    for act in writes:
        with contextlib.suppress(Exception):  # each leaves the library in its own way
            act()
    assert all(url.startswith(BASE) and "upload" not in url for url, _ in carried)
    with pytest.raises(UrlDeniedError) as caught:
        inner.delete(retry=None)
    assert caught.value.reason is SkipReason.DENIED_BY_GUARD


def test_a_failure_to_carry_comes_through_once() -> None:
    tries: list[str] = []

    def fail(url: str, headers: Mapping[str, str]) -> None:
        tries.append(url)
        raise NoAnswerError(SkipReason.TIMED_OUT, "ReadTimeoutError")

    failing = AnonymousBucket(ENDPOINT, "letters", fail)
    for ask in (failing.listing, failing.metadata, failing.acl, lambda: failing.media("k", None, None)):
        with pytest.raises(NoAnswerError):
            ask()
    assert len(tries) == 4


def test_ambient_settings_change_nothing(lending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No credentials, project, emulator, version, mutual TLS or metadata service, and no thread that asks."""
    for name, value in {
        "STORAGE_EMULATOR_HOST": "http://192.0.2.1:9",
        "API_ENDPOINT_OVERRIDE": "http://192.0.2.1:9",
        "API_VERSION_OVERRIDE": "v9",
        "GOOGLE_CLOUD_PROJECT": lending,
        "GOOGLE_API_USE_CLIENT_CERTIFICATE": "true",
        "GOOGLE_API_USE_MTLS_ENDPOINT": "always",
        "GOOGLE_CLOUD_QUOTA_PROJECT": lending,
        "ENABLE_GCS_PYTHON_CLIENT_OTEL_TRACES": "true",
        "GCE_METADATA_HOST": "192.0.2.1",
    }.items():
        monkeypatch.setenv(name, value)

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    threads = threading.active_count()
    ambient = AnonymousBucket(ENDPOINT, "letters", carry)
    ambient.listing()
    ambient.metadata()
    ambient.acl()
    ambient.media("k", None, None)
    assert threading.active_count() == threads
    assert len(carried) == 4
    assert all(url.startswith(f"{ENDPOINT}/") and "/storage/v1/b/letters" in url for url, _ in carried)
    said = repr(carried)
    assert lending not in said
    assert "uthorization" not in said


def test_the_library_logs_no_names(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        bucket.media("Jane Roe.pdf", None, None)
        bucket.listing(prefix="Jane Roe/")
    assert "Jane" not in caplog.text


def test_a_thread_of_the_librarys_own_asks_for_nothing() -> None:
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            bucket.metadata()
        except UrlDeniedError as error:
            failures.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    asking.join()
    assert len(failures) == 1
    assert carried == []
