"""The dialler's connections inside an event loop: it blocks, so it dials in a thread."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final

from fetching.dialler import Dialler

# Connections that are being made at a time; one through a proxy takes two or three round trips.
DIALLING: Final = 16
_threads = ThreadPoolExecutor(DIALLING, "dialling")


async def dialled(dialler: Dialler, host: str, port: int, seconds: float | None) -> socket.socket:
    """A connected socket that does not block; one that is cancelled is closed once it is there.

    Raises:
        AddressDeniedError, ProxyFailedError, OSError: see `Dialler.connect`.
    """
    dialling = asyncio.get_running_loop().run_in_executor(_threads, dialler.connect, host, port, seconds)
    try:
        opened = await asyncio.shield(dialling)
    except asyncio.CancelledError:
        dialling.add_done_callback(_close)
        raise
    opened.setblocking(False)
    return opened


def _close(dialling: asyncio.Future[socket.socket]) -> None:
    with suppress(Exception, asyncio.CancelledError):
        dialling.result().close()
