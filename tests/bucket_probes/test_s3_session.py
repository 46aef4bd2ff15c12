from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from bucket_probes.errors import RefusedError
from bucket_probes.s3 import S3Probe
from documents.records import SkipReason
from fetching.bucket_listings import ListedObject
from fetching.errors import FetchingError

if TYPE_CHECKING:
    from tests.bucket_probes.conftest import Amazon, Liar, Reply

Page = Callable[..., "Reply"]

FIRST, OTHER = "s3.us-east-1.amazonaws.com", "s3.eu-west-2.amazonaws.com"


@pytest.mark.parametrize(
    ("answer", "headers"),
    [
        ((301, "PermanentRedirect", "<Endpoint>s3.amazonaws.com</Endpoint>"), {"x_amz_bucket_region": "eu-west-2"}),
        ((301, "PermanentRedirect", "<Endpoint>clinic.letters.s3-eu-west-2.amazonaws.com</Endpoint>"), {}),
        (
            (301, "PermanentRedirect", "<Endpoint>b.s3.us-west-1.amazonaws.com</Endpoint>"),
            {"x_amz_bucket_region": "eu-west-2"},
        ),
        ((400, "AuthorizationHeaderMalformed", "<Region>eu-west-2</Region>"), {}),
        ((400, "IllegalLocationConstraintException", ""), {"x_amz_bucket_region": "eu-west-2"}),
    ],
)
def test_a_bucket_is_followed_to_its_region(
    at_amazon: Amazon, error: Page, listing: Page, answer: tuple[int, str, str], headers: dict[str, str]
) -> None:
    """`answer` is status, code, and what else the body says."""
    at_amazon.liar.says = lambda asked: listing("a") if asked.headers["host"] == OTHER else error(*answer, **headers)
    found, probe = at_amazon.keys()
    assert (found, at_amazon.hosts) == (["a"], [FIRST, OTHER])
    assert probe.url_of(ListedObject("a")) == f"https://{OTHER}/clinic.letters/a"
    assert probe.notes.summary().listable == "yes"


def test_a_redirect_with_a_location_is_followed(at_amazon: Amazon, reply: type[Reply], listing: Page) -> None:
    """New buckets, until the names are known everywhere."""
    moved = reply(307, b"", {"Location": "https://s3.eu-west-2.amazonaws.com/clinic.letters?list-type=2"})
    at_amazon.liar.says = lambda asked: listing("a") if asked.headers["host"] == OTHER else moved
    assert at_amazon.keys()[0] == ["a"]


@pytest.mark.parametrize(
    ("status", "code", "more", "headers"),
    [
        (301, "PermanentRedirect", "", {}),
        (301, "PermanentRedirect", "<Endpoint>letters.evil.example</Endpoint>", {}),
        (301, "PermanentRedirect", "", {"x_amz_bucket_region": "us-east-1"}),
        (400, "AuthorizationHeaderMalformed", "<Region>evil.example/x</Region>", {}),
    ],
)
def test_elsewhere_but_not_where_is_unknown(
    at_amazon: Amazon, error: Page, status: int, code: str, more: str, headers: dict[str, Any]
) -> None:
    at_amazon.liar.says = lambda asked: error(status, code, more, **headers)
    with pytest.raises(RefusedError) as caught:
        at_amazon.keys()
    assert caught.value.reason is SkipReason.SERVER_ERROR
    assert (caught.value.judgement.exists, caught.value.judgement.permitted) == ("yes", "unknown")
    assert at_amazon.hosts == [FIRST]


def test_regions_that_point_at_each_other(at_amazon: Amazon, error: Page) -> None:
    there = {FIRST: "eu-west-2", OTHER: "us-east-1"}
    at_amazon.liar.says = lambda asked: error(
        301, "PermanentRedirect", x_amz_bucket_region=there[asked.headers["host"]]
    )
    with pytest.raises(RefusedError):
        at_amazon.keys()
    assert at_amazon.hosts == [FIRST, OTHER, FIRST]


