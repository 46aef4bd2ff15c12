"""Everything that waits for a server goes through here: it ends in time, at a stop, or with an error of ours."""

from __future__ import annotations

import ftplib
import socket
import ssl
import time
from collections.abc import Callable
from typing import TypeVar

from crawler.ftp.replies import login_refusal, refusal
from documents.records import SkipReason
from fetching.cut_off import Cut, CutOff
from fetching.errand import Errand
from fetching.errors import FetchingError, NoAnswerError, StoppedError

Result = TypeVar("Result")

# What the network raises and what that says; the first that fits.
_FAILURES: tuple[tuple[type[Exception], SkipReason], ...] = (
    (socket.gaierror, SkipReason.DNS_ERROR),
    (TimeoutError, SkipReason.TIMED_OUT),
    (ssl.SSLError, SkipReason.TLS_ERROR),
    (EOFError, SkipReason.HOST_DOWN),
    (OSError, SkipReason.HOST_DOWN),
    (ValueError, SkipReason.UNREADABLE),
)


class Watch:
    """Ends what takes too long.

    Args:
        errand: timeout, stop event.
    """

    def __init__(self, errand: Errand) -> None:
        self._stop = errand.stop
        self._timeout = errand.limits.timeout_seconds
        self._cut_off = CutOff(errand.stop)

    def wait(self, act: Callable[[], Result], opened: socket.socket | None, seconds: float | None = None) -> Result:
        """What `act` gives, ended when time is up or the unit is stopped.

        Args:
            act: talks to the network.
            opened: the socket that it waits for; None while one is being opened.
            seconds: the longest wait; None for the scope's timeout.

        Raises:
            RefusedError: the server answered with a no.
            NoAnswerError, StoppedError: the connection is of no use any more.
            AddressDeniedError: it may not be opened.
        """
        if self._stop.is_set():
            raise StoppedError
        self._cut_off.until(time.monotonic() + (self._timeout if seconds is None else max(seconds, 0.0)))
        if opened is not None:
            self._cut_off.use(opened)
        try:
            result = act()
        except (ftplib.Error, EOFError, OSError, ValueError) as error:
            failure = self._judged(error)
        else:
            if self._cut_off.cut is None:
                return result
            failure = self._cut_failure(self._cut_off.cut)  # a reader takes the cut for the end of what it reads
        finally:
            self._cut_off.rest()
        raise failure

    def shake(self, secured: ssl.SSLSocket) -> OSError | EOFError | None:
        """Make a TLS handshake; what it came to nothing by, or None.

        Raises:
            StoppedError: the unit was told to stop.
        """
        self._cut_off.until(time.monotonic() + self._timeout)
        self._cut_off.use(secured)
        try:
            secured.do_handshake()
        except (OSError, EOFError) as error:
            if self._cut_off.cut is Cut.STOP:
                raise StoppedError from None
            return error
        finally:
            self._cut_off.rest()
        return None

    def close(self) -> None:
        """End it."""
        self._cut_off.close()

    def _judged(self, error: Exception) -> FetchingError:
        if cut := self._cut_off.cut:
            return self._cut_failure(cut)
        if isinstance(error, _LoginError):
            return login_refusal(str(error))
        if isinstance(error, ftplib.error_perm | ftplib.error_temp | ftplib.error_reply):
            return refusal(str(error))
        if isinstance(error, ftplib.Error):
            return NoAnswerError(SkipReason.UNREADABLE, "no FTP reply")
        reason = next(reason for kind, reason in _FAILURES if isinstance(error, kind))
        return NoAnswerError(reason, type(error).__name__)

    @staticmethod
    def _cut_failure(cut: Cut) -> FetchingError:
        return StoppedError() if cut is Cut.STOP else NoAnswerError(SkipReason.TIMED_OUT, "too slow")


class _LoginError(ftplib.Error):
    """A reply that refuses the login."""


def as_login(talk: Callable[[], str]) -> str:
    """What `talk` gives; a refusal in it is taken for one of the login."""
    try:
        return talk()
    except (ftplib.error_perm, ftplib.error_temp, ftplib.error_reply) as error:
        raise _LoginError(*error.args) from None
