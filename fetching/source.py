"""The seam between what is fetched and how: one unit in, a stream of records out."""

from __future__ import annotations

from typing import Protocol

from documents.sink import Sink
from scope.units import Unit


class Source(Protocol):
    """Fetches one unit, start to end, in a worker process of its own.

    A source never raises for what a server does: each thing that it could not look at becomes a `Skipped`.
    What it raises nevertheless fails this unit alone.
    """

    def fetch(self, unit: Unit, sink: Sink) -> None:
        """Hand every entry, document and skip of the unit to the sink; return when the unit is done."""
