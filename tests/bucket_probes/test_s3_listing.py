from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING

import pytest

from bucket_probes.errors import ListingBrokenError, RefusedError
from bucket_probes.s3 import S3Probe
from bucket_probes.s3_listing import EMPTY_PAGES
from documents.records import SkipReason
from fetching.errors import FetchingError

if TYPE_CHECKING:
    from tests.bucket_probes.conftest import Asked, Liar, Reply

Page = Callable[..., "Reply"]


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
