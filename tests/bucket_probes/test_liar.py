"""The contract of every probe, held against every lie: no false "no", an end, nothing lost, the truth afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from bucket_probes import azure_paging, gcs_pages, s3_session, walker
from bucket_probes.source import BucketSource
from demo_range.bucket_liar import ACCOUNT, BucketLiar
from demo_range.cloud_buckets import CloudBucket, Right
from demo_range.lies import ONLY_FOR, Lie, Service, Telling
from documents.exposure import Truth
from documents.records import EntryKind
from fetching import pacing
from scope.model import BucketTarget
from scope.units import Unit, units_of

if TYPE_CHECKING:
    from tests.conftest import MakeErrand, MakeScope, RecordingSink, SourceContract

NAME, NEIGHBOUR = "clinic-letters", "clinic-forms"
KEYS = [
    *(f"2024/letter-{n:02}.txt" for n in range(8)), "dir/", "é + %2F?#&;=.txt", "a\tb\nc.txt", "//lead.txt",
    "<&'\">.txt", "\u202etxt.txt", "x" * 900 + ".txt",
]  # fmt: skip
TEXT = b"Dear Dr Example, thank you for seeing this invented patient."
# Requests that a unit may make; 15 objects on three pages, with their older versions, ask for some 40.
MOST_REQUESTS = 600
SLACK = 20
FILES = {Service.S3: 17, Service.GCS: 17, Service.AZURE: 17}
# "Not found" for what is there is told to all three each time; of the others one service each, and the rest where
# slow tests run.
_ALL = {Lie.NOT_FOUND_ABOVE, Lie.FLAKY_NOT_FOUND, Lie.NOT_FOUND_MIDSTREAM, Lie.NOT_FOUND_FIRST, Lie.LOST_PAGE}


def _told() -> Iterator[object]:
    for number, lie in enumerate(Lie):
        services = ONLY_FOR.get(lie, tuple(Service))
        for service in services:
            often = lie in _ALL or service is services[number % len(services)]
            yield pytest.param(lie, service, id=f"{lie}-{service}", marks=[] if often else [pytest.mark.slow])


TOLD = list(_told())


@pytest.fixture(scope="module")
def liar() -> Iterator[BucketLiar]:
    bucket = CloudBucket(NAME, frozenset([Right.LIST, Right.READ]), region="us-east-1")
    bucket.put("2024/letter-00.txt", b"an older state")
    for key in KEYS:
        bucket.put(key, b"" if key.endswith("/") else TEXT)
    bucket.put("withdrawn.txt", TEXT)
    bucket.delete("withdrawn.txt")
    with BucketLiar([bucket, CloudBucket(NEIGHBOUR)], page=5) as running:
        yield running


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same course in less time: what is waited for is the same."""
    monkeypatch.setattr(pacing, "FIRST_BACK_OFF", 0.02)
    monkeypatch.setattr(azure_paging, "PAGE_PAUSES", (0.01, 0.02))
    for module in (s3_session, gcs_pages):
        monkeypatch.setattr(module, "PAUSES", (0.01, 0.02))
    monkeypatch.setattr(walker, "LOST_PAUSES", (0.05, 0.4))


@dataclass
class Visit:
    """One fetch of the bucket, and what it gave."""

    unit: Unit
    exists: Truth
    sink: RecordingSink
    requests: int

    @property
    def listed(self) -> set[str]:
        """Addresses of files."""
        return {entry.url for entry in self.sink.entries if entry.kind is EntryKind.FILE}


Fetch = Callable[[Service], Visit]


@pytest.fixture
def fetch(
    liar: BucketLiar, make_scope: MakeScope, make_errand: MakeErrand, recording_sink: RecordingSink
) -> Iterator[Fetch]:
    def fetched(service: Service) -> Visit:
        azure = service is Service.AZURE
        target = BucketTarget(
            tier="own",
            authority="IG-1",
            provider=service.value,
            name=NAME,
            account=ACCOUNT if azure else None,
            endpoint=liar.url(service) + (f"/{ACCOUNT}" if azure else ""),
            known_keys=(KEYS[0],),
        )
        neighbour = target.model_copy(update={"name": NEIGHBOUR, "known_keys": ()})
        scope = make_scope(target, neighbour, timeout_seconds=0.5, requests=MOST_REQUESTS)
        unit = next(units_of(scope))
        source, sink = BucketSource(make_errand(scope), pauses=(0.05, 0.5)), type(recording_sink)()
        before = sum(liar.counts(service).values())
        source.fetch(unit, sink)
        assert source.learned is not None
        return Visit(unit, source.learned.exists, sink, sum(liar.counts(service).values()) - before)

    yield fetched
    liar.tell()


@pytest.mark.parametrize(("lie", "service"), TOLD)
def test_no_lie_is_believed(
    lie: Lie, service: Service, liar: BucketLiar, fetch: Fetch, source_contract: SourceContract
) -> None:
    liar.tell(Telling(lie, above=15, pause=0.3, after=4))
    misled = fetch(service)
    assert misled.exists is not Truth.NO
    assert misled.requests <= MOST_REQUESTS + SLACK
    liar.tell()
    again = fetch(service)
    assert again.exists is Truth.YES
    assert len(again.listed) == FILES[service]
    for visit in (misled, again):
        # A delete marker is an entry, and there is nothing to fetch behind it.
        visit.sink.entries[:] = [entry for entry in visit.sink.entries if not entry.url.endswith("/withdrawn.txt")]
        source_contract.nothing_vanished(visit.sink, planted=[])
    assert misled.listed <= again.listed
    if again.listed - misled.listed:
        assert misled.unit.start_url in misled.sink.reasons, "that something was not seen is said"
    assert {asked.method for asked in liar.asked(service)} == {"GET"}
