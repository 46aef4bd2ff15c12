from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bucket_probes.s3 import S3Probe
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
