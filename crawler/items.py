"""What a spider yields: one harvest per answer, so that a page of 1,000 links is one item and not 1,000."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crawler.indexing import PageSays
from crawler.places import Changes
from documents.buckets import BucketLead
from documents.exposure import NOTHING_KNOWN, Exposure, Truth
from documents.records import Entry, Skipped
from documents.unchanged import LedTo


@dataclass(frozen=True, slots=True)
class Answer:
    """A fetched file before its bytes become a `Body`.

    Attributes:
        url: where the bytes came from, after redirects; canonical.
        body: decoded bytes.
        fetched_at: aware, UTC.
        status: HTTP status.
        headers: evidence, names in lower case.
        requested_url: what was asked for, where a redirect led elsewhere.
        parent: the page or listing that named it.
        exposure: which way led to it, what protects it.
        led_to: where it led; None where it has to be read each time.
    """

    url: str
    body: bytes
    fetched_at: datetime
    status: int
    headers: Mapping[str, str]
    requested_url: str | None
    parent: str | None
    exposure: Exposure = NOTHING_KNOWN
    led_to: LedTo | None = None


@dataclass(slots=True)
class Harvest:
    """Everything that one answer or failure brought, in the order in which the sink gets it.

    Attributes:
        noted: URLs among `entries` that only adorn a page.
        is_listing: unknown for a page that could not be read.
        says: what the page says of itself; what is no page says nothing, and None is a page that could not be read.
        led_to: addresses inside the target that a page led to, new or not, and how.
        buckets: that it named, where the scope wants them known.
        changes: what it changed in the frontier: saved with these records, or lost with them.
    """

    entries: list[Entry] = field(default_factory=list)
    skips: list[Skipped] = field(default_factory=list)
    answer: Answer | None = None
    noted: set[str] = field(default_factory=set)
    is_listing: Truth = Truth.NO
    says: PageSays | None = field(default_factory=PageSays)
    led_to: list[tuple[str, str]] = field(default_factory=list)
    buckets: list[BucketLead] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
