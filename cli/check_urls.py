"""URLs for `stray check`: each one GET, under the scope's authority, on record."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from cli.errors import AuthorityError, CommandError
from documents.records import SkipReason
from fetching.budget import Budget
from fetching.conduct import ConductLog
from fetching.dialler import Dialler
from fetching.errand import Errand
from fetching.errors import FetchingError
from fetching.pacing import Pacer
from fetching.statuses import reason_of_status
from fetching.wire import Wire
from scope.guard import Guard
from scope.model import Scope
from scope.urls import canonical_url, has_credentials, without_credentials
from sweeps.plan import user_agent


@dataclass(frozen=True, slots=True)
class NotFetched:
    """A URL that gave no document, and why."""

    reason: SkipReason
    detail: str


def fetch_urls(urls: list[str], scope: Scope, tip_off: str | None) -> Iterator[tuple[str, bytes | NotFetched]]:
    """Each URL's bytes, or why there are none. A credential in a URL is taken out before it is asked for.

    Args:
        urls: as given.
        scope: with its authority.
        tip_off: the reference under which a URL outside the scope's targets may be asked for, or None.

    Raises:
        AuthorityError: the scope gives no valid authority.
        CommandError: a URL is outside the scope's targets and no tip-off is given.
    """
    if denied := Guard(scope).authority_denial():
        raise AuthorityError(f"{denied.detail}; nothing was requested")
    conduct = _conduct_log(scope)
    for given in urls:
        url = canonical_url(without_credentials(given) if has_credentials(given) else given)
        guard = Guard(scope)
        if guard.url(url) is not None and tip_off is not None:
            guard = Guard(scope, tip_off=url)
            conduct.observed(url, {"tip_off": tip_off, "by": getpass.getuser()})
        elif (denied := guard.url(url)) is not None:
            raise CommandError(f"{denied.detail}; with --tip-off REFERENCE this one URL is asked for once, on record")
        yield url, _fetched(url, _errand(scope, guard, conduct))
    conduct.close()


def _errand(scope: Scope, guard: Guard, conduct: ConductLog) -> Errand:
    limits = scope.limits
    return Errand(
        guard=guard,
        limits=limits,
        budget=Budget(limits),
        pacer=Pacer(limits.requests_per_second),
        conduct=conduct,
        user_agent=user_agent(scope, version("stray")),
    )


def _fetched(url: str, errand: Errand) -> bytes | NotFetched:
    try:
        with Wire(errand, Dialler(errand.guard)) as wire, wire.get(url) as answer:
            if refused := reason_of_status(answer.status):
                return NotFetched(*refused)
            return answer.read(errand.limits.body_bytes)
    except FetchingError as error:
        return NotFetched(error.reason, error.detail)


def _conduct_log(scope: Scope) -> ConductLog:
    folder = scope.database.file.with_name(scope.database.file.name + ".conduct")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return ConductLog(folder / f"check-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.jsonl")
