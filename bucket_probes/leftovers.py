"""What a bucket's walk leaves when it ends early: nothing vanishes, and ten million objects drown nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bucket_probes.ledger import Ledger
from documents.records import Skipped, SkipReason
from fetching.store import Store

# Objects that get a record each: ten times what a unit may request by default. More are told by their number; their
# entries say that they were to be fetched, and so come out as skipped.
TOLD_ONE_BY_ONE: Final = 200_000


def leftovers(ledger: Ledger, bucket_url: str, reason: SkipReason, detail: str) -> Iterator[Skipped]:
    """Skips for all objects that have no record yet."""
    for waiting in ledger.left(TOLD_ONE_BY_ONE):
        yield Skipped(waiting.url, reason, detail, parent=bucket_url)
    if (more := ledger.count_left() - TOLD_ONE_BY_ONE) > 0:
        yield Skipped(bucket_url, reason, f"{detail} {more} more".strip(), places=more)


def leftovers_in(store: Store, bucket_url: str, reason: SkipReason, detail: str) -> Iterator[Skipped]:
    """The same from the state of a unit whose process has ended."""
    return leftovers(Ledger(store), bucket_url, reason, detail)
