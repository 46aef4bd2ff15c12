"""What a source must not forget: kept in one transaction with the records that the sink took."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

# Raised when the tables that any source keeps in a store change: what an older version left is then begun afresh.
STATE_FORMAT: Final = 3

Write = Callable[[sqlite3.Connection], None]


class Store(Protocol):
    """A unit's state. Whoever runs the unit makes it; a source keeps its own tables in it. For any thread."""

    def commit(self, write: Write) -> None:
        """One transaction: all records that the sink has taken so far, and what `write` does.

        After a kill either both are there or neither is. Whoever calls it has handed over whole places only.
        """

    def read(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """Rows of what has been committed."""


class PassingStore:
    """A store that ends with the process: a file without a name, for units that are not resumed."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._lock = threading.Lock()

    def commit(self, write: Write) -> None:
        """See `Store`."""
        with self._lock:
            self._connection.execute("BEGIN")
            write(self._connection)
            self._connection.execute("COMMIT")

    def read(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """See `Store`."""
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()

    def close(self) -> None:
        """Drop what was kept."""
        self._connection.close()
