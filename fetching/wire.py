"""Requests of a unit, one after another: guarded, paced, counted, limited and on record, whatever library asks.

An SDK opens no connections of its own: its transport hands the request to `Wire.get` and takes the answer.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import urljoin

from urllib3 import BaseHTTPResponse, Timeout
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
from fetching.budget import BudgetSpentError
from fetching.conduct import Why
from fetching.cut_off import Cut, CutOff
from fetching.dialler import Dialler
from fetching.errand import Errand
from fetching.errors import (
    FetchingError,
    NoAnswerError,
    NotAskedError,
    SentAwayError,
    StoppedError,
    UrlDeniedError,
)
from fetching.pacing import LONGEST_WAIT, THROTTLE_RETRIES, THROTTLE_STATUSES, retry_after_seconds
from fetching.peers import Peer, peer_of
from fetching.proxying import PROXY_LINE_BROKE, ProxyFailedError
from fetching.secure_line import lines_broken
from fetching.urllib3_pools import close_pools, dialled_pool_manager

# Bytes asked of a socket at a time: what a TLS record (16 KiB) and a typical receive buffer hold is handed on at once.
CHUNK_BYTES = 64 << 10
# A body that comes slower than this, bytes a second, after its first `timeout_seconds`, is given up: 32 MiB (the
# default body limit) may take 8.5 minutes, and a server that drips single bytes is left after the timeout.
SLOWEST_RATE = 64 << 10
# Redirects followed for one request. Bucket services send at most two: to the region, and to the name.
LONGEST_CHAIN = 4
_REDIRECTS = frozenset([301, 302, 303, 307, 308])
_OK = 200

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


class _Exchange:
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
            self._errand.conduct.failed("GET", self._url, failure.detail, self._why)

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
        self, url: str, response: BaseHTTPResponse, exchange: _Exchange, peer: Peer, *, redirected: bool
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
        """Done with it. A body that was not read to its end takes its connection with it."""
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
        exchange = _Exchange(self._errand, self._cut_off, url, hop=hop)
        response = exchange.attempt(lambda: self._open(url, headers))
        return Answer(url, response, exchange, self._peer, redirected=hop)

    def _use(self, opened: socket.socket) -> None:
        """The socket that the next answer comes from."""
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
