"""How often a sweep should end, so that one that does not is noticed."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_FORM: Final = re.compile(r"([1-9][0-9]{0,4})([mhdw])")
# Without `complete_every`: a complete sweep once in so many that should have ended. A host that is down for a night
# makes that night's sweep incomplete, and is no alarm.
_COMPLETE_IN: Final = 7


def span(text: str) -> timedelta:
    """`30m`, `12h`, `1d`, `2w`.

    Raises:
        ValueError: it is something else.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError("not a length of time")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _checked(text: str) -> str:
    span(text)
    return text


SpanText = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_checked)]


class Heartbeat(BaseModel):
    """What `stray heartbeat` holds the sweeps against."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)

    every: SpanText
    grace: SpanText = "6h"
    complete_every: SpanText | None = None
    all_is_well: SpanText | None = None
    alive_file: Path | None = None

    @property
    def ends_within(self) -> timedelta:
        """After so long without the end of a sweep something is wrong."""
        return span(self.every) + span(self.grace)

    @property
    def complete_within(self) -> timedelta:
        """After so long without a complete one."""
        own = span(self.complete_every) if self.complete_every else _COMPLETE_IN * span(self.every)
        return own + span(self.grace)
