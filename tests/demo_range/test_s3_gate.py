"""The gate's truth table: what anyone may do with a bucket, by ACL, policy and public access block."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import urllib3

from demo_range.s3_server import S3Server

KEY = "dir/a b.txt"
PATH = "dir/a%20b.txt"


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with S3Server() as server:
        for name in ("private", "public-read", "public-read-write", "authenticated-read"):
            server.add_bucket(f"acl-{name}", name)
            server.put_object(f"acl-{name}", KEY, b"text")
        server.add_bucket("both-public", "public-read")
        server.put_object("both-public", KEY, b"text", "public-read")
        server.add_bucket("object-public")
        server.put_object("object-public", KEY, b"text", "public-read")
        for name, actions in (
            ("policy-get", ["s3:GetObject"]),
            ("policy-list", ["s3:ListBucket"]),
            ("policy-both", ["s3:Get*", "s3:List?ucket"]),
        ):
            server.add_bucket(name)
            server.put_object(name, KEY, b"text")
            server.allow_everyone(name, *actions)
        server.add_bucket("denied", "public-read")
        server.put_object("denied", KEY, b"text", "public-read")
        deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::denied/*"}
        server.set_policy("denied", deny)
        server.add_bucket("blocked", "public-read")
        server.put_object("blocked", KEY, b"text", "public-read")
        server.block_public_access("blocked")
        yield server


# Bucket, then the status of: list, list (first version), get, get of a missing key.
TABLE = [
    ("acl-private", 403, 403, 403, 403),
    ("acl-public-read", 200, 200, 403, 404),
    ("acl-public-read-write", 200, 200, 403, 404),
    ("acl-authenticated-read", 403, 403, 403, 403),
    ("both-public", 200, 200, 200, 404),
    ("object-public", 403, 403, 200, 403),
    ("policy-get", 403, 403, 200, 403),
    ("policy-list", 200, 200, 403, 404),
    ("policy-both", 200, 200, 200, 404),
    ("denied", 200, 200, 403, 403),
    ("blocked", 403, 403, 403, 403),
    ("absent", 404, 404, 404, 404),
]


@pytest.mark.parametrize(("bucket", "listed", "listed_v1", "got", "missing"), TABLE, ids=[row[0] for row in TABLE])
def test_reading(  # noqa: PLR0913, PLR0917 - a row of the table
    s3: S3Server, http: urllib3.PoolManager, bucket: str, listed: int, listed_v1: int, got: int, missing: int
) -> None:
    for path, status in (
        ("?list-type=2", listed),
        ("", listed_v1),
        (f"/{PATH}", got),
        ("/dir/none.txt", missing),
    ):
        for method in ("GET", "HEAD"):
            assert http.request(method, f"{s3.url}/{bucket}{path}").status == status, (method, path)


@pytest.mark.parametrize("bucket", [row[0] for row in TABLE if row[0] != "acl-public-read-write"])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST"])
def test_nobody_writes(s3: S3Server, http: urllib3.PoolManager, bucket: str, method: str) -> None:
    # A bucket that is not there answers 404 for an object and is not made.
    assert http.request(method, f"{s3.url}/{bucket}", body=b"").status == 403
    assert http.request(method, f"{s3.url}/{bucket}/new.txt", body=b"x").status in (403, 404)


@pytest.mark.parametrize("question", ["acl", "policy", "versioning", "cors", "encryption", "publicAccessBlock"])
def test_the_owner_s_settings_are_not_shown(s3: S3Server, http: urllib3.PoolManager, question: str) -> None:
    assert http.request("GET", f"{s3.url}/both-public?{question}").status == 403


def test_a_refusal_is_xml_with_the_region(s3: S3Server, http: urllib3.PoolManager) -> None:
    answer = http.request("GET", f"{s3.url}/acl-private")
    assert b"<Code>AccessDenied</Code>" in answer.data
    assert answer.headers["x-amz-bucket-region"] == "us-east-1"


def test_the_service_lists_no_buckets_for_anyone(s3: S3Server, http: urllib3.PoolManager) -> None:
    assert http.request("GET", f"{s3.url}/").status == 403


def test_a_listing_names_keys_as_they_are(s3: S3Server, http: urllib3.PoolManager) -> None:
    listing = http.request("GET", f"{s3.url}/both-public?list-type=2").data.decode()
    assert f"<Key>{KEY}</Key>" in listing
