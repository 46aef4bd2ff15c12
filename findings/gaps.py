"""When a finding was not there between two times that it was: no part of what is proven of its exposure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from findings.asking import times


@dataclass(frozen=True, slots=True)
class Gap:
    """One of the `gaps` of the view `exposure_timeline`.

    Attributes:
        seen_before, seen_again: when it was seen last before, and first after.
        not_there_from, not_there_until: first and last of the definite answers in between that it was not there.
        answers: how many those were; a single one may be an outage of an hour.
        basis: what the first of them rests on.
    """

    seen_before: datetime
    not_there_from: datetime
    not_there_until: datetime
    seen_again: datetime
    answers: int
    basis: str


def gaps_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Gap, ...]:
    """From the view's column."""
    return tuple(Gap(**{**row, **times(row)}) for row in rows)
