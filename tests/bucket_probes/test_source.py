from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bucket_probes.source import BucketSource
from demo_range.s3_server import S3Server
from documents.buckets import Question
from documents.records import Skipped, SkipReason
from documents.sink import Sink
from scope.model import BucketTarget, SiteTarget
from scope.units import Unit, units_of

if TYPE_CHECKING:
    from tests.bucket_probes.conftest import Bucket, Liar
    from tests.conftest import MakeErrand, MakeScope, RecordingSink, SourceContract

LETTER = b"Dear Dr Example, thank you for referring this patient."
KEY = "letters/2024/a b+c/\u00e9 & \u201cquoted\u201d.txt"


@pytest.fixture(scope="module")
def range_of_buckets(s3: S3Server) -> S3Server:
    for name, acl in [
        ("listable", "public-read"),
        ("private", "private"),
        ("direct", "private"),
        ("empty", "public-read"),
    ]:
        s3.add_bucket(name, acl)
    s3.put_object("listable", KEY, LETTER, "public-read", "text/plain")
    s3.put_object("listable", "letters/folder/", b"", "public-read")
    s3.put_object("listable", "letters/closed.pdf", LETTER)
    s3.put_object("listable", "other/beside.txt", LETTER, "public-read")
    s3.put_object("private", "letters/known.txt", LETTER)
    s3.put_object("direct", "letters/known.txt", LETTER, "public-read")
    for name in ("by-policy", "get-only", "list-only", "denied", "blocked"):
        s3.add_bucket(name, "public-read" if name in ("denied", "blocked") else "private")
        s3.put_object(name, "letters/known.txt", LETTER, "public-read" if name == "blocked" else "private")
    s3.allow_everyone("by-policy", "s3:ListBucket", "s3:GetObject")
    s3.allow_everyone("get-only", "s3:GetObject")
    s3.allow_everyone("list-only", "s3:ListBucket")
    everything = ["arn:aws:s3:::denied", "arn:aws:s3:::denied/*"]
    s3.set_policy("denied", {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": everything})
    s3.block_public_access("blocked")
    return s3


@pytest.mark.parametrize(
    ("name", "access", "documents"),
    [
        ("listable", ("yes", "yes", "yes"), 2),
        ("empty", ("yes", "yes", "unknown"), 0),
        ("by-policy", ("yes", "yes", "yes"), 1),
        ("list-only", ("yes", "yes", "no"), 0),
        ("direct", ("yes", "no", "yes"), 1),
        ("get-only", ("yes", "no", "yes"), 1),
        ("private", ("yes", "no", "unknown"), 0),
        ("denied", ("yes", "no", "unknown"), 0),
        ("blocked", ("yes", "no", "unknown"), 0),
        ("missing", ("unknown", "unknown", "unknown"), 0),
    ],
)
@pytest.mark.usefixtures("range_of_buckets")
def test_access_as_anyone_has_it(
    bucket: Bucket,
    s3: S3Server,
    source_contract: SourceContract,
    name: str,
    access: tuple[str, str, str],
    documents: int,
) -> None:
    """`access` is whether the bucket exists, is listable, is readable."""
    known = ["letters/known.txt", "letters/no-such.txt"] if name != "listable" else []
    walked = bucket.fetch(s3.url, name=name, known=known)
    sink = walked.sink
    assert (walked.access.exists, walked.access.listable, walked.access.readable) == access
    assert len(sink.documents) == documents
    exists, listable, _ = access
    source_contract.nothing_vanished(sink, [walked.url(key) for key in known] if listable == "no" else [])
    expected = None if listable == "yes" else SkipReason.ACCESS_DENIED if exists == "yes" else SkipReason.SERVER_ERROR
    assert sink.reasons.get(walked.url()) is expected


def test_a_listed_object_is_an_entry_and_a_document(bucket: Bucket, range_of_buckets: S3Server) -> None:
    walked = bucket.fetch(range_of_buckets.url, name="listable", prefix="letters/")
    sink = walked.sink
    entries = {entry.name: entry for entry in sink.entries}
    assert sorted(entries) == ["closed.pdf", "folder", "\u00e9 & \u201cquoted\u201d.txt"]
    letter = entries["\u00e9 & \u201cquoted\u201d.txt"]
    assert (letter.kind, letter.size, letter.size_exact, letter.parent) == ("file", len(LETTER), True, walked.url())
    assert letter.modified is not None
    assert letter.modified.tzinfo is not None
    assert (
        letter.url
        == f"{range_of_buckets.url}/listable/letters/2024/a%20b%2Bc/%C3%A9%20%26%20%E2%80%9Cquoted%E2%80%9D.txt"
    )
    assert entries["folder"].kind == "directory"
    assert sink.contents == {letter.url: LETTER}
    document = sink.documents[0].document
    assert (document.status, document.parent, document.requested_url) == (200, walked.url(), None)
    exposure = document.exposure
    assert (exposure.transport, exposure.tls, exposure.listed, exposure.auth_above) == ("http", "none", "yes", "no")
    assert exposure.reached_by == (walked.url(),)
    assert document.headers["content-type"] == "text/plain"
    assert {"etag", "last-modified", "content-length"} <= document.headers.keys()
    assert sink.reasons == {f"{range_of_buckets.url}/listable/letters/closed.pdf": SkipReason.ACCESS_DENIED}
    assert {Question.LIST, Question.READ} <= {item.question for item in walked.access.evidence}


def test_a_bucket_that_is_not_listable_is_told_as_a_whole(bucket: Bucket, range_of_buckets: S3Server) -> None:
    walked = bucket.fetch(range_of_buckets.url, name="direct", known=["letters/known.txt", "letters/no-such.txt"])
    assert walked.sink.contents == {walked.url("letters/known.txt"): LETTER}
    assert walked.sink.details == {
        walked.url("letters/no-such.txt"): "AccessDenied: missing or private",
        walked.url(): "AccessDenied: exists, not listable, 1 of 2 known keys readable",
    }


@pytest.mark.slow
def test_paging(bucket: Bucket, s3: S3Server, source_contract: SourceContract) -> None:
    s3.add_bucket("many", "public-read")
    for number in range(1003):
        s3.put_object("many", f"{number:04}.txt", b"x" * 20)
    walked = bucket.fetch(s3.url, name="many", body_bytes=10)
    assert len(walked.sink.entries) == 1003
    pages = 2 + 2  # of keys, and of versions
    asked = walked.errand.budget.requests
    assert asked == bucket.questions(s3.url, "many") + pages, "what is listed as too large is not asked for"
    assert set(walked.sink.reasons.values()) == {SkipReason.TOO_LARGE}
    source_contract.nothing_vanished(walked.sink, [])


def test_ambient_rights_are_not_used(bucket: Bucket, liar: Liar, range_of_buckets: S3Server, lending: str) -> None:
    """Whoever signs owns this S3 server: a signed request would list the private bucket."""
    walked = bucket.fetch(range_of_buckets.url, name="private", known=["letters/known.txt"])
    assert (walked.access.listable, walked.access.readable) == ("no", "unknown")
    bucket.fetch(liar.url, known=["k.txt"])
    assert liar.asked
    for asked in liar.asked:
        assert not {"authorization", "cookie", "x-amz-security-token", "x-amzn-trace-id"} & asked.headers.keys()
        assert lending not in str(asked)
        assert asked.headers["user-agent"] == walked.errand.user_agent


SPY = """
import socket, sys
dialled = []
sys.addaudithook(lambda event, told: dialled.append(told[1]) if event in ("socket.connect", "socket.sendto") else None)
from pathlib import Path
from datetime import date
from bucket_probes.source import BucketSource
from fetching.budget import Budget
from fetching.conduct import ConductLog
from fetching.errand import Errand
from fetching.pacing import Pacer
from fetching.dialler import refuse_undialled_connections
from scope.guard import Guard
from scope.model import Scope
from scope.units import units_of

class Sink:
    def entry(self, entry): print("entry", entry.name)
    def listed(self, entries): list(map(self.entry, entries))
    def document(self, document): document.body.close(); print("document")
    def skipped(self, skipped): print("skipped", skipped.reason)
    def bucket(self, access): pass

scope = Scope.model_validate({
    "organisation": "o", "contact": "c", "pack": {"path": "p", "key": "k"},
    "authority": {"who": "w", "reference": "r", "expires": date.max},
    "network": {"private_addresses": sys.argv[2:]},
    "bucket": [{"tier": "own", "authority": "r", "name": "direct", "endpoint": sys.argv[1],
                "known_keys": ["letters/known.txt"]}],
})
guard = Guard(scope)
refuse_undialled_connections(guard)
errand = Errand(guard, scope.limits, Budget(scope.limits), Pacer(1000), ConductLog(), "Stray/test")
BucketSource(errand).fetch(next(units_of(scope)), Sink())
print(sorted({str(address) for address in dialled}))
"""


@pytest.mark.parametrize("named", [True, False])
def test_every_connection_is_one_that_the_scope_allows(range_of_buckets: S3Server, lending: str, named: bool) -> None:
    """A hook sees every socket of the process: metadata services, proxies and the SDK's own sessions included."""
    ended = subprocess.run(
        [sys.executable, "-c", SPY, range_of_buckets.url, *(["127.0.0.1"] if named else [])],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    port = range_of_buckets.url.rpartition(":")[2]
    expected = ["entry known.txt", "document", "skipped access_denied", f"[\"('127.0.0.1', {port})\"]"]
    assert ended.stdout.splitlines() == (expected if named else ["skipped denied_by_guard"] * 2 + ["[]"])
    assert ended.stderr == ""


def test_one_failing_unit_stops_no_other(
    make_scope: MakeScope, make_errand: MakeErrand, range_of_buckets: S3Server, source_contract: SourceContract
) -> None:
    named = [
        BucketTarget(tier="own", authority="IG-1", name=name, endpoint=range_of_buckets.url)
        for name in ("listable", "private", "by-policy")
    ]
    scope = make_scope(*named)

    class Failing:
        def fetch(self, unit: Unit, sink: Sink) -> None:
            raise RuntimeError("broken")

    units = list(units_of(scope))
    sinks = source_contract.fetch_each(
        units, lambda unit: Failing() if "private" in unit.start_url else BucketSource(make_errand(scope))
    )
    assert [len(sinks[unit.unit_id].documents) for unit in units] == [2, 0, 1]
    assert sinks[units[1].unit_id].skips == [Skipped(units[1].start_url, SkipReason.UNIT_FAILED, "RuntimeError")]
    assert [unit.unit_id for unit in units_of(scope)] == list(sinks), "the same units in every sweep"


def test_a_site_is_no_bucket(make_scope: MakeScope, make_errand: MakeErrand, recording_sink: RecordingSink) -> None:
    scope = make_scope(SiteTarget(tier="own", authority="IG-1", url="http://127.0.0.1/"))
    with pytest.raises(TypeError, match="not a bucket"):
        BucketSource(make_errand(scope)).fetch(next(units_of(scope)), recording_sink)
