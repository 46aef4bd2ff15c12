from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bucket_probes.access import Judgement
from bucket_probes.azure_answers import AzureError, ends_account, existence, is_page, judge, parse_error, tenant_of
from documents.buckets import Question
from documents.exposure import Truth
from documents.records import SkipReason

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
CHALLENGE = (
    f"Bearer authorization_uri=https://login.microsoftonline.com/{TENANT}/oauth2/authorize "
    "resource_id=https://storage.azure.com"
)
SERVICE = {"x-ms-request-id": "9b8b6e5c-001e-0000-1111-222233334444", "x-ms-version": "2023-11-03"}
HTML = b"<!DOCTYPE html><html><head><title>404</title></head><body>Not found</body></html>"
LISTING = (
    b'\xef\xbb\xbf<?xml version="1.0"?><EnumerationResults ContainerName="c"><Blobs/><NextMarker/></EnumerationResults>'
)


def document(code: str, message: str = "The words of the service.") -> bytes:
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return f'\ufeff<?xml version="1.0" encoding="utf-8"?>{error}'.encode()


def judged(question: Question, status: int, code: str, **headers: str) -> Judgement:
    named = {**SERVICE, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return judge(question, status, named, parse_error(named, document(code)))


# The sheet's table: answers to `GET /<container>?restype=container&comp=list`.
@pytest.mark.parametrize(
    ("status", "code", "account", "container", "permitted", "reason"),
    [
        (409, "PublicAccessNotPermitted", YES, UNKNOWN, NO, SkipReason.ACCESS_DENIED),
        (404, "ResourceNotFound", YES, UNKNOWN, NO, SkipReason.ACCESS_DENIED),
        (401, "NoAuthenticationInformation", YES, UNKNOWN, NO, SkipReason.ACCESS_DENIED),
        (404, "ContainerNotFound", YES, NO, UNKNOWN, SkipReason.NOT_FOUND),
        (403, "AccountIsDisabled", YES, UNKNOWN, NO, SkipReason.ACCESS_DENIED),
        (403, "AuthenticationFailed", YES, UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (401, "InvalidAuthenticationInfo", YES, UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (403, "AuthorizationFailure", YES, UNKNOWN, NO, SkipReason.ACCESS_DENIED),
        (400, "AccountRequiresHttps", YES, UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (400, "InvalidQueryParameterValue", YES, UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (400, "OutOfRangeInput", YES, NO, UNKNOWN, SkipReason.NOT_FOUND),
        (400, "InvalidResourceName", YES, NO, UNKNOWN, SkipReason.NOT_FOUND),
        (400, "InvalidUri", YES, NO, UNKNOWN, SkipReason.NOT_FOUND),
        (409, "BlobApiNotYetSupportedForHierarchicalNamespaceAccounts", YES, UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (409, "ContainerBeingDeleted", YES, UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (409, "ContainerDisabled", YES, YES, NO, SkipReason.ACCESS_DENIED),
        (503, "ServerBusy", UNKNOWN, UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (500, "OperationTimedOut", UNKNOWN, UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (500, "InternalError", UNKNOWN, UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
        (418, "NobodyForesawThis", YES, UNKNOWN, UNKNOWN, SkipReason.SERVER_ERROR),
    ],
)
def test_refused_listings(
    status: int, code: str, account: Truth, container: Truth, permitted: Truth, reason: SkipReason
) -> None:
    answer = judged(Question.LIST, status, code)
    assert (answer.facts.account_exists, answer.exists, answer.permitted, answer.reason, answer.code) == (
        account, container, permitted, reason, code
    )  # fmt: skip
    said = existence(status, SERVICE, document(code))
    assert (said.account, said.container, said.code) == (account, container, code)


# Answers to `GET /<container>/<blob>`.
@pytest.mark.parametrize(
    ("status", "code", "container", "reason"),
    [
        (404, "BlobNotFound", YES, SkipReason.NOT_FOUND),
        (404, "ResourceNotFound", UNKNOWN, SkipReason.ACCESS_DENIED),
        (404, "ContainerNotFound", NO, SkipReason.NOT_FOUND),
        (401, "NoAuthenticationInformation", UNKNOWN, SkipReason.ACCESS_DENIED),
        (409, "PublicAccessNotPermitted", UNKNOWN, SkipReason.ACCESS_DENIED),
        (409, "BlobArchived", YES, SkipReason.ACCESS_DENIED),
        (400, "InvalidUri", UNKNOWN, SkipReason.NOT_FOUND),
        (400, "InvalidResourceName", UNKNOWN, SkipReason.NOT_FOUND),
        (503, "ServerBusy", UNKNOWN, SkipReason.SERVER_ERROR),
    ],
)
@pytest.mark.parametrize("question", [Question.READ, Question.READ_KNOWN_KEY])
def test_refused_blobs(question: Question, status: int, code: str, container: Truth, reason: SkipReason) -> None:
    answer = judged(question, status, code)
    assert (answer.exists, answer.reason) == (container, reason)
    assert answer.permitted is not YES


def test_a_refused_blob_says_nothing_of_others() -> None:
    assert judged(Question.READ_KNOWN_KEY, 404, "ResourceNotFound").permitted is UNKNOWN
    assert judged(Question.READ_KNOWN_KEY, 409, "PublicAccessNotPermitted").permitted is NO


def test_only_a_container_that_is_open_says_that_a_blob_is_not_there() -> None:
    assert judged(Question.READ, 404, "BlobNotFound").facts.rights == ("blob",)
    assert judged(Question.LIST, 404, "BlobNotFound").exists is UNKNOWN


@pytest.mark.parametrize(
    ("status", "code", "ends"),
    [
        (409, "PublicAccessNotPermitted", True),
        (403, "AccountIsDisabled", True),
        (409, "ContainerDisabled", False),
        (404, "ResourceNotFound", False),
        (401, "NoAuthenticationInformation", False),
        (403, "AuthorizationFailure", False),
        (200, "PublicAccessNotPermitted", False),
    ],
)
def test_what_ends_an_account(status: int, code: str, ends: bool) -> None:
    assert ends_account(judged(Question.LIST, status, code)) is ends
    assert existence(status, SERVICE, document(code)).ends is ends


@pytest.mark.parametrize(
    ("said", "body", "code"),
    [
        ("BlobNotFound", b"", AzureError("BlobNotFound")),
        ("", document("BlobNotFound"), AzureError("BlobNotFound")),
        ("BlobNotFound", document("BlobNotFound"), AzureError("BlobNotFound")),
        ("ContainerNotFound", document("ServerBusy"), AzureError()),
        ("BlobNotFound", HTML, AzureError("BlobNotFound")),
        ("", HTML, AzureError()),
        ("", b"", AzureError()),
        ("containernotfound", b"", AzureError("ContainerNotFound", exact=False)),
        ("ContainerNotFound", document("CONTAINERNOTFOUND"), AzureError("ContainerNotFound", exact=False)),
        ("", b"<error><code>ContainerNotFound</code></error>", AzureError("ContainerNotFound")),
        ("", document("ServerBusy").decode().encode("utf-16"), AzureError("ServerBusy")),
        ("", b"<Error><Code>ServerBusy</Code><Code>BlobNotFound</Code></Error>", AzureError()),
        ("", b"<Error><Inner><Code>BlobNotFound</Code></Inner></Error>", AzureError()),
        ("", b"<Error><Code>Blob not found</Code></Error>", AzureError()),
        ("", b"<Error><Code>" + b"A" * 65 + b"</Code></Error>", AzureError()),
        ("", b'<!DOCTYPE Error [<!ENTITY a "BlobNotFound">]><Error><Code>&a;</Code></Error>', AzureError()),
        ("", b'<!DOCTYPE Error []><Error><Code>ContainerNotFound</Code></Error>', AzureError()),
        ("a\r\nb", b"", AzureError()),
    ],
)  # fmt: skip
def test_the_code_of_an_answer(said: str, body: bytes, code: AzureError) -> None:
    assert parse_error({"x-ms-error-code": said}, body) == code


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (404, {}, HTML),
        (404, {}, b""),
        (404, SERVICE, HTML),
        (404, {}, b"ContainerNotFound"),
        (404, {"x-ms-error-code": "containernotfound"}, b""),
        (404, {"x-ms-error-code": "ContainerNotFound"}, document("ResourceNotFound")),
        (200, {"x-ms-error-code": "ContainerNotFound"}, document("ContainerNotFound")),
        (403, SERVICE, document("ContainerNotFound")),
        (503, SERVICE, document("ContainerNotFound")),
        (429, {}, b""),
        (500, {}, HTML),
        (200, {}, HTML),
        (200, {}, b""),
        (204, {}, b""),
        (302, {}, b""),
    ],
)
def test_what_is_no_verdict_is_unknown(status: int, headers: Mapping[str, str], body: bytes) -> None:
    assert existence(status, headers, body).container is UNKNOWN
    assert judge(Question.LIST, status, headers, parse_error(headers, body)).exists is UNKNOWN


def test_something_in_between_says_nothing_of_the_account() -> None:
    assert existence(404, {}, HTML).account is UNKNOWN
    assert existence(404, {}, document("PageNotFound")).account is UNKNOWN


@pytest.mark.parametrize("code", ["ContainerNotFound", "AccountRequiresHttps", "InvalidQueryParameterValue"])
def test_the_services_own_codes_need_no_other_mark(code: str) -> None:
    status = 404 if code == "ContainerNotFound" else 400
    assert existence(status, {}, document(code)).account is YES


@pytest.mark.parametrize(
    ("headers", "head", "page"),
    [
        ({"content-type": "text/html; charset=utf-8"}, b"", True),
        ({"content-type": "TEXT/HTML"}, b"", True),
        ({}, b"\n <!DOCTYPE html>", True),
        ({"content-type": "text/html", "etag": '"0x8"'}, b"", False),
        ({"content-type": "text/html", "x-ms-blob-type": "BlockBlob"}, b"<html>", False),
        ({"content-type": "application/pdf"}, b"%PDF", False),
    ],
)
def test_pages_that_no_storage_service_made(headers: Mapping[str, str], head: bytes, page: bool) -> None:
    assert is_page(headers, head) is page


def test_what_was_given_is_there() -> None:
    for status, headers, body in [
        (200, {}, LISTING),
        (200, {}, LISTING[:70]),
        (200, {**SERVICE, "etag": '"0x8"'}, b""),
    ]:
        said = existence(status, headers, body)
        assert (said.account, said.container, said.ends) == (YES, YES, False)


def test_the_tenant_comes_with_the_verdict() -> None:
    said = existence(401, {**SERVICE, "www-authenticate": CHALLENGE}, document("NoAuthenticationInformation"))
    assert (said.account, said.container, said.tenant_id) == (YES, UNKNOWN, TENANT)


@pytest.mark.parametrize(
    ("challenge", "tenant"),
    [
        (CHALLENGE, TENANT),
        (CHALLENGE.upper(), TENANT),
        (f'Bearer authorization_uri="https://login.microsoftonline.com/{TENANT}/oauth2/authorize", x=y', TENANT),
        (f"{CHALLENGE}, {CHALLENGE}", TENANT),
        (f"{CHALLENGE}, {CHALLENGE.replace('72f9', '72f8')}", ""),
        (CHALLENGE.replace("login.microsoftonline.com", "login.microsoftonline.us"), TENANT),
        (CHALLENGE.replace("login.microsoftonline.com", "login.microsoftonline.com.evil.example"), ""),
        (CHALLENGE.replace("login.microsoftonline.com", "evil.example/login.microsoftonline.com"), ""),
        (CHALLENGE.replace("https:", "http:"), ""),
        (CHALLENGE.replace(TENANT, "common"), ""),
        (CHALLENGE.replace(TENANT, TENANT + "0"), ""),
        (CHALLENGE.replace(TENANT, TENANT[:-1]), ""),
        (CHALLENGE.replace("/oauth2/authorize", "/../x"), ""),
        (CHALLENGE.replace("/oauth2/authorize", "/oauth2/authorized"), ""),
        (CHALLENGE.replace("authorization_uri", "x_authorization_uri"), ""),
        ("Basic realm=x", ""),
        ("", ""),
        ("authorization_uri=" * 20_000, ""),
    ],
)  # fmt: skip
def test_tenants(challenge: str, tenant: str) -> None:
    assert tenant_of(401, {"www-authenticate": challenge}) == tenant
    assert tenant_of(200, {"www-authenticate": challenge}) == ""


@settings(max_examples=400, deadline=None)
@given(
    st.integers(100, 599),
    st.dictionaries(
        st.sampled_from(["x-ms-error-code", "www-authenticate", "x-ms-request-id", "x-ms-version", "etag"]),
        st.text(max_size=30),
    ),
    st.one_of(
        st.binary(max_size=80),
        st.text(max_size=40).map(lambda text: f"<Error><Code>{text}".encode("utf-8", "surrogatepass")),
    ),
)
def test_no_answer_breaks_the_judge_nor_makes_a_no(status: int, headers: dict[str, str], body: bytes) -> None:
    said = existence(status, headers, body)
    assert said.container is not NO
    assert len(judge(Question.READ, status, headers, parse_error(headers, body)).code) <= 64
