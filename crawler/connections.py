"""Connections that read no endless head: Twisted limits each line of an answer's head, and not their number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol
from twisted.web.client import HTTPConnectionPool, _HTTP11ClientFactory

from documents.records import SkipReason
from fetching.errors import NoAnswerError

# Status line and headers of one answer, 1xx answers before it included, bytes. Common servers send at most 64 KiB
# (Apache and nginx in front of programs), curl reads 300 KiB.
HEAD_BYTES = 256 << 10
# A header without a colon, a length below zero, a first line that goes on.
_TRIPS = (ValueError, AttributeError, TypeError)


class _BoundedProtocol(HTTP11ClientProtocol):
    """Gives an answer up when its head goes on for too long."""

    _head = 0

    def request(self, request: Any) -> Deferred[Any]:
        """See Twisted; one request at a time."""
        self._head = 0
        answer: Deferred[Any] = super().request(request)
        if self._parser is not None:
            self._parser.MAX_LENGTH = HEAD_BYTES
        return answer

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """See Twisted."""
        parser = self._parser
        self._head += len(data)
        super().dataReceived(data)  # type: ignore[no-untyped-call] # Twisted has few types
        if parser is None or parser is not self._parser or parser.state not in (STATUS, HEADER):
            return
        if self._head > HEAD_BYTES:
            self._giveUp(_failure(NoAnswerError(SkipReason.TOO_LARGE, "headers")))

    def _giveUp(self, reason: Failure) -> None:  # noqa: N802 - Twisted's name
        """See Twisted, whose parser trips over heads that it did not foresee."""
        if isinstance(reason.value, _TRIPS):
            reason = _failure(NoAnswerError(SkipReason.UNREADABLE, "headers"))
        super()._giveUp(reason)  # type: ignore[no-untyped-call]


class _BoundedFactory(_HTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: N802 - Twisted's name
        """See Twisted."""
        return _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


def bound_heads(pool: HTTPConnectionPool) -> None:
    """Make all connections of a pool such ones."""
    pool._factory = _BoundedFactory


def _failure(error: Exception) -> Failure:
    make: Callable[[Exception], Failure] = Failure
    return make(error)
