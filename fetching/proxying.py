"""What is said to a proxy before a connection through it is one to the host: CONNECT, or a SOCKS5 handshake."""

from __future__ import annotations

import base64
import socket
import ssl
import time
from collections.abc import Callable
from typing import Final

from documents.records import SkipReason
from fetching.certificates import state_of_verify_code
from fetching.errors import NoAnswerError
from scope.proxy import Proxy, ProxyKind, ProxyLogin

# Bytes of a proxy's answer to CONNECT; real ones have less than 2 kB, their error page not counted.
HEAD_BYTES: Final = 16 << 10
# What is told of an answer that may have been cut because a TLS line to the proxy broke.
PROXY_LINE_BROKE: Final = "proxy_line_broke"
_LET_IN: Final = range(200, 300)
_END: Final = b"\r\n\r\n"
_VERSIONS: Final = (b"HTTP/1.0", b"HTTP/1.1")


class ProxyFailedError(NoAnswerError):
    """The proxy is not there, refused or broke: nothing is known of the host, whatever status the proxy gave."""

    def __init__(self, detail: str) -> None:
        super().__init__(SkipReason.PROXY_FAILED, detail)


class _Line:
    """A socket that is read and written until a deadline, whatever the other side drips.

    It has the form of python_socks' SyncSocketStream.

    Args:
        opened: leads to the proxy.
        deadline: monotonic seconds; None for none.
    """

    def __init__(self, opened: socket.socket, deadline: float | None) -> None:
        self._opened = opened
        self._deadline = deadline

    def write(self, data: bytes) -> None:
        """Send all of it."""
        self._wait()
        self._opened.sendall(data)

    def read(self, max_bytes: int = 1) -> bytes:
        """What comes next. Raises ProxyFailedError at the end."""
        self._wait()
        data = self._opened.recv(max_bytes)
        if not data:
            raise ProxyFailedError("closed")
        return data

    def read_exactly(self, n: int) -> bytes:
        """So many bytes, and none that the host sends after them."""
        data = b""
        while len(data) < n:
            data += self.read(n - len(data))
        return data

    def close(self) -> None:
        """Whoever opened it closes it."""

    def _wait(self) -> None:
        if self._deadline is None:
            self._opened.settimeout(None)
            return
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._opened.settimeout(left)


def lead_through(
    opened: socket.socket, proxy: Proxy, login: ProxyLogin | None, host: str, port: int, deadline: float | None
) -> None:
    """Have the proxy connect to a host; from then on the socket leads there.

    Raises:
        ProxyFailedError: it did not.
    """
    shake: Callable[[_Line, ProxyLogin | None, str, int], None]
    shake = _socks if proxy.kind is ProxyKind.SOCKS else _connect
    try:
        shake(_Line(opened, deadline), login, host, port)
    except OSError as error:
        failure = ProxyFailedError(told_of(error))
    except ProxyFailedError as error:
        failure = ProxyFailedError(error.detail)
    else:
        return
    raise failure


def told_of(error: OSError) -> str:
    """What broke between us and the proxy, in a word: no text of the other side's is in it."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"tls_{state_of_verify_code(error.verify_code).value}"
        case TimeoutError():
            return "timed_out"
        case ssl.SSLEOFError():
            return "closed"
        case ssl.SSLError():
            return "tls_failed"
        case _:
            return type(error).__name__


def _connect(line: _Line, login: ProxyLogin | None, host: str, port: int) -> None:
    """HTTP's CONNECT, for plain HTTP too: what comes through it is the host's, never the proxy's own status."""
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {where} HTTP/1.1", f"Host: {where}"]
    if login:
        token = base64.b64encode(f"{login.user}:{login.password}".encode()).decode()
        lines.append(f"Proxy-Authorization: Basic {token}")
    try:
        question = "\r\n".join([*lines, "", ""]).encode("ascii")
    except UnicodeEncodeError:
        raise ProxyFailedError("not a host name") from None
    line.write(question)
    status = _status(line)
    if status not in _LET_IN:
        raise ProxyFailedError(f"http_{status}")


def _status(line: _Line) -> int:
    """The status of the proxy's answer, read to its blank line and no further."""
    head = bytearray()
    while not head.endswith(_END):
        head += line.read(1)
        if len(head) > HEAD_BYTES or (len(head) == len(_VERSIONS[0]) and bytes(head) not in _VERSIONS):
            raise ProxyFailedError("not a proxy's answer")
    code = bytes(head[8:13])
    if code[:1] != b" " or not code[1:4].isdigit() or code[4:] not in (b" ", b"\r"):
        raise ProxyFailedError("not a proxy's answer")
    return int(code[1:4])


def _socks(line: _Line, login: ProxyLogin | None, host: str, port: int) -> None:
    try:
        from python_socks import ProxyType  # noqa: PLC0415 - an extra
        from python_socks._abc import SyncResolver  # noqa: PLC0415
        from python_socks._connectors.factory_sync import create_connector  # noqa: PLC0415
        from python_socks._protocols.errors import ReplyError  # noqa: PLC0415
    except ImportError:
        raise ProxyFailedError("SOCKS needs the extra: pip install stray[proxy]") from None
    user, password = (login.user, login.password) if login else (None, None)
    # With `rdns` it is never asked to resolve.
    connector = create_connector(ProxyType.SOCKS5, user, password, True, SyncResolver())
    try:
        connector.connect(line, host, port)  # type: ignore[arg-type] # by form, not by name
    except ReplyError as error:
        code = getattr(error, "error_code", None)
        raise ProxyFailedError("not let in, or no SOCKS5" if code is None else f"socks_{int(code)}") from None
    except (ValueError, IndexError):  # rubbish, or a name that SOCKS can not carry
        raise ProxyFailedError("not a proxy's answer") from None
