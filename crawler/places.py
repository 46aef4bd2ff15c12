"""A place to fetch, and what happens to places."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

# The priority of what is asked for last of all.
LAST: Final = 1_000
# That of places of known findings, when nothing has led to them.
KNOWN: Final = LAST + 1
# Where a site's sitemap lies if nobody says where (sitemaps.org).
GUESSED_SITEMAP: Final = "/sitemap.xml"


@dataclass(frozen=True, slots=True)
class Place:
    """One URL to fetch.

    Attributes:
        url: canonical; its identity in all records.
        asked: what is requested: as written in the link, without credentials and fragment.
        parent: the page or listing that named it.
        depth: links or folders from the unit's start, which is 0.
        trail: digests of the listings above it, nearest last.
        priority: lower is fetched first.
        above: the number of the place that led to it; 0 at the start.
        listed: a listing's row named it.
        head: ask for its first bytes only.
        number: given by the frontier when the place is pushed.
    """

    url: str
    asked: str
    parent: str | None = None
    depth: int = 0
    trail: tuple[int, ...] = ()
    priority: int = 0
    above: int = 0
    listed: bool = False
    head: bool = False
    number: int = field(default=0, compare=False)

    def numbered(self, number: int) -> Place:
        """The same place with its number; `dataclasses.replace` takes three times as long, for millions of rows."""
        return Place(
            self.url,
            self.asked,
            self.parent,
            self.depth,
            self.trail,
            self.priority,
            self.above,
            self.listed,
            self.head,
            number,
        )

    @property
    def is_known(self) -> bool:
        """Does it wait only because an earlier sweep knows it? Where something else leads to it, that is its turn."""
        return self.priority == KNOWN

    @property
    def is_guess(self) -> bool:
        """Did nobody name this place? If it is not there, nobody misses it, and it leaves no record."""
        return self.depth == 1 and self.parent is None and self.url.endswith(GUESSED_SITEMAP)


@dataclass(slots=True)
class Changes:
    """What happened to the frontier, in order."""

    seen: list[int] = field(default_factory=list)
    pushed: list[Place] = field(default_factory=list)
    finished: list[Place] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.seen or self.pushed or self.finished)
