from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from bucket_probes.errors import ListingBrokenError, RefusedError
from bucket_probes.s3 import S3Probe
from bucket_probes.s3_listing import EMPTY_PAGES
from documents.records import SkipReason
from fetching.bucket_listings import ListedObject
from fetching.dialler import AddressInfo, Dialler
from fetching.errors import FetchingError
from fetching.wire import Wire
from scope.bucket_urls import object_url
from scope.model import BucketTarget

if TYPE_CHECKING:
    from tests.bucket_probes.conftest import Asked, Authority, Bucket, Liar, Reply
    from tests.conftest import MakeErrand, MakeScope

Page = Callable[..., "Reply"]
Probing = Callable[[], S3Probe]


@pytest.fixture
def probe(liar: Liar, bucket: Bucket) -> Iterator[S3Probe]:
    scope = bucket.scope(liar.url)
    errand = bucket.errand(scope)
    with Wire(errand, Dialler(errand.guard)) as wire:
        yield S3Probe(scope.bucket[0], wire)


def keys(probe: S3Probe) -> list[str]:
    return [item.key for page in probe.pages() for item in page.objects]


def by_position(pages: dict[str, Reply]) -> Callable[[Asked], Reply | None]:
    """Pages by token, marker, or nothing for the first."""
    return lambda asked: pages.get(asked.query.get("continuation-token") or asked.query.get("marker") or "")


def token(value: str) -> str:
    return f"<NextContinuationToken>{value}</NextContinuationToken>"


def test_pages_follow_the_token(probe: S3Probe, liar: Liar, listing: Page) -> None:
    liar.says = by_position(
        {
            "": listing("a", "b", truncated=True, more=token("x+/=")),
            "x+/=": listing("c", truncated=True, more=token("y")),
            "y": listing("d"),
        }
    )
    assert keys(probe) == ["a", "b", "c", "d"]
    assert [asked.query.get("list-type") for asked in liar.listings] == ["2", "2", "2"]


def test_without_a_token_the_last_key_leads_on(probe: S3Probe, liar: Liar, listing: Page) -> None:
    """Servers that know version 1 only take the first request for theirs."""
    liar.says = by_position(
        {"": listing("a", "b", truncated=True), "b": listing("c", truncated=True), "c": listing("d")}
    )
    assert keys(probe) == ["a", "b", "c", "d"]
    assert [asked.query.get("list-type") for asked in liar.listings] == ["2", None, None]


def test_a_marker_is_preferred_to_the_last_key(probe: S3Probe, liar: Liar, listing: Page) -> None:
    more = "<NextMarker>n</NextMarker>"
    liar.says = by_position({"": listing("a", truncated=True, more=more), "n": listing("z")})
    assert keys(probe) == ["a", "z"]


@pytest.mark.parametrize(("more", "requests"), [(token("same"), 2), ("", 3)])
def test_a_page_that_repeats_ends_the_listing(
    probe: S3Probe, liar: Liar, listing: Page, more: str, requests: int
) -> None:
    """Without a token all three ways to go on are tried."""
    liar.says = lambda asked: listing("a", "b", truncated=True, more=more)
    with pytest.raises(ListingBrokenError, match="does not advance"):
        keys(probe)
    assert len(liar.listings) == requests


def test_new_tokens_do_not_hide_a_circle(probe: S3Probe, liar: Liar, listing: Page) -> None:
    number = count()
    pages = [("a",), ("b",), ("c",)]

    def circle(_: Asked) -> Reply:
        turn = next(number)
        return listing(*pages[turn % 3], truncated=True, more=token(f"t{turn}"))

    liar.says = circle
    with pytest.raises(ListingBrokenError):
        keys(probe)
    assert len(liar.listings) == 4


def test_empty_pages_come_to_an_end(probe: S3Probe, liar: Liar, listing: Page) -> None:
    number = count()
    liar.says = lambda asked: listing(truncated=True, more=token(f"t{next(number)}"))
    with pytest.raises(ListingBrokenError):
        keys(probe)
    assert len(liar.listings) == EMPTY_PAGES + 1


def test_an_empty_page_on_the_way_is_passed(probe: S3Probe, liar: Liar, listing: Page) -> None:
    liar.says = by_position({"": listing(truncated=True, more=token("x")), "x": listing("a")})
    assert keys(probe) == ["a"]


def test_no_way_on(probe: S3Probe, liar: Liar, listing: Page) -> None:
    liar.says = lambda asked: listing(truncated=True)
    with pytest.raises(ListingBrokenError, match="no next page"):
        keys(probe)


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (b"<!DOCTYPE html><html><body><form>Please log in</form></body></html>", 200, "200 without an error code"),
        (b"", 200, "200 without an error code"),
        (b"{}", 200, "200 without an error code"),
        (b"<Error><Code>InternalError</Code></Error>", 200, "InternalError"),
        (b"<html><body>404 Not Found</body></html>", 404, "404 without an error code"),
        (b"<html>" + b"x" * 100_000, 404, "404 without an error code"),
    ],
)
def test_other_answers_are_no_verdict(
    probe: S3Probe, liar: Liar, reply: type[Reply], body: bytes, status: int, detail: str
) -> None:
    liar.says = lambda asked: reply(status, body)
    with pytest.raises(RefusedError) as caught:
        keys(probe)
    assert (caught.value.reason, caught.value.detail) == (SkipReason.SERVER_ERROR, detail)
    access = probe.notes.summary()
    assert (access.exists, access.listable) == ("unknown", "unknown")


def test_a_listing_page_has_a_largest_size(probe: S3Probe, liar: Liar, reply: type[Reply]) -> None:
    liar.says = lambda asked: reply(200, b"<ListBucketResult>" + b" " * (9 << 20))
    with pytest.raises(FetchingError) as caught:
        keys(probe)
    assert caught.value.reason is SkipReason.TOO_LARGE


def test_a_page_that_breaks_off_gives_what_it_holds(probe: S3Probe, liar: Liar, listing: Page) -> None:
    whole = listing("a", "b", "half-a-key")
    whole.body = whole.body[: whole.body.index(b"-key")]
    liar.says = lambda asked: whole
    pages = probe.pages()
    assert [item.key for item in next(pages).objects] == ["a", "b"]
    with pytest.raises(ListingBrokenError, match="breaks off"):
        next(pages)


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


class Amazon:
    """Probes a bucket at Amazon's addresses, which all lead to the liar."""

    def __init__(self, liar: Liar, authority: Authority, make_scope: MakeScope, make_errand: MakeErrand) -> None:
        self.liar = liar
        self._authority = authority
        self._make_scope = make_scope
        self._make_errand = make_errand

    @property
    def hosts(self) -> list[str]:
        return [asked.headers["host"] for asked in self.liar.asked]

    def keys(self, region: str = "us-east-1") -> tuple[list[str], S3Probe]:
        def resolve(host: str, port: int, family: int, kind: int) -> Sequence[AddressInfo]:
            return [(2, kind, 6, "", ("127.0.0.1", self.liar.port))]

        target = BucketTarget(tier="own", authority="IG-1", name="clinic.letters", region=region)
        errand = self._make_errand(self._make_scope(target))
        with Wire(errand, Dialler(errand.guard, resolve), self._authority.client) as wire:
            probe = S3Probe(target, wire)
            return keys(probe), probe


@pytest.fixture
def at_amazon(amazon: Liar, authority: Authority, make_scope: MakeScope, make_errand: MakeErrand) -> Amazon:
    return Amazon(amazon, authority, make_scope, make_errand)


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
        keys(probe)
    assert caught.value.judgement.exists == "yes"
    assert len(liar.asked) == 1
