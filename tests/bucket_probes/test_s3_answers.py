from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bucket_probes.s3_answers import ErrorBody, judge, parse_error
from documents.buckets import Question
from documents.exposure import Truth
from documents.records import SkipReason

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN


@pytest.mark.parametrize(
    ("status", "code", "exists", "permitted", "reason"),
    [
        (404, "NoSuchBucket", NO, NO, SkipReason.NOT_FOUND),
        (400, "InvalidBucketName", NO, NO, SkipReason.NOT_FOUND),
        (403, "AccessDenied", YES, NO, SkipReason.ACCESS_DENIED),
        (401, "AccessDenied", YES, NO, SkipReason.ACCESS_DENIED),
        (403, "AllAccessDisabled", YES, NO, SkipReason.ACCESS_DENIED),
        (301, "PermanentRedirect", YES, UNKNOWN, SkipReason.SERVER_ERROR),
        (307, "TemporaryRedirect", YES, UNKNOWN, SkipReason.SERVER_ERROR),
        (400, "IllegalLocationConstraintException", YES, UNKNOWN, SkipReason.SERVER_ERROR),
        (400, "AuthorizationHeaderMalformed", YES, UNKNOWN, SkipReason.SERVER_ERROR),
        # Noise, and servers in trouble: no verdict.
        (403, "AccountProblem", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (403, "InvalidAccessKeyId", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (403, "RequestTimeTooSkewed", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (400, "InvalidRequest", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (405, "MethodNotAllowed", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (409, "OperationAborted", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (500, "InternalError", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (503, "SlowDown", UNKNOWN, UNKNOWN, SkipReason.THROTTLED),
        (200, "InternalError", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        # The status alone is never a verdict: a proxy's page, a CDN's 404.
        (404, "", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (403, "", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (401, "", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (200, "", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        # A code that belongs to objects says nothing of a bucket.
        (404, "NoSuchKey", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
    ],
)
def test_listing(status: int, code: str, exists: Truth, permitted: Truth, reason: SkipReason) -> None:
    judgement = judge(Question.LIST, status, {}, ErrorBody(code))
    assert (judgement.exists, judgement.permitted, judgement.reason) == (exists, permitted, reason)
    assert judgement.code == (code or f"{status} without an error code")


@pytest.mark.parametrize(
    ("status", "code", "exists", "reason"),
    [
        (404, "NoSuchKey", YES, SkipReason.NOT_FOUND),
        (404, "NoSuchBucket", NO, SkipReason.NOT_FOUND),
        (403, "AccessDenied", YES, SkipReason.ACCESS_DENIED),
        (403, "InvalidObjectState", YES, SkipReason.ACCESS_DENIED),
        (404, "", UNKNOWN, SkipReason.SERVER_ERROR),
        (500, "InternalError", UNKNOWN, SkipReason.SERVER_ERROR),
    ],
)
def test_reading(status: int, code: str, exists: Truth, reason: SkipReason) -> None:
    judgement = judge(Question.READ, status, {}, ErrorBody(code))
    assert (judgement.exists, judgement.reason) == (exists, reason)
    if exists is not NO:
        assert judgement.permitted is UNKNOWN, "of other objects it says nothing"


@pytest.mark.parametrize(
    ("header", "body", "region"),
    [
        ("eu-west-2", "us-west-1", "eu-west-2"),
        ("", "us-west-1", "us-west-1"),
        ("evil.example/#", "", None),
        ("", "evil.example", None),
        ("", "", None),
    ],
)
def test_the_header_names_the_region_before_the_body(header: str, body: str, region: str | None) -> None:
    error = parse_error(f"<Error><Code>PermanentRedirect</Code><Region>{body}</Region></Error>".encode())
    headers = {"x-amz-bucket-region": header} if header else {}
    assert judge(Question.LIST, 301, headers, error).region == region


def test_a_region_alone_says_that_it_exists() -> None:
    judgement = judge(Question.LIST, 400, {"x-amz-bucket-region": "me-south-1"}, ErrorBody())
    assert (judgement.exists, judgement.permitted, judgement.region) == (YES, UNKNOWN, "me-south-1")


@pytest.mark.parametrize(
    ("endpoint", "region"),
    [
        ("clinic.letters.s3-eu-west-1.amazonaws.com", "eu-west-1"),
        ("letters.s3.eu-central-1.amazonaws.com", "eu-central-1"),
        ("letters.s3.dualstack.eu-west-2.amazonaws.com", "eu-west-2"),
        ("s3.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("s3.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("letters.s3.amazonaws.com", ""),
        ("s3.amazonaws.com", ""),
        ("s3-website.example.org", ""),
    ],
)
def test_endpoints_of_a_redirect(endpoint: str, region: str) -> None:
    body = f"<Error><Code>PermanentRedirect</Code><Endpoint>{endpoint}</Endpoint><Bucket>letters</Bucket></Error>"
    assert parse_error(body.encode()).region == region


def test_an_error_document() -> None:
    body = (
        b"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?>\n<Error xmlns='urn:x'><Code> AccessDenied </Code>"
        b"<Message>Access Denied</Message><RequestId>4442587FB7D0A2F9</RequestId><HostId>x</HostId></Error>"
    )
    assert parse_error(body) == ErrorBody("AccessDenied", "", "4442587FB7D0A2F9")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>404 Not Found</body></html>",
        b"<Error><Code>AccessDen",
        b"<ListBucketResult/>",
        b"<!DOCTYPE x [<!ENTITY a 'AccessDenied'>]><Error><Code>&a;</Code></Error>",
        b"<Error><Code>Jane Roe &lt;script&gt;</Code></Error>",
        b"<Error><Code><b>AccessDenied</b></Code></Error>",
    ],
)
def test_anything_else_has_no_code(body: bytes) -> None:
    assert parse_error(body).code == ""


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(noise: bytes) -> None:
    parse_error(noise)
    parse_error(b"<Error><Code>x</Code>" + noise + b"</Error>")