def test_a_redirect_out_of_the_scope_is_not_followed(at_amazon: Amazon, reply: type[Reply]) -> None:
    for location in (
        "https://s3.eu-west-2.amazonaws.com/other-bucket",
        "https://letters.example.org/",
        "http://127.0.0.1/",
    ):
        at_amazon.liar.asked.clear()
        at_amazon.liar.says = lambda asked, to=location: reply(307, b"", {"Location": to})  # type: ignore[misc]
        with pytest.raises(FetchingError) as caught:
            at_amazon.keys()
        assert caught.value.reason is SkipReason.DENIED_BY_GUARD
        assert at_amazon.hosts == [FIRST]


def test_a_compatible_service_is_not_followed_to_amazon(probe: S3Probe, liar: Liar, error: Page) -> None:
    liar.says = lambda asked: error(301, "PermanentRedirect", x_amz_bucket_region="eu-west-2")
    with pytest.raises(RefusedError) as caught:
        next(probe.pages())
    assert caught.value.judgement.exists == "yes"
    assert len(liar.asked) == 1


def codes(probe: S3Probe) -> list[str]:
    """Evidence as question, status and code."""
    return [f"{item.question} {item.status} {item.code}".strip() for item in probe.notes.summary().evidence]


def test_a_redirect_that_is_refused_is_evidence(at_amazon: Amazon, error: Page) -> None:
    away = "https://letters.example.org/clinic.letters"
    at_amazon.liar.says = lambda asked: error(307, "TemporaryRedirect", Location=away)
    with at_amazon.probing() as probe:
        probe.state()
    assert codes(probe)[:2] == ["list 307 TemporaryRedirect", "list None denied_by_guard"]
    access = probe.notes.summary()
    assert (access.exists, access.listable) == ("yes", "unknown")
    assert "example.org" not in str(access)


def test_a_redirect_that_says_where_is_not_followed_but_known(at_amazon: Amazon, error: Page, listing: Page) -> None:
    """Wasabi's way: a Location beside the region. The address in it is not needed."""
    moved = error(
        301, "PermanentRedirect", x_amz_bucket_region="eu-west-2", Location="https://elsewhere.example/clinic.letters"
    )
    at_amazon.liar.says = lambda asked: listing("a") if asked.headers["host"] == OTHER else moved
    found, probe = at_amazon.keys()
    assert (found, at_amazon.hosts) == (["a"], [FIRST, OTHER])
    assert codes(probe) == ["list 301 PermanentRedirect", "list 200"]


def test_where_a_redirect_led_is_asked_from_then_on(at_amazon: Amazon, reply: type[Reply], listing: Page) -> None:
    moved = reply(307, b"", {"Location": f"https://{OTHER}/clinic.letters?list-type=2"})
    there = listing("a", truncated=True, more="<NextContinuationToken>t</NextContinuationToken>")
    there.headers["x-amz-bucket-region"] = "eu-west-2"
    last = listing("b")
    at_amazon.liar.says = lambda asked: (
        moved if asked.headers["host"] == FIRST else last if "continuation-token" in asked.query else there
    )
    found, probe = at_amazon.keys()
    assert (found, at_amazon.hosts) == (["a", "b"], [FIRST, OTHER, OTHER])
    assert probe.notes.summary().endpoint == f"https://{OTHER}"


def test_a_circle_of_redirects_is_unknown(probe: S3Probe, liar: Liar, reply: type[Reply]) -> None:
    liar.says = lambda asked: reply(
        302, b"", {"Location": f"/clinic-letters?turn={int(asked.query.get('turn', 0)) ^ 1}"}
    )
    probe.state()
    access = probe.notes.summary()
    assert (access.exists, access.listable, access.acl_readable) == ("unknown", "unknown", "unknown")
    assert "list None redirect_loop" in codes(probe)


def test_a_no_of_another_region_is_none(at_amazon: Amazon, error: Page) -> None:
    """It says itself that the bucket is elsewhere; there it is asked for, and trouble there is not a no."""
    here = error(404, "NoSuchBucket", x_amz_bucket_region="eu-west-2")
    at_amazon.liar.says = lambda asked: error(500, "InternalError") if asked.headers["host"] == OTHER else here
    with at_amazon.probing() as probe:
        probe.state()
    assert probe.notes.summary().exists == "unknown"
    assert at_amazon.hosts[:2] == [FIRST, OTHER]


