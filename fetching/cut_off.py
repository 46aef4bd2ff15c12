"""Ends a connection from another thread: when its time is up, or when the unit is told to stop.

A socket's timeout counts from one byte to the next, so a server that drips bytes can hold a reader for ever, also in
the middle of a header line where no reader of ours looks at a clock.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum

# Seconds between two looks at the clock: a stop or a deadline is noticed that late at most, and four looks a second
# cost nothing.
TICK = 0.25


class Cut(StrEnum):
    """Why a connection was ended."""

    TIME = "time"
    STOP = "stop"


class CutOff:
    """Watches the one connection that is in use. `until` begins a watch, `rest` ends it.

    Args:
        stop: the unit's stop event.
        clock: monotonic seconds.
    """

    def __init__(self, stop: threading.Event, clock: Callable[[], float] = time.monotonic) -> None:
        self._stop = stop
        self._clock = clock
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._socket: socket.socket | None = None
        self._deadline: float | None = None
        self._cut: Cut | None = None

    @property
    def cut(self) -> Cut | None:
        """Why the connection under watch was ended, or None while it was not."""
        return self._cut

    def until(self, deadline: float) -> None:
        """Watch, or go on watching, until `deadline` (of the clock)."""
        with self._lock:
            if self._deadline is None:
                self._cut = None
            self._deadline = deadline
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="cut-off", daemon=True)
            self._thread.start()

    def use(self, opened: socket.socket) -> None:
        """The socket that the answer comes from."""
        with self._lock:
            self._socket = opened

    def rest(self) -> None:
        """Nothing is under way any more."""
        with self._lock:
            self._deadline = None
            self._socket = None

    def close(self) -> None:
        """End the thread."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        while not self._closed.wait(TICK):
            with self._lock:
                if self._deadline is None or self._cut is not None:
                    continue
                if self._stop.is_set():
                    self._end(Cut.STOP)
                elif self._clock() >= self._deadline:
                    self._end(Cut.TIME)

    def _end(self, cut: Cut) -> None:
        if self._socket is None:  # still connecting: that has its own deadline, and then we are told of the socket
            return
        self._cut = cut
        with suppress(OSError):  # it has ended by itself
            # Not `self._socket.shutdown`: a TLS socket's own would take its TLS state away from under its reader.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
