"""Since when and until when a finding was there, in words; its gaps too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from findings.gaps import Gap
from findings.results import FindingRow
from reports.shown import printable

# What a sighting's basis means to a person; reasons of skips are said as they are.
_BASES: Final = {
    "matched": "it was fetched and matched",
    "not_met": "nothing led to it any more, or what did leads elsewhere now",
    "fetched_without_match": "what is there now is something else",
    "not_listed": "no longer in its folder's listing",
    "not_confirmed": "the same bytes, fetched, hold no letter",
    "superseded": "the same bytes are a letter of the pack now, and a finding of their own",
    "canary_missing": "it was said, by a sweep that missed a canary letter there: does not count",
    "host_refuses": "refused, and so is what the host answered before",
    "soft_404": "the host's own page for what is not there, with status 200",
    "challenge": "a challenge that programs do not pass stands in its place",
    "login_page": "a page that asks for a password stands in its place",
    "rematched": "a sketch of what was fetched earlier matched",
    "not_modified": "the server says that it is unchanged",
    "same_listing": "its listing shows it unchanged",
    "same_digest": "fetched, and the same as before",
    "unit_failed": "the sweep of that target failed",
    "unit_interrupted": "the sweep of that target was interrupted",
    "unit_not_reached": "the sweep did not get to that target",
}


def exposed_words(row: FindingRow, gaps: Sequence[Gap]) -> tuple[str, ...]:
    """What is proven of its exposure: a line for each stretch that it was there, and for each gap between them."""
    since, words, told = row.first_seen, "open", []
    for gap in gaps:
        told += [
            f"{words} at least from {minute(since)} to {minute(gap.seen_before)}, as fetched by us",
            gap_words(gap),
        ]
        since, words = gap.seen_again, "open again"
    return *told, f"{words} at least from {minute(since)} to {minute(row.last_seen)}, as fetched by us"


def gap_words(gap: Gap) -> str:
    """When it was not there, and what that rests on."""
    basis = basis_words(gap.basis)
    if gap.answers == 1:
        return f"not there on {minute(gap.not_there_from)} ({basis}), by one answer"
    until = f"to {minute(gap.not_there_until)} ({basis}), by {gap.answers} answers"
    return f"not there from {minute(gap.not_there_from)} {until}"


def minute(moment: datetime) -> str:
    """A time in UTC, to the minute."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def basis_words(basis: str) -> str:
    """What an answer rests on."""
    return _BASES.get(basis, printable(basis).replace("_", " "))
