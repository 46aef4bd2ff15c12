"""What a unit's process is told, and what it tells back: one JSON object a line, no pickles."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from scope.model import Scope
from scope.pieces import Piece
from scope.units import Unit, units_of
from sweeps.progress import Progress

# Exit code of a unit that could not write to its spool, or not read it: a full disk, most likely. It goes on later.
NO_SPOOL: Final = 4
# Of one that could not open the pack: no other unit could either. It goes on later.
NO_PACK: Final = 5
# Sent on standard input: end the unit cleanly. End of input means that whoever started us is gone: end at once.
STOP_LINE = "stop"


@dataclass(frozen=True, slots=True)
class Job:
    """One unit to fetch.

    Attributes:
        scope: as the sweep read it; the file may change meanwhile. Of a large one what the unit needs (`narrowing`).
        unit: which of its units.
        sweep_id: of the sweep whose spool takes the results.
        user_agent: sent with every request.
        leads: file of addresses of buckets that were met before; empty for none.
        places: file of places that earlier sweeps know in the unit (`findings.known_places`); empty for none.
        only_known: ask for those places alone, as a recheck does.
    """

    scope: Scope
    unit: Unit
    sweep_id: str
    user_agent: str
    leads: str = ""
    places: str = ""
    only_known: bool = False

    @property
    def unit_id(self) -> str:
        """The unit's."""
        return self.unit.unit_id

    def to_line(self) -> str:
        """One line of JSON."""
        return json.dumps(
            {
                "scope": self.scope.model_dump(mode="json"),
                "unit_id": self.unit_id,
                "piece": asdict(self.unit.piece) if self.unit.piece else None,
                "sweep_id": self.sweep_id,
                "user_agent": self.user_agent,
                "leads": self.leads,
                "places": self.places,
                "only_known": self.only_known,
            }
        )

    @classmethod
    def from_line(cls, line: str) -> Job:
        """The job that `to_line` wrote."""
        fields = json.loads(line)
        scope = Scope.model_validate(fields["scope"])
        unit = _unit(scope, fields["unit_id"], fields["piece"])
        given = {name: fields[name] for name in ("sweep_id", "user_agent", "leads", "places", "only_known")}
        return cls(scope, unit, **given)


def _unit(scope: Scope, unit_id: str, given: dict[str, Any] | None) -> Unit:
    piece = Piece(**given) if given else None
    whole = piece.whole if piece else unit_id
    unit = next(unit for unit in units_of(scope) if unit.unit_id == whole)
    return replace(unit, unit_id=unit_id, piece=piece)


def progress_line(progress: Progress) -> str:
    """One line of JSON with the counts so far."""
    return json.dumps(asdict(progress))


def parse_progress(line: str) -> Progress:
    """The counts that `progress_line` wrote; raises ValueError for any other line."""
    try:
        return Progress(**json.loads(line))
    except TypeError as error:
        raise ValueError("not a progress line") from error
