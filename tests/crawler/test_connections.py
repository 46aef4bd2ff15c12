"""The head of an answer has an end (behaviour at a server: tests/crawler/test_failures.py)."""

from __future__ import annotations

from typing import Any

from twisted.web.client import HTTPConnectionPool

from crawler.connections import HEAD_BYTES, _BoundedProtocol, bound_heads


def test_connections_of_a_pool_are_bounded() -> None:
    class Pool(HTTPConnectionPool):
        def __init__(self) -> None:
            """Without a reactor."""

    pool = Pool()
    bound_heads(pool)
    factory: Any = pool._factory
    assert isinstance(factory(lambda _: None, "x").buildProtocol(None), _BoundedProtocol)
    assert HEAD_BYTES >= 64 << 10
