from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bucket_probes.access import NO_FACTS, Facts
from bucket_probes.gcs_answers import (
    ErrorBody,
    facts_of_acl,
    facts_of_bucket,
    is_vouched_for,
    judge,
    parse_error,
    request_id_of,
    rights_of,
)
from documents.buckets import OwnerHints, Question
from documents.exposure import Truth
from documents.records import SkipReason

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
DENIED, NOT_FOUND, BROKEN, SLOW = (
    SkipReason.ACCESS_DENIED,
    SkipReason.NOT_FOUND,
    SkipReason.SERVER_ERROR,
    SkipReason.THROTTLED,
)


def json_error(status: int, reason: str, message: str = "", **more: object) -> bytes:
    row = {"domain": "global", "reason": reason, "message": message}
    return json.dumps({"error": {"code": status, "message": message, "errors": [row], **more}}).encode()


@pytest.mark.parametrize(
    ("status", "code", "exists", "permitted", "reason"),
    [
        (404, "notFound", NO, NO, NOT_FOUND),
        (404, "NOT_FOUND", NO, NO, NOT_FOUND),
        (404, "NoSuchBucket", NO, NO, NOT_FOUND),
        (400, "InvalidBucketName", NO, NO, NOT_FOUND),
        # JSON says 401, XML 403 for the same thing.
        (401, "required", YES, NO, DENIED),
        (403, "AccessDenied", YES, NO, DENIED),
        (403, "forbidden", YES, NO, DENIED),
        (403, "insufficientPermissions", YES, NO, DENIED),
        (403, "PERMISSION_DENIED", YES, NO, DENIED),
        # Requester pays: a peer counts this 400 as missing.
        (400, "UserProjectMissing", YES, NO, DENIED),
        (400, "required", YES, NO, DENIED),
        (403, "accountDisabled", YES, NO, DENIED),
        (403, "UserProjectAccountProblem", YES, NO, DENIED),
        # Noise, and a service in trouble.
        (401, "AuthenticationRequired", UNKNOWN, UNKNOWN, BROKEN),
        (401, "authError", UNKNOWN, UNKNOWN, BROKEN),
        (401, "UNAUTHENTICATED", UNKNOWN, UNKNOWN, BROKEN),
        (403, "rateLimitExceeded", UNKNOWN, UNKNOWN, SLOW),
        (403, "quotaExceeded", UNKNOWN, UNKNOWN, SLOW),
        (403, "countryBlocked", UNKNOWN, UNKNOWN, BROKEN),
        (403, "sslRequired", UNKNOWN, UNKNOWN, BROKEN),
        (403, "accessNotConfigured", UNKNOWN, UNKNOWN, BROKEN),
        (403, "SignatureDoesNotMatch", UNKNOWN, UNKNOWN, BROKEN),
        (400, "invalid", UNKNOWN, UNKNOWN, BROKEN),
        (408, "RequestTimeout", UNKNOWN, UNKNOWN, BROKEN),
        (429, "rateLimitExceeded", UNKNOWN, UNKNOWN, BROKEN),
        (500, "backendError", UNKNOWN, UNKNOWN, BROKEN),
        (503, "SlowDown", UNKNOWN, UNKNOWN, BROKEN),
        # A code under another status contradicts itself.
        (200, "notFound", UNKNOWN, UNKNOWN, BROKEN),
        (500, "notFound", UNKNOWN, UNKNOWN, BROKEN),
        (403, "NoSuchBucket", UNKNOWN, UNKNOWN, BROKEN),
        (200, "required", UNKNOWN, UNKNOWN, BROKEN),
        # The status alone is never a verdict: a proxy's page, a CDN's 404.
        (404, "", UNKNOWN, UNKNOWN, BROKEN),
        (403, "", UNKNOWN, UNKNOWN, BROKEN),
        (401, "", UNKNOWN, UNKNOWN, BROKEN),
        (200, "", UNKNOWN, UNKNOWN, BROKEN),
        (302, "", UNKNOWN, UNKNOWN, BROKEN),
        (410, "", UNKNOWN, UNKNOWN, BROKEN),
        # A code that belongs to objects says nothing of a bucket.
        (404, "NoSuchKey", UNKNOWN, UNKNOWN, BROKEN),
    ],
)
def test_listing(status: int, code: str, exists: Truth, permitted: Truth, reason: SkipReason) -> None:
    judgement = judge(Question.LIST, status, ErrorBody(code))
    assert (judgement.exists, judgement.permitted, judgement.reason) == (exists, permitted, reason)
    assert judgement.code == (code or f"{status} without an error code")


