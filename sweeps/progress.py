"""What a unit has done so far, as its process tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts of a unit, those from before a kill included.

    Attributes:
        entries: places that are known to be there.
        documents: places fetched and judged.
        unchanged: places that were asked and are as they were; not fetched again.
        skipped: places that were not looked at, or only in part.
        matches: letters found, of whichever verdict.
        known, passages, templates: of these, `known_letter`, `shared_passage` and `same_template`.
        buckets: records of buckets' access.
        names, names_answered: of a search for names: how many there are, and how many have an answer that counts.
        requests, bytes: what was spent.
        held_seconds: for how long the host wants to be left alone, from the moment of telling; 0 for not at all.
        afresh: it was begun afresh, its saved state being of no use.
        forgot: what earlier sweeps had learned of it was of no use (damaged, or of other settings): all is fetched.
    """

    entries: int = 0
    documents: int = 0
    unchanged: int = 0
    skipped: int = 0
    matches: int = 0
    known: int = 0
    passages: int = 0
    templates: int = 0
    buckets: int = 0
    names: int = 0
    names_answered: int = 0
    requests: int = 0
    bytes: int = 0
    held_seconds: float = 0.0
    afresh: bool = False
    forgot: bool = False


# What is no count, and is not added up.
NOT_COUNTED: Final = frozenset({"afresh", "forgot", "held_seconds"})
