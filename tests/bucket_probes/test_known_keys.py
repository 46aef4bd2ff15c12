"""Keys that no listing shows: patterns are made as they are tried, keys that were met are taken as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

import bucket_probes.known_keys
from bucket_probes.known_keys import KnownKeys
from bucket_probes.walker import THROTTLED_IN_A_ROW
from documents.buckets import BucketLead
from documents.records import SkipReason
from fetching.leads import write_leads
from tests.bucket_probes.conftest import BUCKET, Asked, Bucket, Liar, Reply

Page = Callable[..., Reply]
ENDPOINT = "http://127.0.0.1:9"


def met(key: str, **changes: str) -> BucketLead:
    return replace(BucketLead(f"{ENDPOINT}/{BUCKET}/", "s3", BUCKET, key=key), **changes)  # type: ignore[arg-type]


def keys_of(
    bucket: Bucket, tmp_path: Path, *leads: BucketLead, known: tuple[str, ...] = (), prefix: str = ""
) -> KnownKeys:
    scope = bucket.scope(ENDPOINT, known=known, prefix=prefix)
    write_leads(tmp_path / "leads", leads)
    return KnownKeys(replace(bucket.errand(scope), leads=tmp_path / "leads"), scope.bucket[0])


def test_patterns_first_then_what_was_met_each_once(bucket: Bucket, tmp_path: Path) -> None:
    keys = keys_of(
        bucket, tmp_path, met("b/{1-2}.pdf"), met("a/2.pdf"), met(""), met("x", name="other"), met("b/{1-2}.pdf"),
        known=("a/{1-3}.pdf", "a/{2-4}.pdf"),
    )  # fmt: skip
    everything = ["a/1.pdf", "a/2.pdf", "a/3.pdf", "a/4.pdf", "b/{1-2}.pdf"]
    assert list(keys.from_number(0)) == everything
    assert list(keys.from_number(3)) == everything[3:]
    assert keys.tried(2) == {"a/1.pdf", "a/2.pdf"}
    assert keys.tried(5) == set(everything)
    assert list(keys.from_number(keys.count)) == []


def test_only_what_lies_below_the_prefix(bucket: Bucket, tmp_path: Path) -> None:
    keys = keys_of(bucket, tmp_path, met("letters/a.pdf"), met("other/b.pdf"), prefix="letters/")
    assert list(keys.from_number(0)) == ["letters/a.pdf"]


def test_a_pattern_of_more_keys_than_anybody_tries_costs_nothing(bucket: Bucket, tmp_path: Path) -> None:
    digits = "{0-999999999999999999}"
    keys = keys_of(bucket, tmp_path, known=(f"{digits}/{digits}/{digits}.pdf",))
    assert keys.count == 1 << 62
    assert list(islice(keys.from_number(0), 2))[1].endswith("1.pdf")
    told, more = keys.untold(5)
    assert len(list(told)) == bucket_probes.known_keys.KEYS_TOLD
    assert more == (1 << 62) - 5 - bucket_probes.known_keys.KEYS_TOLD


def test_a_key_that_a_page_named_is_read_where_the_bucket_is_not_listed(
    bucket: Bucket, liar: Liar, error: Page, reply: type[Reply], tmp_path: Path
) -> None:
    def says(asked: Asked) -> Reply:
        return error(403, "AccessDenied") if asked.path.count("/") == 1 else reply(200, b"12345")

    liar.says = says
    scope = bucket.scope(liar.url)
    write_leads(tmp_path / "leads", [met("2026/a.txt")])
    walked = bucket.walk(scope, replace(bucket.errand(scope), leads=tmp_path / "leads"))
    assert liar.reads == ["2026/a.txt"]
    assert list(walked.sink.contents) == [walked.url("2026/a.txt")]
    assert walked.access.readable == "yes"


def test_of_a_missing_bucket_keys_are_told_each_and_then_by_number(
    bucket: Bucket, liar: Liar, error: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket_probes.known_keys, "KEYS_TOLD", 3)
    liar.says = lambda asked: error(404, "NoSuchBucket")
    walked = bucket.fetch(liar.url, known=["{0-999999999999}.pdf"])
    told = [skipped for skipped in walked.sink.skips if skipped.url != walked.url()]
    assert len(told) == 3 + THROTTLED_IN_A_ROW
    (rest,) = [skipped for skipped in walked.sink.skips if "more known keys" in skipped.detail]
    assert rest.count == 10**12 - 3 - THROTTLED_IN_A_ROW
    # Nothing vouches for the answer: keys are tried until two in a row are turned away, and none is said to be missing.
    assert {skipped.reason for skipped in walked.sink.skips} == {SkipReason.SERVER_ERROR, SkipReason.THROTTLED}
    assert len(set(liar.reads)) == THROTTLED_IN_A_ROW
