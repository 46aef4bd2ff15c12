"""What a search for names came to, and what helps where it could not settle."""

from __future__ import annotations

from collections.abc import Iterator

from findings.results import NameSearchReach
from reports.reach_words import percent
from scope.model import NameTarget, Scope
from scope.name_questions import known_canaries

_SLOWER = "lower requests_per_second and fastest in [names]"


def searched(search: NameSearchReach, scope: Scope) -> Iterator[str]:
    """How it went, in a line; in a second one why names are unknown and what to do about it."""
    target = _target(search, scope)
    title = target.service.title if target else search.provider
    yield (
        f"{search.candidates:,} names at {title}: {search.existing:,} exist, {search.absent:,} absent, "
        f"{search.unknown:,} unknown; {percent(search.trusted_share)} with an answer that counts"
    )
    if search.unknown:
        yield f"unknown is neither there nor absent: {_why(search, target, title)}"


def _why(search: NameSearchReach, target: NameTarget | None, title: str) -> str:
    """By what weighs most. That no bucket vouches for an answer can only be told where the scope still says so."""
    if target and not known_canaries(target) and not search.existing:
        return f"no bucket at {title} is known to exist, so no 'does not exist' counts; name one in [names.canaries]"
    if search.lies:
        return (
            f"{title} denied a bucket that exists, or showed one that does not, {_times(search.lies)}, and what it "
            f"said around that does not count; sweep again in a quieter hour or {_SLOWER}; where that does not help "
            "it can not be searched: name the buckets that matter as [[bucket]]"
        )
    if search.throttled:
        return f"{title} asked {_times(search.throttled)} to slow down; sweep again in a quieter hour or {_SLOWER}"
    return "no answer came that counts, or a limit of the scope ended the search; the next sweep asks again"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _target(search: NameSearchReach, scope: Scope) -> NameTarget | None:
    """Of a service that is still in the scope."""
    return next((target for target in scope.searched if target.provider == search.provider), None)
