"""The seam between bucket services: what the walker needs of each. S3 is the first; others implement this."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from bucket_probes.access import AccessNotes
from fetching.bucket_listings import ListedObject
from fetching.wire import Answer

ListingPage = tuple[ListedObject, ...]


class BucketProbe(Protocol):
    """Asks one bucket, anonymously and read only. Every answer goes into `notes`.

    Errors of both methods: `RefusedError` (the service answered otherwise), `FetchingError` (not asked, no answer).
    """

    @property
    def notes(self) -> AccessNotes:
        """What was learned of the bucket's access."""

    def pages(self) -> Iterator[ListingPage]:
        """The listing below the target's prefix, page by page. Raises ListingBrokenError where it can not go on."""

    def read(self, key: str) -> Answer:
        """An object's answer, status 200, its body not yet read."""

    def url_of(self, key: str) -> str:
        """The object's anonymous address, canonical: where it is known by in all records."""
