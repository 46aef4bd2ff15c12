from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import bucket_probes.s3_listing
import fetching.wire
from bucket_probes.walker import UNANSWERED_IN_A_ROW
from documents.records import Document, EntryKind, SkipReason
from fetching.bucket_listings import BucketListing, parse_bucket_listing
from fetching.conduct import ConductLog
from fetching.pacing import THROTTLE_RETRIES

if TYPE_CHECKING:
    from tests.bucket_probes.conftest import Asked, Bucket, Liar, Reply
    from tests.conftest import RecordingSink, SourceContract

Page = Callable[..., "Reply"]
NAMES = [f"{number:02}.txt" for number in range(10)]


def serving(page: Reply, **objects: Reply) -> Callable[[Asked], Reply | None]:
    """A listing, and objects by key without its ending; others are five bytes. Nothing else is anyone's to see."""

    def says(asked: Asked) -> Reply:
        if asked.query.get("list-type"):
            return page
        if asked.path.count("/") == 1:
            return type(page)(403, b"<Error><Code>AccessDenied</Code></Error>", {"Content-Type": "application/xml"})
        key = asked.path.rpartition("/")[2].partition(".")[0]
        return objects.get(key) or type(page)(200, b"12345")

    return says


def test_one_object_in_trouble_stops_no_other(
    bucket: Bucket, liar: Liar, listing: Page, error: Page, reply: type[Reply], source_contract: SourceContract
) -> None:
    liar.says = serving(
        listing(
            "good.txt",
            "gone.txt",
            "closed.txt",
            "frozen.txt",
            "broken.txt",
            "cut.txt",
            "html.txt",
            "bad.txt",
            "last.txt",
        ),
        gone=error(404, "NoSuchKey"),
        closed=error(403, "AccessDenied"),
        frozen=error(403, "InvalidObjectState"),
        broken=error(500, "InternalError"),
        cut=reply(200, b"123", promised=5),
        html=reply(404, b"<html><body>Not Found</body></html>"),
        bad=reply(200, b"no gzip", {"Content-Encoding": "gzip"}),
    )
    walked = bucket.fetch(liar.url)
    assert {
        url.rpartition("/")[2]: (walked.sink.reasons[url], walked.sink.details[url]) for url in walked.sink.reasons
    } == {
        "gone.txt": (SkipReason.NOT_FOUND, "NoSuchKey"),
        "closed.txt": (SkipReason.ACCESS_DENIED, "AccessDenied"),
        "frozen.txt": (SkipReason.ACCESS_DENIED, "InvalidObjectState"),
        "broken.txt": (SkipReason.SERVER_ERROR, "InternalError"),
        "cut.txt": (SkipReason.TRUNCATED, "ProtocolError"),
        "html.txt": (SkipReason.SERVER_ERROR, "404 without an error code"),
        "bad.txt": (SkipReason.UNREADABLE, "DecodeError"),
    }
    assert sorted(walked.sink.contents) == [walked.url("good.txt"), walked.url("last.txt")]
    source_contract.nothing_vanished(walked.sink, [entry.url for entry in walked.sink.entries])


def test_a_body_without_a_length_must_be_as_long_as_listed(
    bucket: Bucket, liar: Liar, listing: Page, reply: type[Reply]
) -> None:
    unannounced = {"Content-Length": ""}
    liar.says = serving(
        listing("whole.txt", "cut.txt"), whole=reply(200, b"12345", unannounced), cut=reply(200, b"123", unannounced)
    )
    walked = bucket.fetch(liar.url)
    assert walked.sink.contents == {walked.url("whole.txt"): b"12345"}
    assert walked.sink.reasons == {walked.url("cut.txt"): SkipReason.TRUNCATED}


def test_a_body_over_the_limit(bucket: Bucket, liar: Liar, listing: Page, reply: type[Reply]) -> None:
    """Whether the listing told, the head told, or nobody did."""
    page = listing("listed.txt", "said.txt", "silent.txt", listed=2000)
    liar.says = serving(page, said=reply(200, b"x" * 2000), silent=reply(200, b"x" * 2000, {"Content-Length": ""}))
    walked = bucket.fetch(liar.url, body_bytes=1000)
    assert list(walked.sink.reasons.values()) == [SkipReason.TOO_LARGE] * 3
    assert liar.reads == ["said.txt", "silent.txt"]


