"""What a robots.txt allows, by RFC 9309: its status counts, its size is capped, its silence is a no."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from protego import Protego

from documents.exposure import Truth
from documents.records import SkipReason
from fetching.statuses import reason_of_status

# RFC 9309 asks to read at least 500 KiB; what comes after is not read.
ROBOTS_BYTES = 500 << 10
# `Sitemap:` lines that are followed. Large sites name a few indexes; what more there is, the indexes name.
MOST_SITEMAP_LINES = 50


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one origin for us.

    Attributes:
        parsed: None where nothing was said, and all is allowed.
        agent: our product token.
        unknown: why the rules are unknown, and so nothing is asked; None where they are known.
    """

    parsed: Protego | None
    agent: str
    unknown: tuple[SkipReason, str] | None = None

    def refusal(self, url: str) -> tuple[SkipReason, str] | None:
        """Why this URL is not asked for, or None."""
        if self.unknown is not None:
            return self.unknown
        if self.parsed is None or self.parsed.can_fetch(url, self.agent):
            return None
        return SkipReason.ROBOTS, "disallowed"

    def disallows(self, url: str) -> Truth:
        """Are we asked to keep out of this URL? Recorded whether we obey or not."""
        if self.unknown is not None:
            return Truth.UNKNOWN
        return Truth.NO if self.refusal(url) is None else Truth.YES

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """Addresses of sitemaps that it names, as written, at most MOST_SITEMAP_LINES."""
        return tuple(islice(self.parsed.sitemaps, MOST_SITEMAP_LINES)) if self.parsed else ()

    @property
    def crawl_delay(self) -> float:
        """Seconds that it asks to leave between two requests; 0 where it does not."""
        return float(self.parsed.crawl_delay(self.agent) or 0) if self.parsed else 0.0


def product_token(user_agent: str) -> str:
    """`Stray` of `Stray/0.1 (+contact)`: the name that a robots.txt addresses us by."""
    return user_agent.split("/", 1)[0].split(" ", 1)[0]


def rules_of_answer(status: int, body: bytes, agent: str) -> Rules:
    """From an answer to rules: 2xx is read, 4xx says that there are none, all else leaves them unknown."""
    if reason_of_status(status) is None:
        text = body[:ROBOTS_BYTES].decode("utf-8-sig", errors="replace")
        return Rules(Protego.parse(text), agent)
    said_no = range(400, 500)
    too_many_requests = 429
    if status in said_no and status != too_many_requests:
        return Rules(None, agent)
    return Rules(None, agent, (SkipReason.ROBOTS, f"robots_http_{status}"))
