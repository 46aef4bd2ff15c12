"""What a storage service in trouble, or something between it and a client, does instead of answering: by name.

Closed, and data: each lie is a value; what it does to an answer stands in `lie_forms.py`.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Service(StrEnum):
    """Whose interface is spoken."""

    S3 = "s3"
    GCS = "gcs"
    AZURE = "azure"


class Lie(StrEnum):
    """Every behaviour of the liar."""

    # Throttle: above a rate, for one source address, until it has been quiet for a while.
    NOT_FOUND_ABOVE = "not_found_above"
    SLOW_DOWN_ABOVE = "slow_down_above"
    TOO_MANY_SECONDS_ABOVE = "too_many_seconds_above"
    TOO_MANY_DATE_ABOVE = "too_many_date_above"
    ERROR_ABOVE = "error_above"
    RESET_ABOVE = "reset_above"
    # Answers that differ from one time to the next, by chance.
    FLAKY = "flaky"
    FLAKY_NOT_FOUND = "flaky_not_found"
    # True for a while, then "not found" for a while.
    NOT_FOUND_MIDSTREAM = "not_found_midstream"
    NOT_FOUND_FIRST = "not_found_first"
    # Redirects and regions.
    MOVED_WITHOUT_LOCATION = "moved_without_location"
    MOVED_TWO_REGIONS = "moved_two_regions"
    MOVED_FOR_A_WHILE = "moved_for_a_while"
    WRONG_REGION_IN_BODY = "wrong_region_in_body"
    WRONG_REGION_IN_HEADER = "wrong_region_in_header"
    WRONG_REGION_UNNAMED = "wrong_region_unnamed"
    HEAD_IN_WRONG_REGION = "head_in_wrong_region"
    REDIRECT_LOOP = "redirect_loop"
    REDIRECT_PRIVATE = "redirect_private"
    REDIRECT_SIGN_IN = "redirect_sign_in"
    REDIRECT_ELSEWHERE = "redirect_elsewhere"
    # Permission.
    LIST_DENIED = "list_denied"
    OBJECTS_DENIED = "objects_denied"
    HEAD_DENIED = "head_denied"
    UNAUTHORIZED_FOR_FORBIDDEN = "unauthorized_for_forbidden"
    REQUESTER_PAYS = "requester_pays"
    DISABLED = "disabled"
    # Azure's own.
    PUBLIC_ACCESS_NOT_PERMITTED = "public_access_not_permitted"
    FIREWALL = "firewall"
    AMBIGUOUS_NOT_FOUND = "ambiguous_not_found"
    OLD_ENUMERATION = "old_enumeration"
    RESERVED_IN_MARKER = "reserved_in_marker"
    # Listings.
    NO_NEXT_MARKER = "no_next_marker"
    SAME_MARKER = "same_marker"
    SAME_PAGE = "same_page"
    EMPTY_PAGES = "empty_pages"
    FAILING_PAGE = "failing_page"
    FAILING_PAGE_ONCE = "failing_page_once"
    DENIED_PAGE = "denied_page"
    LOST_PAGE = "lost_page"
    NO_KEY_COUNT = "no_key_count"
    VERSION_1_ONLY = "version_1_only"
    OTHER_NAMESPACE = "other_namespace"
    NO_NAMESPACE = "no_namespace"
    REPEATED_KEYS = "repeated_keys"
    # Transport.
    DRIP = "drip"
    TRUNCATED = "truncated"
    WRONG_CHARSET = "wrong_charset"
    NO_CHARSET = "no_charset"
    BYTE_ORDER_MARK = "byte_order_mark"
    BLOCK_PAGE = "block_page"
    LOGIN_PAGE = "login_page"
    GZIP_BOMB = "gzip_bomb"
    LENGTH_TOO_LONG = "length_too_long"
    LENGTH_TOO_SHORT = "length_too_short"
    RESET = "reset"
    SILENT = "silent"
    # Bodies.
    UNKNOWN_CODE = "unknown_code"
    CDN_NOT_FOUND = "cdn_not_found"
    BARE_NOT_FOUND = "bare_not_found"
    ENTITIES = "entities"
    NESTED = "nested"
    OTHER_CASE = "other_case"
    EMPTY_BODY = "empty_body"


THROTTLES = (
    Lie.NOT_FOUND_ABOVE,
    Lie.SLOW_DOWN_ABOVE,
    Lie.TOO_MANY_SECONDS_ABOVE,
    Lie.TOO_MANY_DATE_ABOVE,
    Lie.ERROR_ABOVE,
    Lie.RESET_ABOVE,
)

# Lies that only some services can tell.
_S3, _AZURE = (Service.S3,), (Service.AZURE,)
ONLY_FOR: Mapping[Lie, tuple[Service, ...]] = {
    Lie.MOVED_WITHOUT_LOCATION: _S3,
    Lie.MOVED_TWO_REGIONS: _S3,
    Lie.MOVED_FOR_A_WHILE: _S3,
    Lie.WRONG_REGION_IN_BODY: _S3,
    Lie.WRONG_REGION_IN_HEADER: _S3,
    Lie.WRONG_REGION_UNNAMED: _S3,
    Lie.REQUESTER_PAYS: (Service.S3, Service.GCS),
    Lie.PUBLIC_ACCESS_NOT_PERMITTED: _AZURE,
    Lie.FIREWALL: _AZURE,
    Lie.AMBIGUOUS_NOT_FOUND: _AZURE,
    Lie.OLD_ENUMERATION: _AZURE,
    # Where a token alone says that there is more, a page without one is the last.
    Lie.NO_NEXT_MARKER: _S3,
    Lie.NO_KEY_COUNT: _S3,
    Lie.VERSION_1_ONLY: _S3,
    Lie.OTHER_NAMESPACE: _S3,
    Lie.NO_NAMESPACE: _S3,
}


@dataclass(frozen=True, slots=True)
class Telling:
    """One lie, and when it is told.

    Attributes:
        lie: which.
        buckets: for whose names; empty for every one, existing or not.
        above: requests a second of one source address from which a throttle lies.
        pause: seconds below that rate after which it is honest again; at midstream, seconds that the lie lasts.
        after: requests that midstream answers truly first; requests that `NOT_FOUND_FIRST` lies for.
        share: of answers that a flaky one spoils, 0 to 1.
        seed: of chance.
    """

    lie: Lie
    buckets: frozenset[str] = frozenset()
    above: float = 50.0
    pause: float = 1.0
    after: int = 20
    share: float = 0.3
    seed: int = 1


@dataclass(slots=True)
class _Source:
    """One client's address, as a throttle sees it."""

    tokens: float = 0.0
    filled_at: float = 0.0
    lies_until: float = 0.0


