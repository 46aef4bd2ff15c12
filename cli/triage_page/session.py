"""Who may see the page: whoever brings the one-time token, once; from then on the cookie, below an address of its own.

A cookie of 127.0.0.1 goes to every port of it, so to every server that any user of this machine runs. This one is for
paths below `home` alone, which nobody can guess: a page on another port can not make the browser hand it over.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from typing import Final

# Seconds in which the token has to be used: time enough to copy it, not to find it in a log of yesterday.
TOKEN_SECONDS: Final = 600.0
# Seconds without a request after which the page closes itself: longer than a meeting, shorter than a night.
IDLE_SECONDS: Final = 2 * 3600.0
COOKIE: Final = "stray-triage"
_SECRET_BYTES: Final = 32
_HOME_BYTES: Final = 16


class Doorkeeper:
    """One token, good once; one session. Nothing of it shows in `repr`, and nothing outlives the process."""

    __slots__ = ("_clock", "_cookie", "_form_token", "_home", "_last_request", "_made_at", "_token")

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._made_at = self._last_request = clock()
        self._token: str | None = secrets.token_urlsafe(_SECRET_BYTES)
        self._cookie: str | None = None
        self._form_token = secrets.token_urlsafe(_SECRET_BYTES)
        self._home = f"/{secrets.token_urlsafe(_HOME_BYTES)}/"

    @property
    def token(self) -> str:
        """What lets one browser in; empty once it is used or too old."""
        return self._token or ""

    @property
    def home(self) -> str:
        """The path that all pages lie below."""
        return self._home

    @property
    def form_token(self) -> str:
        """What every form has to bring back."""
        return self._form_token

    def admit(self, token: str) -> str | None:
        """The cookie's value for who brings the token; the token is used up by that."""
        if self._clock() - self._made_at > TOKEN_SECONDS:
            self._token = None
        if self._token is None or not _same(token, self._token):
            return None
        self._token = None
        self._cookie = secrets.token_urlsafe(_SECRET_BYTES)
        self._last_request = self._clock()
        return self._cookie

    def knows(self, cookies: list[str]) -> bool:
        """Is one of these the session's? Others may set cookies of the same name from other ports."""
        if self.is_idle() or self._cookie is None:
            return False
        known = [_same(cookie, self._cookie) for cookie in cookies]
        if any(known):
            self._last_request = self._clock()
        return any(known)

    def is_below_home(self, path: str) -> bool:
        """Does this path lie below the session's own?"""
        return _same(path[: len(self._home)], self._home)

    def is_own_form(self, form_token: str) -> bool:
        """Was this form made for this session?"""
        return _same(form_token, self._form_token)

    def is_idle(self) -> bool:
        """Has nobody asked for anything for too long?"""
        return self._clock() - self._last_request > IDLE_SECONDS

    def is_over(self) -> bool:
        """Idle, or the token was never used and is too old."""
        is_unused = self._cookie is None and self._clock() - self._made_at > TOKEN_SECONDS
        return self.is_idle() or is_unused

    def leave(self) -> None:
        """End the session; nobody is let in any more."""
        self._cookie = self._token = None


def _same(given: str, kept: str) -> bool:
    """In a time that tells nothing of where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), kept.encode())
