from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING

import pytest

from bucket_probes.errors import ListingBrokenError, RefusedError
from bucket_probes.s3 import S3Probe
from bucket_probes.s3_listing import EMPTY_PAGES, Position, Trail, Way
from bucket_probes.s3_session import PAUSES
from documents.records import SkipReason
from fetching.errors import FetchingError

if TYPE_CHECKING:
    from tests.bucket_probes.conftest import Asked, Bucket, Liar, Reply

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


def test_a_server_that_knows_tokens_and_forgets_them_is_asked_after_the_last_key(
    probe: S3Probe, liar: Liar, listing: Page
) -> None:
    """It knows no marker either, and begins anew where it is given one."""
    pages = {"": listing("a", "b", truncated=True), "b": listing("c", "d", truncated=True), "d": listing("e")}
    liar.says = lambda asked: pages.get(asked.query.get("start-after", ""))
    assert list(dict.fromkeys(keys(probe))) == ["a", "b", "c", "d", "e"]


def test_a_server_that_refuses_version_2_is_asked_in_version_1(
    probe: S3Probe, liar: Liar, listing: Page, error: Page
) -> None:
    pages = {"": listing("a", truncated=True), "a": listing("b")}
    liar.says = lambda asked: (
        error(501, "NotImplemented") if "list-type" in asked.query else pages[asked.query.get("marker", "")]
    )
    assert keys(probe) == ["a", "b"]


@pytest.mark.parametrize("period", [1, 2, 3, 5])
def test_tokens_that_circle(probe: S3Probe, liar: Liar, listing: Page, period: int) -> None:
    number = count()

    def circle(_: Asked) -> Reply:
        turn = next(number)
        return listing(f"new{turn}", truncated=True, more=token(f"t{turn % period}"))

    liar.says = circle
    with pytest.raises(ListingBrokenError, match="does not advance"):
        keys(probe)
    assert len(liar.listings) == period + 1


def test_a_marker_that_goes_back(probe: S3Probe, liar: Liar, listing: Page) -> None:
    pages = {"": ("a", "b"), "b": ("c", "d"), "d": ("a", "b")}
    liar.says = lambda asked: listing(*pages[asked.query.get("marker", "")], truncated=True)
    with pytest.raises(ListingBrokenError, match="does not advance"):
        keys(probe)
    assert len(liar.listings) == 4, "the last one asks after a key"


def test_keys_that_come_twice_do_not_end_it(probe: S3Probe, liar: Liar, listing: Page) -> None:
    liar.says = by_position(
        {
            "": listing("a", "b", truncated=True, more=token("x")),
            "x": listing("b", "c", truncated=True, more=token("y")),
            "y": listing("c"),
        }
    )
    assert keys(probe) == ["a", "b", "b", "c", "c"]


def test_what_is_given_before_a_circle_is_kept(probe: S3Probe, liar: Liar, listing: Page) -> None:
    liar.says = lambda asked: listing(
        "a" if "continuation-token" not in asked.query else "b", truncated=True, more=token("t")
    )
    pages = probe.pages()
    first = next(pages)
    assert ([item.key for item in first.objects], first.next) == (["a"], Position(Way.TOKEN, "t", "a").text())
    second = next(pages)
    assert ([item.key for item in second.objects], second.next) == (["b"], None)
    with pytest.raises(ListingBrokenError):
        next(pages)


def test_a_page_that_fails_is_asked_for_again(
    probe: S3Probe, liar: Liar, listing: Page, error: Page, reply: type[Reply]
) -> None:
    cut = listing("b")
    cut.body = cut.body[:-20]
    whole = listing("b")
    second = [error(500, "InternalError"), reply(200, b"<html>", {"Content-Type": "text/html"}), whole, cut]
    first = listing("a", truncated=True, more=token("t"))
    liar.says = lambda asked: second.pop(0) if "continuation-token" in asked.query else first
    assert keys(probe) == ["a", "b"]
    liar.asked.clear()
    second[:] = [reply(200, whole.body, promised=len(whole.body) + 1), cut, whole]
    assert keys(probe) == ["a", "b"]
    assert len(liar.listings) == 4


def test_a_page_that_goes_on_failing_ends_it(probe: S3Probe, liar: Liar, listing: Page, error: Page) -> None:
    first = listing("a", truncated=True, more=token("t"))
    liar.says = lambda asked: error(500, "InternalError") if "continuation-token" in asked.query else first
    with pytest.raises(RefusedError, match="InternalError"):
        keys(probe)
    assert len(liar.listings) == 1 + 1 + len(PAUSES)


def test_a_first_page_that_fails_is_not_asked_for_again(probe: S3Probe, liar: Liar, error: Page) -> None:
    liar.says = lambda asked: error(500, "InternalError")
    with pytest.raises(RefusedError):
        keys(probe)
    assert len(liar.listings) == 1


