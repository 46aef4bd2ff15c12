"""A bucket in pieces: every key in exactly one of them, whatever lies at the seams and whatever comes in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bucket_probes import key_range
from bucket_probes.key_range import KeyRange
from bucket_probes.source import BucketSource
from demo_range.bucket_liar import BucketLiar
from demo_range.cloud_buckets import CloudBucket, Right
from demo_range.lies import Service
from scope.model import BucketTarget, Scope
from scope.pieces import Bounds, Piece, key_order, piece_of, pieces_of
from scope.units import Unit, units_of

if TYPE_CHECKING:
    from tests.conftest import MakeErrand, MakeScope, RecordingSink

NAME = "clinic-letters"
KEYS = [
    *(f"2024/{n:02}/letter.txt" for n in range(12)), *(f"flat-{n:02}.txt" for n in range(9)), "2024", "2024/",
    "2024//a.txt", "2024/05/letter.txt ", "2024/05/letter.txt!", "é.txt", "e\u0301.txt", "\uffee.txt", "~.txt",
    "\U0001f4c4.txt", " .txt", "a b/%20+&=?#.txt", "zz/\t.txt", "z" * 800,
]  # fmt: skip
TEXT = b"Dear Dr Example, thank you for seeing this invented patient."


@pytest.fixture
def held() -> Iterator[tuple[CloudBucket, BucketLiar]]:
    bucket = CloudBucket(NAME, frozenset([Right.LIST, Right.READ]), region="us-east-1")
    for key in KEYS:
        bucket.put(key, b"an older state " + key.encode())
        bucket.put(key, TEXT + key.encode())
    with BucketLiar([bucket], page=4) as running:
        yield bucket, running


class Walks:
    """Walks a bucket unit by unit, as a sweep does."""

    def __init__(self, scope: Scope, make_errand: MakeErrand, sink: type[RecordingSink]) -> None:
        self.scope = scope
        self.whole = next(units_of(scope))
        self._make_errand = make_errand
        self._sink = sink
        self.bounds: list[str | None] = []

    def walk(self, unit: Unit) -> RecordingSink:
        sink = self._sink()
        errand = replace(self._make_errand(self.scope), cut=self.bounds.append)
        BucketSource(errand, pauses=(0.0, 0.0)).fetch(unit, sink)
        return sink

    def all(self, units: list[Unit]) -> list[RecordingSink]:
        """These and what is cut off them."""
        sinks = []
        waiting = list(units)
        while waiting:
            unit = waiting.pop(0)
            known = len(self.bounds)
            sinks.append(self.walk(unit))
            for bound in self.bounds[known:]:
                assert bound is not None
                until = unit.piece.until if unit.piece else None
                waiting.insert(0, piece_of(self.whole, Piece(self.whole.unit_id, 0, bound, until)))
        return sinks


@pytest.fixture
def walks(
    held: tuple[CloudBucket, BucketLiar],
    make_scope: MakeScope,
    make_errand: MakeErrand,
    recording_sink: RecordingSink,
    monkeypatch: pytest.MonkeyPatch,
) -> Walks:
    monkeypatch.setattr(key_range, "CUT_PAGES", 2)
    target = BucketTarget(
        tier="own",
        authority="IG-1",
        name=NAME,
        endpoint=held[1].url(Service.S3),
        known_keys=("flat-03.txt", "unlisted.txt"),
    )
    return Walks(make_scope(target), make_errand, type(recording_sink))


def listed(sinks: list[RecordingSink]) -> Counter[str]:
    return Counter(entry.url for sink in sinks for entry in sink.entries if "versionId" not in entry.url)


def fetched(sinks: list[RecordingSink]) -> Counter[str]:
    return Counter(each.document.url for sink in sinks for each in sink.documents)


def test_cut_as_it_is_listed_nothing_is_missed_or_comes_twice(walks: Walks, monkeypatch: pytest.MonkeyPatch) -> None:
    sinks = walks.all([walks.whole])
    assert len(sinks) > 3
    in_pieces = (listed(sinks), fetched(sinks))
    monkeypatch.setattr(key_range, "CUT_PAGES", 1000)
    whole = walks.walk(walks.whole)
    assert in_pieces == (listed([whole]), fetched([whole]))
    assert set(in_pieces[0].values()) == {1}
    assert len(in_pieces[0]) == len(KEYS)
    assert max(in_pieces[1].values()) == 1
    tried = [skip for sink in sinks for skip in sink.skips if skip.url.endswith("/unlisted.txt")]
    assert len(tried) == 1, "a key that the scope names is one piece's to try"


def test_bounds_that_are_kept_give_the_same_pieces_again_and_what_came_in_between_is_in_one(
    walks: Walks, held: tuple[CloudBucket, BucketLiar]
) -> None:
    walks.all([walks.whole])
    bounds = Bounds([bound for bound in walks.bounds if bound is not None])
    first = pieces_of(walks.whole, bounds)
    assert [unit.unit_id for unit in first] == [
        unit.unit_id for unit in pieces_of(walks.whole, Bounds.of_line(bounds.line))
    ]
    assert first[0].unit_id == walks.whole.unit_id
    added = [bound + ending for bound in bounds for ending in ("\x20", "/new.txt", "\U0001f4c4")]
    sinks = []
    for number, unit in enumerate(first):
        sinks += walks.all([unit])
        if number == 0:  # others come while the sweep runs, behind what was listed
            for key in added:
                held[0].put(key, TEXT + key.encode("utf-8", "surrogateescape"))
    found = listed(sinks)
    assert set(found.values()) == {1}
    assert len(found) == len(KEYS) + len(added)
    assert max(fetched(sinks).values()) == 1


def test_a_service_in_no_order_is_never_cut_and_bounds_of_it_are_forgotten(walks: Walks) -> None:
    from bucket_probes.errors import ListingBrokenError
    from bucket_probes.ledger import Kind
    from bucket_probes.probe import ListingPage
    from fetching.bucket_listings import ListedObject

    page = ListingPage((ListedObject("b"), ListedObject("a")), "on")
    told: list[str | None] = []
    free = KeyRange(None, told.append)
    assert free.clipped(Kind.CURRENT, page) == page
    assert told == []
    bound = KeyRange(Piece("w", 2, "0", "x"), told.append)
    with pytest.raises(ListingBrokenError):
        bound.clipped(Kind.CURRENT, page)
    assert told == [None]


@given(keys=st.lists(st.text(min_size=1, max_size=6), unique=True), more=st.lists(st.text(min_size=1, max_size=6)))
def test_every_key_is_in_exactly_one_piece(keys: list[str], more: list[str]) -> None:
    bounds = Bounds(sorted(keys, key=key_order))
    ranges = [
        KeyRange(Piece("w", 0, after, until)) for after, until in zip([None, *bounds], [*bounds, None], strict=True)
    ]
    for key in [*keys, *more]:
        assert sum(each.holds(key) for each in ranges) == 1
