"""Requests of a unit, one after another: guarded, paced, counted, limited and on record, whatever library asks.

An SDK opens no connections of its own: its transport hands the request to `Wire.get` and takes the answer.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

from urllib3 import BaseHTTPResponse, Timeout

from documents.records import SkipReason
from fetching.budget import BudgetSpentError
from fetching.conduct import Why
from fetching.cut_off import CutOff
from fetching.dialler import Dialler
from fetching.errand import Errand
from fetching.errors import (
    NoAnswerError,
    SentAwayError,
    StoppedError,
    UrlDeniedError,
)
from fetching.exchange import UNWANTED_BYTES, Exchange
from fetching.pacing import LONGEST_WAIT, THROTTLE_RETRIES, THROTTLE_STATUSES, retry_after_seconds
from fetching.peers import Peer, peer_of
from fetching.urllib3_pools import close_pools, dialled_pool_manager

# Bytes asked of a socket at a time: what a TLS record (16 KiB) and a typical receive buffer hold is handed on at once.
CHUNK_BYTES = 64 << 10
# Redirects followed for one request. Bucket services send at most two: to the region, and to the name.
LONGEST_CHAIN = 4
_REDIRECTS = frozenset([301, 302, 303, 307, 308])
_OK = 200


class Answer:
    """An answer whose body has not been read. Leave it as a context manager: that frees the connection.

    Attributes:
        url: where it came from, after redirects.
        redirected: it came from elsewhere than was asked.
        status: HTTP status.
        headers: names in lower case; the values of a repeated header joined by commas.
        peer: who answered.
    """

    def __init__(
        self, url: str, response: BaseHTTPResponse, exchange: Exchange, peer: Peer, *, redirected: bool
    ) -> None:
        self._response = response
        self._exchange = exchange
        self._whole = False
        self.url = url
        self.redirected = redirected
        self.status = response.status
        self.peer = peer
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.items()}

    @property
    def length(self) -> int | None:
        """Bytes of the body, where the headers say so; None too where a content encoding hides it."""
        text = self.headers.get("content-length", "")
        known = "content-encoding" not in self.headers and text.isascii() and text.isdigit()
        return int(text) if known else None

    def chunks(self) -> Iterator[bytes]:
        """The body as it arrives, content encoding undone, in pieces of at most CHUNK_BYTES.

        Raises:
            NoAnswerError: it is cut short, too slow, or can not be decoded.
            StoppedError: the unit was told to stop.
        """
        self._exchange.body_begins()
        while True:
            chunk = self._exchange.attempt(self._next_bytes, in_body=True)
            if not chunk:
                break
            self._exchange.take(len(chunk))
            yield chunk
        self._exchange.check_whole(announced=self._announced())
        self._whole = True

    def read(self, limit: int) -> bytes:
        """The whole body, for answers that are small by nature.

        Raises:
            NoAnswerError: it is larger than `limit` bytes; or see `chunks`.
        """
        body = bytearray()
        for chunk in self.chunks():
            body += chunk
            if len(body) > limit:
                failure = NoAnswerError(SkipReason.TOO_LARGE, f"answer over {limit} bytes")
                self._exchange.failed(failure)
                raise failure
        return bytes(body)

    def close(self) -> None:
        """Done with it. A body that was not read to its end, and is not small, takes its connection with it."""
        if not self._whole and self._exchange.is_open:
            left = self._response.length_remaining
            small = left is not None and left <= UNWANTED_BYTES
            self._whole = self._exchange.throw_away(self._next_bytes, wait=small)
        self._exchange.answered(self.status)
        if not self._whole:
            self._response.close()
        self._response.release_conn()

    def _next_bytes(self) -> bytes:
        return self._response.read1(CHUNK_BYTES, decode_content=True)

    def _announced(self) -> bool:
        """Does the head say where the body ends?"""
        return self.status != _OK or bool({"content-length", "transfer-encoding"} & self.headers.keys())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


# Shown an answer that is not the last word: a redirect before it is followed, a throttled one before it is asked again.
# It may read it. No to a redirect: it is not followed, and is the answer.
Heed = Callable[[Answer], bool]


def heed_nothing(_: Answer) -> bool:
    """Redirects are followed."""
    return True


class Wire:
    """Asks for URLs on behalf of one unit. GET only: nothing else reads. Not thread-safe.

    Args:
        errand: guard, limits, budget, pacer, conduct log, user agent, stop event.
        dialler: connects.
        trust: whom to believe over TLS; None for the system's authorities.
        retries: how often a throttled request is asked again.
    """

    def __init__(
        self,
        errand: Errand,
        dialler: Dialler,
        trust: ssl.SSLContext | None = None,
        retries: int = THROTTLE_RETRIES,
    ) -> None:
        self._retries = retries
        self._errand = errand
        self._cut_off = CutOff(errand.stop)
        self._peer = Peer()
        self._opened: socket.socket | None = None
        self._pools = dialled_pool_manager(dialler, trust, self._use)
        seconds = errand.limits.timeout_seconds
        self._timeout = Timeout(connect=seconds, read=seconds)
        self._headers = {"User-Agent": errand.user_agent, "Accept": "*/*", "Accept-Encoding": "identity"}

    def get(self, url: str, headers: Mapping[str, str] | None = None, *, heed: Heed = heed_nothing) -> Answer:
        """Ask for a URL; redirects are followed inside the scope, throttled answers waited for and asked again.

        Args:
            url: absolute.
            headers: sent besides our own.
            heed: shown what is not the last word.

        Raises:
            UrlDeniedError, AddressDeniedError, BudgetSpentError, StoppedError: it was not asked.
            NoAnswerError: it was, and no answer came, or none that lets us go on (throttled, a redirect loop).
        """
        asked: set[str] = set()
        while True:
            answer = self._patiently(url, headers or {}, heed, hop=bool(asked))
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not location or not _shown(heed, answer):
                return answer
            answer.close()
            asked.add(url)
            url = _led_to(url, location)
            if url in asked or len(asked) > LONGEST_CHAIN:
                raise NoAnswerError(SkipReason.REDIRECT_LOOP, str(answer.status))

    def rest(self, seconds: float) -> None:
        """Ask for nothing for a while. Raises StoppedError where the unit is told to stop meanwhile."""
        if self._errand.stop.wait(seconds):
            raise StoppedError

    def close(self) -> None:
        """Close all connections."""
        close_pools(self._pools)
        self._cut_off.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _patiently(self, url: str, headers: Mapping[str, str], heed: Heed, *, hop: bool) -> Answer:
        for _ in range(1 + self._retries):
            answer = self._ask(url, headers, hop=hop)
            retry_after = answer.headers.get("retry-after")
            self._errand.pacer.answered(answer.status, retry_after)
            if answer.status not in THROTTLE_STATUSES:
                return answer
            _shown(heed, answer)
            answer.close()
            wait = retry_after_seconds(retry_after)
            if wait is not None and wait > LONGEST_WAIT:
                raise SentAwayError(SkipReason.THROTTLED, str(answer.status))
        raise NoAnswerError(SkipReason.THROTTLED, str(answer.status))

    def _ask(self, url: str, headers: Mapping[str, str], *, hop: bool) -> Answer:
        self._admit(url, hop=hop)
        exchange = Exchange(self._errand, self._cut_off, url, hop=hop)
        response = exchange.attempt(lambda: self._open(url, headers))
        exchange.opened = self._opened
        return Answer(url, response, exchange, self._peer, redirected=hop)

    def _use(self, opened: socket.socket) -> None:
        """The socket that the next answer comes from."""
        self._opened = opened
        self._peer = peer_of(opened, through_proxy=self._errand.guard.scope.network.proxy is not None)
        self._cut_off.use(opened)

    def _open(self, url: str, headers: Mapping[str, str]) -> BaseHTTPResponse:
        return self._pools.urlopen(
            "GET",
            url,
            redirect=False,
            retries=False,
            headers={**self._headers, **headers},
            timeout=self._timeout,
            preload_content=False,
        )

    def _admit(self, url: str, *, hop: bool) -> None:
        """Guard, budget and pace, in this order; returns when the request may be made."""
        errand = self._errand
        if denied := errand.guard.url(url):
            errand.conduct.refused(url, denied.denial.value, Why.REDIRECT if hop else None)
            error = UrlDeniedError.from_denied(denied)
            raise UrlDeniedError(error.reason, f"redirect: {error.detail}") if hop else error
        if spent := errand.budget.spent:
            errand.conduct.refused(url, f"budget spent: {spent}")
            raise BudgetSpentError(spent)
        if errand.stop.wait(errand.pacer.reserve()):
            raise StoppedError
        errand.budget.request()


def _led_to(url: str, location: str) -> str:
    """Where a redirect leads. Raises NoAnswerError where its address is none."""
    try:
        return urljoin(url, location)
    except ValueError:  # its text names the address
        pass
    raise NoAnswerError(SkipReason.UNREADABLE, "redirect to what is no address")


def _shown(heed: Heed, answer: Answer) -> bool:
    """What `heed` says; an answer on which it breaks is closed."""
    try:
        return heed(answer)
    except BaseException:
        answer.close()
        raise
