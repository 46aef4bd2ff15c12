"""TLS to a proxy: clients speak TLS to the host themselves, so they get a plain socket that a thread carries."""

from __future__ import annotations

import selectors
import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

# Bytes carried at a time: what four TLS records hold.
_CHUNK: Final = 64 << 10
_READ, _WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
_counting = threading.Lock()
_broken = 0


def lines_broken() -> int:
    """How many lines of this process broke so far.

    Their clients saw an end: a pair of sockets has no other. So an answer whose length nobody announced may have been
    cut where this number grew meanwhile.
    """
    return _broken


def trust_of(authorities: Path | None) -> ssl.SSLContext:
    """Whom to believe that it is the proxy: the authorities of a PEM file and no others, or the machine's.

    Raises:
        OSError: the file can not be read, or holds no certificate.
    """
    context = ssl.create_default_context(cafile=authorities)
    context.set_alpn_protocols(["http/1.1"])  # CONNECT as it is spoken here
    return context


def secured(opened: socket.socket, host: str, trust: ssl.SSLContext) -> ssl.SSLSocket:
    """The socket to the proxy, its certificate held against its name. It takes `opened` over, and its timeout.

    Raises:
        OSError: there was no handshake, or the certificate does not hold.
    """
    # An end that TLS does not vouch for (no close_notify) is a break: python takes a reset for one, too.
    return trust.wrap_socket(opened, server_hostname=host, suppress_ragged_eofs=False)


def carried(line: ssl.SSLSocket) -> socket.socket:
    """A plain socket for what goes over the line, which it takes over; when either ends, both do."""
    ours, theirs = socket.socketpair()
    line.setblocking(False)
    ours.setblocking(False)
    threading.Thread(target=_carry, args=(line, ours), name="proxy-line", daemon=True).start()
    return theirs


def _carry(line: ssl.SSLSocket, ours: socket.socket) -> None:
    there, back = _Way(ours, line), _Way(line, ours)
    with line, ours, selectors.DefaultSelector() as waiting, suppress(OSError, ValueError):
        while not (there.is_over or back.is_over):
            for opened, events in _wanted(line, ours, there, back).items():
                _watch(waiting, opened, events)
            waiting.select(0 if line.pending() and not back.held else None)
            there.move()
            back.move()
        if back.is_broken:
            _count_broken()
        else:
            line.unwrap()  # tells that this is the end, and waits for no answer


def _count_broken() -> None:
    global _broken  # noqa: PLW0603 - one number for all lines
    with _counting:
        _broken += 1


class _Way:
    """One direction: at most one piece is held, so a side that does not read stops the other from being read."""

    def __init__(self, source: socket.socket, target: socket.socket) -> None:
        self._source = source
        self._target = target
        self.held = b""
        self.is_over = self.is_broken = False
        # What TLS has to do first on its socket, whichever way data goes.
        self.wants = 0

    def move(self) -> None:
        """As far as it goes without waiting."""
        self.wants = 0
        try:
            if not self.held:
                self.held = self._source.recv(_CHUNK)
                self.is_over = not self.held
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError) as error:
            self.wants = _wish(error)
        except OSError:
            self.is_over = self.is_broken = True
        if not self.held:
            return
        try:
            self.held = self.held[self._target.send(self.held) :]
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError) as error:
            self.wants = _wish(error)


def _wish(error: OSError) -> int:
    if isinstance(error, ssl.SSLWantReadError):
        return _READ
    return _WRITE if isinstance(error, ssl.SSLWantWriteError) else 0


def _wanted(line: socket.socket, ours: socket.socket, there: _Way, back: _Way) -> dict[socket.socket, int]:
    """What each socket is waited for. A line is always read unless what came is stuck: it may have to, to write."""
    of_line = (0 if back.held else _READ) | there.wants | back.wants
    of_ours = _WRITE if back.held else 0
    if there.held and there.wants == 0:
        of_line |= _WRITE
    if not there.held:
        of_ours |= _READ
    return {line: of_line, ours: of_ours}


def _watch(waiting: selectors.BaseSelector, opened: socket.socket, events: int) -> None:
    known = opened in waiting.get_map()
    if events and not known:
        waiting.register(opened, events)
    elif events:
        waiting.modify(opened, events)
    elif known:
        waiting.unregister(opened)