@dataclass(slots=True)
class Occasion:
    """Tells whether a lie is told now. Each telling has its own, and keeps count of its clients."""

    telling: Telling
    _sources: dict[str, _Source] = field(default_factory=dict)
    _asked: int = 0
    _lies_until: float = 0.0
    _chance: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self._chance.seed(self.telling.seed)

    def is_now(self, source: str, now: float) -> bool:
        """Is it told to this client at this moment? `now` in seconds, of any clock that only goes on."""
        self._asked += 1
        match self.telling.lie:
            case lie if lie in THROTTLES:
                return self._is_too_fast(source, now)
            case Lie.FLAKY | Lie.FLAKY_NOT_FOUND:
                return self._chance.random() < self.telling.share
            case Lie.NOT_FOUND_MIDSTREAM:
                return self._is_midstream(now)
            case Lie.NOT_FOUND_FIRST:
                return self._asked <= self.telling.after
            case _:
                return True

    def _is_midstream(self, now: float) -> bool:
        if self._asked == self.telling.after + 1:
            self._lies_until = now + self.telling.pause
        return now < self._lies_until

    def _is_too_fast(self, source: str, now: float) -> bool:
        """A bucket of tokens, one second deep. Who empties it is lied to until it has been slower for a while."""
        telling = self.telling
        known = self._sources.setdefault(source, _Source(telling.above, now))
        known.tokens = min(telling.above, known.tokens + (now - known.filled_at) * telling.above)
        known.filled_at = now
        if known.tokens >= 1.0:
            known.tokens -= 1.0
        else:
            known.lies_until = now + telling.pause
        return now < known.lies_until
