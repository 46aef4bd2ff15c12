"""JSON Lines: one object a line, in ASCII, for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any, TextIO

from findings.reach_records import ReachTold
from findings.results import (
    BucketStanding,
    DocumentToLookAt,
    ExposedLetter,
    FindingDetail,
    FindingExposure,
    FindingRow,
    MetBucket,
    UnitReach,
)
from reports.reach_words import reach_fields
from reports.shown import Shown

if TYPE_CHECKING:  # a listing starts sooner without
    from findings.about import About
    from findings.incidents import Incident, PeopleExposed


class JsonLinesReport:
    """Implements `Report`. Times are ISO 8601 in UTC; places masked unless `reveal`."""

    def __init__(self, out: TextIO, *, reveal: bool = False) -> None:
        self._out = out
        self._shown = Shown(reveal)

    def findings(self, rows: Iterable[FindingRow]) -> None:
        """See `Report`."""
        for row in rows:
            self._write(self._fields(row))

    def finding(self, detail: FindingDetail) -> None:
        """See `Report`."""
        spans = [
            {"piece": self._shown.member(span.piece), "doc": span.doc, "letter": span.letter} for span in detail.spans
        ]
        self._write(
            self._fields(detail.row)
            | {
                "anchors": dict(detail.anchors),
                "reasons": detail.reasons,
                "spans": spans,
                "exposure": self._exposure(detail.exposure) if detail.exposure else None,
                "gaps": [self._fields(gap) for gap in detail.gaps],
                "relations": [self._fields(relation) for relation in detail.relations],
                "sightings": [self._fields(sighting) for sighting in detail.sightings],
                "triage_events": [self._fields(event) for event in detail.triage_events],
            }
        )

    def _exposure(self, exposure: FindingExposure) -> dict[str, Any]:
        told = self._fields(exposure)
        for name in ("parent", "found_as", "requested_url"):
            told[name] = self._shown.url(told[name]) if told[name] else None
        return told | {"reached_by": [self._shown.url(url) for url in exposure.reached_by]}

    def letters(self, rows: Iterable[ExposedLetter]) -> None:
        """See `Report`."""
        for row in rows:
            self._write(self._fields(row))

    def incidents(self, rows: Iterable[Incident]) -> None:
        """See `Report`."""
        for row in rows:
            self._write(_columns(row) | {"place": self._shown.url(row.place)})

    def people(self, people: PeopleExposed) -> None:
        """See `Report`."""
        self._write(_columns(people))

    def about(self, known: About) -> None:
        """See `Report`."""
        self._write(
            _columns(known)
            | {
                "findings": [self._fields(row) for row in known.findings],
                "happenings": [self._fields(each) for each in known.happenings],
            }
        )

    def reach(self, rows: Iterable[UnitReach]) -> None:
        """See `Report`. A unit's start is what the operator wrote into the scope, so it is shown in clear."""
        for row in rows:
            self._write(self._fields(row))

    def reach_told(self, reach: ReachTold) -> None:
        """See `Report`."""
        self._write(reach_fields(reach))

    def to_look_at(self, rows: Iterable[DocumentToLookAt]) -> None:
        """See `Report`."""
        for row in rows:
            self._write(self._fields(row))

    def buckets(self, rows: Iterable[BucketStanding]) -> None:
        """See `Report`."""
        for row in rows:
            self._write(_columns(row))

    def buckets_met(self, rows: Iterable[MetBucket]) -> None:
        """See `Report`."""
        for row in rows:
            self._write(_columns(row) | {"parent": self._shown.url(row.parent) if row.parent else None})

    def _fields(self, row: Any) -> dict[str, Any]:
        """Column by column; the names `url` and `member` are those of places in every record."""
        told = _columns(row)
        if "url" in told:
            told |= {"url": self._shown.url(told["url"]), "member": self._shown.member(told["member"])}
        return told

    def _write(self, row: Mapping[str, Any]) -> None:
        # DEL is ASCII, and the one control character that json leaves as it is.
        line = json.dumps(row, ensure_ascii=True, default=_plain).replace("\x7f", "\\u007f")
        self._out.write(line + "\n")


def _columns(row: Any) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(row)}


def _plain(value: object) -> str:
    if isinstance(value, date):  # times are dates too
        return value.isoformat()
    raise TypeError(f"no plain form for {type(value).__name__}")