@pytest.mark.parametrize("question", [Question.READ, Question.READ_KNOWN_KEY])
@pytest.mark.parametrize(
    ("status", "body", "exists", "reason"),
    [
        (404, b"<Error><Code>NoSuchKey</Code></Error>", YES, NOT_FOUND),
        (404, b"<Error><Code>NoSuchBucket</Code></Error>", NO, NOT_FOUND),
        (403, b"<Error><Code>AccessDenied</Code></Error>", YES, DENIED),
        (404, json_error(404, "notFound", "No such object: b/k"), YES, NOT_FOUND),
        (404, json_error(404, "notFound", "The specified bucket does not exist."), NO, NOT_FOUND),
        # The object, or the bucket with it.
        (404, json_error(404, "notFound", "Not Found"), UNKNOWN, NOT_FOUND),
        # Asked for bytes, the JSON interface answers in plain words.
        (404, b"No such object: b/k", YES, NOT_FOUND),
        (401, b"Anonymous caller does not have storage.objects.get access to the Google Cloud ...", YES, DENIED),
        (400, b"Bucket is a requester pays bucket but no user project provided.", YES, DENIED),
        (400, json_error(400, "resourceIsEncryptedWithCustomerEncryptionKey"), YES, SkipReason.ENCRYPTED),
        (400, b"<Error><Code>ResourceIsEncryptedWithCustomerEncryptionKey</Code></Error>", YES, SkipReason.ENCRYPTED),
        (404, b"<html><body>404. That's an error.</body></html>", UNKNOWN, BROKEN),
        (404, b"", UNKNOWN, BROKEN),
        (500, json_error(500, "internalError"), UNKNOWN, BROKEN),
    ],
)
def test_reading(question: Question, status: int, body: bytes, exists: Truth, reason: SkipReason) -> None:
    judgement = judge(question, status, parse_error(body))
    assert (judgement.exists, judgement.reason) == (exists, reason)
    if exists is not NO:
        assert judgement.permitted is UNKNOWN, "of other objects it says nothing"


def test_what_else_a_refusal_tells() -> None:
    pays = judge(Question.LIST, 400, parse_error(json_error(400, "required", "Bucket is requester pays bucket but")))
    assert pays.facts == Facts(requester_pays=YES)
    assert judge(Question.LIST, 403, ErrorBody("accountDisabled")).facts == Facts(disabled=YES)
    assert judge(Question.LIST, 401, ErrorBody("required")).facts == NO_FACTS


def test_a_bucket_without_an_acl_is_there() -> None:
    text = "Cannot get legacy ACL for a bucket when uniform bucket-level access is enabled. Read more at ..."
    judgement = judge(Question.ACL, 400, parse_error(json_error(400, "invalid", text)))
    assert (judgement.exists, judgement.permitted, judgement.reason) == (YES, NO, DENIED)
    assert judge(Question.LIST, 400, parse_error(json_error(400, "invalid", text))).exists is UNKNOWN