def test_an_older_name_is_asked_for_where_such_names_are(at_amazon: Amazon, error: Page, listing: Page) -> None:
    at_amazon.liar.says = lambda asked: (
        listing("a") if asked.headers["host"] == FIRST else error(400, "InvalidBucketName")
    )
    with at_amazon.probing("eu-west-2", "Clinic_Letters") as probe:
        assert [item.key for page in probe.pages() for item in page.objects] == ["a"]
    assert at_amazon.hosts == [OTHER, FIRST]


@pytest.mark.parametrize(
    ("status", "code"), [(503, "SlowDown"), (503, ""), (429, ""), (503, "ServiceUnavailable"), (429, "TooManyRequests")]
)
def test_a_throttled_answer_is_evidence_with_its_code(
    probe: S3Probe, liar: Liar, error: Page, reply: type[Reply], status: int, code: str
) -> None:
    page = b"<html><body>Service Unavailable</body></html>"
    liar.says = lambda asked: (
        error(status, code, Retry_After="0") if code else reply(status, page, {"Retry-After": "0"})
    )
    with pytest.raises(FetchingError) as caught:
        probe.state()
    assert caught.value.reason is SkipReason.THROTTLED
    assert codes(probe) == [f"list {status} {code or f'{status} without an error code'}"]
    access = probe.notes.summary()
    assert (access.exists, access.listable) == ("unknown", "unknown")
    assert access.evidence[0].request_id == ("R1" if code else "")


def test_after_throttling_the_answer_counts(probe: S3Probe, liar: Liar, error: Page, listing: Page) -> None:
    answers = [error(503, "SlowDown", Retry_After="0"), listing("a")]
    liar.says = lambda asked: answers.pop(0) if answers else error(403, "AccessDenied")
    probe.state()
    assert codes(probe)[:2] == ["list 503 SlowDown", "list 200"]
    assert probe.notes.summary().listable == "yes"


def test_a_slow_down_without_the_status_is_no_verdict(probe: S3Probe, liar: Liar, error: Page) -> None:
    liar.says = lambda asked: error(200, "SlowDown")
    with pytest.raises(FetchingError) as caught:
        next(probe.pages())
    assert caught.value.reason is SkipReason.THROTTLED


@pytest.mark.parametrize(
    ("body", "headers", "exists"),
    [
        (gzip.compress(b"<Error><Code>NoSuchBucket</Code></Error>"), {"Content-Encoding": "gzip"}, "no"),
        (b"<Error><Code>NoSuchBucket</Code></Error>", {"Content-Encoding": "gzip"}, "unknown"),
        (gzip.compress(b"<Error>" + bytes(4 << 20)), {"Content-Encoding": "gzip"}, "unknown"),
        (b"<Error><Code>NoSuchBucket</Code></Err", {}, "unknown"),
        (b"", {}, "unknown"),
        (b"<html><body>404 Not Found</body></html>", {"Content-Type": "text/html"}, "unknown"),
        (b"\xef\xbb\xbf<Error><Code>NoSuchBucket</Code></Error>", {}, "no"),
    ],
    ids=range(7),
)
def test_only_a_whole_error_is_a_no(
    probe: S3Probe, liar: Liar, reply: type[Reply], body: bytes, headers: dict[str, str], exists: str
) -> None:
    liar.says = lambda asked: reply(404, body, headers)
    probe.state()
    assert probe.notes.summary().exists == exists


def test_a_cut_off_error_is_no_verdict(probe: S3Probe, liar: Liar, reply: type[Reply]) -> None:
    liar.says = lambda asked: reply(404, b"<Error><Code>NoSuchBucket</Code></Error>", promised=100)
    probe.state()
    assert probe.notes.summary().exists == "unknown"


def test_only_get_is_used_and_nothing_is_signed(probe: S3Probe, liar: Liar, error: Page) -> None:
    """The liar knows no other method, and answers those with 501."""
    liar.says = lambda asked: error(403, "AccessDenied")
    probe.state()
    assert len(liar.asked) == 6
    assert {item.status for item in probe.notes.summary().evidence} == {403}
    assert all("authorization" not in asked.headers for asked in liar.asked)
