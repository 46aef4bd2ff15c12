"""A walk that is killed or stopped, and gone on with: every key and every document once."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from bucket_probes.leftovers import leftovers_in
from documents.records import Document, SkipReason
from fetching.store import PassingStore
from findings.keys import load_or_create_database_key
from findings.merge import merge
from findings.records import SweepEnd, SweepRecord, UnitRecord, new_sweep_id
from findings.spool import SweepSpool
from findings.spool_folders import spool_root
from scope.model import Scope
from scope.units import units_of

if TYPE_CHECKING:
    from tests.bucket_probes.conftest import Asked, Bucket, Liar, Reply
    from tests.conftest import RecordingSink

ROOT = Path(__file__).parents[2]
PAGES, KEYS = 8, 12
OLD = 10
# Requests a second, and how many of them lie between two saves: 0.25 s and what comes while one is saved.
PACE, MOST_UNSAVED = 200, 60


def key(page: int, number: int) -> str:
    return f"{page:02}/letter {number:02}.txt"


class Service:
    """Pages of keys, old versions of some of them, and an object for each."""

    def __init__(self, reply: type[Reply]) -> None:
        self.reply = reply

    def __call__(self, asked: Asked) -> Reply:
        if "list-type" in asked.query:
            return self.page(int(asked.query.get("continuation-token", "0")))
        if "versions" in asked.query:
            return self.versions(int(asked.query.get("key-marker", "0")[:2]))
        if asked.path.count("/") == 1:
            return self.reply(403, b"<Error><Code>AccessDenied</Code></Error>", {"Content-Type": "application/xml"})
        body = f"{asked.path} {asked.query.get('versionId', '')}".encode()
        return self.reply(200, body, {"x-amz-request-id": "1"})

    def page(self, number: int) -> Reply:
        rows = "".join(f"<Contents><Key>{key(number, at)}</Key><Size>9</Size></Contents>" for at in range(KEYS))
        more = number + 1 < PAGES
        token = f"<NextContinuationToken>{number + 1}</NextContinuationToken>" if more else ""
        return self.xml("ListBucketResult", f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{rows}")

    def versions(self, number: int) -> Reply:
        rows = "".join(
            f"<Version><Key>{key(number, at)}</Key><VersionId>v{version}</VersionId>"
            f"<IsLatest>{str(version == 2).lower()}</IsLatest><Size>9</Size></Version>"
            for at in range(OLD)
            for version in (2, 1)
        )
        more = number + 1 < 2
        following = f"<NextKeyMarker>{number + 1:02}/</NextKeyMarker><NextVersionIdMarker>v1</NextVersionIdMarker>"
        return self.xml(
            "ListVersionsResult", f"<IsTruncated>{str(more).lower()}</IsTruncated>{following if more else ''}{rows}"
        )

    def xml(self, root: str, inner: str) -> Reply:
        return self.reply(200, f"<{root}>{inner}</{root}>".encode(), {"x-amz-request-id": "1"})


def begun_sweep(given: dict[str, Any]) -> tuple[Scope, SweepSpool]:
    scope = Scope.model_validate(given)
    database_key = load_or_create_database_key(scope.database.key, database_exists=False)
    started = datetime.now(UTC)
    units = tuple(UnitRecord.from_unit(unit) for unit in units_of(scope))
    record = SweepRecord(new_sweep_id(started), "digest", "Example Hospital", "r", started, "0.1", units)
    return scope, SweepSpool.create(spool_root(scope.database.file), record, database_key)


def run(given: dict[str, Any], service: Liar, kill_after: int | None) -> None:
    """Run the unit's process; kill it once so many more requests have come, unless it has ended by then."""
    until = None if kill_after is None else len(service.asked) + kill_after
    command = [sys.executable, "-m", "tests.sweeps.resumed_unit"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdin
        process.stdin.write(json.dumps({"scope": given, "part_rows": 20}))
        process.stdin.close()
        while process.poll() is None and (until is None or len(service.asked) < until):
            threading.Event().wait(0.002)
        if process.poll() is None:
            process.kill()
        elif until is None:
            assert process.returncode == 0, process.stderr and process.stderr.read()


@pytest.mark.parametrize(
    "kills", [2, pytest.param(20, marks=[pytest.mark.slow, pytest.mark.timeout(600)])], ids=["2 kills", "20 kills"]
)
def test_a_killed_walk_ends_as_if_nothing_had_been(kills: int, liar: Liar, reply: type[Reply], tmp_path: Path) -> None:
    moments = random.Random(2026)  # noqa: S311 - moments of a test
    liar.says = Service(reply)
    given = {
        "organisation": "Example Hospital", "contact": "security@example.org",
        "authority": {"who": "w", "reference": "r", "expires": date.max.isoformat()},
        "pack": {"path": "pack", "key": "pack.key"},
        "database": {"file": str(tmp_path / "findings.duckdb"), "key": str(tmp_path / "findings.key")},
        "network": {"private_addresses": ["127.0.0.1"]}, "limits": {"requests_per_second": PACE},
        "bucket": [{"name": "clinic-letters", "endpoint": liar.url, "tier": "own", "authority": "r"}],
    }  # fmt: skip
    scope, sweep = begun_sweep(given)
    total = PAGES * KEYS + 2 * OLD
    for _ in range(kills):
        run(given, liar, moments.randint(1, 10 + 2 * total // kills))
    run(given, liar, None)
    sweep.finish(SweepEnd(datetime.now(UTC)))
    merge(spool_root(scope.database.file), scope.database.file)
    with duckdb.connect(str(scope.database.file), read_only=True) as connection:
        documents = connection.execute("SELECT url FROM documents").fetchall()
        skips = connection.execute("SELECT url, reason, detail FROM skips").fetchall()
        outcomes = connection.execute("SELECT outcome, is_current, count(*) FROM entries GROUP BY ALL").fetchall()
    assert skips == []
    assert len(documents) == len(set(documents)) == total
    assert sorted(outcomes) == [("fetched", False, 2 * OLD), ("fetched", True, PAGES * KEYS)]
    reads = Counter((asked.path, asked.query.get("versionId")) for asked in liar.asked if asked.path.count("/") > 1)
    assert len(reads) == total
    assert sum(reads.values()) - total <= MOST_UNSAVED * kills
    pages = Counter(asked.query.get("continuation-token") for asked in liar.listings)
    assert sum(pages.values()) - PAGES <= kills, "a page that was saved is not asked for again"


def test_a_stopped_walk_is_gone_on_with(
    bucket: Bucket, liar: Liar, reply: type[Reply], recording_sink: RecordingSink
) -> None:
    liar.says = Service(reply)
    scope = bucket.scope(liar.url)
    store = PassingStore()
    errand = bucket.errand(scope, store)

    class Stopping(type(recording_sink)):  # type: ignore[misc]
        def document(self, document: Document) -> None:
            super().document(document)
            if len(self.documents) == 30:
                errand.stop.set()

    first = bucket.walk(scope, errand, Stopping())
    left = [skipped.url for skipped in first.sink.skips]
    assert {skipped.reason for skipped in first.sink.skips} == {SkipReason.INTERRUPTED}
    assert len(left) == len(set(left)) == PAGES * KEYS - 30 + 1, "each object that was listed, and the bucket"
    saved = {skipped.url for skipped in leftovers_in(store, first.url(), SkipReason.UNIT_FAILED, "gone")}
    assert saved >= set(left) - {first.url()}
    asked = len(liar.listings)
    second = bucket.walk(scope, bucket.errand(scope, store))
    assert second.sink.skips == []
    assert {item.document.url for item in second.sink.documents} >= set(left) - {first.url()}
    assert len({*first.sink.contents, *second.sink.contents}) == PAGES * KEYS + 2 * OLD
    assert liar.listings[asked:] == [], "its listing was complete"
    assert first.access.readable == second.access.readable == "yes"


def test_more_than_can_be_told_is_told_by_number(
    bucket: Bucket, liar: Liar, reply: type[Reply], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bucket_probes.leftovers.TOLD_ONE_BY_ONE", 20)
    liar.says = Service(reply)
    walked = bucket.fetch(liar.url, requests=bucket.questions(liar.url) + PAGES * 4)
    fetched, skipped = set(walked.sink.contents), walked.sink.skips
    left = [entry for entry in walked.sink.entries if entry.selected and entry.url not in fetched]
    told = [each for each in skipped if each.url != walked.url()]
    assert len(told) == 20
    assert f"requests {len(left) - 20} more" in {each.detail for each in skipped}
    assert all(entry.selected for entry in walked.sink.entries)
