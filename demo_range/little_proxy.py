"""A proxy on loopback for tests: CONNECT or SOCKS5, a login and faults if wanted; tells what it was asked for."""

from __future__ import annotations

import base64
import select
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

_CHUNK: Final = 64 << 10
_IPV4, _NAME, _IPV6 = 1, 3, 4
_SOCKS: Final = 5
_USER_PASSWORD: Final = 2
_NOT_LET_IN: Final = 0xFF
# Seconds that one tunnel may be silent.
_IDLE: Final = 20.0

Fault = Callable[[socket.socket], None]


class LittleProxy:
    """Serves until it is left as a context manager.

    Args:
        socks: speaks SOCKS5 instead of CONNECT.
        login: `user:password` that it wants.
        status: what CONNECT is answered by; for SOCKS the code of its reply (0 lets in).
        fault: does something else with a client than serving it.
        hosts: where names lead, as only the proxy knows.
        tls: speaks TLS itself.
    """

    def __init__(
        self,
        *,
        socks: bool = False,
        login: str = "",
        status: int | None = None,
        fault: Fault | None = None,
        hosts: Mapping[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._socks = socks
        self._login = login
        self._status = status
        self._fault = fault
        self._hosts = dict(hosts or {})
        self._tls = tls
        self.asked: list[tuple[str, int]] = []
        self.clients = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        """Its address, as a scope has it."""
        scheme = "socks5h" if self._socks else "https" if self._tls else "http"
        return f"{scheme}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        thread = threading.Thread(target=self._serve, daemon=True)
        thread.start()
        self._threads.append(thread)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for opened in tuple(self._open):
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(_IDLE)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.clients += 1
            thread = threading.Thread(target=self._client, args=(client,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _client(self, client: socket.socket) -> None:
        self._open.add(client)
        with suppress(OSError, EOFError):
            client.settimeout(_IDLE)
            if self._tls:
                secured = self._tls.wrap_socket(client, server_side=True)
                self._open.discard(client)
                client = secured
                self._open.add(client)
            if self._fault:
                self._fault(client)
            elif (far := (self._shaken if self._socks else self._connected)(client)) is not None:
                self._open.add(far)
                try:
                    _tie(client, far)
                finally:
                    self._open.discard(far)
                    far.close()
        self._open.discard(client)
        client.close()

    def _far(self, host: str, port: int) -> socket.socket:
        self.asked.append((host, port))
        return socket.create_connection((self._hosts.get(host, host), port), _IDLE)

    def _connected(self, client: socket.socket) -> socket.socket | None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += _exactly(client, 1)
        lines = head.decode().splitlines()
        host, _, port = lines[0].split()[1].rpartition(":")
        token = base64.b64encode(self._login.encode()).decode()
        if self._login and f"Proxy-Authorization: Basic {token}" not in lines:
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 3\r\n\r\nwho")
            return None
        if self._status:
            self.asked.append((host.strip("[]"), int(port)))
            client.sendall(f"HTTP/1.1 {self._status} No\r\nContent-Length: 2\r\n\r\nno".encode())
            return None
        try:
            far = self._far(host.strip("[]"), int(port))
        except OSError:
            client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return None
        client.sendall(b"HTTP/1.1 200 Connection established\r\nVia: little\r\n\r\n")
        return far

    def _shaken(self, client: socket.socket) -> socket.socket | None:
        _, count = _exactly(client, 2)
        methods = _exactly(client, count)
        method = _USER_PASSWORD if self._login else 0
        if method not in methods:
            client.sendall(bytes([_SOCKS, _NOT_LET_IN]))
            return None
        client.sendall(bytes([_SOCKS, method]))
        if self._login:
            user = _exactly(client, _exactly(client, 2)[1]).decode()
            password = _exactly(client, _exactly(client, 1)[0]).decode()
            client.sendall(bytes([1, f"{user}:{password}" != self._login]))
        kind = _exactly(client, 4)[3]
        if kind == _NAME:
            host = _exactly(client, _exactly(client, 1)[0]).decode()
        else:
            family, size = (socket.AF_INET, 4) if kind == _IPV4 else (socket.AF_INET6, 16)
            host = socket.inet_ntop(family, _exactly(client, size))
        port = int.from_bytes(_exactly(client, 2), "big")
        code = self._status or 0
        far = None
        if code:
            self.asked.append((host, port))
        else:
            try:
                far = self._far(host, port)
            except OSError:
                code = 5
        client.sendall(bytes([_SOCKS, code, 0, _IPV4, 0, 0, 0, 0, 0, 0]))
        return far


def _exactly(client: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = client.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def _tie(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until both sides have ended, or one breaks."""
    ways = {one: other, other: one}
    while ways:
        waiting = [each for each in ways if isinstance(each, ssl.SSLSocket) and each.pending()]
        readable = waiting or select.select(list(ways), [], [], _IDLE)[0]
        if not readable:
            return
        for source in readable:
            data = source.recv(_CHUNK)
            if data:
                ways[source].sendall(data)
            else:
                with suppress(OSError):
                    ways[source].shutdown(socket.SHUT_WR)
                del ways[source]