def test_gzip_is_undone_up_to_the_limit(bucket: Bucket, liar: Liar, listing: Page, reply: type[Reply]) -> None:
    packed = {"Content-Encoding": "gzip"}
    liar.says = serving(
        listing("small.txt", "bomb.txt"),
        small=reply(200, gzip.compress(b"a letter"), packed),
        bomb=reply(200, gzip.compress(bytes(8 << 20)), packed),
    )
    walked = bucket.fetch(liar.url, body_bytes=1 << 20)
    assert walked.sink.contents == {walked.url("small.txt"): b"a letter"}
    assert walked.sink.documents[0].document.headers["content-encoding"] == "gzip"
    assert walked.sink.reasons == {walked.url("bomb.txt"): SkipReason.TOO_LARGE}


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("../other-bucket/letter.txt", SkipReason.DENIED_BY_GUARD),
        ("a/../../letter.txt", SkipReason.DENIED_BY_GUARD),
        ("a/%2e%2e/letter.txt", SkipReason.DENIED_BY_GUARD),
        ("a\\..\\letter.txt", SkipReason.DENIED_BY_GUARD),
    ],
)
def test_keys_that_climb_are_not_asked_for(
    bucket: Bucket, liar: Liar, listing: Page, key: str, reason: SkipReason
) -> None:
    liar.says = serving(listing(key))
    walked = bucket.fetch(liar.url)
    assert list(walked.sink.reasons.values()) == [reason]
    assert liar.reads == []


@pytest.mark.parametrize(
    "key",
    [
        "/leading.txt",
        "a//b.txt",
        "a b+c.txt",
        "100%.txt",
        "%2f.txt",
        "\u202etxt.fdp",
        "tab\t.txt",
        "?x=1",
        "#",
        "a;b.txt",
        "\u2028",
    ],
)
def test_odd_keys_are_fetched_as_they_are(bucket: Bucket, liar: Liar, listing: Page, key: str) -> None:
    liar.says = serving(listing(key))
    walked = bucket.fetch(liar.url)
    assert liar.reads == [key]
    assert list(walked.sink.contents.values()) == [b"12345"]


def test_a_key_that_is_not_text_is_told(bucket: Bucket, liar: Liar, listing: Page) -> None:
    liar.says = serving(listing("caf%E9.txt", "good.txt", more="<EncodingType>url</EncodingType>"))
    walked = bucket.fetch(liar.url)
    assert walked.sink.reasons == {walked.url("caf%E9.txt"): SkipReason.UNREADABLE}
    assert walked.sink.entries[0].name == "caf?.txt"
    assert liar.reads == ["good.txt"]


def test_folders_are_entries_and_duplicates_are_one(bucket: Bucket, liar: Liar, listing: Page) -> None:
    page = listing("a/", "a/", "b.txt", "b.txt", size=0, b=5)
    liar.says = serving(page)
    walked = bucket.fetch(liar.url)
    assert [(entry.name, entry.kind) for entry in walked.sink.entries] == [
        ("a", EntryKind.DIRECTORY),
        ("b.txt", EntryKind.FILE),
    ]
    assert liar.reads == ["b.txt"]


def test_a_file_whose_name_ends_with_a_slash(bucket: Bucket, liar: Liar, listing: Page) -> None:
    liar.says = serving(listing("letters/", size=5))
    walked = bucket.fetch(liar.url)
    assert walked.sink.entries[0].kind is EntryKind.FILE
    assert walked.sink.contents == {walked.url("letters/"): b"12345"}


def test_the_budget_leaves_no_object_untold(
    bucket: Bucket, liar: Liar, listing: Page, source_contract: SourceContract
) -> None:
    liar.says = serving(listing(*NAMES, truncated=True, more="<NextContinuationToken>t</NextContinuationToken>"))
    walked = bucket.fetch(liar.url, requests=bucket.questions(liar.url) + 4)
    assert sorted(walked.sink.contents) == [walked.url(name) for name in NAMES[:3]]
    assert walked.sink.reasons == dict.fromkeys([*map(walked.url, NAMES[3:]), walked.url()], SkipReason.BUDGET_SPENT)
    assert set(walked.sink.details.values()) == {"requests"}
    source_contract.nothing_vanished(walked.sink, [walked.url(name) for name in NAMES])


