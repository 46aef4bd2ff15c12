from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from bucket_probes.errors import RefusedError
from bucket_probes.s3 import S3Probe
from documents.buckets import Question
from fetching.bucket_listings import ListedObject
from scope.bucket_urls import object_url

if TYPE_CHECKING:
    from tests.bucket_probes.conftest import Bucket, Liar, Reply

Page = Callable[..., "Reply"]


def test_an_address_is_the_one_that_is_asked_for(
    probe: S3Probe, liar: Liar, bucket: Bucket, reply: type[Reply]
) -> None:
    target = bucket.scope(liar.url).bucket[0]
    liar.says = lambda asked: reply(200, b"x")
    for key in ("a b+c/\u00e9?&#%25.txt", "/leading", "a//b", "line\nbreak\x01", "100% \u202e.pdf", "k" * 1024):
        assert probe.url_of(ListedObject(key)) == object_url(target, key)
        with probe.read(ListedObject(key)) as answer:
            assert answer.url == probe.url_of(ListedObject(key))
        assert liar.reads[-1] == key
    assert probe.url_of(ListedObject(b"caf\xe9".decode("utf-8", "surrogateescape"))).endswith("/caf%E9")


def test_a_version_has_an_address_of_its_own(probe: S3Probe, liar: Liar, reply: type[Reply]) -> None:
    liar.says = lambda asked: reply(200, b"x")
    old = ListedObject("a b.pdf", version="v1+/=", is_current=False)
    assert probe.url_of(old) == f"{liar.url}/clinic-letters/a%20b.pdf?versionId=v1%2B%2F%3D"
    with probe.read(old) as answer:
        assert answer.url == probe.url_of(old)
    assert liar.asked[-1].query == {"versionId": "v1+/="}
    current = ListedObject("a b.pdf", version="v2", is_current=True)
    assert probe.url_of(current) == f"{liar.url}/clinic-letters/a%20b.pdf"


@pytest.mark.parametrize(("status", "text"), [(206, b"12345"), (200, b"123456789")])
def test_only_the_beginning(probe: S3Probe, liar: Liar, reply: type[Reply], status: int, text: bytes) -> None:
    """A server may give more than was asked for."""
    liar.says = lambda asked: reply(status, text)
    with probe.read(ListedObject("k"), first=5) as answer:
        assert (answer.status, answer.read(100)) == (status, text)
    assert liar.asked[-1].headers["range"] == "bytes=0-4"
    assert probe.notes.summary().readable == "yes"


def test_a_part_that_nobody_asked_for_is_no_object(probe: S3Probe, liar: Liar, reply: type[Reply]) -> None:
    liar.says = lambda asked: reply(206, b"12345")
    with pytest.raises(RefusedError):
        probe.read(ListedObject("k"))
    assert "range" not in liar.asked[-1].headers
    assert probe.notes.summary().readable == "unknown"


def test_an_empty_object_has_no_beginning(probe: S3Probe, liar: Liar, reply: type[Reply], error: Page) -> None:
    empty = reply(200, b"", {"ETag": '"d41d8cd98f00b204e9800998ecf8427e"'})
    liar.says = lambda asked: error(416, "InvalidRange") if "range" in asked.headers else empty
    with probe.read(ListedObject("k"), first=1, question=Question.READ_KNOWN_KEY) as answer:
        assert answer.read(1) == b""
    assert probe.notes.summary().known_key_readable == "yes"


@pytest.mark.parametrize(
    ("answer", "exists", "readable"),
    [
        ((403, "AccessDenied"), "yes", "unknown"),
        ((404, "NoSuchKey"), "yes", "unknown"),
        ((404, "NoSuchBucket"), "no", "no"),
        ((404, ""), "unknown", "unknown"),
        ((500, "InternalError"), "unknown", "unknown"),
    ],
)
def test_a_known_key_that_is_not_given(
    probe: S3Probe, liar: Liar, error: Page, answer: tuple[int, str], exists: str, readable: str
) -> None:
    liar.says = lambda asked: error(*answer)
    with pytest.raises(RefusedError):
        probe.read(ListedObject("k"), first=1, question=Question.READ_KNOWN_KEY)
    access = probe.notes.summary()
    assert (access.exists, access.readable, access.known_key_readable) == (exists, readable, readable)


def test_a_login_page_in_place_of_an_object_proves_nothing(probe: S3Probe, liar: Liar, reply: type[Reply]) -> None:
    """It is handed on all the same: it may be what somebody stored."""
    page = reply(200, b"<html>Please log in</html>", {"Content-Type": "text/html"})
    liar.says = lambda asked: page
    with probe.read(ListedObject("k"), question=Question.READ_KNOWN_KEY) as answer:
        assert answer.status == 200
    access = probe.notes.summary()
    assert (access.exists, access.readable, access.known_key_readable) == ("unknown", "unknown", "unknown")
    page.headers["ETag"] = '"e"'
    probe.read(ListedObject("k")).close()
    assert probe.notes.summary().readable == "yes"


@pytest.mark.parametrize("name", ["abc", "a.b-c", "x" * 63, "clinic.letters." + "y" * 48])
def test_every_legal_name_is_asked_for_whole(bucket: Bucket, liar: Liar, error: Page, name: str) -> None:
    liar.says = lambda asked: error(403, "AccessDenied")
    with bucket.probing(liar.url, name=name) as probe:
        probe.state()
        assert probe.notes.summary().exists == "yes"
    assert {asked.path for asked in liar.asked} == {f"/{name}"}
