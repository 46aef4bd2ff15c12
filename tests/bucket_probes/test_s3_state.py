"""What the probe says of buckets in every state, against a server that enforces anonymous access."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from bucket_probes.errors import RefusedError
from bucket_probes.s3 import S3Probe
from demo_range.s3_server import S3Server
from documents.buckets import BucketAccess, Question
from documents.records import SkipReason
from fetching.bucket_listings import ListedObject
from fetching.budget import BudgetSpentError

if TYPE_CHECKING:
    from tests.bucket_probes.conftest import Amazon, Asked, Bucket, Liar, Reply

Page = Callable[..., "Reply"]

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
                    assert (item.version or "nothing") in answer.url
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
    assert {(item.status, item.code) for item in access.evidence} == {(404, "NoSuchBucket")}


def test_a_prefix_of_a_bucket(bucket: Bucket, states: S3Server) -> None:
    """Questions of the whole bucket have no prefix; listings stay below it."""
    access = state_of(bucket, states, "p-everything", prefix="letters/")
    assert (access.listable, access.acl_readable, access.versions_visible) == ("yes", "yes", "yes")
    with bucket.probing(states.url, name="kept", prefix="tw") as probe:
        assert [item.key for page in probe.pages() for item in page.objects] == ["twice.txt"]
        assert [item.key for page in probe.old_versions() for item in page.objects] == ["twice.txt"]


def codes(probe: S3Probe) -> list[str]:
    """Evidence as question, status and code."""
    return [f"{item.question} {item.status} {item.code}".strip() for item in probe.notes.summary().evidence]


def answering(**answers: Reply) -> Callable[[Asked], Reply | None]:
    """By the question that is asked: `listing`, `acl`, `versions`, `policyStatus`, `website`, `location`, `uploads`."""

    def says(asked: Asked) -> Reply | None:
        name = next((name for name in answers if name in asked.query), "listing")
        return answers.get(name)

    return says


OWNER = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"
PUBLIC_ACL = (
    f"<AccessControlPolicy><Owner><ID>{OWNER}</ID></Owner><AccessControlList><Grant><Grantee>"
    "<URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ_ACP</Permission></Grant>"
    "</AccessControlList></AccessControlPolicy>"
)


def test_a_readable_acl_does_not_end_the_examination(
    probe: S3Probe, liar: Liar, listing: Page, reply: type[Reply]
) -> None:
    """The bucket is opened by a policy: no ACL shows that, the listing does."""
    liar.says = answering(listing=listing("a"), acl=reply(200, PUBLIC_ACL.encode()))
    probe.state()
    access = probe.notes.summary()
    assert (access.listable, access.acl_readable) == ("yes", "yes")
    assert access.rights == ("ACL: all users READ_ACP",)
    assert access.owner.owner_id == OWNER


def test_everything_that_a_bucket_tells(probe: S3Probe, liar: Liar, listing: Page, reply: type[Reply]) -> None:
    owned = listing("a")
    owned.body = owned.body.replace(b"</Key>", f"</Key><Owner><ID>{OWNER}</ID></Owner>".encode())
    liar.says = answering(
        listing=owned,
        acl=reply(200, PUBLIC_ACL.replace(OWNER, "other").encode()),
        versions=reply(200, b"<ListVersionsResult/>"),
        policyStatus=reply(200, b"<PolicyStatus><IsPublic>TRUE</IsPublic></PolicyStatus>"),
        website=reply(200, b"<WebsiteConfiguration/>"),
        location=reply(200, b"<LocationConstraint>EU</LocationConstraint>"),
        uploads=reply(200, b"<ListMultipartUploadsResult/>"),
    )
    probe.state()
    access = probe.notes.summary()
    truths = (access.exists, access.listable, access.acl_readable, access.versions_visible, access.website)
    assert truths == ("yes",) * 5
    assert (access.readable, access.requester_pays, access.public_access_blocked, access.disabled) == (
        "unknown",
        "no",
        "no",
        "no",
    )
    assert access.rights == ("ACL: all users READ_ACP", "list uploads", "policy: public")
    assert (access.region, access.owner.owner_id) == ("eu-west-1", OWNER)
    assert (access.provider, access.name, access.endpoint) == ("s3", "clinic-letters", liar.url)
    assert access.url == f"{liar.url}/clinic-letters/"
    questions = ["list", "acl", "region", "versions", "permissions", "website"]
    assert codes(probe) == [f"{question} 200" for question in questions]
    listed = liar.asked[0].query
    assert (listed["list-type"], listed["max-keys"], listed["fetch-owner"]) == ("2", "2", "true")


def test_a_server_that_answers_every_question_with_its_listing(probe: S3Probe, liar: Liar, listing: Page) -> None:
    liar.says = lambda asked: listing("a")
    probe.state()
    access = probe.notes.summary()
    assert access.listable == "yes"
    unknown = (access.acl_readable, access.versions_visible, access.website, access.readable)
    assert unknown == ("unknown",) * 4
    assert (access.rights, access.region) == ((), "")


@pytest.mark.parametrize(
    "page", [b"<html><form>Log in</form></html>", b"", b"{}", b"<Error><Code>InternalError</Code></Error>"]
)
def test_a_200_of_something_in_between_is_no_yes(probe: S3Probe, liar: Liar, reply: type[Reply], page: bytes) -> None:
    liar.says = lambda asked: reply(200, page)
    probe.state()
    access = probe.notes.summary()
    assert (access.exists, access.listable, access.acl_readable, access.versions_visible) == ("unknown",) * 4


@pytest.mark.parametrize("trouble", ["500", "page", "reset"])
def test_trouble_that_passes(
    probe: S3Probe, liar: Liar, error: Page, listing: Page, reply: type[Reply], trouble: str
) -> None:
    def says(asked: Asked) -> Reply:
        if len(liar.asked) < 3:
            if trouble == "reset":
                raise ConnectionError
            return error(500, "InternalError") if trouble == "500" else reply(404, b"<html>Not Found</html>")
        return listing("a")

    liar.says = says
    probe.state()
    assert probe.notes.summary().listable == "yes"


def test_who_drips_is_left(bucket: Bucket, liar: Liar, reply: type[Reply]) -> None:
    """An error whose rest never comes costs one timeout, not one for each question."""
    liar.says = lambda asked: reply(403, b"<Error>", promised=100, holds=True)
    with bucket.probing(liar.url, timeout_seconds=0.3) as probe:
        probe.state()
    assert codes(probe) == ["list None timed_out"]
    assert len(liar.asked) == 1


def test_what_is_not_there_is_asked_about_in_three_ways(probe: S3Probe, liar: Liar, error: Page) -> None:
    liar.says = lambda asked: error(404, "NoSuchBucket")
    probe.state()
    assert probe.notes.summary().exists == "no"
    assert [sorted(asked.query)[:1] for asked in liar.asked] == [["encoding-type"], ["acl"], ["location"]]


def test_a_disabled_bucket(probe: S3Probe, liar: Liar, error: Page) -> None:
    liar.says = lambda asked: error(403, "AllAccessDisabled")
    probe.state()
    access = probe.notes.summary()
    assert (access.exists, access.listable, access.disabled, access.readable) == ("yes", "no", "yes", "unknown")


def test_a_service_that_is_down_is_asked_once(probe: S3Probe, liar: Liar) -> None:
    liar.close()
    probe.state()
    assert probe.notes.summary().exists == "unknown"
    assert codes(probe) == ["list None host_down"]


def test_no_more_is_asked_than_may_be(bucket: Bucket, liar: Liar, error: Page) -> None:
    liar.says = lambda asked: error(403, "AccessDenied")
    with bucket.probing(liar.url, requests=2) as probe, pytest.raises(BudgetSpentError):
        probe.state()
    assert len(liar.asked) == 2


@pytest.mark.parametrize(
    ("name", "account"),
    [
        ("letters-123456789012-eu-west-2-an", "123456789012"),
        ("letters-123456789012-us-gov-west-1-an", "123456789012"),
        ("letters-12345678901-eu-west-2-an", ""),
        ("123456789012-eu-west-2-an", ""),
        ("letters-123456789012-eu-west-2", ""),
    ],
)
def test_a_name_in_its_owners_namespace_tells_the_account(
    bucket: Bucket, liar: Liar, error: Page, name: str, account: str
) -> None:
    liar.says = lambda asked: error(403, "AccessDenied")
    with bucket.probing(liar.url, name=name) as probe:
        probe.state()
        assert probe.notes.summary().owner.account_id == account
    liar.says = lambda asked: error(404, "NoSuchBucket")
    with bucket.probing(liar.url, name=name) as probe:
        probe.state()
        assert probe.notes.summary().owner.account_id == "", "what does not exist is nobody's"


SITE = {"x-amz-request-id": "R9", "Content-Type": "text/html"}
NO_SITE = b"<html><body><h1>404 Not Found</h1><ul><li>Code: NoSuchWebsiteConfiguration</li></ul></body></html>"


@pytest.mark.parametrize(
    ("page", "website", "evidence"),
    [
        ((200, b"<html>Welcome</html>", SITE), "yes", "website 200"),
        ((301, b"", {**SITE, "Location": "https://www.example.org/"}), "yes", "website 301"),
        ((403, b"<li>Code: AccessDenied</li>", SITE), "yes", "website 403"),
        ((404, b"<li>Code: NoSuchKey</li>", SITE), "yes", "website 404"),
        ((404, b"", {**SITE, "x-amz-error-code": "NoSuchKey"}), "yes", "website 404"),
        ((404, NO_SITE, SITE), "no", "website 404 NoSuchWebsiteConfiguration"),
        ((404, b"", {**SITE, "x-amz-error-code": "NoSuchWebsiteConfiguration"}), "no", "NoSuchWebsiteConfiguration"),
        ((404, b"<li>Code: NoSuchBucket</li>", SITE), "unknown", "website 404 NoSuchBucket"),
        ((404, b"<html>Not here</html>", {}), "unknown", "website 404 404 without an error code"),
        ((200, b"<html>Please log in</html>", {"Content-Type": "text/html"}), "unknown", "website 200"),
    ],
    ids=range(10),
)
def test_a_site_is_visited(
    at_amazon: Amazon,
    liar: Liar,
    reply: type[Reply],
    page: tuple[int, bytes, dict[str, str]],
    website: str,
    evidence: str,
) -> None:
    """At Amazon, by plain http, of a bucket that is there; its configuration is nobody's to read."""
    at_amazon.plain = liar
    at_amazon.liar.says = lambda asked: reply(
        403, b"<Error><Code>AccessDenied</Code></Error>", {"x-amz-bucket-region": "eu-west-2"}
    )
    liar.says = lambda asked: reply(*page)
    with at_amazon.probing("eu-west-2") as probe:
        probe.state()
    access = probe.notes.summary()
    assert access.website == website
    assert any(evidence in code for code in codes(probe))
    site = "clinic.letters.s3-website.eu-west-2.amazonaws.com"
    assert [asked.headers["host"] for asked in liar.asked] == [site]
    assert access.website_url == (f"http://{site}/" if website == "yes" else "")


def test_an_older_region_has_its_own_form_of_site(at_amazon: Amazon, liar: Liar, error: Page) -> None:
    at_amazon.plain = liar
    at_amazon.liar.says = lambda asked: error(403, "AccessDenied")
    with at_amazon.probing("us-east-1") as probe:
        probe.state()
    assert liar.asked[0].headers["host"] == "clinic.letters.s3-website-us-east-1.amazonaws.com"


def test_no_site_is_visited_of_what_may_not_be_there(at_amazon: Amazon, liar: Liar, error: Page) -> None:
    at_amazon.plain = liar
    at_amazon.liar.says = lambda asked: error(500, "InternalError")
    with at_amazon.probing() as probe:
        probe.state()
    assert liar.asked == []
