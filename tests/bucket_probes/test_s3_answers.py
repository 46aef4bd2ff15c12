from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bucket_probes.s3_answers import ErrorBody, is_vouched_for, judge, parse_error
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
        (400, "UserProjectMissing", YES, NO, SkipReason.ACCESS_DENIED),
        # Noise, and servers in trouble: no verdict.
        (403, "AccountProblem", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (403, "InvalidAccessKeyId", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (403, "RequestTimeTooSkewed", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (400, "InvalidRequest", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (405, "MethodNotAllowed", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (409, "OperationAborted", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (500, "InternalError", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (503, "SlowDown", UNKNOWN, UNKNOWN, SkipReason.THROTTLED),
        (503, "ServiceUnavailable", UNKNOWN, UNKNOWN, SkipReason.THROTTLED),
        (503, "", UNKNOWN, UNKNOWN, SkipReason.THROTTLED),
        (429, "", UNKNOWN, UNKNOWN, SkipReason.THROTTLED),
        (429, "TooManyRequests", UNKNOWN, UNKNOWN, SkipReason.THROTTLED),
        (400, "RequestTimeout", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (501, "NotImplemented", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (403, "NobodyKnowsThisCode", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (404, "nosuchbucket", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        # An error with a status that is none: never a no.
        (200, "InternalError", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (200, "SlowDown", UNKNOWN, UNKNOWN, SkipReason.THROTTLED),
        (200, "NoSuchBucket", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (301, "NoSuchBucket", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (500, "NoSuchBucket", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (403, "NoSuchBucket", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (404, "InvalidBucketName", UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (200, "AccessDenied", YES, UNKNOWN, SkipReason.ACCESS_DENIED),
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
        (404, "NoSuchVersion", YES, SkipReason.NOT_FOUND),
        (404, "", UNKNOWN, SkipReason.SERVER_ERROR),
        (500, "InternalError", UNKNOWN, SkipReason.SERVER_ERROR),
        (206, "", UNKNOWN, SkipReason.SERVER_ERROR),
    ],
)
@pytest.mark.parametrize("question", [Question.READ, Question.READ_KNOWN_KEY])
def test_reading(question: Question, status: int, code: str, exists: Truth, reason: SkipReason) -> None:
    judgement = judge(question, status, {}, ErrorBody(code))
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


@pytest.mark.parametrize(
    ("question", "code", "permitted", "website"),
    [
        (Question.ACL, "AccessDenied", NO, UNKNOWN),
        (Question.VERSIONS, "AccessDenied", NO, UNKNOWN),
        (Question.WEBSITE, "NoSuchWebsiteConfiguration", YES, NO),
        (Question.PERMISSIONS, "NoSuchBucketPolicy", YES, UNKNOWN),
        (Question.ACL, "NotImplemented", UNKNOWN, UNKNOWN),
    ],
)
def test_other_questions(question: Question, code: str, permitted: Truth, website: Truth) -> None:
    status = 404 if code.startswith("NoSuch") else 403
    judgement = judge(question, status, {}, parse_error(f"<Error><Code>{code}</Code></Error>".encode()))
    assert (judgement.permitted, judgement.facts.website) == (permitted, website)
    assert judgement.exists is (UNKNOWN if code == "NotImplemented" else YES)


@pytest.mark.parametrize(
    ("status", "exists"),
    [(400, YES), (403, YES), (301, YES), (307, YES), (404, UNKNOWN), (405, UNKNOWN), (500, UNKNOWN), (503, UNKNOWN)],
)
def test_a_region_alone_says_that_it_exists(status: int, exists: Truth) -> None:
    """Services that send it with every answer do so when they are in trouble too."""
    judgement = judge(Question.LIST, status, {"x-amz-bucket-region": "me-south-1"}, ErrorBody())
    assert (judgement.exists, judgement.permitted, judgement.region) == (exists, UNKNOWN, "me-south-1")


def test_a_server_that_refuses_unseen_proves_nothing() -> None:
    """MinIO says AccessDenied of buckets that are not there, and its region with every answer."""
    headers = {"server": "MinIO", "x-amz-bucket-region": "eu-west-2"}
    judgement = judge(Question.LIST, 403, headers, ErrorBody("AccessDenied"))
    assert (judgement.exists, judgement.permitted, judgement.reason) == (UNKNOWN, NO, SkipReason.ACCESS_DENIED)
    assert judge(Question.READ, 404, headers, ErrorBody("NoSuchKey")).exists is YES


@pytest.mark.parametrize(
    ("code", "message", "fact"),
    [
        ("AllAccessDisabled", "All access to this object has been disabled", "disabled"),
        ("AccessDenied", "All access to this object has been disabled", "disabled"),
        ("UserProjectMissing", "", "requester_pays"),
        ("AccessDenied", "The bucket is a Requester Pays bucket", "requester_pays"),
        ("AccessDenied", "... because public access is blocked by BlockPublicAccess", "public_access_blocked"),
        ("AccessDenied", "denied by the RestrictPublicBuckets setting", "public_access_blocked"),
        ("AccessDenied", "Access Denied", ""),
    ],
)
def test_what_a_refusal_tells_besides(code: str, message: str, fact: str) -> None:
    error = parse_error(f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode())
    facts = judge(Question.LIST, 403, {}, error).facts
    told = {name: getattr(facts, name) for name in ("disabled", "requester_pays", "public_access_blocked")}
    assert {name for name, truth in told.items() if truth is YES} == ({fact} if fact else set())


@pytest.mark.parametrize(
    ("headers", "vouched"),
    [
        ({"content-type": "application/pdf"}, True),
        ({}, True),
        ({"content-type": "text/html; charset=utf-8"}, False),
        ({"content-type": "text/html", "etag": '"x"'}, True),
        ({"content-type": "application/xml", "content-length": "0"}, False),
        ({"content-length": "0", "etag": '"d41d8cd98f00b204e9800998ecf8427e"'}, True),
        ({"content-type": "Text/HTML", "x-amz-request-id": "R"}, True),
    ],
)
def test_a_page_of_something_in_between(headers: dict[str, str], vouched: bool) -> None:
    assert is_vouched_for(headers) is vouched


@pytest.mark.parametrize(
    ("endpoint", "region"),
    [
        ("clinic.letters.s3-eu-west-1.amazonaws.com", "eu-west-1"),
        ("letters.s3.eu-central-1.amazonaws.com", "eu-central-1"),
        ("letters.s3.dualstack.eu-west-2.amazonaws.com", "eu-west-2"),
        ("s3.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("s3.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("letters.s3.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"),
        ("letters.s3.eu-west-1.amazonaws.com.evil.example", ""),
        ("evil.example/s3.eu-west-1.amazonaws.com/x", ""),
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


NOT_FOUND = "<?xml version='1.0' encoding='{}'?>\n<Error><Code>NoSuchBucket</Code></Error>"
LAUGHS = (
    b"<!DOCTYPE x [<!ENTITY a0 'NoSuchBucket'>"
    + b"".join(b"<!ENTITY a%d '%b'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]>"
)


@pytest.mark.parametrize(
    "body",
    [
        NOT_FOUND.format("UTF-16").encode("utf-16"),
        b"\xfe\xff" + NOT_FOUND.format("UTF-16").encode("utf-16-be"),
        NOT_FOUND.format("UTF-16").encode("utf-16-le"),
        NOT_FOUND.format("UTF-16").encode("utf-16-be"),
        NOT_FOUND.format("ISO-8859-1").encode() + b"\n",
        b"\xef\xbb\xbf" + NOT_FOUND.format("utf-8").encode(),
        b"\r\n  " + NOT_FOUND.format("utf-8").encode(),
        b"<s3:Error xmlns:s3='http://s3.amazonaws.com/doc/2006-03-01/'><s3:Code>NoSuchBucket</s3:Code></s3:Error>",
        b"<Error xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Code>NoSuchBucket</Code></Error>",
        b"<error><code>NoSuchBucket</code></error>",
        b"<Error><Code><![CDATA[NoSuchBucket]]></Code></Error>",
        b"<Error><!-- a comment --><Code>NoSuch<!-- in it -->Bucket</Code></Error>",
        b"<Error><Code>NoSuchBucket</Code><Message>caf\xe9</Message></Error>",
        b"<Error><Code>NoSuchBucket</Code><BucketName>" + b"x" * 60_000 + b"</BucketName></Error>",
    ],
    ids=range(14),
)
def test_an_error_document_in_other_clothes(body: bytes) -> None:
    assert parse_error(body).code == "NoSuchBucket"


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
        b"<Error><Code>NoSuchBucket</Code><Code>AccessDenied</Code></Error>",
        b"<Error><Code>NoSuchBucket</Code>",
        b"<Errors><Error><Code>NoSuchBucket</Code></Error></Errors>",
        LAUGHS + b"<Error><Code>&a9;</Code></Error>",
        LAUGHS + b"<Error x='&a9;'><Code>NoSuchBucket</Code></Error>",
        (LAUGHS + b"<Error><Code>NoSuchBucket</Code></Error>").decode().encode("utf-16"),
        b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'><Error><Code>NoSuchBucket</Code></Error>",
        b"<!-- x --><!DOCTYPE Error><Error><Code>NoSuchBucket</Code></Error>",
        b"<Error><Code>NoSuchBucket&#0;</Code></Error>",
        b'{"Error": {"Code": "NoSuchBucket"}}',
        b"NoSuchBucket",
        b"<Error><Code>" + b"N" * 65 + b"</Code></Error>",
    ],
)
def test_anything_else_has_no_code(body: bytes) -> None:
    assert parse_error(body).code == ""


def test_what_an_error_names_is_a_code_and_no_more() -> None:
    said = b"<RequestId>R 1 Jane Roe</RequestId><Key>Jane Roe.pdf</Key><Message>Jane Roe.pdf</Message>"
    error = parse_error(b"<Error><Code>AccessDenied</Code>" + said + b"</Error>")
    assert error == ErrorBody("AccessDenied")


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(noise: bytes) -> None:
    parse_error(noise)
    parse_error(b"<Error><Code>x</Code>" + noise + b"</Error>")