def test_a_listing_goes_on_after_a_restart(probe: S3Probe, liar: Liar, bucket: Bucket, listing: Page) -> None:
    liar.says = by_position(
        {
            "": listing("a", truncated=True, more=token("x +/=")),
            "x +/=": listing("b \u00e9", truncated=True),
            "b \u00e9": listing("c"),
        }
    )
    pages = list(probe.pages())
    assert [page.next is None for page in pages] == [False, False, True]
    for at, rest in [(0, ["b \u00e9", "c"]), (1, ["c"])]:
        with bucket.probing(liar.url) as again:
            assert [item.key for page in again.pages(pages[at].next) for item in page.objects] == rest


def test_a_token_that_is_no_longer_taken(probe: S3Probe, liar: Liar, listing: Page, error: Page) -> None:
    """Then the last key leads on."""
    liar.says = lambda asked: (
        error(400, "InvalidArgument")
        if "continuation-token" in asked.query
        else listing(asked.query["start-after"] + "2")
    )
    start = Position(Way.TOKEN, "old", "a").text()
    assert [item.key for page in probe.pages(start) for item in page.objects] == ["a2"]


@pytest.mark.parametrize(
    "position",
    [
        Position(),
        Position(Way.TOKEN, "t +/=%", "caf\udce9 \n"),
        Position(Way.MARKER, "\udcff"),
        Position(Way.AFTER, "\u202e\0 1"),
    ],
)
def test_a_position_is_text_that_can_be_stored(position: Position) -> None:
    text = position.text()
    assert text.isascii()
    assert Position.of(text) == position


def test_a_trail_is_small() -> None:
    """10,000 pages of 1,000 keys: 10 million objects."""
    trail = Trail()
    tracemalloc.start()
    for page in range(10_000):
        assert trail.leads_on([f"key{page}"], f"token{page}") == (True, True)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 4 << 20
    assert trail.leads_on(["key77"], "new") == (False, False)


def versions(*rows: tuple[str, str, str], more: str = "", truncated: bool = False, damaged: bool = False) -> bytes:
    """Rows as key, version, and what they are: `now`, `old`, `mark` (of deletion, and the latest)."""
    written = ""
    for key, version, what in rows:
        kind = "DeleteMarker" if what == "mark" else "Version"
        latest = str(what != "old").lower()
        written += f"<{kind}><Key>{key}</Key><VersionId>{version}</VersionId><IsLatest>{latest}</IsLatest></{kind}>"
    flag = str(truncated).lower()
    end = "" if damaged else "</ListVersionsResult>"
    return f"<ListVersionsResult><IsTruncated>{flag}</IsTruncated>{more}{written}{end}".encode()


def markers(key: str, version: str) -> str:
    return f"<NextKeyMarker>{key}</NextKeyMarker><NextVersionIdMarker>{version}</NextVersionIdMarker>"


def test_old_versions_page_by_page(probe: S3Probe, liar: Liar, reply: type[Reply], bucket: Bucket) -> None:
    pages = {
        ("", ""): versions(
            ("gone.pdf", "v2", "mark"), ("gone.pdf", "v1", "old"), more=markers("gone.pdf", "v1"), truncated=True
        ),
        ("gone.pdf", "v1"): versions(("kept.pdf", "null", "now"), more=markers("kept.pdf", "null"), truncated=True),
        ("kept.pdf", "null"): versions(("kept.pdf", "v0", "old")),
    }
    liar.says = lambda asked: reply(
        200, pages[asked.query.get("key-marker", ""), asked.query.get("version-id-marker", "")]
    )
    found = list(probe.old_versions())
    assert [[(item.key, item.version, item.deleted) for item in page.objects] for page in found] == [
        [("gone.pdf", "v2", True), ("gone.pdf", "v1", False)],
        [],
        [("kept.pdf", "v0", False)],
    ]
    assert probe.notes.summary().versions_visible == "yes"
    with bucket.probing(liar.url) as again:
        assert [item.key for page in again.old_versions(found[0].next) for item in page.objects] == ["kept.pdf"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (versions(("a", "v1", "old"), more=markers("a", "v1"), truncated=True), "does not advance"),
        (versions(("a", "v1", "old"), truncated=True), "does not advance"),
        (versions(truncated=True), "no next page"),
        (versions(("a", "v1", "old"), damaged=True), "breaks off"),
    ],
)
def test_versions_that_lead_nowhere(probe: S3Probe, liar: Liar, reply: type[Reply], body: bytes, why: str) -> None:
    liar.says = lambda asked: reply(200, body)
    with pytest.raises(ListingBrokenError, match=why):
        list(probe.old_versions())


@pytest.mark.parametrize("answer", ["listing", "refused"])
def test_a_server_without_versions_shows_none(
    probe: S3Probe, liar: Liar, listing: Page, error: Page, answer: str
) -> None:
    """One that does not know the question answers with the plain listing: that is no answer."""
    liar.says = lambda asked: listing("a") if answer == "listing" else error(403, "AccessDenied")
    with pytest.raises(RefusedError):
        list(probe.old_versions())
    assert probe.notes.summary().versions_visible == ("unknown" if answer == "listing" else "no")
