"""One request of a wire and its answer: its deadline, what it fails by, what came of it, its line of conduct."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from urllib3.exceptions import (
    ConnectTimeoutError,
    DecodeError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

from documents.records import SkipReason
from fetching.conduct import Why
from fetching.cut_off import Cut, CutOff
from fetching.errand import Errand
from fetching.errors import FetchingError, NoAnswerError, NotAskedError, StoppedError
from fetching.proxying import PROXY_LINE_BROKE, ProxyFailedError
from fetching.secure_line import lines_broken

# A body that comes slower than this, bytes a second, after its first `timeout_seconds`, is given up: 32 MiB (the
# default body limit) may take 8.5 minutes, and a server that drips single bytes is left after the timeout.
SLOWEST_RATE = 64 << 10
# Bytes of a body that nobody wants, read all the same so that the record says what came: error pages are smaller.
UNWANTED_BYTES = 64 << 10
# Seconds that such a rest is waited for; most of it came with the head.
UNWANTED_SECONDS = 1.0

Result = TypeVar("Result")

# What urllib3 raises and what that says; the first that fits (the first three are each a subclass of the next).
_FAILURES: tuple[tuple[type[Exception], SkipReason], ...] = (
    (NameResolutionError, SkipReason.DNS_ERROR),
    (NewConnectionError, SkipReason.HOST_DOWN),
    (ConnectTimeoutError, SkipReason.TIMED_OUT),
    (ReadTimeoutError, SkipReason.TIMED_OUT),
    (SSLError, SkipReason.TLS_ERROR),
    (DecodeError, SkipReason.UNREADABLE),
    (HTTPError, SkipReason.HOST_DOWN),
    (OSError, SkipReason.HOST_DOWN),
)


class Exchange:
    """The bookkeeping of one request and its answer: its deadline, what it failed by, its line in the conduct log."""

    def __init__(self, errand: Errand, cut_off: CutOff, url: str, *, hop: bool = False) -> None:
        self._errand = errand
        self._why = Why.REDIRECT if hop else None
        self._cut_off = cut_off
        self._url = url
        self._told = False
        self._lines_broken = lines_broken()
        self._started = time.monotonic()
        self.received = 0
        self.opened: socket.socket | None = None
        # The head of the answer: one timeout to connect, one to answer.
        cut_off.until(self._started + 2 * errand.limits.timeout_seconds)

    def body_begins(self) -> None:
        """The head is there; from now on the body's pace counts."""
        self._started = time.monotonic()
        self.take(0)

    def take(self, size: int) -> None:
        """Bytes of the body arrived: they cost budget and earn time."""
        self.received += size
        self._errand.budget.received(size)
        earned = self.received / SLOWEST_RATE
        self._cut_off.until(self._started + self._errand.limits.timeout_seconds + earned)

    def attempt(self, act: Callable[[], Result], *, in_body: bool = False) -> Result:
        """What `act` gives. What the network does meanwhile becomes a FetchingError, on record.

        It is raised where no other error is being handled: one that is chained names the URL and holds the socket.
        """
        try:
            return act()
        except NotAskedError as error:  # the dialler's
            self._cut_off.rest()
            self._errand.conduct.refused(self._url, error.detail, self._why)
            raise
        except ProxyFailedError as error:
            failure = _cut_failure(cut) if (cut := self._cut_off.cut) else ProxyFailedError(error.detail)
        except (HTTPError, OSError) as error:
            failure = self._judged(error, in_body)
        self.failed(failure)
        raise failure

    def throw_away(self, act: Callable[[], bytes], *, wait: bool) -> bool:
        """Read what is left of a body that nobody wants: it came, so it counts. Was that its end?

        Args:
            act: gives the next bytes.
            wait: for the rest of a small one, briefly; else only what lies here is read, and the connection is lost.
        """
        if wait:
            self._cut_off.until(time.monotonic() + UNWANTED_SECONDS)
        elif self.opened is not None:
            self.opened.settimeout(0)
        most = self.received + UNWANTED_BYTES
        # Whatever reading on fails by, the answer is the one that was had.
        with suppress(HTTPError, OSError, ValueError):
            while self.received < most and (piece := act()):
                self.received += len(piece)
                self._errand.budget.received(len(piece))
            return wait and self.received < most and self._cut_off.cut is None
        return False

    def check_whole(self, *, announced: bool) -> None:
        """Was that the end? A body of no announced length ends where it is cut, without an error.

        An empty one is taken for a head that broke off: http.client takes the end of a connection for the end of the
        head, and servers announce that a file is empty.
        """
        failure: FetchingError | None = None
        if cut := self._cut_off.cut:
            failure = _cut_failure(cut)
        elif not announced and not self.received:
            failure = NoAnswerError(SkipReason.TRUNCATED, "empty and without a length")
        elif not announced and lines_broken() != self._lines_broken:
            failure = NoAnswerError(SkipReason.TRUNCATED, PROXY_LINE_BROKE)
        if failure:
            self.failed(failure)
            raise failure

    def failed(self, failure: FetchingError) -> None:
        """The end of it, without a usable answer."""
        self._cut_off.rest()
        if not self._told:
            self._told = True
            self._errand.conduct.failed("GET", self._url, failure.detail, self._why, received=self.received)

    @property
    def is_open(self) -> bool:
        """Has nobody told of its end yet?"""
        return not self._told

    def answered(self, status: int) -> None:
        """The end of it, as it should be."""
        self._cut_off.rest()
        if not self._told:
            self._told = True
            self._errand.conduct.answered("GET", self._url, status, self.received, self._why)

    def _judged(self, error: Exception, in_body: bool) -> FetchingError:
        if cut := self._cut_off.cut:
            return _cut_failure(cut)
        name = type(error).__name__
        if in_body and isinstance(error, ProtocolError | SSLError):
            return NoAnswerError(SkipReason.TRUNCATED, name)
        return NoAnswerError(next(reason for kind, reason in _FAILURES if isinstance(error, kind)), name)


def _cut_failure(cut: Cut) -> FetchingError:
    return StoppedError() if cut is Cut.STOP else NoAnswerError(SkipReason.TIMED_OUT, "too slow")
