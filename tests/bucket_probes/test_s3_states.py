"""What the probe says of buckets in every state, against a server that enforces anonymous access."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bucket_probes.errors import RefusedError
from bucket_probes.s3 import S3Probe
from demo_range.s3_server import S3Server
from documents.buckets import BucketAccess, Question
from documents.records import SkipReason
from fetching.bucket_listings import ListedObject

if TYPE_CHECKING:
    from tests.bucket_probes.conftest import Bucket

TEXT = b"Dear Dr Example, thank you for referring this patient."
ACLS = ("private", "public-read", "public-read-write")
PERMISSIONS = ("READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL")
GROUPS = {"AllUsers": "all users", "AuthenticatedUsers": "any account"}
# What a policy alone may open: name, actions; then listable, ACL readable, versions visible, object readable.
OPENINGS: list[tuple[str, tuple[str, ...], tuple[str, str, str, str]]] = [
    ("list", ("s3:ListBucket",), ("yes", "no", "no", "no")),
    ("get", ("s3:GetObject",), ("no", "no", "no", "yes")),
    ("acl", ("s3:GetBucketAcl",), ("no", "yes", "no", "no")),
    ("versions", ("s3:ListBucketVersions",), ("no", "no", "yes", "no")),
    ("list-acl", ("s3:ListBucket", "s3:GetBucketAcl"), ("yes", "yes", "no", "no")),
    ("everything", ("s3:*",), ("yes", "yes", "yes", "yes")),
    ("gets", ("s3:Get*",), ("no", "yes", "no", "yes")),
    ("lists", ("s3:List*",), ("yes", "no", "yes", "no")),
]


@pytest.fixture(scope="module")
def states(s3: S3Server) -> S3Server:
    for acl in ACLS:
        s3.add_bucket(f"m-{acl}", acl)
        for of_object in ACLS:
            s3.put_object(f"m-{acl}", f"{of_object}.txt", TEXT, of_object)
    for group in GROUPS:
        for permission in PERMISSIONS:
            name = f"g-{group}-{permission}".lower().replace("_", "-")
            s3.add_bucket(name)
            s3.put_object(name, "k.txt", TEXT)
            s3.grant(name, (group, permission))
    for name, actions, _ in OPENINGS:
        s3.add_bucket(f"p-{name}")
        s3.put_object(f"p-{name}", "k.txt", TEXT)
        s3.allow_everyone(f"p-{name}", *actions)
    for name in ("kept", "kept-blocked"):
        s3.add_bucket(name, "public-read")
        s3.keep_versions(name)
        for text in (b"first", b"second"):
            s3.put_object(name, "twice.txt", text, "public-read")
            s3.put_object(name, "gone.txt", text, "public-read")
        s3.delete_object(name, "gone.txt")
        s3.put_object(name, "once.txt", TEXT, "public-read")
    s3.block_public_access("kept-blocked")
    s3.add_bucket("site", "public-read")
    s3.make_website("site")
    s3.allow_everyone("site", "s3:GetBucketWebsite", "s3:GetBucketLocation", "s3:GetBucketPolicyStatus")
    return s3


def state_of(bucket: Bucket, server: S3Server, name: str, *known: str, **options: str) -> BucketAccess:
    """Its state, and one byte of each known key."""
    with bucket.probing(server.url, name=name, **options) as probe:
        probe.state()
        for key in known:
            read(probe, key)
        return probe.notes.summary()


def read(probe: S3Probe, key: str) -> SkipReason | None:
    try:
        with probe.read(ListedObject(key), first=4, question=Question.READ_KNOWN_KEY) as answer:
            assert (answer.status, answer.read(4)) == (206, TEXT[:4])
    except RefusedError as error:
        return error.reason
    return None


@pytest.mark.parametrize("of_bucket", ACLS)
@pytest.mark.parametrize("of_object", ACLS)
def test_bucket_and_object(bucket: Bucket, states: S3Server, of_bucket: str, of_object: str) -> None:
    name, is_open = f"m-{of_bucket}", of_bucket != "private"
    with bucket.probing(states.url, name=name) as probe:
        probe.state()
        listed = "yes" if is_open else "no"
        assert (probe.notes.summary().listable, probe.notes.summary().versions_visible) == (listed, listed)
        refused = read(probe, f"{of_object}.txt")
        assert refused is (SkipReason.ACCESS_DENIED if of_object == "private" else None)
        # To whoever may not list, what is missing looks like what is private.
        assert read(probe, "missing.txt") is (SkipReason.NOT_FOUND if is_open else SkipReason.ACCESS_DENIED)
        access = probe.notes.summary()
    assert (access.exists, access.acl_readable) == ("yes", "no")
    assert access.known_key_readable == ("unknown" if of_object == "private" else "yes")
    assert access.region == "us-east-1"


@pytest.mark.parametrize("group", list(GROUPS))
@pytest.mark.parametrize("permission", PERMISSIONS)
def test_what_an_acl_gives(bucket: Bucket, states: S3Server, group: str, permission: str) -> None:
    access = state_of(bucket, states, f"g-{group}-{permission}".lower().replace("_", "-"))
    everyone = group == "AllUsers"
    reads = everyone and permission in ("READ", "FULL_CONTROL")
    tells = everyone and permission in ("READ_ACP", "FULL_CONTROL")
    assert access.exists == "yes"
    assert (access.listable, access.versions_visible) == (("yes", "yes") if reads else ("no", "no"))
    assert access.acl_readable == ("yes" if tells else "no")
    assert (f"ACL: {GROUPS[group]} {permission}" in access.rights) is tells
    assert bool(access.owner.owner_id) is (reads or tells)


@pytest.mark.parametrize(("name", "opened"), [(name, opened) for name, _, opened in OPENINGS])
def test_what_a_policy_alone_opens(
    bucket: Bucket, states: S3Server, name: str, opened: tuple[str, str, str, str]
) -> None:
    """A readable ACL that grants nobody anything does not hide what the policy opens."""
    access = state_of(bucket, states, f"p-{name}", "k.txt")
    listable, acl, versions, readable = opened
    assert (access.listable, access.acl_readable, access.versions_visible) == (listable, acl, versions)
    assert access.known_key_readable == ("yes" if readable == "yes" else "unknown")
    assert not any(right.startswith("ACL") for right in access.rights)


def test_old_versions_and_what_was_deleted(bucket: Bucket, states: S3Server) -> None:
    with bucket.probing(states.url, name="kept") as probe:
        assert sorted(item.key for page in probe.pages() for item in page.objects) == ["once.txt", "twice.txt"]
        old = [item for page in probe.old_versions() for item in page.objects]
        assert sorted((item.key, item.deleted) for item in old) == [
            ("gone.txt", False),
            ("gone.txt", False),
            ("gone.txt", True),
            ("twice.txt", False),
        ]
        texts = []
        for item in old:
            if not item.deleted:
                with probe.read(item) as answer:
                    texts.append((item.key, answer.read(100)))
                    assert item.version in answer.url
        assert sorted(texts) == [("gone.txt", b"first"), ("gone.txt", b"second"), ("twice.txt", b"first")]


def test_public_access_that_is_blocked(bucket: Bucket, states: S3Server) -> None:
    access = state_of(bucket, states, "kept-blocked", "once.txt")
    assert (access.exists, access.listable, access.versions_visible) == ("yes", "no", "no")
    assert (access.readable, access.public_access_blocked) == ("unknown", "unknown")


def test_a_bucket_that_is_a_site(bucket: Bucket, states: S3Server) -> None:
    access = state_of(bucket, states, "site")
    assert (access.listable, access.website) == ("yes", "yes")


def test_a_name_that_nobody_has(bucket: Bucket, states: S3Server) -> None:
    access = state_of(bucket, states, "nobody-has-this")
    assert (access.exists, access.listable, access.known_key_readable) == ("no", "no", "no")
    assert [(item.status, item.code) for item in access.evidence] == [(404, "NoSuchBucket")]


def test_a_prefix_of_a_bucket(bucket: Bucket, states: S3Server) -> None:
    """Questions of the whole bucket have no prefix; listings stay below it."""
    access = state_of(bucket, states, "p-everything", prefix="letters/")
    assert (access.listable, access.versions_visible) == ("yes", "yes")
    with bucket.probing(states.url, name="kept", prefix="tw") as probe:
        assert [item.key for page in probe.pages() for item in page.objects] == ["twice.txt"]
        assert [item.key for page in probe.old_versions() for item in page.objects] == ["twice.txt"]
