"""The records of what a unit leaves when it ends early: nothing vanishes, and ten million rows drown nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from crawler.frontier import Frontier
from documents.records import Skipped, SkipReason

# Places that get a record each. More share one record for each listing, some thousands at a time; as rows they are
# entries anyway. Ten times what a unit may request by default.
TOLD_ONE_BY_ONE: Final = 200_000


def leftovers(frontier: Frontier, start_url: str, reason: SkipReason, detail: str) -> Iterator[Skipped]:
    """A skip for every place that has no record yet; empties the frontier."""
    for place in islice(frontier.leave(), TOLD_ONE_BY_ONE):
        if not place.is_guess:
            yield Skipped(place.url, reason, detail, parent=place.parent)
    for parent, urls in frontier.rest():
        yield Skipped(parent or start_url, reason, f"{detail} {len(urls)} more", stands_for=urls)
