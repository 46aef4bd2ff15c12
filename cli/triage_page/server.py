"""Serves the page on this machine alone, until Ctrl-C, its Stop button, or nobody has used it for too long."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from cli.triage_page.app import Page
from cli.triage_page.desk import Desk
from cli.triage_page.session import Doorkeeper
from cli.triage_page.wall import Wall
from findings.chosen import Chosen

ADDRESS: Final = "127.0.0.1"
# Seconds that an act under way is given to end when the page stops: it waits for the database no longer.
_GRACE_SECONDS: Final = 15
# Seconds between two looks at whether anybody still uses the page.
_WATCH_SECONDS: Final = 5
# Connections at once: a browser opens six; the rest is for who else on this machine tries.
_CONNECTIONS: Final = 256
# Seconds in which a connection has to tell what it wants.
_PATIENCE_SECONDS: Final = 10
# Seconds that an idle connection is kept.
_KEEP_ALIVE_SECONDS: Final = 30


class _Impatient(H11Protocol):
    """Drops connections that ask for nothing: another user of the machine could hold all that there are.

    Of too many, those go first that have waited longest with nothing under way, so that who asks is answered.
    """

    began = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As the server has it; and a look at how many there are."""
        super().connection_made(transport)
        self.began = self.loop.time()
        self.loop.call_later(_PATIENCE_SECONDS, self._give_up)
        idle = [each for each in self.connections if isinstance(each, _Impatient) and each.is_idle()]
        if len(self.connections) > _CONNECTIONS and idle:
            min(idle, key=lambda each: each.began).transport.close()

    def is_idle(self) -> bool:
        """Is nothing under way?"""
        cycle = getattr(self, "cycle", None)
        return cycle is None or cycle.response_complete

    def _give_up(self) -> None:
        if getattr(self, "cycle", None) is None and not self.transport.is_closing():
            self.transport.close()


def serve(desk: Desk, port: int, tell: Callable[[str], None], chosen: Chosen | None = None) -> None:
    """Serve until it ends; 0 takes a free port.

    Args:
        desk: what is worked on.
        port: on 127.0.0.1.
        tell: takes lines for the person: the link, and why it ended.
        chosen: the filter to begin with.

    Raises:
        OSError: the port is taken.
    """
    doorkeeper = Doorkeeper()
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((ADDRESS, port))
        bound = int(listener.getsockname()[1])
        server = prepared(desk, doorkeeper, bound, tell, chosen or Chosen())
        tell("open this in a browser on this machine; it works once, within 10 minutes:")
        tell(f"http://{ADDRESS}:{bound}/#{doorkeeper.token}")
        tell("Ctrl-C stops it")
        with suppress(KeyboardInterrupt):  # which the server raises once more when it has ended
            server.run(sockets=[listener])
    tell("stopped: nobody used it for too long" if doorkeeper.is_over() else "stopped")


def prepared(
    desk: Desk, doorkeeper: Doorkeeper, port: int, tell: Callable[[str], None], chosen: Chosen
) -> uvicorn.Server:
    """The server of one session, to be run on a socket that listens on this port."""
    running: list[uvicorn.Server] = []

    def stop() -> None:
        for server in running:
            server.should_exit = True

    async def watch() -> None:
        if doorkeeper.is_over():
            stop()

    page = Page(desk, doorkeeper, stop, chosen)
    config = uvicorn.Config(
        Wall(page.application(), doorkeeper, port, tell),
        http=_Impatient,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,  # no log: addresses hold the session's own path
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        callback_notify=watch,
        timeout_notify=_WATCH_SECONDS,
    )
    server = uvicorn.Server(config)
    running.append(server)
    return server
