"""What a walk asks for, in which order, and how much of each."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from bucket_probes.objects import SNIFF_BYTES, SNIFFED_ABOVE
from documents.dictation import HEADER_BYTES
from documents.records import SkipReason

if TYPE_CHECKING:
    from tests.bucket_probes.conftest import Asked, Bucket, Liar, Reply
    from tests.conftest import SourceContract

Page = Callable[..., "Reply"]
_RANGE = re.compile(r"bytes=0-(\d+)")


def paged(reply: type[Reply], pages: list[list[str]], size: int = 9) -> Callable[[Asked], Reply]:
    """Pages of keys; every object is nine bytes."""

    def says(asked: Asked) -> Reply:
        if "list-type" in asked.query:
            at = int(asked.query.get("continuation-token", "0"))
            more = at + 1 < len(pages)
            token = f"<NextContinuationToken>{at + 1}</NextContinuationToken>" if more else ""
            rows = "".join(f"<Contents><Key>{key}</Key><Size>{size}</Size></Contents>" for key in pages[at])
            inner = f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{rows}"
            return reply(200, f"<ListBucketResult>{inner}</ListBucketResult>".encode(), {"x-amz-request-id": "1"})
        if asked.path.count("/") == 1:
            return reply(403, b"<Error><Code>AccessDenied</Code></Error>", {"Content-Type": "application/xml"})
        return reply(200, b"x" * 9, {"x-amz-request-id": "1"})

    return says


def test_letters_come_first_and_what_can_hold_none_is_not_asked_for(
    bucket: Bucket, liar: Liar, reply: type[Reply]
) -> None:
    first = ["a/index.html", "a/photo.jpg", "a/plan", "a/report.pdf", "a/style.css", "a/x.pdf", "b/film.mp4"]
    liar.says = paged(reply, [first, ["letters/1.pdf", "z/discharge summary.docx", "z/font.woff"]])
    walked = bucket.fetch(liar.url)
    assert liar.reads == [
        "a/report.pdf", "z/discharge summary.docx", "letters/1.pdf", "a/x.pdf", "a/index.html", "a/plan", "a/photo.jpg",
    ]  # fmt: skip
    assert walked.sink.reasons == {}
    unselected = {entry.name for entry in walked.sink.entries if not entry.selected}
    assert unselected == {"style.css", "film.mp4", "font.woff"}


def test_a_long_listing_leaves_most_of_the_budget_to_letters(
    bucket: Bucket, liar: Liar, reply: type[Reply], source_contract: SourceContract
) -> None:
    pages = [[f"{page:03}/letter.pdf", f"{page:03}/x.jpg"] for page in range(100)]
    liar.says = paged(reply, pages)
    walked = bucket.fetch(liar.url, requests=bucket.questions(liar.url) + 40)
    in_order = [asked for asked in liar.asked if asked in liar.listings or asked.path.count("/") > 1]
    kinds = "".join("p" if asked in liar.listings else "o" for asked in in_order)
    assert kinds.startswith("p" * 10 + "o" * 10 + "p"), "a fourth of what is left, then its letters, then on"
    assert all(key.endswith("letter.pdf") for key in liar.reads)
    assert walked.sink.reasons[walked.url()] is SkipReason.BUDGET_SPENT
    source_contract.nothing_vanished(walked.sink, [])


@pytest.mark.parametrize("is_listed", [True, False], ids=["listed", "known"])
@pytest.mark.parametrize("keeps_to_ranges", [True, False], ids=["ranges", "no ranges"])
def test_nobodys_voice_is_fetched(
    bucket: Bucket, liar: Liar, reply: type[Reply], keeps_to_ranges: bool, is_listed: bool
) -> None:
    sound = b"\x03ds2" + bytes(4_000_000)
    listed = paged(reply, [["DS30001.DS2", "not a dictation.dss"]] if is_listed else [[]], size=len(sound))

    def says(asked: Asked) -> Reply:
        if asked.path.count("/") == 1:
            return listed(asked)
        body = sound if asked.path.endswith("DS2") else b"Dear Dr Example, " * 200
        wanted = _RANGE.fullmatch(asked.headers.get("range", ""))
        if not wanted or not keeps_to_ranges:
            return reply(200, body)
        part = body[: int(wanted[1]) + 1]
        return reply(206, part, {"Content-Range": f"bytes 0-{len(part) - 1}/{len(body)}"})

    liar.says = says
    known = [] if is_listed else ["DS30001.DS2", "not a dictation.dss"]
    walked = bucket.fetch(liar.url, body_bytes=1_000_000, known=known)
    asked = {each.path.rpartition("/")[2]: each.headers.get("range") for each in liar.asked if each.path.count("/") > 1}
    assert asked["DS30001.DS2"] == f"bytes=0-{HEADER_BYTES - 1}"
    assert walked.sink.details[walked.url("DS30001.DS2")] == "a recording: header read"
    assert [entry.dictation.format for entry in walked.sink.entries if entry.dictation] == ["ds2"]
    assert list(walked.sink.contents) == [walked.url("not%20a%20dictation.dss")], "text is fetched whole"
    assert walked.errand.budget.bytes < 500_000


def test_another_part_than_the_first_is_no_beginning(bucket: Bucket, liar: Liar, reply: type[Reply]) -> None:
    listed = paged(reply, [["a.ds2"]], size=9_999)
    part = reply(206, b"\x03ds2" + bytes(500), {"Content-Range": "bytes 512-1015/9999"})
    liar.says = lambda asked: listed(asked) if asked.path.count("/") == 1 else part
    walked = bucket.fetch(liar.url)
    assert walked.sink.reasons == {walked.url("a.ds2"): SkipReason.TRUNCATED}


def test_large_objects_whose_names_tell_nothing_show_their_beginning_first(
    bucket: Bucket, liar: Liar, reply: type[Reply]
) -> None:
    bodies = {"film": bytes(4) + b"ftypisom" + bytes(SNIFFED_ABOVE), "letter": b"Dear Dr Example, " * 20_000}
    listed = paged(reply, [list(bodies)], size=SNIFFED_ABOVE + 1)

    def says(asked: Asked) -> Reply:
        if asked.path.count("/") == 1:
            return listed(asked)
        body = bodies[asked.path.rpartition("/")[2]]
        wanted = _RANGE.fullmatch(asked.headers.get("range", ""))
        if not wanted:
            return reply(200, body)
        part = body[: int(wanted[1]) + 1]
        return reply(206, part, {"Content-Range": f"bytes 0-{len(part) - 1}/{len(body)}"})

    liar.says = says
    walked = bucket.fetch(liar.url)
    ranges = [(each.path.rpartition("/")[2], each.headers.get("range")) for each in liar.asked]
    begin = f"bytes=0-{SNIFF_BYTES - 1}"
    assert ranges[-3:] == [("letter", begin), ("letter", None), ("film", begin)]
    assert walked.sink.reasons == {walked.url("film"): SkipReason.UNSUPPORTED_TYPE}
    assert walked.sink.contents == {walked.url("letter"): bodies["letter"]}


def test_small_ones_are_fetched_at_once(bucket: Bucket, liar: Liar, reply: type[Reply]) -> None:
    liar.says = paged(reply, [["a", "b"]], size=9)
    walked = bucket.fetch(liar.url)
    assert liar.reads == ["a", "b"]
    assert len(walked.sink.contents) == 2


def test_old_versions_come_after_what_is_current(bucket: Bucket, liar: Liar, reply: type[Reply]) -> None:
    listed = paged(reply, [["a.jpg"]])
    rows = "".join(
        f"<Version><Key>{key}</Key><VersionId>{version}</VersionId><IsLatest>{latest}</IsLatest><Size>9</Size></Version>"
        for key, version, latest in [("a.jpg", "3", "true"), ("a.jpg", "2", "false"), ("gone letter.pdf", "7", "false")]
    )
    marker = "<DeleteMarker><Key>gone letter.pdf</Key><VersionId>8</VersionId><IsLatest>true</IsLatest></DeleteMarker>"
    versions = f"<ListVersionsResult><IsTruncated>false</IsTruncated>{marker}{rows}</ListVersionsResult>".encode()

    def says(asked: Asked) -> Reply:
        if "versions" in asked.query:
            return reply(200, versions, {"x-amz-request-id": "1"})
        return listed(asked)

    liar.says = says
    walked = bucket.fetch(liar.url)
    assert list(walked.sink.contents) == [
        walked.url("a.jpg"), walked.url("gone%20letter.pdf?versionId=7"), walked.url("a.jpg?versionId=2"),
    ]  # fmt: skip
    assert [item.document.exposure.is_current for item in walked.sink.documents] == ["yes", "no", "no"]
    assert [entry.is_current for entry in walked.sink.entries if entry.selected] == [True, False, False]
    assert walked.access.versions_visible == "yes"
    assert walked.sink.reasons == {}


def test_keys_of_patterns_leave_most_of_the_budget_to_what_is_listed(
    bucket: Bucket, liar: Liar, reply: type[Reply], source_contract: SourceContract
) -> None:
    liar.says = paged(reply, [[f"{number:02} letter.pdf" for number in range(15)]])
    walked = bucket.fetch(liar.url, known=["{000-999}.pdf"], requests=bucket.questions(liar.url) + 33)
    listed = [key for key in liar.reads if "letter" in key]
    assert len(listed) == 15
    assert len(liar.reads) > 20, "then the keys go on"
    assert liar.reads.index(listed[0]) == 8, "a fourth of what was left"
    source_contract.nothing_vanished(walked.sink, [walked.url(f"{number:03}.pdf") for number in range(1000)])


def test_a_third_partys_bucket_is_not_listed_unless_the_scope_says_so(
    bucket: Bucket, liar: Liar, reply: type[Reply]
) -> None:
    liar.says = paged(reply, [["a letter.pdf"]])
    walked = bucket.fetch(liar.url, known=["known.pdf"], listing=False)
    assert liar.listings == []
    assert liar.reads == ["known.pdf"]
    assert walked.sink.reasons == {walked.url(): SkipReason.DENIED_BY_GUARD}
    assert walked.sink.details[walked.url()].endswith("1 of 1 known keys readable")
    assert walked.access.known_key_readable == "yes"
