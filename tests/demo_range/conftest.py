"""A client that asks once, follows nothing and keeps no connection."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import urllib3


@pytest.fixture
def http() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager(retries=False, timeout=10) as pool:
        yield pool
