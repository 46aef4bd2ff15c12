"""What the header of a sound file tells of it, and how recorders write times."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

# Characters of one field that are kept; a recorder's own fields have up to 256.
MOST_CHARACTERS = 512
# 2015, 2015-04, 2015-04-12, 2015-04-12T09:30 and with seconds; bext writes the time in a field of its own.
_WRITTEN_TIME = re.compile(
    r"(\d{4})(?:[-:/ .](\d\d)(?:[-:/ .](\d\d)(?:[T ](\d\d)[:\-. ](\d\d)(?:[:\-. ](\d\d))?)?)?)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class SoundFacts:
    """What a header says; all but the length is personal. `started` is naive: recorders have a clock and no zone."""

    author: str | None = field(default=None, repr=False)
    recorder: str | None = field(default=None, repr=False)
    comment: str | None = field(default=None, repr=False)
    started: datetime | None = field(default=None, repr=False)
    seconds: float | None = None


def written_time(text: str | None) -> datetime | None:
    """A time as tags have it; None for a year or month alone, and for what can not be."""
    match = _WRITTEN_TIME.match(text.strip()) if text else None
    if match is None or match[3] is None:
        return None
    try:
        # Naive on purpose: recorders have a clock and no zone.
        return datetime(*(int(part) for part in match.groups(default="0")))  # type: ignore[arg-type] # noqa: DTZ001
    except ValueError:
        return None


def cleaned(text: str) -> str | None:
    """A field without what it was filled up with; None where nothing is left."""
    return text.partition("\0")[0].strip()[:MOST_CHARACTERS] or None


def joined(*texts: str | None) -> str | None:
    """What several fields say, each once."""
    return "; ".join(dict.fromkeys(text for text in texts if text)) or None
