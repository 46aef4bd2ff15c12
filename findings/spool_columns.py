"""The columns of a spool's part files, table by table, and what has been added to them since the first release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

UTC_TIME: Final = pa.timestamp("us", tz="UTC")
_TEXT_MAP = pa.map_(pa.string(), pa.string())
SPAN: Final = pa.struct(
    [
        ("piece", pa.string()),
        ("doc_start", pa.int64()),
        ("doc_end", pa.int64()),
        ("letter_start", pa.int64()),
        ("letter_end", pa.int64()),
    ]
)

# Keyed hashes, but for the format, the length and whether it is encrypted.
_MISNAMED = pa.struct([(name, pa.string()) for name in ("member", "ending", "media_type")])

DICTATION: Final = pa.struct(
    [
        *((name, pa.string()) for name in ("format", "author", "recorder", "comment", "started", "ended")),
        ("seconds", pa.int64()),
        ("encrypted", pa.bool_()),
    ]
)

EVIDENCE: Final = pa.struct(
    [
        ("question", pa.string()),
        ("status", pa.int32()),
        ("code", pa.string()),
        ("request_id", pa.string()),
        ("asked_at", UTC_TIME),
    ]
)
_BUCKET_TEXTS: Final = (
    "sweep_id unit_id bucket_id url provider name account region endpoint exists account_exists listable readable "
    "known_key_readable acl_readable versions_visible requester_pays public_access_blocked disabled website "
    "website_url account_id owner_id tenant_id found_by"
)
_LEAD_TEXTS: Final = "sweep_id unit_id bucket_id url key provider name account met_in parent"

Column = tuple[str, pa.DataType]
Row = Mapping[str, Any]


def columns_of(columns: Sequence[Column]) -> pa.Schema:
    """An Arrow schema from names and types."""
    return pa.schema([pa.field(name, kind) for name, kind in columns])


COLUMNS: Final[Mapping[str, pa.Schema]] = {
    "entries": columns_of(
        [
            ("sweep_id", pa.string()),
            ("unit_id", pa.string()),
            ("url", pa.string()),
            ("listed", pa.bool_()),
            ("kind", pa.string()),
            ("name", pa.string()),
            ("size", pa.int64()),
            ("size_exact", pa.bool_()),
            ("modified", pa.timestamp("us")),
            ("modified_utc", pa.bool_()),
            ("parent", pa.string()),
            ("seen_at", UTC_TIME),
            ("size_error", pa.int64()),
            ("modified_source", pa.string()),
            ("cue", pa.string()),
            ("dictation", DICTATION),
            ("is_current", pa.bool_()),
            ("selected", pa.bool_()),
            # Of a place that holds what it held: what says so, and the verdict of its document.
            ("unchanged", pa.string()),
            ("verdict", pa.string()),
        ]
    ),
    # Findings in places that hold what they held.
    "confirmations": columns_of(
        [*((name, pa.string()) for name in ("sweep_id", "unit_id", "finding_id", "basis")), ("seen_at", UTC_TIME)]
    ),
    "documents": columns_of(
        [
            ("sweep_id", pa.string()),
            ("unit_id", pa.string()),
            ("document_number", pa.int64()),
            ("url", pa.string()),
            ("member", pa.string()),
            ("requested_url", pa.string()),
            ("parent", pa.string()),
            ("fetched_at", UTC_TIME),
            ("status", pa.int32()),
            ("headers", _TEXT_MAP),
            ("server_modified", UTC_TIME),
            ("size", pa.int64()),
            ("sha256", pa.string()),
            ("media_type", pa.string()),
            ("verdict", pa.string()),
            ("reasons", pa.list_(pa.string())),
            ("found_as", pa.string()),
            ("reached_by", pa.list_(pa.string())),
            ("transport", pa.string()),
            ("tls", pa.string()),
            ("listed", pa.string()),
            ("is_listing", pa.string()),
            ("auth_above", pa.string()),
            ("robots_disallow", pa.string()),
            ("indexable", pa.string()),
            ("index_basis", pa.string()),
            ("is_current", pa.string()),
            ("misnamed", pa.list_(_MISNAMED)),
        ]
    ),
    "matches": columns_of(
        [
            ("sweep_id", pa.string()),
            ("unit_id", pa.string()),
            ("document_number", pa.int64()),
            ("url", pa.string()),
            ("member", pa.string()),
            ("letter_id", pa.string()),
            ("verdict", pa.string()),
            ("containment", pa.float64()),
            ("coverage", pa.float64()),
            ("evidence", pa.float64()),
            ("anchors", _TEXT_MAP),
            ("spans", pa.list_(SPAN)),
            ("finding_id", pa.string()),
            ("categories", pa.list_(pa.string())),
            ("person_ids", pa.list_(pa.string())),
            ("false_per_million", pa.float64()),
            ("reasons", pa.list_(pa.string())),
            ("batch_id", pa.string()),
            ("incident_id", pa.string()),
        ]
    ),
    "skips": columns_of(
        [
            ("sweep_id", pa.string()),
            ("unit_id", pa.string()),
            ("url", pa.string()),
            ("member", pa.string()),
            ("reason", pa.string()),
            ("detail", pa.string()),
            ("parent", pa.string()),
            ("skipped_at", UTC_TIME),
            ("places", pa.int64()),
        ]
    ),
    # Places that share one row of skips.
    "left": columns_of([("sweep_id", pa.string()), ("unit_id", pa.string()), ("url", pa.string())]),
    "host_checks": columns_of(
        [
            *((name, pa.string()) for name in "sweep_id unit_id url turn answer detail sha256".split()),
            ("status", pa.int32()),
            ("size", pa.int64()),
            ("checked_at", UTC_TIME),
        ]
    ),
    "absences": columns_of(
        [
            *((name, pa.string()) for name in "sweep_id unit_id url listing".split()),
            ("rows", pa.int64()),
            ("read_at", UTC_TIME),
        ]
    ),
    "buckets": columns_of(
        [
            *((name, pa.string()) for name in _BUCKET_TEXTS.split()),
            ("rights", pa.list_(pa.string())),
            ("score", pa.int32()),
            ("reasons", pa.list_(pa.string())),
            ("evidence", pa.list_(EVIDENCE)),
            ("seen_at", UTC_TIME),
        ]
    ),
    "leads": columns_of(
        [
            *((name, pa.string()) for name in _LEAD_TEXTS.split()),
            ("had_credential", pa.bool_()),
            ("seen_at", UTC_TIME),
        ]
    ),
    "sketches": columns_of(
        [
            *((name, pa.string()) for name in ("sweep_id", "unit_id", "sha256", "space")),
            ("made_at", UTC_TIME),
            ("content", pa.binary()),
        ]
    ),
    "name_searches": columns_of(
        [
            *((name, pa.string()) for name in ("sweep_id", "unit_id", "provider")),
            *((name, pa.int64()) for name in "candidates existing absent unknown requests lies throttled".split()),
            ("seconds", pa.float64()),
            ("told_at", UTC_TIME),
        ]
    ),
}

_HOW_REACHED: Final = "found_as reached_by transport tls listed is_listing auth_above robots_disallow"
# What has been added to the columns since the first release, change by change. A sweep that was begun before a change
# spooled parts without it, which are whole all the same; the rows that they become have nothing there.
ADDED: Final[Mapping[str, tuple[frozenset[str], ...]]] = {
    "entries": (
        frozenset(["size_error", "modified_source", "cue", "dictation"]),
        frozenset(["is_current", "selected"]),
        frozenset(),
        frozenset(),
        frozenset(["unchanged", "verdict"]),
    ),
    "documents": (
        frozenset(f"{_HOW_REACHED} indexable index_basis".split()),
        frozenset(["is_current"]),
        frozenset(["misnamed"]),
        frozenset(),
        frozenset(),
    ),
    "matches": (frozenset("categories person_ids false_per_million reasons batch_id incident_id".split()), frozenset()),
    "skips": (frozenset(["places"]), frozenset(), frozenset(), frozenset()),
}