def test_a_stop_leaves_no_object_untold(
    bucket: Bucket, liar: Liar, listing: Page, recording_sink: RecordingSink, source_contract: SourceContract
) -> None:
    liar.says = serving(listing(*NAMES))
    scope = bucket.scope(liar.url)
    errand = bucket.errand(scope)

    class Stopping(type(recording_sink)):  # type: ignore[misc]
        def document(self, document: Document) -> None:
            super().document(document)
            if len(self.documents) == 2:
                errand.stop.set()

    walked = bucket.walk(scope, errand, Stopping())
    assert len(walked.sink.contents) == 2
    assert set(walked.sink.reasons.values()) == {SkipReason.INTERRUPTED}
    assert len(liar.reads) == 2
    source_contract.nothing_vanished(walked.sink, [*map(walked.url, NAMES), walked.url()])


def test_slow_down_is_obeyed_and_then_ends_the_unit(bucket: Bucket, liar: Liar, listing: Page, error: Page) -> None:
    slow = error(503, "SlowDown", retry_after="0")
    page = listing("first.txt", "second.txt", "third.txt")
    answers = [slow, slow, page]

    def says(asked: Asked) -> Reply:
        if "list-type" not in asked.query and asked.path.count("/") == 1:
            return error(403, "AccessDenied")
        if "max-keys" in asked.query:
            return page
        return answers.pop(0) if answers and "list-type" in asked.query else slow

    liar.says = says
    walked = bucket.fetch(liar.url, known=["second.txt", "other.txt"])
    assert len(liar.listings) == 3
    times = 1 + THROTTLE_RETRIES
    assert liar.reads == ["other.txt"] * times + ["first.txt"] * times, "who says no to two in a row is left alone"
    assert set(walked.sink.reasons.values()) == {SkipReason.THROTTLED}
    assert sorted(walked.sink.reasons) == sorted(
        map(walked.url, ["first.txt", "second.txt", "third.txt", "other.txt", ""])
    )
    assert (walked.access.exists, walked.access.readable) == ("yes", "unknown")


def test_a_listing_that_is_denied_though_the_bucket_is_there_is_asked_for_again(
    bucket: Bucket, liar: Liar, listing: Page, error: Page, reply: Page
) -> None:
    lists: list[Asked] = []

    def says(asked: Asked) -> Reply:
        if "acl" in asked.query:
            return error(403, "AccessDenied")
        if "encoding-type" not in asked.query or "versions" in asked.query:
            return reply(200, b"hello") if asked.path.endswith(".txt") else error(403, "AccessDenied")
        lists.append(asked)
        return error(404, "NoSuchBucket") if len(lists) <= 2 else listing("a.txt")

    liar.says = says
    walked = bucket.fetch(liar.url)
    assert list(walked.sink.contents) == [walked.url("a.txt")]
    assert (walked.access.exists, walked.access.listable) == ("yes", "yes")


def test_a_key_after_which_the_service_is_silent_is_told_once(bucket: Bucket, liar: Liar, error: Page) -> None:
    def says(asked: Asked) -> Reply:
        if asked.path.count("/") > 1:
            raise ConnectionResetError
        return error(403, "AccessDenied")

    liar.says = says
    keys = [f"{number}.txt" for number in range(UNANSWERED_IN_A_ROW + 2)]
    walked = bucket.fetch(liar.url, known=keys, timeout_seconds=0.2)
    told = [skipped.url for skipped in walked.sink.skips]
    assert sorted(told) == sorted([*map(walked.url, keys), walked.url()])


def test_one_object_that_is_always_throttled_hides_no_other(
    bucket: Bucket, liar: Liar, listing: Page, error: Page, source_contract: SourceContract
) -> None:
    slow = error(503, "SlowDown", retry_after="0")
    liar.says = serving(listing("a.txt", "b.txt", "c.txt"), b=slow)
    walked = bucket.fetch(liar.url)
    assert sorted(walked.sink.contents) == [walked.url("a.txt"), walked.url("c.txt")]
    assert walked.sink.reasons == {walked.url("b.txt"): SkipReason.THROTTLED}
    source_contract.nothing_vanished(walked.sink, map(walked.url, ["a.txt", "b.txt", "c.txt"]))


