"""Carries harvests to the sink: one at a time, in order, off the reactor's thread; a slow sink slows the crawl."""

from __future__ import annotations

import asyncio
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from crawler.items import Answer, Harvest
from documents.body import Body, BodyWriter
from documents.records import Document, Skipped
from documents.sink import Sink


class Courier:
    """The only caller of the unit's sink.

    Args:
        sink: where records go; its calls may block.
        body_limit: bytes of one body.
        spool_dir: folder for bodies that do not fit in memory.
    """

    def __init__(self, sink: Sink, body_limit: int, spool_dir: Path | None) -> None:
        self._sink = sink
        self._body_limit = body_limit
        self._spool_dir = spool_dir
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="crawler-sink")
        self.failure: Exception | None = None

    async def hand(self, harvest: Harvest) -> None:
        """Give a harvest to the sink and wait until it took it. After a sink's error nothing more is handed over."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._give, harvest)

    def skip(self, skipped: Skipped) -> None:
        """Record a skip from outside the reactor, when the crawl is over."""
        if self.failure is None:
            self._sink.skipped(skipped)

    def close(self) -> None:
        """Wait for what is being handed over."""
        self._thread.shutdown(wait=True)

    def _give(self, harvest: Harvest) -> None:
        if self.failure is not None:
            return
        try:
            for entry in harvest.entries:
                self._sink.entry(entry)
            for skipped in harvest.skips:
                self._sink.skipped(skipped)
            if harvest.answer is not None:
                self._sink.document(self._document(harvest.answer))
        except Exception as error:  # noqa: BLE001 - a sink raises to end the unit, with an error of its own choice
            self.failure = error

    def _document(self, answer: Answer) -> Document:
        with BodyWriter(self._body_limit, self._spool_dir) as writer:
            writer.write(answer.body)
            spool, size, sha256 = writer.finish()
        body = Body(spool, size, sha256)
        # The body lives as long as somebody holds it; its spool is then closed, and not left to a ResourceWarning.
        weakref.finalize(body, spool.close)
        return Document(
            url=answer.url,
            body=body,
            fetched_at=answer.fetched_at,
            status=answer.status,
            headers=answer.headers,
            requested_url=answer.requested_url,
            parent=answer.parent,
            exposure=answer.exposure,
        )
