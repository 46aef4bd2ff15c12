"""aiohttp's way through the scope's proxy: each connection is a socket that the dialler has led to the host."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Any

import aiohttp
from aiohttp.abc import ResolveResult
from aiohttp.client_proto import ResponseHandler

from fetching.async_dialling import dialled
from fetching.dialler import Dialler

# What stands for every address where aiohttp wants one; nothing is ever dialled there.
_UNUSED = "192.0.2.1"


class TunnelConnector(aiohttp.TCPConnector):
    """Resolves nothing and dials nothing by itself.

    Args:
        dialler: opens connections.
        trust: whom to believe over TLS.
        connections: kept at most.
    """

    def __init__(self, dialler: Dialler, trust: ssl.SSLContext, connections: int) -> None:
        super().__init__(ssl=trust, limit=connections, socket_factory=_refused)
        self._dialler = dialler

    async def _resolve_host(self, host: str, port: int, traces: Any = None) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=_UNUSED, port=port, family=socket.AF_INET, proto=0, flags=0),
        ]

    async def _wrap_create_connection(
        self,
        *args: Any,
        addr_infos: Any,
        req: Any,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - its signature
        client_error: type[Exception] = aiohttp.ClientConnectorError,
        **options: Any,
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        host, port = req.url.raw_host, req.port
        try:
            opened = await dialled(self._dialler, host, port, timeout.sock_connect)
        except socket.gaierror as error:
            raise aiohttp.ClientConnectorDNSError(req.connection_key, error) from error
        try:
            return await self._loop.create_connection(*args, **options, sock=opened)
        except ssl.SSLError as error:
            opened.close()
            raise aiohttp.ClientConnectorSSLError(req.connection_key, error) from error
        except OSError as error:
            opened.close()
            raise client_error(req.connection_key, error) from error
        except BaseException:
            opened.close()
            raise


def _refused(_: Any) -> socket.socket:
    """What would dial past the dialler."""
    raise PermissionError("connection refused: it would go past the proxy")
