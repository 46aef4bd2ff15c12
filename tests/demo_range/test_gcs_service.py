from __future__ import annotations

import gzip
import json

import pytest

from demo_range.cloud_buckets import Asked, CloudBucket, Reply, Right
from demo_range.gcs_service import GcsService

LIST, GET = "storage.objects.list", "storage.objects.get"


@pytest.fixture
def bucket() -> CloudBucket:
    made = CloudBucket("letters")
    made.put("a b/é.txt", b"text")
    return made


def ask(bucket: CloudBucket, path: str, query: str = "", **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return GcsService({bucket.name: bucket}).answer(Asked("GET", path, query, named))


def reason(reply: Reply) -> str:
    return str(json.loads(reply.body)["error"]["errors"][0]["reason"])


@pytest.mark.parametrize(
    ("rights", "path", "status"),
    [
        ([], "/storage/v1/b/letters/o", 401),
        ([], "/letters", 403),
        ([Right.LIST], "/storage/v1/b/letters/o", 200),
        ([Right.LIST], "/letters", 200),
        ([Right.LIST], "/storage/v1/b/letters", 401),
        ([Right.LIST], "/letters/a%20b/%C3%A9.txt", 403),
        ([Right.READ], "/letters/a%20b/%C3%A9.txt", 200),
        ([Right.READ], "/storage/v1/b/letters/o/a%20b%2F%C3%A9.txt", 200),
        ([Right.READ], "/letters/missing", 403),
        ([Right.LIST], "/letters/missing", 404),
        ([Right.SETTINGS], "/storage/v1/b/letters", 200),
        ([Right.ACL], "/storage/v1/b/letters/acl", 200),
        ([], "/storage/v1/b/letters/acl", 401),
        (list(Right), "/storage/v1/b/missing/o", 404),
        (list(Right), "/missing", 404),
    ],
)
def test_anonymous_access(bucket: CloudBucket, rights: list[Right], path: str, status: int) -> None:
    bucket.rights = frozenset(rights)
    assert ask(bucket, path).status == status


def test_an_authorization_header_is_refused_even_empty(bucket: CloudBucket) -> None:
    bucket.rights = frozenset(Right)
    assert ask(bucket, "/letters", authorization="").status == 401
    assert reason(ask(bucket, "/storage/v1/b/letters/o", authorization="")) == "authError"


def test_permissions_are_told_whatever_they_are(bucket: CloudBucket) -> None:
    bucket.rights = frozenset([Right.LIST])
    said = json.loads(
        ask(bucket, "/storage/v1/b/letters/iam/testPermissions", f"permissions={LIST}&permissions={GET}").body
    )
    assert said["permissions"] == [LIST]
    bucket.rights = frozenset()
    assert "permissions" not in json.loads(
        ask(bucket, "/storage/v1/b/letters/iam/testPermissions", "permissions=x").body
    )


def test_requester_pays(bucket: CloudBucket) -> None:
    bucket.requester_pays = True
    assert reason(ask(bucket, "/storage/v1/b/letters/o")) == "required"
    assert b"UserProjectMissing" in ask(bucket, "/letters").body


def test_pages_versions_and_what_was_deleted(bucket: CloudBucket) -> None:
    bucket.rights = frozenset([Right.LIST])
    for n in range(5):
        bucket.put(f"k{n}", b"1")
    bucket.put("k1", b"2")
    bucket.delete("k2")
    names, token = [], ""
    while True:
        page = json.loads(ask(bucket, "/storage/v1/b/letters/o", f"maxResults=2&pageToken={token}").body)
        names += [item["name"] for item in page["items"]]
        if not (token := page.get("nextPageToken", "")):
            break
    assert names == ["a b/é.txt", "k0", "k1", "k3", "k4"]
    old = json.loads(ask(bucket, "/storage/v1/b/letters/o", "versions=true").body)["items"]
    assert [item["name"] for item in old if "timeDeleted" in item] == ["k1", "k2"]
    gone = json.loads(ask(bucket, "/storage/v1/b/letters/o", "softDeleted=true").body)["items"]
    assert [item["name"] for item in gone] == ["k2"]


def test_what_is_stored_packed(bucket: CloudBucket) -> None:
    bucket.rights = frozenset([Right.READ])
    bucket.put("z", gzip.compress(b"text"), content_encoding="gzip")
    assert ask(bucket, "/letters/z").body == b"text"
    packed = ask(bucket, "/letters/z", accept_encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == b"text"
