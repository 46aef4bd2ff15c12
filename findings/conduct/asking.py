"""Reads the conduct log: single requests, as they are handed over, and their totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from findings.conduct.checking import bundles_of, pieces_in
from findings.conduct.folder import open_pieces, parsed, plain_bytes, whose
from findings.vault.log import EvidenceLog


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which requests.

    Attributes:
        host: name, with or without a port; empty for all.
        supplier: as the scope named it; empty for all.
        sweep: id of a sweep, or the name of a command; empty for all.
        since, until: aware; `until` itself is not included.
        place: one keyed address; empty for all.
    """

    host: str = ""
    supplier: str = ""
    sweep: str = ""
    since: datetime | None = None
    until: datetime | None = None
    place: str = ""


@dataclass(slots=True)
class Totals:
    """What was asked, in numbers."""

    requests: int = 0
    answered: int = 0
    failed: int = 0
    refused: int = 0
    look_ups: int = 0
    bytes: int = 0
    first: str = ""
    last: str = ""
    hosts: Counter[str] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)
    authorities: set[str] = field(default_factory=set)

    def take(self, line: dict[str, Any]) -> None:
        """Count one line."""
        asked = "status" in line or "failed" in line
        self.requests += asked
        self.answered += "status" in line
        self.failed += "failed" in line
        self.refused += "refused" in line
        self.look_ups += "found" in line
        self.bytes += line.get("bytes", 0) if isinstance(line.get("bytes"), int) else 0
        self.first = min(self.first or str(line["at"]), str(line["at"]))
        self.last = max(self.last, str(line["at"]))
        self.authorities.update(text for text in (line.get("authority"), line.get("target_authority")) if text)
        if asked:
            self.hosts[_host_of(line)] += 1
            self.why[str(line.get("why", ""))] += 1


def requests(root: Path, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Each line that is wanted, with whose it is; settled ones first, in the order of the chain.

    Raises:
        OSError: the folder can not be read.
    """
    lines = EvidenceLog(root).lines()
    bundles, purged = bundles_of(lines)
    for bundle in bundles:
        of = bundle.file.partition("/")[0]
        outside = (wanted.sweep and of != wanted.sweep) or not _overlaps(bundle.first, bundle.last, wanted)
        if bundle.file not in purged and not outside:
            for text in pieces_in(root, bundle):
                yield from _lines_of(text, of, wanted)
    for path in open_pieces(root):
        of = whose(root, path)
        if not wanted.sweep or of == wanted.sweep:
            try:
                yield from _lines_of(plain_bytes(path), of, wanted)
            except (ValueError, FileNotFoundError):  # altered, which the check tells; or taken in meanwhile
                continue


def _lines_of(text: bytes, of: str, wanted: Wanted) -> Iterator[dict[str, Any]]:
    head: dict[str, Any] = {}
    for line in text.split(b"\n"):
        fields = parsed(line)
        if fields is None:
            continue
        if "conduct" in fields:
            head = {
                name: fields[name] for name in ("unit", "supplier", "authority", "target_authority") if name in fields
            }
        elif "at" in fields and _is_wanted(fields, head, wanted):
            yield {"of": of, **head, **fields}


def _is_wanted(fields: dict[str, Any], head: dict[str, Any], wanted: Wanted) -> bool:
    if wanted.supplier and head.get("supplier") != wanted.supplier:
        return False
    if wanted.place and fields.get("place") != wanted.place:
        return False
    if wanted.host and wanted.host.lower() not in _names_of(fields):
        return False
    return _overlaps(str(fields["at"]), str(fields["at"]), wanted)


def _host_of(line: dict[str, Any]) -> str:
    parts = urlsplit(str(line.get("host") or line.get("url") or ""))
    return parts.netloc.lower()


def _names_of(line: dict[str, Any]) -> tuple[str, str]:
    parts = urlsplit(str(line.get("host") or line.get("url") or ""))
    return parts.netloc.lower(), (parts.hostname or "").lower()


def _overlaps(first: str, last: str, wanted: Wanted) -> bool:
    try:
        begin, end = (datetime.fromisoformat(text).astimezone(UTC) for text in (first, last))
    except ValueError:  # a time that is none is rather told of than left out
        return True
    return not (wanted.since and end < wanted.since) and not (wanted.until and begin >= wanted.until)
