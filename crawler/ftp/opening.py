"""Opens one control connection: greeting, TLS, the anonymous login, and what the server says it can do."""

from __future__ import annotations

import ftplib
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.ftp.control import ANONYMOUS, Control
from crawler.ftp.replies import RefusedError
from crawler.ftp.security import Approach, Security
from crawler.ftp.watch import Watch, as_login
from documents.records import SkipReason
from fetching.dialler import Dialler
from fetching.errors import NoAnswerError
from fetching.proxying import ProxyFailedError
from scope.proxy import ProxyKind
from scope.urls import DEFAULT_PORTS

# By convention an anonymous password is the visitor's address (RFC 1635). Ours is in the user agent.
_ADDRESS = re.compile(r"[^\s;()+<>]+@[^\s;()<>]+")
# Characters of a greeting that are kept; real ones have less than 200 in a line.
LONGEST_BANNER = 1_000


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection that is logged in, and what was learned on the way.

    Attributes:
        control: the connection.
        host: its name, for certificates.
        banner: the greeting, one line, printable.
        features: what FEAT named, in capitals, with its arguments.
        home: the folder that the login led to, as the server writes it; empty where it does not tell.
        protected: files come over TLS.
    """

    control: Control
    host: str
    banner: str
    features: Mapping[str, str]
    home: str
    protected: bool

    @property
    def has_paths(self) -> bool:
        """Does the server write folders as Unix does? Others (VMS, z/OS) are gone through name by name."""
        return self.home.startswith("/")


class Opener:
    """Opens connections for one unit, the next one as the last one taught.

    Args:
        watch: ends what takes too long.
        dialler: connects.
        security: how connections are secured.
        start_url: names host and port.
        user_agent: who we are; holds an address.

    Attributes:
        said: each command that was sent since it was emptied last, without its arguments.
    """

    def __init__(self, watch: Watch, dialler: Dialler, security: Security, start_url: str, user_agent: str) -> None:
        self.said: list[str] = []
        parts = urlsplit(start_url)
        self._watch = watch
        self._dialler = dialler
        self._security = security
        self._host = parts.hostname or ""
        self._port = parts.port or DEFAULT_PORTS[parts.scheme]
        self._user_agent = user_agent

    def open(self, timeout: float) -> Opened:
        """A connection, logged in.

        Raises:
            LoginRefusedError: anonymous is not let in.
            RefusedError: the server is full.
            FetchingError: there is no connection, or none that the scope allows.
        """
        for _ in Approach:
            control, banner = self._greeted(timeout)
            if control is None:
                continue
            try:
                self._log_in(control)
                protected = self._protected(control)
                features = self._features(control)
                return Opened(control, self._host, banner, features, self._home(control), protected)
            except BaseException:
                control.close()
                raise
        raise NoAnswerError(SkipReason.TLS_ERROR, "no handshake")

    def _greeted(self, timeout: float) -> tuple[Control | None, str]:
        """Dial, hear the greeting, secure the connection; None where another approach needs a new one."""
        proxy = self._dialler.proxy
        if proxy is not None and proxy.kind is not ProxyKind.SOCKS:
            raise ProxyFailedError("FTP goes through a socks5h:// proxy only")
        opened = self._watch.wait(lambda: self._dialler.connect(self._host, self._port, timeout), None)
        control = Control(opened, self.said)
        try:
            if self._security.implicit and not self._shaken(control):
                control.close()
                return None, ""
            banner = one_line(self._watch.wait(lambda: as_login(control.getresp), control.opened))
            if not self._security.implicit and not self._upgraded(control):
                control.close()
                return None, ""
        except BaseException:
            control.close()
            raise
        return control, banner

    def _upgraded(self, control: Control) -> bool:
        """Ask for TLS; False where another approach needs a new connection."""
        if self._security.approach is Approach.PLAIN:
            return True
        try:
            offered = self._answer(control, "AUTH TLS") is not None
        except NoAnswerError:  # servers and firewalls of old hang up at a word that they do not know
            self._security.failed(EOFError())
            return False
        if offered:
            return self._shaken(control)
        self._security.not_offered()
        return True

    def _shaken(self, control: Control) -> bool:
        secured = control.secured(self._security.context, self._host)
        control.take(secured)
        if error := self._watch.shake(secured):
            self._security.failed(error)
            return False
        self._security.shaken()
        return True

    def _log_in(self, control: Control) -> None:
        """As anonymous. A server that wants more is left."""
        address = _ADDRESS.search(self._user_agent)
        password = address[0] if address else f"{ANONYMOUS}@"

        def talk() -> str:
            reply = control.sendcmd(f"USER {ANONYMOUS}")
            if reply[:3] == "331":
                reply = control.sendcmd(f"PASS {password}")
            if reply[0] != "2":
                raise ftplib.error_perm(reply)
            return reply

        self._watch.wait(lambda: as_login(talk), control.opened)

    def _protected(self, control: Control) -> bool:
        if not isinstance(control.opened, ssl.SSLSocket):
            return False
        self._answer(control, "PBSZ 0")
        if self._answer(control, "PROT P") is not None:
            return True
        self._security.unprotected()
        return False

    def _features(self, control: Control) -> dict[str, str]:
        """What the server can do; it is told who we are, and that we read UTF-8, where it knows these words."""
        lines = (self._answer(control, "FEAT") or "").splitlines()[1:-1]
        words = [line.strip().partition(" ") for line in lines]
        features = {name.upper(): arguments for name, _, arguments in words}
        for feature, command in (("CLNT", f"CLNT {self._user_agent}"), ("UTF8", "OPTS UTF8 ON")):
            if feature in features:
                self._answer(control, command)
        return features

    def _home(self, control: Control) -> str:
        return told_path(self._answer(control, "PWD") or "")

    def _answer(self, control: Control, command: str) -> str | None:
        """The reply to a command that a server may not know; None where it does not."""
        try:
            return self._watch.wait(lambda: control.sendcmd(command), control.opened)
        except RefusedError as error:
            if error.reason is SkipReason.THROTTLED:
                raise
            return None


def told_path(reply: str) -> str:
    """The path in a PWD reply, without a last slash; empty where there is none."""
    path = ftplib.parse257(reply) if reply.startswith("257") else ""
    return path.rstrip("/") or path


def one_line(reply: str) -> str:
    """A reply without its codes, in one line of printable characters."""
    words = " ".join(line[4:] if line[:3].isdigit() else line for line in reply.splitlines())
    text = words.encode("latin-1").decode("utf-8", "replace")
    return "".join(character if character.isprintable() else " " for character in text).strip()[:LONGEST_BANNER]
