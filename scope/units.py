"""Units of work: what one source fetches alone, under an id that is the same in every sweep."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never
from urllib.parse import urlsplit

from scope.bucket_urls import bucket_url
from scope.model import AnyTarget, BucketTarget, FtpTarget, NameTarget, Scope, SiteTarget
from scope.name_questions import search_url
from scope.pieces import Piece
from scope.urls import canonical_url


class UnitKind(StrEnum):
    """Which source takes the unit."""

    SITE = "site"
    OPEN_DIRECTORY = "open_directory"
    BUCKET = "bucket"
    FTP = "ftp"
    NAMES = "names"


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of a target that one source fetches alone.

    Attributes:
        unit_id: stable across sweeps; digest of kind and address.
        kind: which source takes it.
        start_url: where fetching begins; for buckets the anonymous address of the bucket and prefix, for a search for
            names the endpoint that is asked.
        target: the scope entry that allows it.
        piece: which part of it, where it was cut.
    """

    unit_id: str
    kind: UnitKind
    start_url: str
    target: AnyTarget
    piece: Piece | None = None

    @property
    def host(self) -> str:
        """Host and port: one unit at a time may be at one host."""
        return urlsplit(self.start_url).netloc

    @property
    def display(self) -> str:
        """For people; the operator wrote this address into the scope, so it is shown in clear."""
        if isinstance(self.target, NameTarget):
            return f"names at {self.target.provider} {self.start_url}"
        piece = f" piece {self.piece.number}" if self.piece else ""  # its bounds may name a patient
        return f"{self.kind.value.replace('_', ' ')} {self.start_url}{piece}"


def units_of(scope: Scope) -> Iterator[Unit]:
    """Every unit of a scope, in the order of the file; a target named twice gives one unit."""
    seen: set[str] = set()
    for target in scope.targets:
        unit = unit_of(target)
        if unit.unit_id not in seen:
            seen.add(unit.unit_id)
            yield unit


def unit_of(target: AnyTarget) -> Unit:
    """The unit of one target."""
    match target:
        case SiteTarget():
            kind, url = UnitKind(target.kind), canonical_url(target.url)
        case BucketTarget():
            kind, url = UnitKind.BUCKET, bucket_url(target)
        case FtpTarget():
            kind, url = UnitKind.FTP, canonical_url(target.url)
        case NameTarget():
            kind, url = UnitKind.NAMES, search_url(target)
        case _:
            assert_never(target)
    # Two services may be searched at one endpoint.
    which = f"{kind}\n{target.provider}" if isinstance(target, NameTarget) else kind
    digest = hashlib.blake2b(f"{which}\n{url}".encode(), digest_size=8).hexdigest()
    return Unit(f"{kind}-{digest}", kind, url, target)
