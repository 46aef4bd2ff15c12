"""Findings as records, from rows of the view `finding_status`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import starmap
from typing import Any, Final

from findings.asking import utc
from findings.records import FindingState, Reopened, Severity, TriageDecision
from findings.results import FindingRow
from matchers.verdicts import Verdict

_NAMES: Final = FindingRow.__slots__
FINDING_COLUMNS: Final = ", ".join(_NAMES)
_SETS: Final[Mapping[str, Callable[[Any], object]]] = {
    "state": FindingState,
    "triage": TriageDecision,
    "verdict": Verdict,
    "severity": Severity,
    "reopened": Reopened,
    "severity_reasons": tuple,
    "categories": tuple,
    **dict.fromkeys(("first_seen", "last_seen", "answered_at", "server_modified"), utc),
}
_LISTS: Final = frozenset({"severity_reasons", "categories"})


def finding_rows(columns: Mapping[str, Iterable[Any]]) -> Iterator[FindingRow]:
    """From the values of each column: row by row takes four times as long, which tells where there are 100,000."""
    return starmap(FindingRow, zip(*(_made(name, columns[name]) for name in _NAMES), strict=True))


def finding_row(row: Mapping[str, Any]) -> FindingRow:
    """From a row of `FINDING_COLUMNS`."""
    return next(finding_rows({name: (row[name],) for name in _NAMES}))


def _made(name: str, values: Iterable[Any]) -> Iterable[object]:
    make = _SETS.get(name)
    if make is None:
        return values
    nothing: Sequence[object] | None = () if name in _LISTS else None
    return (nothing if value is None else make(value) for value in values)
