"""urllib3 connection pools that connect through the dialler; what botocore and requests can be given."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable

from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from fetching.dialler import Dialler

# Told of the socket that an answer is about to be read from.
Watcher = Callable[[socket.socket], None]


def dialled_pools(dialler: Dialler, watcher: Watcher | None = None) -> dict[str, type[HTTPConnectionPool]]:
    """Pool classes by scheme, for `PoolManager.pool_classes_by_scheme`.

    An `AddressDeniedError` of the dialler comes through urllib3 as it is; all else is what urllib3 would raise.
    """

    def watched(opened: socket.socket | ssl.SSLSocket | None) -> None:
        if watcher and opened:
            watcher(opened)

    class PlainConnection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _connected(self, dialler, self._dns_host)

        def getresponse(self) -> HTTPResponse:  # type: ignore[override] # as urllib3 itself overrides http.client
            watched(self.sock)
            return super().getresponse()

    class SecureConnection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _connected(self, dialler, self._dns_host)

        def getresponse(self) -> HTTPResponse:  # type: ignore[override] # as urllib3 itself overrides http.client
            watched(self.sock)
            return super().getresponse()

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = PlainConnection

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = SecureConnection

    return {"http": PlainPool, "https": SecurePool}


def dialled_pool_manager(
    dialler: Dialler, trust: ssl.SSLContext | None = None, watcher: Watcher | None = None
) -> PoolManager:
    """A pool manager that connects through the dialler, one connection a host. It never uses a proxy.

    Args:
        dialler: connects.
        trust: whom to believe over TLS; None for the system's authorities.
        watcher: told of the socket in use before each answer.
    """
    # At warning level too it writes URLs, and a file's name can name a patient.
    logging.getLogger("urllib3").setLevel(logging.CRITICAL)
    manager = PoolManager(num_pools=8, maxsize=1, ssl_context=trust or ssl.create_default_context())
    manager.pool_classes_by_scheme = dialled_pools(dialler, watcher)
    return manager


def close_pools(manager: PoolManager) -> None:
    """Close every connection now; the manager's own `clear` leaves that to the garbage collector."""
    for key in manager.pools.keys():  # noqa: SIM118 - it refuses to be iterated over
        if pool := manager.pools.get(key):
            pool.close()
    manager.clear()


def _connected(connection: HTTPConnection, dialler: Dialler, host: str) -> socket.socket:
    """The dialler's answer in urllib3's own words, so that libraries above see what they know."""
    try:
        opened = dialler.connect(host, connection.port, connection.timeout)
    except socket.gaierror as error:
        raise NameResolutionError(connection.host, connection, error) from error
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, "connect timed out") from error
    except OSError as error:
        raise NewConnectionError(connection, "could not connect") from error
    if opened.family != socket.AF_UNIX:  # that is one end of a line to a proxy
        for option in connection.socket_options or ():
            opened.setsockopt(*option)
    return opened
