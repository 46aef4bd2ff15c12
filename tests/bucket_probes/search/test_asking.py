from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from bucket_probes.search.asking import Reply
from bucket_probes.search.canaries import SearchedName
from fetching.store import PassingStore


def test_where_nothing_can_be_written_down_nothing_more_is_asked(search_for: Callable[..., Any]) -> None:
    class Full(PassingStore):
        left = 4

        def commit(self, write: Any) -> None:
            self.left -= 1
            if self.left < 0:
                raise sqlite3.OperationalError("database or disk is full")
            super().commit(write)

    asked: list[str] = []

    class Counting:
        def __init__(self, service: Any) -> None:
            self._service = service

        async def ask(self, name: SearchedName) -> Reply:
            asked.append(name.name)
            reply: Reply = await self._service.ask(name)
            return reply

    store = Full()
    with pytest.raises(sqlite3.OperationalError, match="full"):
        search_for(lambda now: None, names=5000, store=store, asker=Counting)
    assert len(asked) < 1000
    store.close()
