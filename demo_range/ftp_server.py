"""An anonymous FTP server on loopback, read only, that notes every command it is given."""

from __future__ import annotations

import logging
import tempfile
import threading
import warnings
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from demo_range.loopback import LOOPBACK, DemoRangeError

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of asynchat, which it still stands on where Python has it
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
    from pyftpdlib.ioloop import IOLoop
    from pyftpdlib.servers import FTPServer

# Seconds that the loop waits for the network before it looks whether it should stop.
_POLL_SECONDS = 0.05


class FtpServer:
    """A folder by FTP: `with FtpServer(root) as server: server.url`.

    Args:
        root: what anonymous sees; nobody can write.
        certificate: certificate and key as PEM; None for a server without TLS.
        settings: attributes of pyftpdlib's handler, such as `banner` or `encoding`; `without` names commands that it
            does not know, `limits` are attributes of its server.

    Attributes:
        commands: every command line that came, in order, over all connections.
    """

    def __init__(self, root: Path, certificate: bytes | None = None, **settings: Any) -> None:
        self._root = root
        self._certificate = certificate
        self._limits = settings.pop("limits", {})
        self._without = settings.pop("without", ())
        self._settings = settings
        self._server: FTPServer | None = None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self.commands: list[str] = []

    def __enter__(self) -> Self:
        _silence()
        loop = IOLoop()
        self._server = server = FTPServer((LOOPBACK, 0), self._handler(), ioloop=loop)
        for name, value in self._limits.items():
            setattr(server, name, value)

        def serve() -> None:
            while not self._stopping.is_set():
                loop.loop(_POLL_SECONDS, blocking=False)
            server.close_all()

        self._thread = threading.Thread(target=serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    @property
    def port(self) -> int:
        """The port it listens on."""
        if self._server is None:
            raise DemoRangeError("the server has not been started; use it in a with statement")
        return int(self._server.address[1])

    @property
    def url(self) -> str:
        """Scheme, host and port, without a last slash."""
        return f"ftp://{LOOPBACK}:{self.port}"

    @property
    def verbs(self) -> list[str]:
        """The commands without what they were about."""
        return [line.partition(" ")[0].upper() for line in self.commands]

    def _handler(self) -> type[FTPHandler]:
        noted = self.commands
        base = TLS_FTPHandler if self._certificate else FTPHandler
        known = {name: about for name, about in base.proto_cmds.items() if name not in self._without}

        class Noting(base):  # type: ignore[valid-type, misc] # one of two classes without types
            def pre_process_command(self, line: str, cmd: str, arg: str) -> None:
                noted.append(line)
                super().pre_process_command(line, cmd, arg)

        authorizer = DummyAuthorizer()
        authorizer.add_anonymous(str(self._root))
        for name, value in {"authorizer": authorizer, "proto_cmds": known, **self._settings}.items():
            setattr(Noting, name, value)
        if self._certificate:
            with tempfile.NamedTemporaryFile(prefix="stray-ftps-") as file:
                file.write(self._certificate)
                file.flush()
                Noting.certfile = file.name
                Noting.get_ssl_context()
        return Noting


def _silence() -> None:
    """Keep its log to ourselves; without a handler of its own it sets up one that writes to the terminal."""
    logger = logging.getLogger("pyftpdlib")
    logger.setLevel(logging.CRITICAL + 1)
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
