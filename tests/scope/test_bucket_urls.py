from __future__ import annotations

import pytest

from scope.bucket_urls import BucketAddress, bucket_url, object_url, parse_aws_url
from scope.model import BucketTarget


def target(**keys: str) -> BucketTarget:
    return BucketTarget.model_validate({"name": "clinic-letters", "tier": "own", "authority": "R", **keys})


@pytest.mark.parametrize(
    ("url", "bucket", "key"),
    [
        ("https://s3.amazonaws.com/b1/x/y.pdf", "b1", "x/y.pdf"),
        ("https://s3.eu-west-2.amazonaws.com/b1/a%20b", "b1", "a b"),
        ("https://s3-eu-west-1.amazonaws.com/b1", "b1", ""),
        ("https://s3.dualstack.eu-west-1.amazonaws.com/b1/", "b1", ""),
        ("https://my.dotted.bucket.s3.amazonaws.com/k", "my.dotted.bucket", "k"),
        ("https://b1.s3.cn-north-1.amazonaws.com.cn/k", "b1", "k"),
    ],
)
def test_amazon_addresses_in_every_style(url: str, bucket: str, key: str) -> None:
    address = parse_aws_url(url)
    assert isinstance(address, BucketAddress)
    assert (address.bucket, address.key) == (bucket, key)


@pytest.mark.parametrize("url", ["https://s3.amazonaws.com/", "https://example.org/b1/k", "https://s3.evil.example/b1"])
def test_other_addresses_are_no_buckets(url: str) -> None:
    assert parse_aws_url(url) is None


def test_partitions_have_their_own_domain() -> None:
    assert bucket_url(target(region="cn-north-1")).startswith("https://s3.cn-north-1.amazonaws.com.cn/")


def test_addresses_are_anonymous_and_quoted() -> None:
    assert bucket_url(target(region="eu-west-2")) == "https://s3.eu-west-2.amazonaws.com/clinic-letters/"
    assert object_url(target(endpoint="http://o.example:9000/s3/"), "a b+c/ü") == (
        "http://o.example:9000/s3/clinic-letters/a%20b%2Bc/%C3%BC"
    )
