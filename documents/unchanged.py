"""A place that holds what it held when it was read last, and what is known of it from then."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scope.reasons import SkipReason


class UnchangedBasis(StrEnum):
    """What says that a place is unchanged, the surest first."""

    # It was fetched again: the same bytes.
    SAME_DIGEST = "same_digest"
    # It was asked, and the server said that it has not been modified.
    NOT_MODIFIED = "not_modified"
    # It was not asked: the listing names it with the size and the date of last time.
    SAME_LISTING = "same_listing"


@dataclass(frozen=True, slots=True)
class Gap:
    """What could not be read of a document when it was read: the parts of a `Skipped` without its place."""

    reason: SkipReason
    detail: str = ""
    member: str = ""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """What is known of an unchanged place.

    Attributes:
        basis: what says that it is unchanged.
        verdict: of its document when it was read; empty where it was looked at and is no document, as `gaps` say.
        findings: ids of the findings that it holds.
        gaps: what could not be read of it.
    """

    basis: UnchangedBasis
    verdict: str
    findings: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class LedTo:
    """What else must be known of a page before it may be asked for by `If-None-Match`: where it led.

    Attributes:
        addresses: how each was met (`crawler.planning.Met`) and the address, in order; inside the target only.
        is_page: it is a page and no file.
        gaps: what could not be read of it as a page.
    """

    addresses: tuple[tuple[str, str], ...] = ()
    is_page: bool = False
    gaps: tuple[Gap, ...] = ()
