"""What the page works with: the database, who decides, how places are shown, and acts that wait for a yes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from findings.results import TriageEvent
from findings.triage import Recorded, act, new_act_id
from findings.worklist import Preview
from reports.shown import Shown

# Previews that wait for a yes at the same time; the oldest is forgotten. A person has a few tabs.
_PREVIEWS_KEPT: Final = 20


@dataclass(frozen=True, slots=True)
class Pending:
    """An act on several findings, shown and not yet agreed to."""

    preview: Preview
    event: TriageEvent
    back: str


@dataclass(slots=True)
class Desk:
    """One person's work on one database.

    Attributes:
        wait_seconds: for a database that a merge holds.
        said: what the next page says of the act before it.
    """

    database: Path
    who: str
    shown: Shown
    wait_seconds: float
    said: str = ""
    _pending: OrderedDict[str, Pending] = field(default_factory=OrderedDict)

    def lay_out(self, pending: Pending) -> str:
        """Keep an act until somebody agrees; its id."""
        act_id = new_act_id()
        self._pending[act_id] = pending
        while len(self._pending) > _PREVIEWS_KEPT:
            self._pending.popitem(last=False)
        return act_id

    def pending(self, act_id: str) -> Pending | None:
        """What was laid out under this id."""
        return self._pending.get(act_id)

    def agree(self, act_id: str, pending: Pending) -> Recorded:
        """Do what was laid out, to exactly what was shown.

        Raises:
            TriageOverlapError: something of it has changed since.
            FindingsError: see `act`.
        """
        marks = pending.preview.marks
        return act(
            self.database, list(marks), pending.event, act_id=act_id, marks=marks, wait_seconds=self.wait_seconds
        )

    def say(self, text: str) -> None:
        """For the next page."""
        self.said = text

    def heard(self) -> str:
        """Once."""
        said, self.said = self.said, ""
        return said

    def today(self) -> date:
        """In UTC, as the database has it."""
        return datetime.now(UTC).date()
