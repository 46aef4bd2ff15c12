"""The log of evidence as a chain: each line holds the SHA-256 of the line before it.

A line is one JSON object in ASCII. It holds ids, digests and names of staff: no address, no file name, no text. The
digest is of the line's bytes as they lie in the file, without the line feed, so that anyone can check it with
`sha256sum`, and so that a line which is no JSON any more has one too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

# What the first line holds in place of a digest.
GENESIS: Final = "0" * 64
# Characters of a reason or a name that are kept: a sentence or two. A log line stays a line that a person can read.
LONGEST_WORDS: Final = 1_000


class Action(StrEnum):
    """What was done."""

    CAPTURED = "captured"
    OPENED = "opened"
    EXPORTED = "exported"
    DESTROYED = "destroyed"
    # A sweep met it, and the vault is as full as the scope allows.
    NOT_KEPT = "not_kept"
    # In the chain of the conduct log (findings/conduct/), which holds no evidence: what was taken in, and let go.
    CONDUCT = "conduct"
    CONDUCT_PURGED = "conduct_purged"


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: how many events, and the digest of the last. Whoever notes it can tell later changes."""

    number: int = 0
    digest: str = GENESIS

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that is about to be logged.

    Attributes:
        action: what.
        by: who, by login name, or the sweep.
        reason: why, in the words of who did it.
        evidence_id: of which evidence; empty where it is of several, which `details` then lists.
        details: what else belongs to it; numbers, ids and digests.
    """

    action: Action
    by: str
    reason: str
    evidence_id: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """One line that could be read."""

    number: int
    at: datetime
    deed: Deed
    previous: str
    line: bytes

    @property
    def digest(self) -> str:
        """By which the next line holds on to this one."""
        return digest_of(self.line)


def digest_of(line: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(line).hexdigest()


def line_of(deed: Deed, at: datetime, after: Head) -> bytes:
    """The line that comes after this head, without its line feed."""
    fields: dict[str, Any] = {"number": after.number + 1, "at": at.astimezone(UTC).isoformat(), "action": deed.action}
    fields |= {"by": deed.by[:LONGEST_WORDS], "reason": deed.reason[:LONGEST_WORDS], "evidence_id": deed.evidence_id}
    return json.dumps(fields | {"details": dict(deed.details), "previous": after.digest}).encode("ascii")


def event_of(line: bytes) -> Event | None:
    """The event of a line; None where it is none of ours: torn, altered, or made by a later version."""
    try:
        held = json.loads(line)
        said = datetime.fromisoformat(held["at"])
        at = said.astimezone(UTC)
        texts = [held[name] for name in ("by", "reason", "evidence_id", "previous")]
        number, details = held["number"], held["details"]
        deed = Deed(Action(held["action"]), texts[0], texts[1], texts[2], details)
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return None
    strange = not line.isascii() or not all(isinstance(text, str) for text in texts) or not isinstance(details, dict)
    if strange or type(number) is not int or said.tzinfo is None:
        return None
    return Event(number, at, deed, texts[3], line)


def _is_whole(line: bytes) -> bool:
    """One JSON object that names an action of ours: no power cut leaves that of another line."""
    try:
        held = json.loads(line)
        return isinstance(held, dict) and Action(held["action"]) in Action
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the chain does not hold.

    Attributes:
        number: of the line, from 1.
        what: `unreadable`; `malformed`: whole, and none that this program writes; `misnumbered`; or
            `does_not_follow`: the line before it is not the one that it was written after.
    """

    number: int
    what: str


def breaks_of(lines: Sequence[bytes]) -> Iterator[Break]:
    """Where the chain does not hold. What it can not tell: lines that are missing at its end."""
    previous = GENESIS
    for number, line in enumerate(lines, 1):
        event = event_of(line)
        if event is None:
            yield Break(number, "malformed" if _is_whole(line) else "unreadable")
        elif event.previous != previous:
            yield Break(number, "does_not_follow")
        elif event.number != number:
            yield Break(number, "misnumbered")
        previous = digest_of(line)


def head_of(lines: Sequence[bytes]) -> Head:
    """The end of a chain."""
    return Head(len(lines), digest_of(lines[-1])) if lines else Head()


def parsed_head(text: str) -> Head | None:
    """A head as it was noted, `12:3fa9...`; None where it is none."""
    number, _, digest = text.strip().partition(":")
    known = number.isascii() and number.isdigit() and len(digest) == len(GENESIS)
    return Head(int(number), digest.lower()) if known else None
