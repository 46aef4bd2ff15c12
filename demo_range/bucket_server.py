"""A fast HTTP server on loopback that brings a storage service's answers, in whatever manner it is told."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from demo_range.cloud_buckets import Asked, Manner, Reply
from demo_range.loopback import LOOPBACK, DemoRangeError

Answers = Callable[[Asked], Reply]
# Largest head of a request that is read, bytes; a key of 1,024 bytes is 3 kB in a URL.
_HEAD_BYTES = 64 << 10
# Requests that are kept for whoever looks, of the last ones; all are counted.
KEPT_REQUESTS = 20_000
_START_SECONDS = 10.0
# Seconds between two bytes of a drip.
_DRIP_SECONDS = 0.05
_PHRASES = {200: "OK", 206: "Partial Content", 301: "Moved Permanently", 307: "Temporary Redirect", 400: "Bad Request",
            401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict", 429: "Too Many Requests",
            500: "Internal Server Error", 503: "Slow Down"}  # fmt: skip


class BucketServer:
    """One port, answered by `answers`; runs in a thread of its own between `with` and its end.

    Attributes:
        asked: the requests so far, the last 20,000 of them.
        counts: how often each status was given.
    """

    def __init__(self, answers: Answers, port: int = 0) -> None:
        self._answers = answers
        self._wanted_port = port
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stop: asyncio.Event | None = None
        self.port = 0
        self.asked: list[Asked] = []
        self.counts: Counter[int] = Counter()

    def __enter__(self) -> Self:
        ready: Future[int] = Future()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        self.port = ready.result(_START_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop and self._stop and self._thread:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        if not self.port:
            raise DemoRangeError("the server has not been started; use it in a with statement")
        return f"http://{LOOPBACK}:{self.port}"

    def answer(self, asked: Asked) -> Reply:
        """What is said to a request; also noted."""
        self.asked.append(asked)
        if len(self.asked) > 2 * KEPT_REQUESTS:
            del self.asked[:KEPT_REQUESTS]
        reply = self._answers(asked)
        self.counts[reply.status] += 1
        return reply

    def _run(self, ready: Future[int]) -> None:
        try:
            asyncio.run(self._serve(ready))
        except OSError as error:
            if not ready.done():
                ready.set_exception(error)

    async def _serve(self, ready: Future[int]) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        connections: set[_Connection] = set()
        server = await self._loop.create_server(
            lambda: _Connection(self.answer, connections), LOOPBACK, self._wanted_port, backlog=4096
        )
        ready.set_result(int(server.sockets[0].getsockname()[1]))
        await self._stop.wait()
        server.close()
        for connection in list(connections):
            connection.abort()
        await asyncio.sleep(0)


class _Connection(asyncio.Protocol):
    """One client: requests one after another, each answered before the next is read."""

    def __init__(self, answer: Answers, connections: set[_Connection]) -> None:
        self._answer = answer
        self._connections = connections
        self._buffer = b""
        self._source = ""
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client came."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
        self._source = str(transport.get_extra_info("peername")[0])
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """It went."""
        self._connections.discard(self)
        if self._task:
            self._task.cancel()

    def abort(self) -> None:
        """Cut it."""
        if self._transport:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Heads of requests, whole or in pieces; bodies there are none."""
        self._buffer += data
        if len(self._buffer) > _HEAD_BYTES:
            self.abort()
        while self._task is None and (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
            self._bring(_asked(head, self._source))

    def _bring(self, asked: Asked) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        reply = self._answer(asked)
        has_body = asked.method != "HEAD"
        head, body = _head(reply), reply.body if has_body else b""
        match reply.manner:
            case Manner.WHOLE:
                transport.write(head + body)
            case Manner.ALL_THEN_CLOSE:
                transport.write(head + body)
                transport.close()
            case Manner.SHORT:
                transport.write(head + body[: len(body) // 2])
                transport.close()
            case Manner.RESET:
                transport.write(head + body[: len(body) // 2])
                self._task = asyncio.ensure_future(self._reset())
            case Manner.SILENT:
                transport.close()
            case Manner.DRIP:
                transport.write(head)
                self._task = asyncio.ensure_future(self._drip(body))

    async def _reset(self) -> None:
        await asyncio.sleep(_DRIP_SECONDS)  # what was written reaches the client before the reset does
        self.abort()

    async def _drip(self, body: bytes) -> None:
        for at in range(len(body)):
            await asyncio.sleep(_DRIP_SECONDS)
            if self._transport is None or self._transport.is_closing():
                return
            self._transport.write(body[at : at + 1])
        self._task = None
        self.data_received(b"")


def _asked(head: bytes, source: str) -> Asked:
    lines = head.decode("latin-1").split("\r\n")
    method, _, rest = lines[0].partition(" ")
    target = rest.rpartition(" ")[0]
    path, _, query = target.partition("?")
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return Asked(method, path, query, headers, source)


def _head(reply: Reply) -> bytes:
    named = {"Content-Type": reply.media_type, "Content-Length": str(len(reply.body)), **reply.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value)
    phrase = _PHRASES.get(reply.status, "Answer")
    return f"HTTP/1.1 {reply.status} {phrase}\r\n{lines}\r\n".encode("latin-1")
