from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from bucket_probes.errors import RefusedError
from bucket_probes.s3 import S3Probe
from documents.buckets import Question
from fetching.bucket_listings import ListedObject
from fetching.budget import BudgetSpentError
from scope.bucket_urls import object_url

if TYPE_CHECKING:
    from tests.bucket_probes.conftest import Asked, Bucket, Liar, Reply

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


def codes(probe: S3Probe) -> list[str]:
    """Evidence as question, status and code."""
    return [f"{item.question} {item.status} {item.code}".strip() for item in probe.notes.summary().evidence]


def answering(**answers: Reply) -> Callable[[Asked], Reply | None]:
    """By the question that is asked: `listing`, `acl`, `versions`, `policyStatus`, `website`, `location`, `uploads`."""

    def says(asked: Asked) -> Reply | None:
        name = next((name for name in answers if name in asked.query), "listing")
        return answers.get(name)

    return says


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
    liar.says = lambda asked: error(416, "InvalidRange") if "range" in asked.headers else reply(200, b"")
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
    questions = ["list", "acl", "versions", "permissions", "website", "region"]
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


def test_what_is_not_there_is_asked_once(probe: S3Probe, liar: Liar, error: Page) -> None:
    liar.says = lambda asked: error(404, "NoSuchBucket")
    probe.state()
    assert (probe.notes.summary().exists, len(liar.asked)) == ("no", 1)


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
