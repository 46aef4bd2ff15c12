"""What is known of each name of a search, one byte each, kept over a kill in one transaction with the records."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, Final

from documents.records import SkipReason
from fetching.store import Store

# Names whose bytes are saved together. A transaction rewrites the pieces in which something changed; names are asked
# in order, so these are few.
PIECE: Final = 4096
_UNASKED: Final = 0
_ABSENT: Final = 1
_EXISTING: Final = 2
# Said not to exist, with nothing to vouch for it, now or later.
_UNVOUCHED: Final = 3
# Said not to exist, once to four times, which counts, and is to be said again.
_DENIED: Final = range(4, 8)
# What is asked again; the reason is added. Then what is not.
_OPEN: Final = 16
_CLOSED: Final = 128
_REASONS: Final = tuple(SkipReason)
_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS names_state (piece INTEGER PRIMARY KEY, states BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS names_kept (one INTEGER PRIMARY KEY CHECK (one = 1), kept TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS names_fixed (name TEXT PRIMARY KEY, fact TEXT NOT NULL)",
)


class Ledger:
    """Names are known by their position in the search's order, which is the same in every run.

    Args:
        store: keeps it; None keeps it in memory.
        identity: of the search: what was kept of another one is dropped.
    """

    def __init__(self, store: Store | None, identity: str) -> None:
        self._store = store
        self._states = bytearray()
        self._changed: set[int] = set()
        self.kept: dict[str, Any] = {"identity": identity}
        self._fixed: dict[str, Any] = {}
        self.absent = 0
        self.existing = 0
        # Answers "does not exist" that came to count in this process.
        self.denials = 0
        if store is not None:
            self._open(store, identity)

    def __len__(self) -> int:
        return len(self._states)

    def is_open(self, position: int) -> bool:
        """Is it to be asked, for the first time or again?"""
        state = self._states[position] if position < len(self._states) else _UNASKED
        return state == _UNASKED or state in _DENIED or _OPEN <= state < _CLOSED

    def is_settled(self, position: int) -> bool:
        """Is it known whether the name exists?"""
        return position < len(self._states) and self._states[position] in (_ABSENT, _EXISTING)

    def is_existing(self, position: int) -> bool:
        """Is it known to exist?"""
        return position < len(self._states) and self._states[position] == _EXISTING

    def has_open(self, total: int) -> bool:
        """Is any of the first `total` names to be asked?"""
        return len(self._states) < total or any(map(self.is_open, range(total)))

    def reason(self, position: int) -> SkipReason | None:
        """Why it is not known; None for a name that was not asked, or whose "no" nothing vouched for."""
        state = self._states[position] if position < len(self._states) else _UNASKED
        if state in _DENIED:
            return SkipReason.THROTTLED
        if state >= _OPEN:
            return _REASONS[state - (_CLOSED if state >= _CLOSED else _OPEN)]
        return None

    def is_unvouched(self, position: int) -> bool:
        """Was it said not to exist, with nothing to vouch for that?"""
        return position < len(self._states) and self._states[position] == _UNVOUCHED

    def exists(self, position: int) -> None:
        """It does, and that counts."""
        self._set(position, _EXISTING)

    def deny(self, position: int, *, times: int) -> None:
        """It is said not to exist, and that counts; it is settled once it was said so many times, 1 to 5."""
        known = self._states[position] if position < len(self._states) else _UNASKED
        said = known - _DENIED.start + 2 if known in _DENIED else 1
        self.denials += 1
        self._set(position, _ABSENT if said >= times else _DENIED.start + said - 1)

    def leave_open(self, position: int, reason: SkipReason) -> None:
        """No answer that counts, until it is asked again."""
        if not self.is_settled(position) and not self._is_denied(position):
            self._set(position, _OPEN + _REASONS.index(reason))

    def close(self, position: int, reason: SkipReason) -> None:
        """No answer, and it is not to be asked again."""
        if not self.is_settled(position):
            self._set(position, _CLOSED + _REASONS.index(reason))

    def leave_unvouched(self, position: int) -> None:
        """Said not to exist; there is nothing that could vouch for it."""
        if not self.is_settled(position):
            self._set(position, _UNVOUCHED)

    def reopen_absent(self) -> None:
        """All that was said not to exist is to be asked again, as if it had not been."""
        again = bytes([_OPEN + _REASONS.index(SkipReason.THROTTLED)])
        for piece in range(0, len(self._states), PIECE):
            states = self._states[piece : piece + PIECE]
            if any(said in states for said in (_ABSENT, *_DENIED)):
                self._changed.add(piece // PIECE)
        for said in (_ABSENT, *_DENIED):
            self._states = self._states.replace(bytes([said]), again)
        self.absent = 0

    def begin_anew(self) -> None:
        """Forget all: positions mean other names now."""
        self._states.clear()
        self._changed.clear()
        self._fixed.clear()
        self.kept = {"identity": self.kept["identity"]}
        self.absent = self.existing = self.denials = 0
        if self._store is not None:
            self._store.commit(self._begin)

    def fix(self, name: str, fact: Callable[[], object]) -> Any:
        """What this was when the search began (anything that JSON holds): it may be large, and is written once."""
        if name not in self._fixed:
            self._fixed[name] = made = json.loads(json.dumps(fact()))
            if self._store is not None:
                row = (name, json.dumps(made))
                self._store.commit(lambda to: to.execute("INSERT INTO names_fixed VALUES (?, ?)", row).close())
        return self._fixed[name]

    def save(self, facts: Mapping[str, Any]) -> None:
        """Keep what has changed, and `facts` (anything that JSON holds), with all records that the sink has taken."""
        self.kept.update(facts)
        if self._store is None:
            return
        rows = [(piece, bytes(self._states[piece * PIECE : (piece + 1) * PIECE])) for piece in sorted(self._changed)]

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany("INSERT OR REPLACE INTO names_state VALUES (?, ?)", rows)
            connection.execute("INSERT OR REPLACE INTO names_kept VALUES (1, ?)", (json.dumps(self.kept),))

        self._store.commit(write)
        self._changed.clear()

    def _open(self, store: Store, identity: str) -> None:
        def make(connection: sqlite3.Connection) -> None:
            for table in _TABLES:
                connection.execute(table)

        store.commit(make)
        kept = store.read("SELECT kept FROM names_kept")
        if not kept or json.loads(kept[0][0]).get("identity") != identity:
            store.commit(self._begin)
            return
        self.kept = json.loads(kept[0][0])
        self._fixed = {name: json.loads(fact) for name, fact in store.read("SELECT name, fact FROM names_fixed")}
        for piece, states in store.read("SELECT piece, states FROM names_state ORDER BY piece"):
            self._states.extend(bytes(piece * PIECE - len(self._states)))
            self._states.extend(states)
        self.absent = self._states.count(_ABSENT)
        self.existing = self._states.count(_EXISTING)

    def _begin(self, connection: sqlite3.Connection) -> None:
        """Whose search this is stands beside what is fixed, from the first transaction on."""
        connection.execute("DELETE FROM names_state")
        connection.execute("DELETE FROM names_fixed")
        connection.execute("INSERT OR REPLACE INTO names_kept VALUES (1, ?)", (json.dumps(self.kept),))

    def _is_denied(self, position: int) -> bool:
        return position < len(self._states) and self._states[position] in _DENIED

    def _set(self, position: int, state: int) -> None:
        if position >= len(self._states):
            self._states.extend(bytes(position + 1 - len(self._states)))
        before = self._states[position]
        if before == state:
            return
        self.absent += (state == _ABSENT) - (before == _ABSENT)
        self.existing += (state == _EXISTING) - (before == _EXISTING)
        self._states[position] = state
        self._changed.add(position // PIECE)
