"""What comes over a data connection: in pieces, counted, and given up when it only drips."""

from __future__ import annotations

import fcntl
import socket
import ssl
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import Self

from crawler.ftp.replies import RefusedError
from crawler.ftp.session import Session
from documents.records import SkipReason
from fetching.budget import Budget
from fetching.errors import FetchingError, NoAnswerError
from fetching.exchange import SLOWEST_RATE
from fetching.wire import CHUNK_BYTES

# Bytes of one line of a listing. A name has at most 255 bytes nearly everywhere; ftplib draws the same line.
LONGEST_LINE = 8 << 10


class Transfer:
    """One transfer under way. Leave it as a context manager: that frees the data connection.

    Args:
        session: has begun it.
        opened: the data connection; None where the server has nothing to send.
        budget: pays for the bytes.
        timeout: seconds that the first bytes may take.

    Attributes:
        received: bytes so far.
    """

    def __init__(self, session: Session, opened: socket.socket | None, budget: Budget, timeout: float) -> None:
        self._session = session
        self._opened = opened
        self._budget = budget
        self._timeout = timeout
        self._over = opened is None
        self.received = 0

    def chunks(self) -> Iterator[bytes]:
        """All that comes. The time that passes while the caller is busy is not held against the server.

        Raises:
            RefusedError: the server says that the transfer broke.
            NoAnswerError: it broke, or is too slow.
            StoppedError: the unit was told to stop.
        """
        waited = 0.0
        while not self._over:
            allowed = self._timeout + self.received / SLOWEST_RATE - waited
            began = time.monotonic()
            chunk = self._next(allowed)
            waited += time.monotonic() - began
            if not chunk:
                self._end()
                return
            self.received += len(chunk)
            self._budget.received(len(chunk))
            self._session.received(len(chunk))
            yield chunk

    def lines(self) -> Iterator[bytes | None]:
        """The lines of a listing, without their ends; None for one that is too long to be one. Errors: see `chunks`."""
        pending = b""
        overlong = False
        for chunk in self.chunks():
            *whole, pending = (pending + chunk).split(b"\n")
            for line in whole:
                yield None if overlong or len(line) > LONGEST_LINE else line.removesuffix(b"\r")
                overlong = False
            if len(pending) > LONGEST_LINE:
                overlong, pending = True, b""
        if overlong or pending:
            yield None if overlong else pending.removesuffix(b"\r")

    def close(self) -> None:
        """Done with it. One that has not come to its end is broken off."""
        if self._opened is not None:
            if not self._over:
                self._session.received(_waiting(self._opened))
            self._opened.close()
            self._opened = None
            if not self._over:
                self._over = True
                self._session.last_word(broken_off=True)

    def _next(self, allowed: float) -> bytes:
        opened = self._opened
        if opened is None:
            return b""
        try:
            return self._session.watched(lambda: opened.recv(CHUNK_BYTES), opened, allowed)
        except NoAnswerError as error:
            self._over = True  # the session has dropped its connection: there is no last word
            if error.reason in (SkipReason.HOST_DOWN, SkipReason.TLS_ERROR):
                raise NoAnswerError(SkipReason.TRUNCATED, error.detail) from None
            raise
        except FetchingError:
            self._over = True
            raise

    def _end(self) -> None:
        """The data connection is at its end; what the server says of it decides."""
        self._over = True
        opened, self._opened = self._opened, None
        if opened is not None:
            if isinstance(opened, ssl.SSLSocket):
                # Tell that we have seen the end; some servers wait for it. Their own end we have seen already.
                with suppress(OSError, ValueError):
                    opened.settimeout(0)
                    opened.unwrap()
            opened.close()
        try:
            self._session.last_word()
        except RefusedError:
            raise
        except NoAnswerError as error:
            raise NoAnswerError(SkipReason.TRUNCATED, error.detail) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _waiting(opened: socket.socket) -> int:
    """Bytes that came and that nobody read; over TLS as they came."""
    held = opened.pending() if isinstance(opened, ssl.SSLSocket) else 0
    try:
        return held + int.from_bytes(fcntl.ioctl(opened, termios.FIONREAD, bytes(4)), sys.byteorder)
    except OSError:
        return held