@pytest.mark.parametrize("wait", ["3600", "date"])
def test_a_long_retry_after_is_not_argued_with(bucket: Bucket, liar: Liar, error: Page, wait: str) -> None:
    if wait == "date":
        wait = (datetime.now(UTC) + timedelta(hours=2)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    liar.says = lambda asked: error(503, "SlowDown", retry_after=wait)
    walked = bucket.fetch(liar.url, known=["k.txt"])
    assert len(liar.asked) == 1
    assert walked.sink.reasons == dict.fromkeys([walked.url(), walked.url("k.txt")], SkipReason.THROTTLED)
    assert (walked.access.exists, walked.access.listable) == ("unknown", "unknown")


def test_a_late_error_keeps_what_was_listed(bucket: Bucket, liar: Liar, listing: Page, error: Page) -> None:
    first = listing("a.txt", truncated=True, more="<NextContinuationToken>t</NextContinuationToken>")
    inner = serving(first)
    liar.says = lambda asked: error(500, "InternalError") if asked.query.get("continuation-token") else inner(asked)
    walked = bucket.fetch(liar.url, known=["a.txt", "b.txt"])
    assert sorted(walked.sink.contents) == [walked.url("a.txt"), walked.url("b.txt")]
    assert walked.sink.reasons == {walked.url(): SkipReason.SERVER_ERROR}
    assert walked.sink.details == {walked.url(): "InternalError"}
    assert walked.access.listable == "yes"


def test_an_odd_row_costs_nothing_but_its_oddity(bucket: Bucket, liar: Liar, reply: type[Reply]) -> None:
    odd = f"<Contents><Key>odd.txt</Key><Size>{'9' * 5_000}</Size><LastModified>{'9' * 5_000}</LastModified></Contents>"
    rows = f"<Contents><Key>a.txt</Key><Size>5</Size></Contents>{odd}<Contents><Key>z.txt</Key></Contents>"
    liar.says = serving(reply(200, f"<ListBucketResult>{rows}</ListBucketResult>".encode()))
    walked = bucket.fetch(liar.url)
    assert sorted(walked.sink.contents) == [walked.url(name) for name in ("a.txt", "odd.txt", "z.txt")]
    assert walked.sink.reasons == {}


def test_a_page_that_nobody_foresaw_keeps_what_was_listed(
    bucket: Bucket, liar: Liar, listing: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = serving(listing("a.txt", truncated=True, more="<NextContinuationToken>t</NextContinuationToken>"))
    second = listing("odd.txt")
    liar.says = lambda asked: second if asked.query.get("continuation-token") else first(asked)

    def parse_first(body: bytes) -> BucketListing | None:
        if b"odd.txt" in body:
            raise LookupError
        return parse_bucket_listing(body)

    monkeypatch.setattr(bucket_probes.s3_listing, "parse_bucket_listing", parse_first)
    walked = bucket.fetch(liar.url, known=["known.txt"])
    assert sorted(walked.sink.contents) == [walked.url("a.txt"), walked.url("known.txt")]
    assert walked.sink.reasons == {walked.url(): SkipReason.PARSER_CRASHED}


def test_an_answer_that_nobody_foresaw_costs_its_object(
    bucket: Bucket, liar: Liar, listing: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    liar.says = serving(listing("a.txt", "b.txt"))
    length = property(lambda answer: 5 if answer.url.endswith("b.txt") else int("9" * 5_000))
    monkeypatch.setattr(fetching.wire.Answer, "length", length)
    walked = bucket.fetch(liar.url)
    assert walked.sink.reasons == {walked.url("a.txt"): SkipReason.PARSER_CRASHED}
    assert walked.sink.details == {walked.url("a.txt"): "ValueError"}
    assert list(walked.sink.contents) == [walked.url("b.txt")]


def test_a_full_disk_is_nobodys_parse_error(
    bucket: Bucket, liar: Liar, listing: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    liar.says = serving(listing("a.txt"))
    monkeypatch.setattr(ConductLog, "answered", full)
    with pytest.raises(OSError, match="No space"):
        bucket.fetch(liar.url)


def test_a_listing_that_circles_is_told(bucket: Bucket, liar: Liar, listing: Page) -> None:
    liar.says = serving(listing("a.txt", truncated=True, more="<NextContinuationToken>t</NextContinuationToken>"))
    walked = bucket.fetch(liar.url)
    assert walked.sink.details == {walked.url(): "listing does not advance"}
    assert walked.sink.reasons == {walked.url(): SkipReason.TRUNCATED}
    assert walked.sink.contents == {walked.url("a.txt"): b"12345"}


def test_a_service_that_falls_silent_is_left(
    bucket: Bucket, liar: Liar, listing: Page, reply: type[Reply], source_contract: SourceContract
) -> None:
    inner = serving(listing(*NAMES))

    def says(asked: Asked) -> Reply | None:
        if asked.query.get("list-type") or asked.path.endswith("/00.txt"):
            return inner(asked)
        raise ConnectionError

    liar.says = says
    walked = bucket.fetch(liar.url)
    assert len(liar.reads) == 1 + UNANSWERED_IN_A_ROW
    assert walked.sink.reasons == dict.fromkeys(map(walked.url, [*NAMES[1:], ""]), SkipReason.HOST_DOWN)
    source_contract.nothing_vanished(walked.sink, map(walked.url, NAMES))


def test_silence_is_never_no(bucket: Bucket, liar: Liar) -> None:
    liar.close()
    walked = bucket.fetch(liar.url, known=["k.txt"])
    assert walked.sink.reasons == dict.fromkeys([walked.url(), walked.url("k.txt")], SkipReason.HOST_DOWN)
    access = walked.access
    assert (access.exists, access.listable, access.readable) == ("unknown", "unknown", "unknown")
    assert [(item.status, item.code) for item in access.evidence] == [(None, "host_down")]


def test_no_such_host_is_never_no(bucket: Bucket) -> None:
    walked = bucket.fetch("http://nobody.invalid")
    assert walked.sink.reasons == {walked.url(): SkipReason.DNS_ERROR}
    assert walked.access.exists == "unknown"


def test_known_keys_above_the_prefix_are_out_of_scope(bucket: Bucket, liar: Liar, error: Page) -> None:
    liar.says = lambda asked: error(403, "AccessDenied")
    walked = bucket.fetch(liar.url, prefix="letters/", known=["letters/a.txt", "other/b.txt"])
    assert walked.sink.reasons == {
        f"{liar.url}/clinic-letters/letters/a.txt": SkipReason.ACCESS_DENIED,
        f"{liar.url}/clinic-letters/other/b.txt": SkipReason.DENIED_BY_GUARD,
        walked.unit.start_url: SkipReason.ACCESS_DENIED,
    }
    assert liar.listings[0].query["prefix"] == "letters/"


def test_what_a_liar_lists_above_the_prefix_is_not_fetched(bucket: Bucket, liar: Liar, listing: Page) -> None:
    liar.says = serving(listing("letters/a.txt", "other/b.txt"))
    walked = bucket.fetch(liar.url, prefix="letters/")
    assert liar.reads == ["letters/a.txt"]
    assert walked.sink.reasons == {f"{liar.url}/clinic-letters/other/b.txt": SkipReason.DENIED_BY_GUARD}


def test_the_object_of_a_redirect_is_known_by_both_addresses(
    bucket: Bucket, liar: Liar, listing: Page, reply: type[Reply]
) -> None:
    moved = reply(307, b"", {"Location": "/clinic-letters/moved.txt"})
    liar.says = serving(listing("a.txt"), a=moved)
    walked = bucket.fetch(liar.url)
    document = walked.sink.documents[0].document
    assert (document.url, document.requested_url) == (walked.url("moved.txt"), walked.url("a.txt"))


def test_every_request_is_on_record_and_names_nobody(
    bucket: Bucket, liar: Liar, listing: Page, error: Page, tmp_path: Path
) -> None:
    liar.says = serving(listing("Jane Roe.txt", "closed.txt"), closed=error(403, "AccessDenied"))
    path = tmp_path / "conduct.jsonl"
    scope = bucket.scope(liar.url)
    errand = replace(bucket.errand(scope), conduct=ConductLog(path))
    walked = bucket.walk(scope, errand)
    errand.conduct.close()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    asked = bucket.questions(liar.url) + 3
    assert [line.get("status") for line in lines[-4:]] == [200, 200, 403, None]
    assert len(lines) - 1 == walked.errand.budget.requests == asked
    assert lines[-3]["bytes"] == 5
    access = lines[-1]["access"]
    assert (access["exists"], access["listable"], access["readable"]) == ("yes", "yes", "yes")
    assert {"list 200", "read 200", "read 403 AccessDenied"} <= set(access["evidence"])
    assert access.keys().isdisjoint({"url", "name", "account", "endpoint", "website_url"})
    assert "Jane" not in path.read_text()
    assert "Jane" not in json.dumps([walked.sink.details[url] for url in walked.sink.details])