def test_a_bad_name_is_no_bucket() -> None:
    error = parse_error(json_error(400, "invalid", "Invalid bucket name: 'goog'"))
    assert judge(Question.LIST, 400, error).exists is NO


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (json_error(404, "notFound"), "notFound"),
        (b"\xef\xbb\xbf  " + json_error(404, "notFound"), "notFound"),
        (json_error(404, "notFound").decode().encode("utf-16"), ""),
        (b'{"error": {"code": 404, "message": "x", "status": "NOT_FOUND"}}', "NOT_FOUND"),
        (b'{"error": {"code": 404, "message": "Not Found"}}', ""),
        (b'{"error": {"code": 404, "errors": []}}', ""),
        (b'{"error": {"code": 404, "errors": [null, {"reason": 7}, {"reason": "notFound"}]}}', "notFound"),
        (b'{"error": {"code": 404, "errors": {"reason": "notFound"}}}', ""),
        (b'{"error": "notFound"}', ""),
        (b'{"error": "invalid_grant", "error_description": "x"}', ""),
        (b'{"error": null}', ""),
        (b'["notFound"]', ""),
        (b'{"error": {"errors": [{"reason": "Jane Roe <script>"}]}}', ""),
        # Two readers would read it differently.
        (b'{"error": {"errors": [{"reason": "required"}]}, "error": {"errors": [{"reason": "notFound"}]}}', ""),
        (b'{"error": {"errors": [{"reason": "required", "reason": "notFound"}]}}', ""),
        (b'{"error": ' + b"[" * 100_000, ""),
        (b'{"a":' * 50_000, ""),
        (b'{"error": {"code": ' + b"9" * 5000 + b', "errors": [{"reason": "notFound"}]}}', "notFound"),
        (b'{"error": {"code": NaN, "errors": [{"reason": "notFound"}]}}', ""),
        (b'{"error": {"errors": [{"reason": "notFo', ""),
        (b"<?xml version='1.0'?><Error><Code>NoSuchBucket</Code><Message>x</Message></Error>", "NoSuchBucket"),
        (b"<!DOCTYPE html><html><title>Sign in</title></html>", ""),
        (b"<!DOCTYPE x [<!ENTITY a 'NoSuchBucket'>]><Error><Code>&a;</Code></Error>", ""),
        (b"notFound", ""),
        (b"", ""),
    ],
)
def test_error_documents(body: bytes, code: str) -> None:
    assert parse_error(body).code == code


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from([200, 400, 401, 403, 404, 429, 500, 503]))
def test_no_bytes_make_it_fail_or_lie(noise: bytes, status: int) -> None:
    for body in (noise, b"{" + noise, b"<" + noise, b'{"error":' + noise + b"}"):
        assert judge(Question.LIST, status, parse_error(body)).exists is UNKNOWN


def test_a_buckets_own_record() -> None:
    said = {
        "location": "EUROPE-WEST2",
        "billing": {"requesterPays": True},
        "website": {"mainPageSuffix": "index.html"},
        "iamConfiguration": {"publicAccessPrevention": "enforced"},
        "projectNumber": "123456789012",
    }
    assert facts_of_bucket(said) == Facts(
        region="europe-west2",
        requester_pays=YES,
        website=YES,
        public_access_blocked=YES,
        owner=OwnerHints(owner_id="123456789012"),
    )
    odd = {"location": "Jane Roe", "billing": 3, "website": [], "iamConfiguration": "x", "projectNumber": "1 or 2"}
    assert facts_of_bucket(odd) == Facts(requester_pays=NO, website=NO)


def test_an_acl() -> None:
    rows = [
        {"entity": "project-owners-42", "role": "OWNER", "projectTeam": {"projectNumber": "42", "team": "owners"}},
        {"entity": "allUsers", "role": "READER"},
        {"entity": "allAuthenticatedUsers", "role": "WRITER"},
        {"entity": "user-jane.roe@example.org", "role": "OWNER"},
        {"entity": "allUsers"},
        "x",
    ]
    assert facts_of_acl(rows) == Facts(
        rights=("allUsers:READER", "allAuthenticatedUsers:WRITER"), owner=OwnerHints(owner_id="42")
    )
    assert facts_of_acl(None) == NO_FACTS
    assert facts_of_acl([{"entity": ["allUsers"], "role": {}}, {"entity": {}}]) == NO_FACTS


@pytest.mark.parametrize(
    ("said", "rights"),
    [
        ({"permissions": ["storage.objects.list"]}, ("storage.objects.list",)),
        ({"permissions": ["storage.objects.get", "Jane Roe", 7]}, ("storage.objects.get",)),
        ({}, ()),
        ({"permissions": "storage.objects.get"}, ()),
    ],
)
def test_rights(said: dict[str, object], rights: tuple[str, ...]) -> None:
    assert rights_of(said) == rights


@pytest.mark.parametrize(
    ("headers", "vouched"),
    [
        ({}, True),
        ({"content-type": "application/pdf"}, True),
        ({"content-type": "text/html; charset=utf-8"}, False),
        ({"content-type": "text/html", "x-goog-generation": "1"}, True),
        ({"content-type": "TEXT/HTML", "x-guploader-uploadid": "A"}, True),
    ],
)
def test_a_page_of_something_in_between_has_no_marks(headers: dict[str, str], vouched: bool) -> None:
    assert is_vouched_for(headers) is vouched


def test_request_ids_are_checked() -> None:
    assert request_id_of({"x-guploader-uploadid": "ABgVH8-_9"}) == "ABgVH8-_9"
    assert request_id_of({"x-guploader-uploadid": "Jane Roe"}) == ""
