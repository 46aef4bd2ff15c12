"""Carries harvests to the sink: one at a time, in order, off the reactor's thread; a slow sink slows the crawl.

Once the sink has a harvest, what it changed in the frontier is saved in one transaction with its records.
"""

from __future__ import annotations

import asyncio
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from crawler.frontier import Changes, Frontier
from crawler.items import Answer, Harvest
from documents.body import Body, BodyWriter
from documents.records import Document, Skipped
from documents.sink import Sink

# Harvests in one transaction, where more of them wait. A transaction costs as much as three small pages.
SAVED_AT_ONCE = 8


class Courier:
    """The only caller of the unit's sink.

    Args:
        sink: where records go; its calls may block.
        frontier: whose changes are saved.
        body_limit: bytes of one body.
        spool_dir: folder for bodies that do not fit in memory.
    """

    def __init__(self, sink: Sink, frontier: Frontier, body_limit: int, spool_dir: Path | None) -> None:
        self._sink = sink
        self._frontier = frontier
        self._body_limit = body_limit
        self._spool_dir = spool_dir
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="crawler-sink")
        self.failure: Exception | None = None
        self._taken: list[Changes] = []
        self._is_saving = True
        # Harvests and their rows. The first two are counted by the reactor's thread, the others by the courier's.
        self._handed = self._handed_rows = 0
        self._given = self._given_rows = 0

    @property
    def is_busy(self) -> bool:
        """Does it still carry something?"""
        return self._handed > self._given

    @property
    def rows(self) -> int:
        """How many rows wait to be carried."""
        return self._handed_rows - self._given_rows

    def save_no_more(self) -> None:
        """Leave the frontier as it was saved last."""
        self._is_saving = False

    async def hand(self, harvest: Harvest) -> None:
        """Give a harvest to the sink and wait until it took it. After a sink's error nothing more is handed over."""
        self._handed += 1
        self._handed_rows += len(harvest.entries)
        saved = await asyncio.get_running_loop().run_in_executor(self._thread, self._give, harvest)
        self._frontier.written(saved)

    def skip(self, skipped: Skipped) -> None:
        """Record a skip from outside the reactor, when the crawl is over."""
        if self.failure is None:
            self._sink.skipped(skipped)

    def close(self) -> None:
        """Wait for what is being handed over."""
        self._thread.shutdown(wait=True)

    def _give(self, harvest: Harvest) -> list[Changes]:
        """Returns the changes that have been saved with it."""
        self._given += 1
        self._given_rows += len(harvest.entries)
        if self.failure is not None:
            return []
        try:
            self._sink.listed(harvest.entries)
            for skipped in harvest.skips:
                self._sink.skipped(skipped)
            for lead in harvest.buckets:
                self._sink.bucket_named(lead)
            if harvest.answer is not None:
                self._sink.document(self._document(harvest.answer))
            return self._save(harvest.changes)
        except Exception as error:  # noqa: BLE001 - a sink raises to end the unit, with an error of its own choice
            self.failure = error
            return []

    def _save(self, changes: Changes) -> list[Changes]:
        if self._is_saving:
            self._taken.append(changes)
        if not self._taken or (self.is_busy and len(self._taken) < SAVED_AT_ONCE):
            return []
        saved, self._taken = self._taken, []
        self._frontier.write(saved)
        return saved

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
            led_to=answer.led_to,
        )
