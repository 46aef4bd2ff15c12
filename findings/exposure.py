"""A line of the view `exposure` as a record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from documents.exposure import IndexBasis, TlsState, Transport, Truth
from findings.results import FindingExposure

EXPOSURE_COLUMNS: Final = ", ".join(FindingExposure.__slots__)
_QUESTIONS: Final = ("auth_above", "listed", "folder_listed", "indexable", "robots_disallow", "is_current")


def exposure_of_row(row: Mapping[str, Any]) -> FindingExposure:
    """From EXPOSURE_COLUMNS; what a sweep of an older Stray did not record is unknown."""
    told: dict[str, Any] = {
        name: value.astimezone(UTC) if isinstance(value, datetime) else value for name, value in row.items()
    }
    told |= {name: Truth(row[name] or Truth.UNKNOWN) for name in _QUESTIONS}
    told |= {
        "transport": Transport(row["transport"]) if row["transport"] else None,
        "tls": TlsState(row["tls"] or TlsState.UNKNOWN),
        "index_basis": IndexBasis(row["index_basis"]) if row["index_basis"] else None,
        "reached_by": tuple(row["reached_by"] or ()),
    }
    return FindingExposure(**told)
