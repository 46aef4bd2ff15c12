"""One unit's connection to an FTP server: opened when it is needed, kept, opened anew when it was lost."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from crawler.ftp.control import Control, unshaken
from crawler.ftp.opening import Opened, Opener
from crawler.ftp.replies import RefusedError
from crawler.ftp.security import Security
from crawler.ftp.watch import Watch
from documents.exposure import TlsState
from documents.records import SkipReason
from fetching.budget import BudgetSpentError
from fetching.dialler import Dialler
from fetching.errand import Errand
from fetching.errors import FetchingError, NoAnswerError, StoppedError, UrlDeniedError
from fetching.pacing import THROTTLE_RETRIES

# What pacing knows from HTTP: a server that is full, and one that is not.
_BUSY, _FINE = 503, 200
# Seconds that a server gets for its last word on a transfer that we broke off; without it we connect anew.
LAST_WORD_SECONDS = 2.0
# What a connection that was closed while nobody spoke ends with: silence, or 421.
_CLOSED = frozenset([SkipReason.HOST_DOWN, SkipReason.THROTTLED])
_LOGGED_IN, _LEFT = 230, 221

Result = TypeVar("Result")


class Session:
    """Logged in as anonymous while it is used. Not thread-safe.

    Args:
        errand: guard, limits, budget, pacer, conduct log, user agent, stop event.
        dialler: connects.
        security: how connections are secured.
        start_url: the unit's start: names host and port.
        retries: how often what a full server refused is asked for again.

    Attributes:
        logins: how often a connection was opened and logged in.
        latest: the last connection, also when it is gone: what was learned on it stays true. None before the first.
    """

    def __init__(
        self,
        errand: Errand,
        dialler: Dialler,
        security: Security,
        start_url: str,
        retries: int = THROTTLE_RETRIES,
    ) -> None:
        self._errand = errand
        self._retries = retries
        self._dialler = dialler
        self._security = security
        self._start_url = start_url
        self._timeout = errand.limits.timeout_seconds
        self._watch = Watch(errand)
        self._opener = Opener(self._watch, dialler, security, start_url, errand.user_agent)
        self._opened: Opened | None = None
        self._type = ""
        self._extended = False
        self._received = 0
        self.latest: Opened | None = None
        self.logins = 0

    @property
    def tls(self) -> TlsState:
        """What the connection is worth."""
        return self._security.tls

    @property
    def server(self) -> Opened:
        """The connection as it is, opened if there is none.

        Raises:
            FetchingError: there is none to be had.
        """
        if self._opened is None:
            self._opened = self._logged_in()
        return self._opened

    # -- on record

    def answered(self, method: str, url: str, status: int) -> None:
        """A line of conduct: what was asked for, by which commands, how many bytes came for it."""
        received, said = self._taken()
        self._errand.conduct.answered(method, url, status, received, said=said)

    def failed(self, method: str, url: str, cause: str) -> None:
        """Likewise of what brought no whole answer."""
        received, said = self._taken()
        self._errand.conduct.failed(method, url, cause, received=received, said=said)

    def received(self, size: int) -> None:
        """Bytes came over a data connection."""
        self._received += size

    def _taken(self) -> tuple[int, str]:
        """Bytes and commands that no line tells of yet."""
        taken = self._received, " ".join(self._opener.said)
        self._received = 0
        self._opener.said.clear()
        return taken

    # -- asking

    def admit(self, url: str) -> None:
        """Guard, budget and pace, in this order; returns when the request may be made.

        Raises:
            NotAskedError: it may not.
        """
        errand = self._errand
        if denied := errand.guard.url(url):
            errand.conduct.refused(url, denied.denial.value)
            raise UrlDeniedError.from_denied(denied)
        if spent := errand.budget.spent:
            errand.conduct.refused(url, f"budget spent: {spent}")
            raise BudgetSpentError(spent)
        if errand.stop.wait(errand.pacer.reserve()):
            raise StoppedError
        errand.budget.request()

    def asked(self, url: str, act: Callable[[], Result]) -> Result:
        """What `act` gives as one request: admitted, and made again where the server was full.

        Raises:
            FetchingError: it was not made, or refused, or brought no answer.
        """
        for left in range(self._retries, -1, -1):
            self.admit(url)
            try:
                return self._kept(act)
            except RefusedError as error:
                if error.reason is not SkipReason.THROTTLED:
                    raise
                if not left:
                    raise NoAnswerError(error.reason, error.detail) from None
                self._errand.pacer.answered(_BUSY)
        raise NoAnswerError(SkipReason.THROTTLED, "no slot")

    def say(self, command: str) -> str:
        """One command and its reply.

        Raises:
            RefusedError: the server answered with a no.
            FetchingError: there is no connection, or no answer.
        """
        control = self.server.control
        return self.watched(lambda: control.sendcmd(command), control.opened)

    def typed(self, kind: str) -> None:
        """Have files (`I`) come as they are, or listings (`A`) as lines."""
        _ = self.server
        if self._type != kind:
            self.say(f"TYPE {kind}")
            self._type = kind

    def transfer(self, command: str, rest: int = 0) -> socket.socket | None:
        """Begin a transfer; its data connection, or None where there is nothing to send. Whoever takes it closes it.

        Raises:
            FetchingError: see `say`.
        """
        server = self.server
        control = server.control
        port = self._data_port(control)
        opened = self.watched(lambda: self._dialler.connect(self._peer(server), port, self._timeout), None)
        try:
            if not self.watched(lambda: control.begin(command, rest), control.opened):
                opened.close()
                return None
            return self._protected(server, opened) if server.protected else opened
        except BaseException:
            opened.close()
            raise

    def last_word(self, *, broken_off: bool = False) -> None:
        """Hear the reply that ends a transfer.

        Args:
            broken_off: we ended it, so what the server says of it does not matter.

        Raises:
            FetchingError: the transfer did not end well.
        """
        if self._opened is None:
            raise NoAnswerError(SkipReason.HOST_DOWN, "connection lost")
        control = self._opened.control
        if not broken_off:
            self.watched(control.voidresp, control.opened)
            return
        with suppress(RefusedError, NoAnswerError, StoppedError):
            self.watched(control.getresp, control.opened, LAST_WORD_SECONDS)

    def watched(self, act: Callable[[], Result], opened: socket.socket | None, seconds: float | None = None) -> Result:
        """See `Watch.wait`; a connection that is of no use any more is dropped."""
        try:
            return self._watch.wait(act, opened, seconds)
        except FetchingError as error:
            if not isinstance(error, RefusedError) or error.reason is SkipReason.THROTTLED:
                self.drop()
            raise

    def drop(self) -> None:
        """Give the connection up without a word; the next request opens another."""
        opened, self._opened = self._opened, None
        self._type = ""
        if opened is not None:
            with suppress(OSError):
                opened.control.close()

    def close(self) -> None:
        """Take leave, and end the watch."""
        if self._opened is not None and not self._errand.stop.is_set():
            control = self._opened.control
            try:
                self.watched(lambda: control.sendcmd("QUIT"), control.opened, LAST_WORD_SECONDS)
                self.answered("QUIT", self._start_url, _LEFT)
            except FetchingError as error:
                self.failed("QUIT", self._start_url, error.detail)
        if self._opener.said or self._received:
            self.failed("QUIT", self._start_url, "not said")
        self.drop()
        self._watch.close()

    # -- connections

    def _kept(self, act: Callable[[], Result]) -> Result:
        """What `act` gives; done once more where the connection that we had kept turns out to be gone."""
        logins = self.logins
        was_open = self._opened is not None
        try:
            return act()
        except (NoAnswerError, RefusedError) as error:
            is_gone = was_open and self._opened is None and self.logins == logins
            if not is_gone or error.reason not in _CLOSED:
                raise
        return act()

    def _logged_in(self) -> Opened:
        """Connect and log in; a server that is full is waited for and asked again."""
        errand = self._errand
        unfinished, self._opener.said[:] = list(self._opener.said), []  # of the request that wants a connection
        for left in range(self._retries, -1, -1):
            self.admit(self._start_url)
            try:
                opened = self._opener.open(self._timeout)
            except FetchingError as error:
                self.failed("LOGIN", self._start_url, error.detail)
                if error.reason is not SkipReason.THROTTLED:
                    raise
                if not left:
                    raise NoAnswerError(error.reason, error.detail) from None
                errand.pacer.answered(_BUSY)
            else:
                errand.pacer.answered(_FINE)
                self.answered("LOGIN", self._start_url, _LOGGED_IN)
                self._opener.said += unfinished
                errand.conduct.observed(self._start_url, {"tls": self.tls.value, "files_over_tls": opened.protected})
                self.logins += 1
                self.latest = opened
                return opened
        raise NoAnswerError(SkipReason.THROTTLED, "no slot")

    def _data_port(self, control: Control) -> int:
        """PASV where IPv4 allows it, because translating routers know it best; else, or where it is refused, EPSV."""
        if control.opened.family == socket.AF_INET and not self._extended:
            try:
                return self.watched(lambda: control.passive_port(extended=False), control.opened)
            except RefusedError as error:
                if not error.is_not_known:
                    raise
                self._extended = True
        return self.watched(lambda: control.passive_port(extended=True), control.opened)

    def _peer(self, server: Opened) -> str:
        """The address that we are connected to, and the only one that data connections are made to."""
        through_proxy = self._dialler.proxy is not None
        return self._dialler.led_to(server.host) if through_proxy else _peer(server.control.opened)

    def _protected(self, server: Opened, opened: socket.socket) -> socket.socket:
        """The data connection over TLS. It takes up the control connection's session: many servers insist on it."""
        control = server.control.opened
        session = control.session if isinstance(control, ssl.SSLSocket) else None
        secured = unshaken(opened, self._security.context, server.host, session)
        try:
            self.watched(secured.do_handshake, secured)
        except BaseException:
            secured.close()
            raise
        return secured


def _peer(opened: socket.socket) -> str:
    """The other end of a connection."""
    return str(opened.getpeername()[0])
