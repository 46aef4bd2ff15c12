"""What a source may ask of earlier sweeps: is this place as it was, and by what may the server be asked so?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from documents.records import Entry
from documents.unchanged import LedTo, Unchanged

NOT_MODIFIED: Final = 304


@dataclass(frozen=True, slots=True)
class NotModified:
    """What is known of a place of which the server said that it has not been modified."""

    unchanged: Unchanged
    led_to: LedTo = field(repr=False)


class Memory(Protocol):
    """Of one unit. For any thread; whatever it can not say for certain is None, and the place is fetched."""

    def by_listing(self, entry: Entry) -> Unchanged | None:
        """What is known of a listed file that has the size and date of last time; None where it is to be asked for."""

    def conditions(self, url: str) -> Mapping[str, str] | None:
        """The headers by which to ask whether a place has changed; None where it is to be fetched whole.

        Args:
            url: canonical; of a hop, where it leads.
        """

    def not_modified(self, url: str, headers: Mapping[str, str]) -> NotModified | None:
        """What is known of a place that was asked by `conditions` and answered 304.

        None where the answer can not be about what was asked; the place is then to be asked again, without conditions:
        `conditions` gives none any more.

        Args:
            url: canonical.
            headers: of the answer, names in lower case.
        """


class NoMemory:
    """Nothing is known of earlier sweeps."""

    def by_listing(self, entry: Entry) -> Unchanged | None:
        """See `Memory`."""

    def conditions(self, url: str) -> Mapping[str, str] | None:
        """See `Memory`."""

    def not_modified(self, url: str, headers: Mapping[str, str]) -> NotModified | None:
        """See `Memory`."""


NO_MEMORY: Final = NoMemory()
